"""The same experiment in the languages of REANA's other engines: Snakemake, CWL and Yadage."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from freezeout.errors import InputError
from freezeout.executors.reana.data import Fetching
from freezeout.executors.reana.specification import PREPARE, environment_step, step
from freezeout.executors.reana.submission import FOLDER, to_yaml
from freezeout.executors.reana.values import document
from freezeout.experiments.parameters import Parameter

Engine = Literal["serial", "snakemake", "cwl", "yadage"]
ENGINES: tuple[Engine, ...] = ("serial", "snakemake", "cwl", "yadage")

_PARAMETERS = f"{FOLDER}/parameters.yaml"
_DONE, _IN = "freezeout_done", "freezeout_folder"  # names that no parameter has
_LIMIT, _DRAW = "compute_limit", "draw_summary"
_CWL = {"float": "double", "int": "long", "bool": "boolean", "str": "string", "did": "string", "dict": "Any",
        "list[float]": "double[]", "list[int]": "long[]", "list[str]": "string[]"}  # fmt: skip


@dataclass(frozen=True)
class Written:
    """A workflow in the language of an engine.

    Attributes
    ----------
    workflow : mapping
        The part of ``reana.yaml``.
    parameters : mapping
        ``inputs.parameters`` of it.
    files : mapping of str to bytes
        By their path in the workspace.
    outputs : tuple of str
        Folders of results.
    steps : int
        How many there are.
    """

    workflow: Mapping[str, Any]
    parameters: Mapping[str, Any]
    files: Mapping[str, bytes]
    outputs: tuple[str, ...]
    steps: int


@dataclass(frozen=True)
class Chain:
    """What is to be done, whatever the engine.

    Attributes
    ----------
    image : str
    hints : mapping
        REANA's of every step.
    lake : Fetching or None
        How data comes from the lake, when any is needed.
    fetch : tuple of str
        What is fetched first: parameters that name data; ``inputs`` is told apart by `inputs`.
    inputs : bool
        Whether the experiment's own inputs come from the lake.
    summary : bool
        Whether a summary plot is drawn at the end.
    marker : str
        For here-documents.
    """

    image: str
    hints: Mapping[str, object]
    lake: Fetching | None
    fetch: tuple[str, ...]
    inputs: bool
    summary: bool
    marker: str

    @property
    def hints_of_run(self) -> Mapping[str, object]:
        """REANA's hints of the step that may ask for data which a parameter names."""
        return {**self.hints, **(self.lake.hints_afterwards if self.lake and self.fetch else {})}

    @property
    def outputs(self) -> tuple[str, ...]:
        """Folders of results."""
        return ("runs", "summary") if self.summary else ("runs",)


def write(
    engine: str, chain: Chain, declared: Sequence[Parameter], parameters: Mapping[str, object]
) -> Written:
    """The workflow in an engine's language.

    Raises
    ------
    InputError
        When there is no such engine, or it cannot do what is asked for.
    """
    if engine not in ENGINES:
        raise InputError(f"there is no engine '{engine}'", hint=f"engines: {', '.join(ENGINES)}",
                         code="unknown_engine")  # fmt: skip
    if engine in ("cwl", "yadage") and chain.lake:
        raise InputError(
            f"data of the lake is fetched by serial workflows and by Snakemake, and not by {engine}",
            hint="leave --engine out", code="bad_engine",
        )  # fmt: skip
    if engine == "snakemake":
        return _snakemake(chain, parameters)
    if engine == "cwl":
        return _cwl(chain, declared, parameters)
    return _yadage(chain, parameters) if engine == "yadage" else _serial(chain, parameters)


