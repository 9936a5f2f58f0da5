"""The user's own curves: one HEPData YAML file each, in one folder."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors
from freezeout.limits import hepdata
from freezeout.limits.curve import LimitCurve
from freezeout.limits.published import published_curves
from freezeout.settings import limits_folder


@dataclass(frozen=True)
class OwnCurves:
    """What the folder of own curves holds.

    Attributes
    ----------
    curves : tuple of LimitCurve
    damaged : tuple of (Path, str)
        Files that cannot be used, with the reason.
    """

    curves: tuple[LimitCurve, ...]
    damaged: tuple[tuple[Path, str], ...] = ()


def own_curves(folder: Path | str | None = None) -> OwnCurves:
    """All curves of the folder; a damaged file is reported beside them.

    Parameters
    ----------
    folder : path, optional
        `freezeout.settings.limits_folder()` unless given. It need not exist.
    """
    place = Path(folder) if folder is not None else limits_folder()
    curves, damaged = [], []
    for path in sorted(place.glob("*.yaml")) if place.is_dir() else []:
        try:
            curves.append(hepdata.read(path).with_(id=path.stem, group="own"))
        except FreezeoutError as error:
            damaged.append((path, str(error)))
    return OwnCurves(tuple(curves), tuple(damaged))


def add(curve: LimitCurve, folder: Path | str | None = None, *, replace: bool = False) -> LimitCurve:
    """Keep `curve` among the user's own; its id is made of its label when it has none.

    Raises
    ------
    InputError
        When there is a curve of this id and `replace` is not said, or the folder cannot be used.
    """
    place = Path(folder) if folder is not None else limits_folder()
    id = curve.id or own_id(curve.label)
    if any(id == published.id for published in published_curves()):
        raise InputError(f"there is a published curve '{id}'", hint="give another id", code="curve_exists")
    path = place / f"{id}.yaml"
    kept = curve.with_(id=id, group="own")
    with disk_errors(path):
        if path.exists() and not replace:
            raise InputError(
                f"there is a curve '{id}' of yours already",
                hint=f"remove it first ('freezeout limits remove {id}') or give another id",
                code="curve_exists",
            )
    hepdata.write(kept, path)
    return kept


def remove(id: str, folder: Path | str | None = None) -> Path:
    """Take the user's curve of this id out of the folder; return the path that it had.

    Raises
    ------
    InputError
        When there is none.
    """
    place = Path(folder) if folder is not None else limits_folder()
    known = {path.stem: path for path in place.glob("*.yaml")} if place.is_dir() else {}
    if id not in known:
        raise InputError(
            f"you have no curve '{id}'",
            hint=f"yours: {', '.join(sorted(known)) or 'none'}",
            code="unknown_curve",
        )
    with disk_errors(known[id]):
        known[id].unlink()
    return known[id]


def own_id(label: str) -> str:
    """An id made of a label.

    Examples
    --------
    >>> own_id("My limit, 90 %")
    'my-limit-90'
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].rstrip("-") or "curve"
