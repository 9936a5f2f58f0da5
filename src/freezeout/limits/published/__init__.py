"""The published curves that ship with Freezeout: one folder per family of planes.

Each folder holds tables and a SOURCE.yaml that says, for every table, the paper, the confidence
level and where that is stated, how the numbers came about, the caveats, the licence and the
SHA-256. A plane's tables are read when the plane is first asked for.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from freezeout.errors import InputError
from freezeout.files import read_columns, read_yaml, verify
from freezeout.limits.curve import LimitCurve, Reference
from freezeout.limits.planes import CHANNELS
from freezeout.limits.planes import plane as described

FOLDER = Path(__file__).parent
BIBLIOGRAPHY = FOLDER / "references.bib"
_FAMILIES = ("si", "sd_n", "sd_p", "sigma_v")
_POINTS = "published_points.csv"
_AXES = {"mass_gev", "point_index", "cross_section_cm2", "sigma_v_cm3_s", "sigma_v_median_cm3_s"}
_BANDS = {
    "sensitivity_minus2sigma_cm2": "sensitivity_m2sigma",
    "sensitivity_minus1sigma_cm2": "sensitivity_m1sigma",
    "sensitivity_median_cm2": "sensitivity_median",
    "sensitivity_plus1sigma_cm2": "sensitivity_p1sigma",
    "sensitivity_plus2sigma_cm2": "sensitivity_p2sigma",
}
_COLUMNS = {
    "cross_section_unconstrained_cm2": "limit before the power constraint [cm2]",
    "cross_section_overburden_cm2": "excluded up to [cm2]",
    "discovery_median_3sigma_cm2": "median 3 sigma discovery [cm2]",
    "cross_section_nuclear_minus_cm2": "nuclear structure varied down [cm2]",
    "cross_section_nuclear_plus_cm2": "nuclear structure varied up [cm2]",
    "cross_section_best_cm2": "limit with the best-fit response [cm2]",
    "cross_section_upper_cm2": "upper edge of the limit's uncertainty [cm2]",
    "cross_section_lower_cm2": "lower edge of the limit's uncertainty [cm2]",
    "sigma_v_minus1sigma_cm3_s": "limit with J -1 sigma [cm3/s]",
    "sigma_v_plus1sigma_cm3_s": "limit with J +1 sigma [cm3/s]",
    "sigma_v_p16_cm3_s": "percentile 16 [cm3/s]",
    "sigma_v_p84_cm3_s": "percentile 84 [cm3/s]",
    "sigma_v_p2p5_cm3_s": "percentile 2.5 [cm3/s]",
    "sigma_v_p97p5_cm3_s": "percentile 97.5 [cm3/s]",
}


def published_curves(plane: str | None = None, groups: Iterable[str] | None = None) -> tuple[LimitCurve, ...]:
    """Published limits, projections, theory curves and regions.

    Parameters
    ----------
    plane : str, optional
        Only those of this plane. The thermal relic does not depend on the channel, so that it
        stands in every ``sigma_v/<channel>``.
    groups : iterable of str, optional
        Only those of these groups: main, low_mass, migdal, history, projection, theory, region,
        alternative, points.

    Raises
    ------
    InputError
        When there is no such plane or group, or a table is damaged.

    Examples
    --------
    >>> [curve.label for curve in published_curves("sd_p", ["theory"])]
    ['Neutrino fog, F', 'Neutrino fog, Xe']
    """
    if plane is not None:
        described(plane)
        families = tuple(name for name in _FAMILIES if name == plane.partition("/")[0])
    else:
        families = _FAMILIES
    curves = [curve for family in families for curve in _family(family) if plane in (None, curve.plane)]
    if groups is None:
        return tuple(curves)
    wanted = {groups} if isinstance(groups, str) else set(groups)
    unknown = sorted(wanted - {curve.group for family in _FAMILIES for curve in _family(family)})
    if unknown:
        known = sorted({curve.group for family in _FAMILIES for curve in _family(family)})
        raise InputError(f"there is no group '{unknown[0]}' of curves", hint=f"groups: {', '.join(known)}")
    return tuple(curve for curve in curves if curve.group in wanted)


def published_curve(id: str) -> LimitCurve:
    """The published curve of this id.

    Raises
    ------
    InputError
        When there is none.
    """
    found = {curve.id: curve for curve in published_curves()}
    if id not in found:
        near = difflib.get_close_matches(id, found, 1, 0.5)
        raise InputError(
            f"there is no published curve '{id}'",
            hint=f"did you mean {near[0]}?" if near else "list them with 'freezeout limits list'",
            code="unknown_curve",
        )
    return found[id]


@cache
def _family(family: str) -> tuple[LimitCurve, ...]:
    return tuple(read_folder(FOLDER / family))


def read_folder(folder: Path) -> Iterator[LimitCurve]:
    """The curves of a folder of tables with their SOURCE.yaml, each table checked by its SHA-256."""
    source = read_yaml(folder / "SOURCE.yaml")
    if not isinstance(source, Mapping) or not isinstance(source.get("files"), Mapping):
        raise InputError(f"{folder / 'SOURCE.yaml'} lists no files", code="file_unreadable")
    for name, entry in source["files"].items():
        table = read_columns(verify(folder / name, entry["sha256"]))
        if name == _POINTS:
            yield from _points(table, entry)
        else:
            yield from _curves(folder.name, Path(name).stem.replace("_", "-"), table, entry)


def _curves(
    family: str, id: str, table: Mapping[str, np.ndarray], entry: Mapping[str, Any]
) -> Iterator[LimitCurve]:
    mass = table["mass_gev"]
    axis = next(name for name in table if name in _AXES - {"mass_gev", "point_index"})
    curve = LimitCurve(
        plane=family if family != "sigma_v" else f"sigma_v/{_first_channel(entry)}",
        mass=mass,
        limit=table[axis],
        label=entry["label"],
        experiment=entry["experiment"],
        confidence_level=entry["confidence_level"],
        kind=entry["kind"],
        provenance=entry["provenance"],
        references=(_reference(entry),),
        bands={_BANDS[name]: values for name, values in table.items() if name in _BANDS},
        columns={_COLUMNS[name]: values for name, values in table.items() if name in _COLUMNS},
        assumptions=_assumptions(entry),
        exposure=_exposure(entry),
        id=id,
        group=entry["group"],
        notes=tuple(dict.fromkeys(_notes(entry))),
    )
    if entry.get("channel") != "any":
        yield curve
        return
    for channel in CHANNELS:
        yield curve.with_(plane=f"sigma_v/{channel}", id=f"{id}-{channel.lower()}")


def _points(table: Mapping[str, np.ndarray], entry: Mapping[str, Any]) -> Iterator[LimitCurve]:
    for row in zip(*table.values(), strict=True):
        value = dict(zip(table, row, strict=True))
        level = float(value["confidence_level"])
        yield LimitCurve(
            plane=f"sigma_v/{value['channel']}",
            mass=np.array([value["mass_gev"]]),
            limit=np.array([value["sigma_v_cm3_s"]]),
            label=str(value["label"]),
            experiment=str(value["experiment"]),
            confidence_level=None if np.isnan(level) else level,
            kind=entry["kind"],
            provenance=entry["provenance"],
            references=(Reference.parse(str(value["arxiv"])),),
            assumptions={"channel": str(value["channel"])},
            id=str(value["id"]),
            group=entry["group"],
            notes=(str(value["note"]), "one number from the abstract"),
        )


def _first_channel(entry: Mapping[str, Any]) -> str:
    return CHANNELS[0] if entry["channel"] == "any" else str(entry["channel"])


def _reference(entry: Mapping[str, Any]) -> Reference:
    paper = entry["paper"]
    if paper:
        return Reference(
            arxiv=paper.get("arxiv", ""), doi=paper.get("doi", ""), bibtex_key=paper.get("bibtex_key", "")
        )
    derived = entry["derived"]
    return Reference(text=f"{derived['repo'].partition('@')[0]}, {derived['file']} (paper not identified)")


def _assumptions(entry: Mapping[str, Any]) -> dict[str, float | str]:
    found: dict[str, float | str] = {}
    if entry.get("channel") not in (None, "any"):
        found["channel"] = entry["channel"]
    found |= entry.get("assumptions", {})
    return found


def _exposure(entry: Mapping[str, Any]) -> str:
    value = entry.get("exposure_tonne_year")
    return f"{value:g} t yr" if value is not None else ""


def _notes(entry: Mapping[str, Any]) -> Iterator[str]:
    if "power_constraint" in entry:
        yield f"power-constrained limit: not below the expected {entry['power_constraint']} limit"
    yield from entry.get("caveats", ())
    if "dropped_points" in entry:
        yield f"dropped: {entry['dropped_points']}"
    level = entry["confidence_level_source"]
    if entry["confidence_level"] is not None:
        yield f"confidence level: {_LEVELS.get(level, level)}"
    elif entry["kind"] != "theory":
        yield "confidence level not confirmed"
    derived = entry["derived"]
    if "repo" in derived and entry["paper"]:
        yield f"numbers from {derived['repo'].partition('@')[0]}, {Path(derived['file']).name}"


_LEVELS = {
    "abstract": "stated in the paper's abstract",
    "secondary": "stated by another text or code",
    "file": "stated in the data file",
}