def _serial(chain: Chain, parameters: Mapping[str, object]) -> Written:
    said = f" {document(list(parameters), chain.marker)}" if parameters else ""
    steps = [environment_step(chain.image, chain.hints)]
    if chain.lake:
        steps.append(fetch_step(chain.lake, chain.hints, chain.fetch, chain.inputs, chain.marker))
    steps.append(step("run", chain.image, f"{PREPARE} run{said}", chain.hints_of_run))
    if chain.summary:
        steps.append(step("summary", chain.image, f"{PREPARE} summary", chain.hints))
    workflow = {"type": "serial", "specification": {"steps": steps}}
    return Written(workflow, dict(parameters), {}, chain.outputs, len(steps))


def fetch_step(
    lake: Fetching, hints: Mapping[str, object], names: Sequence[str], inputs: bool, marker: str
) -> dict[str, Any]:
    """The step that fetches what parameters of these names name, and inputs that are in the lake."""
    words = f"{PREPARE} fetch inputs" if inputs else f"{PREPARE} fetch"
    said = f" {document(names, marker)}" if names else ""
    return step("fetch", lake.recipe.image, f"{words}{said}", {**hints, **lake.hints})


def rule(name: str, inputs: str, outputs: str, more: str, image: str, asked: Mapping[str, object],
         shell: str) -> str:  # fmt: skip
    """One rule of a Snakefile."""
    hints = "".join(f"        {key}={value!r},\n" for key, value in asked.items())
    return (
        f"rule {name}:\n"
        + (f"    input:\n        {inputs},\n" if inputs else "")
        + f"    output:\n        {outputs},\n{more}"
        + f'    container:\n        "docker://{image}"\n'
        + (f"    resources:\n{hints}" if hints else "")
        + f'    shell:\n        "{shell}"\n'
    )


def _snakemake(chain: Chain, parameters: Mapping[str, object]) -> Written:
    ready, done = f'"{FOLDER}/ready"', '"runs/complete"'
    rules = [rule("environment", "", ready, "", chain.image, chain.hints,
                  f"{PREPARE} environment && touch {{output}}")]  # fmt: skip
    if chain.lake:
        fetched = f'"{FOLDER}/fetched"'
        words = "fetch inputs" if chain.inputs else "fetch"
        more = "    params:\n        data=quote(json.dumps({name: config[name] for name in DATA})),\n"
        hints = {**chain.hints, **chain.lake.hints}
        rules.append(rule("fetch", ready, fetched, more, chain.lake.recipe.image, hints,
                          f"{PREPARE} {words} {{params.data}} && touch {{output}}"))  # fmt: skip
        ready = fetched
    more = "    params:\n        values=quote(json.dumps(config)),\n"
    rules.append(rule("run", ready, done, more, chain.image, chain.hints_of_run,
                      f"{PREPARE} run {{params.values}} && touch {{output}}"))  # fmt: skip
    last = done
    if chain.summary:
        last = '"summary/summary.html"'
        rules.append(rule("summary", done, last, "", chain.image, chain.hints, f"{PREPARE} summary"))
    text = (
        "import json\nfrom shlex import quote\n\n"
        + (f"DATA = {list(chain.fetch)!r}\n\n" if chain.lake else "")
        + f"\nrule all:\n    input:\n        {last},\n\n\n"
        + "\n\n".join(rules)
    )
    files = {f"{FOLDER}/Snakefile": text.encode(), _PARAMETERS: to_yaml(parameters).encode()}
    workflow = {"type": "snakemake", "file": f"{FOLDER}/Snakefile"}
    return Written(workflow, {"input": _PARAMETERS}, files, chain.outputs, len(rules))


