"""The folders of environments that ship: complete, consistent and honest."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from freezeout.environments.folder import Environment, read_environment
from freezeout.environments.library import requirements
from freezeout.environments.lock import normalised

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(path.parent for path in ROOT.glob("environments/*/environment.yaml"))
SCHEMA = json.loads((ROOT / "src/freezeout/environments/environment.schema.json").read_text())
# what the Virtual Research Environment offers or offered
OFFERED = {
    "minimal", "direct detection", "gammapy", "agnpy", "naima", "gammapy with Sherpa", "KM3NeT",
    "KM3NeT & CTA",
    "Fermi indirect", "ROOT", "ATLAS", "HEP", "virtual observatory", "ESAP basket",
    "wavelet detection filter",
    "compact stars", "SKA SDC1", "LOFAR", "CYGNO", "Baler", "REANA client", "Rucio client", "Dask",
}  # fmt: skip
NINE = {"base", "gamma", "root", "km3net", "atlas", "direct", "vo", "reana", "compression"}
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==", re.MULTILINE)


def described(folder: Path) -> dict[str, object]:
    found = yaml.safe_load((folder / "environment.yaml").read_text())
    assert isinstance(found, dict)
    return found


def names(lines: list[str]) -> set[str]:
    return {normalised(re.split(r"[<>=!~;\[ ]", line)[0]) for line in lines}


def locked(folder: Path) -> set[str]:
    return {normalised(name) for name in _PIN.findall((folder / "requirements.txt").read_text())}


def built_by_uv() -> list[Path]:
    return [
        folder
        for folder in FOLDERS
        if (said := described(folder))["status"] != "unavailable" and said.get("builder", "uv") == "uv"
    ]


def by_name(folder: Path) -> str:
    return folder.name


@pytest.mark.parametrize("folder", FOLDERS, ids=by_name)
def test_a_description_follows_the_schema_and_has_the_name_of_its_folder(folder: Path) -> None:
    said = described(folder)
    assert list(Draft202012Validator(SCHEMA).iter_errors(said)) == []
    assert said["name"] == folder.name
    assert isinstance(read_environment(folder), Environment)


@pytest.mark.parametrize("folder", built_by_uv(), ids=by_name)
def test_what_can_be_built_has_wishes_a_lock_and_a_test(folder: Path) -> None:
    for name in ("requirements.in", "requirements.txt", "smoke.py"):
        assert (folder / name).is_file(), name
    said = described(folder)
    assert said["python"], "the lock was made for some versions of Python"


@pytest.mark.parametrize("folder", built_by_uv(), ids=by_name)
def test_a_lock_holds_what_is_wished_what_is_shown_and_what_the_library_needs(folder: Path) -> None:
    said, pinned = described(folder), locked(folder)
    lines = (folder / "requirements.in").read_text().splitlines()
    wished = names([line for line in lines if line and not line.startswith("#")])
    assert wished <= pinned, wished - pinned
    shown = {normalised(name) for name in said["packages"]}  # type: ignore[attr-defined]
    assert shown and shown <= pinned, shown - pinned
    needed = names(requirements(str(said.get("library", "run"))))
    assert needed <= pinned, needed - pinned


@pytest.mark.parametrize("folder", built_by_uv(), ids=by_name)
def test_the_tops_of_an_environment_are_pinned(folder: Path) -> None:
    lines = [line for line in (folder / "requirements.in").read_text().splitlines() if "==" in line]
    tops = {normalised(name) for name in described(folder)["packages"]}  # type: ignore[attr-defined]
    assert tops & names(lines), "no main package has a version"


@pytest.mark.parametrize("folder", [f for f in FOLDERS if (f / "smoke.py").exists()], ids=by_name)
def test_a_deep_test_computes_and_is_about_the_main_packages(folder: Path) -> None:
    tree = ast.parse((folder / "smoke.py").read_text())
    assert any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body)
    claims = sum(isinstance(node, ast.Assert) for node in ast.walk(tree))
    assert claims >= 3, f"{claims} claims are hardly a test"


@pytest.mark.parametrize("folder", FOLDERS, ids=by_name)
def test_a_substitute_and_the_kernels_are_there(folder: Path) -> None:
    said = described(folder)
    if "substitute" in said:
        other = ROOT / "environments" / str(said["substitute"])
        assert other != folder and described(other)["status"] != "unavailable"
    for kernel in said.get("kernels", ["python"]):  # type: ignore[attr-defined]
        assert (ROOT / "kernels" / kernel / "kernel.json").is_file()


@pytest.mark.parametrize("folder", FOLDERS, ids=by_name)
def test_what_conda_builds_names_channels_and_no_host(folder: Path) -> None:
    if described(folder).get("builder") != "conda":
        assert not (folder / "conda.yaml").exists()
        return
    text = (folder / "conda.yaml").read_text()
    asked = yaml.safe_load(text)
    assert "://" not in text and asked["channels"]
    assert any(str(line).startswith("python=") for line in asked["dependencies"])
    wished = names(asked["dependencies"])
    assert names(requirements("run")) <= wished
    assert {normalised(name) for name in described(folder)["packages"]} <= wished  # type: ignore[attr-defined]


def test_no_two_environments_have_one_title() -> None:
    titles = [described(folder)["title"] for folder in FOLDERS]
    assert len(set(titles)) == len(titles)


def test_the_whole_list_of_the_vre_is_covered() -> None:
    offered = {word for folder in FOLDERS for word in described(folder).get("offered_as", [])}  # type: ignore[attr-defined]
    assert offered >= OFFERED, OFFERED - offered


def test_the_first_nine_are_ready() -> None:
    ready = {folder.name for folder in FOLDERS if described(folder)["status"] == "ready"}
    assert ready >= NINE, NINE - ready


@pytest.mark.parametrize("template", sorted(ROOT.glob("kernels/*/kernel.json")), ids=lambda p: p.parent.name)
def test_a_kernel_template_starts_the_environments_interpreter_and_has_a_logo(template: Path) -> None:
    spec = json.loads(template.read_text())
    assert spec["argv"][0] == "{python}" and "{connection_file}" in spec["argv"]
    assert "{title}" in spec["display_name"]
    assert isinstance(spec["metadata"]["freezeout"]["suffix"], str)
    for word in spec["argv"]:
        beside = re.fullmatch(r"\{resource_dir\}/(.+)", word)
        assert beside is None or (template.parent / beside[1]).is_file()
    logo = (template.parent / "logo-svg.svg").read_text()
    assert "viewBox" in logo and "href" not in logo


def test_suffixes_of_kernels_are_all_different() -> None:
    suffixes = [
        json.loads(path.read_text())["metadata"]["freezeout"]["suffix"]
        for path in ROOT.glob("kernels/*/kernel.json")
    ]
    assert len(set(suffixes)) == len(suffixes)
