"""A greeting of some names, from a file into a file: the same workflow for each of REANA's engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

GREETINGS = b"Hello Ada!\nHello Vera!\n"
"""What is in the one output of each."""
_FILES = {
    "greet.py": (
        "import sys\nnames = open(sys.argv[1]).read().split()\n"
        "open(sys.argv[2], 'w').write(''.join(f'Hello {name}!\\n' for name in names))\n"
    ),
    "names.txt": "Ada\nVera\n",
    "names.yaml": "names: names.txt\n",
    "Snakefile": (
        'rule greet:\n    input: config["names"]\n    output: "greetings.txt"\n'
        '    container: "docker://python:3.11"\n    shell: "python greet.py {input} {output}"\n'
    ),
    "greet.cwl": yaml.safe_dump({
        "cwlVersion": "v1.0", "class": "CommandLineTool", "baseCommand": "python",
        "requirements": {"DockerRequirement": {"dockerPull": "python:3.11"}},
        "inputs": {name: {"type": "File", "inputBinding": {"position": place}}
                   for place, name in enumerate(("script", "names"))},
        "arguments": [{"position": 2, "valueFrom": "greetings.txt"}],
        "outputs": {"greetings": {"type": "File", "outputBinding": {"glob": "greetings.txt"}}},
    }),
    "workflow.cwl": yaml.safe_dump({
        "cwlVersion": "v1.0", "class": "Workflow", "inputs": {"script": "File", "names": "File"},
        "outputs": {"greetings": {"type": "File", "outputSource": "greet/greetings"}},
        "steps": {"greet": {"run": "greet.cwl", "in": {"script": "script", "names": "names"},
                            "out": ["greetings"]}},
    }),
    "stages.yaml": yaml.safe_dump({"stages": [{
        "name": "greet", "dependencies": ["init"],
        "scheduler": {
            "scheduler_type": "singlestep-stage",
            "parameters": {"script": {"step": "init", "output": "script"},
                           "names": {"step": "init", "output": "names"},
                           "greetings": "{workdir}/greetings.txt"},
            "step": {
                "process": {"process_type": "string-interpolated-cmd",
                            "cmd": "python '{script}' '{names}' '{greetings}'"},
                "publisher": {"publisher_type": "frompar-pub", "outputmap": {"greetings": "greetings"}},
                "environment": {"environment_type": "docker-encapsulated", "image": "python",
                                "imagetag": "3.11"},
            },
        },
    }]}),
}  # fmt: skip


def serial(commands: list[str], **hints: object) -> dict[str, Any]:
    """The specification of a serial workflow of one step."""
    steps = [{"environment": "python:3.11", "commands": commands, **hints}]
    return {"version": "0.9.0", "workflow": {"type": "serial", "specification": {"steps": steps}}}


def write(folder: Path) -> dict[str, str]:
    """Write all files, and for each engine ``<engine>.yaml``; the paths of their outputs."""
    for name, text in _FILES.items():
        (folder / name).write_text(text)
    files = {name: {"class": "File", "location": name} for name in ("greet.py", "names.txt")}
    engines = {
        "serial": (serial(["python greet.py names.txt greetings.txt"])["workflow"], {}, "greetings.txt"),
        "snakemake": ({"type": "snakemake", "file": "Snakefile"}, {"input": "names.yaml"}, "greetings.txt"),
        "cwl": (
            {"type": "cwl", "file": "workflow.cwl"},
            {"script": files["greet.py"], "names": files["names.txt"]},
            "outputs/greetings.txt",
        ),
        "yadage": (
            {"type": "yadage", "file": "stages.yaml"},
            {"script": "greet.py", "names": "names.txt"},
            "greet/greetings.txt",
        ),
    }
    for engine, (workflow, parameters, output) in engines.items():
        text = yaml.safe_dump({
            "version": "0.9.0", "workflow": workflow, "outputs": {"files": [output]},
            "inputs": {"files": list(_FILES), "parameters": parameters},
        })  # fmt: skip
        (folder / f"{engine}.yaml").write_text(text)
    return {engine: output for engine, (_, _, output) in engines.items()}