def _cwl(chain: Chain, declared: Sequence[Parameter], parameters: Mapping[str, object]) -> Written:
    kinds = {one.name: _CWL[one.type] + ("?" if one.optional else "") for one in declared}
    given = {name: kinds[name] for name in parameters}
    requirements = [
        {"class": "DockerRequirement", "dockerPull": chain.image},
        {"class": "InitialWorkDirRequirement",
         "listing": [{"entry": "$(inputs." + _IN + ")", "entryname": FOLDER, "writable": True}]},
    ]  # fmt: skip
    run = {
        "class": "CommandLineTool",
        "requirements": requirements,
        "baseCommand": ["python3", f"{FOLDER}/prepare.py", "run"],
        "inputs": {
            _IN: "Directory",
            **{name: {"type": kind, "inputBinding": {"valueFrom": f"{name}=$(self)"}}
               for name, kind in given.items()},
        },
        "outputs": {"runs": {"type": "Directory", "outputBinding": {"glob": "runs"}}},
    }  # fmt: skip
    steps = {_LIMIT: {"run": run, "in": {_IN: _IN, **{name: name for name in given}}, "out": ["runs"]}}
    outputs = {"runs": {"type": "Directory", "outputSource": f"{_LIMIT}/runs"}}
    if chain.summary:
        summary = {
            "class": "CommandLineTool",
            "requirements": [
                requirements[0],
                {"class": "InitialWorkDirRequirement", "listing": [
                    {"entry": "$(inputs." + _IN + ")", "entryname": FOLDER, "writable": True},
                    {"entry": "$(inputs.runs)", "entryname": "runs"}]},
            ],
            "baseCommand": ["python3", f"{FOLDER}/prepare.py", "summary"],
            "inputs": {_IN: "Directory", "runs": "Directory"},
            "outputs": {"summary": {"type": "Directory", "outputBinding": {"glob": "summary"}}},
        }  # fmt: skip
        steps[_DRAW] = {
            "run": summary,
            "in": {_IN: _IN, "runs": f"{_LIMIT}/runs"},
            "out": ["summary"],
        }
        outputs["summary"] = {"type": "Directory", "outputSource": f"{_DRAW}/summary"}
    whole = {
        "cwlVersion": "v1.0",
        "class": "Workflow",
        "inputs": {_IN: "Directory", **given},
        "outputs": outputs,
        "steps": steps,
    }
    values = {_IN: {"class": "Directory", "location": FOLDER}, **parameters}
    files = {"workflow.cwl": to_yaml(whole).encode(), "parameters.yaml": to_yaml(values).encode()}
    workflow = {"type": "cwl", "file": "workflow.cwl"}
    places = tuple(f"outputs/{name}" for name in chain.outputs)
    return Written(workflow, {"input": "parameters.yaml"}, files, places, len(steps))


def _yadage(chain: Chain, parameters: Mapping[str, object]) -> Written:
    # it would join a list by blanks
    texts = {name: json.dumps(value) if isinstance(value, list | dict) else value
             for name, value in parameters.items()}  # fmt: skip
    said = document(list(parameters), chain.marker).replace("${", "{")

    def stage(name: str, after: str, keys: Sequence[str], words: str) -> dict[str, Any]:
        resources = [{key: value} for key, value in chain.hints.items()]
        image, _, tag = chain.image.rpartition(":")
        return {
            "name": name,
            "dependencies": [after],
            "scheduler": {
                "scheduler_type": "singlestep-stage",
                "parameters": {
                    # by this, and by nothing else, Yadage knows what has to be done before
                    _DONE: "" if after == "init" else {"step": after, "output": _DONE},
                    **{key: {"step": "init", "output": key} for key in keys},
                },
                "step": {
                    "process": {
                        "process_type": "interpolated-script-cmd",
                        "interpreter": "bash",
                        "script": f"{PREPARE} {words}\n",
                    },
                    "publisher": {"publisher_type": "interpolated-pub", "publish": {_DONE: "done"}},
                    "environment": {
                        "environment_type": "docker-encapsulated", "image": image, "imagetag": tag,
                        **({"resources": resources} if resources else {}),
                    },
                },
            },
        }  # fmt: skip

    stages = [
        stage("environment", "init", [], "environment"),
        stage("run", "environment", list(parameters), f"run {said}"),
    ]
    if chain.summary:
        stages.append(stage("summary", "run", [], "summary"))
    files = {"workflow.yaml": to_yaml({"stages": stages}).encode()}
    workflow = {"type": "yadage", "file": "workflow.yaml"}
    return Written(workflow, texts, files, chain.outputs, len(stages))
