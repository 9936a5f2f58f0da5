"""A scan: every combination of some parameters' values, one run each, in one workflow."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from freezeout.errors import InputError
from freezeout.executors.reana import carried
from freezeout.executors.reana.data import Fetching, fetching, require_points
from freezeout.executors.reana.engines import rule
from freezeout.executors.reana.recipe import Recipe
from freezeout.executors.reana.resources import Resources
from freezeout.executors.reana.specification import PREPARE, whole
from freezeout.executors.reana.submission import ABOUT, FOLDER, Submission, about_json, to_yaml
from freezeout.executors.reana.values import require_passable, same
from freezeout.experiments.folder import Experiment
from freezeout.experiments.parameters import Parameter
from freezeout.experiments.record import RunRecord, runs
from freezeout.version import __version__

MOST = 500
_SNAKEFILE, _PARAMETERS = f"{FOLDER}/Snakefile", f"{FOLDER}/parameters.yaml"


def point_file(number: int) -> str:
    """Where a point of a scan says how it ended."""
    return f"points/{number}.json"


def points_of(
    declared: Sequence[Parameter], scan: Mapping[str, Sequence[object]] | Sequence[str]
) -> list[dict[str, object]]:
    """Every combination of the values.

    Raises
    ------
    InputError
        When an axis cannot be read, a name is unknown or given twice, or there are too many points.
    """
    axes: dict[str, list[object]] = {}
    by_name = {one.name: one for one in declared}
    said = scan.items() if isinstance(scan, Mapping) else map(_split, scan)
    for name, values in said:
        if name not in by_name:
            raise InputError(
                f"there is no parameter '{name}' to scan", hint=f"parameters: {', '.join(by_name)}",
                code="unknown_parameter",
            )  # fmt: skip
        if name in axes:
            raise _bad(f"{name} is scanned twice", "give it once")
        read = axis(by_name[name], values) if isinstance(values, str) else list(values)
        axes[name] = [by_name[name].check(value) for value in read]
        if not axes[name]:
            raise _bad(f"the scan of {name} has no values", "such as 0.2,0.3 or 0.2:0.4:5")
        if any(same(one, other) for one, other in itertools.combinations(axes[name], 2)):
            raise _bad(f"the scan of {name} has a value twice", "give each once")
        if math.prod(map(len, axes.values())) > MOST:
            raise _bad(f"the scan has more than {MOST} points", "scan in several parts")
    return [dict(zip(axes, point, strict=True)) for point in itertools.product(*axes.values())]


def axis(parameter: Parameter, text: str) -> list[object]:
    """The values of ``0.2,0.3,0.4``, of ``0.2:0.4:3`` (in equal steps) or of ``1:1000:4:log``.

    Examples
    --------
    >>> axis(Parameter("rho_dm", "float", 0.3), "0.2:0.4:3")
    [0.2, 0.3, 0.4]
    >>> axis(Parameter("m", "float", 1.0), "1:1000:4:log")
    [1.0, 10.0, 100.0, 1000.0]
    """
    parts = text.split(":")
    if parameter.type in ("float", "int") and len(parts) > 1:
        try:
            first, last, number = float(parts[0]), float(parts[1]), int(parts[2])
            log = parts[3:] == ["log"]
            sound = (not parts[3:] or log) and number >= 2 and math.isfinite(first) and math.isfinite(last)
            sound = sound and (not log or (first > 0 and last > 0))
        except (ValueError, IndexError):
            sound = False
        if not sound:
            raise _bad(f"the scan of {parameter.name}, '{text}', cannot be read",
                       "write first:last:number, with :log for equal ratios")  # fmt: skip
        if number > MOST:
            raise _bad(f"the scan has more than {MOST} points", "scan in several parts")
        found = []
        for i in range(number):
            t = i / (number - 1)
            value = first * (last / first) ** t if log else first + (last - first) * t
            # as one would write it: 0.3, not 0.30000000000000004
            found.append(parameter.parse(f"{last if t == 1 else value:.12g}"))
        return found
    if parameter.type.startswith("list") or parameter.type == "dict":
        raise _bad(f"{parameter.name} is a {parameter.type}, which is no axis of a scan",
                   "scan a parameter that is one value")  # fmt: skip
    return [parameter.parse(part.strip()) for part in text.split(",") if part.strip()]


class ScanComplete(InputError):
    """There is a run of every point of a scan already.

    Attributes
    ----------
    run_ids : list of str
        Of all points, in their order.
    """

    def __init__(self, experiment: str, run_ids: list[str]) -> None:
        super().__init__(
            f"all {len(run_ids)} points of the scan are there already",
            hint=f"'freezeout runs --experiment {experiment}' lists them",
            code="scan_complete",
        )
        self.run_ids = run_ids


def plan_scan(
    found: Experiment,
    recipe: Recipe,
    values: Mapping[str, object],
    preset: str,
    resources: Resources,
    scan: Mapping[str, Sequence[object]] | Sequence[str],
    name: str,
) -> Submission:
    """One workflow with a step per point; points that are there as runs already are left out.

    Raises
    ------
    InputError
        When any point is not allowed; then none is run.
    """
    points = points_of(found.parameters, scan)
    twice = [one for one in points[0] if one in values]
    if twice:
        raise _bad(f"{twice[0]} is scanned, and has a value too", "give one of them")
    checked = [found.check({**values, **point}, preset) for point in points]
    for parameters in checked:
        require_passable(found.parameters, parameters)
    dids = require_points(found.parameters, checked)
    lake = fetching(recipe) if dids else None
    there = runs()
    missing, left_out = [], []
    for point, parameters in zip(points, checked, strict=True):
        earlier = next((run for run in there if _is_of(run, found, recipe, parameters)), None)
        if earlier is None:
            missing.append(point)
        else:
            left_out.append({"point": point, "run_id": earlier.run_id})
    if not missing:
        raise ScanComplete(found.id, [str(one["run_id"]) for one in left_out])
    common = {name: value for name, value in checked[0].items() if name not in points[0]}
    files, library = carried.of_library()
    environments = carried.of_environment(recipe) | (lake.files if lake else {})
    about = {
        "kind": "scan",
        "freezeout": __version__,
        "experiment": found.id,
        "title": f"{found.title}: {len(missing)} point{'s' * (len(missing) != 1)}",
        "preset": preset,
        "marker": "",
        "environment": recipe.describe(),
        "library": library,
        "points": missing,
        "data": dids,
        **(lake.about if lake else {}),
    }
    specification = whole(
        {"directories": [FOLDER], "parameters": {"input": _PARAMETERS}},
        {"type": "snakemake", "file": _SNAKEFILE},
        ["runs", "points"],
        resources,
    )
    return Submission(
        kind="scan",
        name=name,
        title=str(about["title"]),
        specification=specification,
        files={
            ABOUT: about_json(about), **files, **environments,
            **carried.of_experiment(found),
            _SNAKEFILE: snakefile(recipe.image, len(missing), resources.hints(), lake).encode(),
            _PARAMETERS: to_yaml(common).encode(),
        },
        about=about,
        steps=len(missing) + (3 if lake else 2),
        left_out=tuple(left_out),
    )  # fmt: skip


def _is_of(run: RunRecord, found: Experiment, recipe: Recipe, parameters: Mapping[str, object]) -> bool:
    """Whether a run is what a point would be, wherever it ran."""
    from freezeout.environments.library import digest

    around = run.data.get("environment")
    return (
        run.experiment == found.id
        and same(dict(run.parameters), dict(parameters))
        and run.data.get("hashes") == found.hashes()
        and isinstance(around, dict)
        and around.get("lock_sha256") == recipe.lock_sha256
        and around.get("library_sha256") == digest()
    )


def snakefile(image: str, points: int, asked: Mapping[str, object], lake: Fetching | None = None) -> str:
    """The rules of a scan."""
    ready, fetched, one = f'"{FOLDER}/ready"', f'"{FOLDER}/fetched"', '"points/{point}.json"'
    every = 'expand("points/{point}.json", point=POINTS)'
    common = "    params:\n        common=quote(json.dumps(config)),\n"
    before, hints = ready, asked
    rules = [rule("environment", "", ready, "", image, asked, f"{PREPARE} environment && touch {{output}}")]
    if lake:
        rules.append(rule("fetch", ready, fetched, common, lake.recipe.image, {**asked, **lake.hints},
                          f"{PREPARE} fetch {{params.common}} && touch {{output}}"))  # fmt: skip
        before, hints = fetched, {**asked, **lake.hints_afterwards}
    rules += [
        rule("point", before, one, common, image, hints,
             f"{PREPARE} point {{wildcards.point}} {{params.common}}"),
        rule("gather", every, '"points/complete"', "", image, asked, f"{PREPARE} gather"),
    ]  # fmt: skip
    return (
        '# One job per point of the scan; those that fail are told at the end by the rule "gather".\n'
        f"import json\nfrom shlex import quote\n\nPOINTS = range({points})\n\n\n"
        'rule all:\n    input:\n        "points/complete",\n\n\n' + "\n\n".join(rules)
    )


def _split(text: str) -> tuple[str, str]:
    name, equals, values = text.partition("=")
    if not equals or not name.strip():
        raise _bad(f"'{text}' is no axis of a scan", "write name=0.2,0.3 or name=0.2:0.4:5")
    return name.strip(), values


def _bad(message: str, hint: str) -> InputError:
    return InputError(message, hint=hint, code="bad_scan")
