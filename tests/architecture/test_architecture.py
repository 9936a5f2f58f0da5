"""The shape of the project: who imports whom, what lies where, what must stay in step."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml

import freezeout

ROOT = Path(__file__).resolve().parents[2]
LIMIT_OF_LINES = 500
TOP = {
    ".ci", ".gitattributes", ".gitignore", "CHANGELOG.md", "CITATION.cff", "LICENSE", "Makefile", "README.md",
    "SECURITY.md", "benchmarks", "binder", "codemeta.json", "docs", "environments", "jupyter_ext",
    "kernels", "notebooks", "pyproject.toml", "src", "tests",
}  # fmt: skip


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def test_rooms_import_only_what_they_may() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_top_level_holds_what_was_agreed_and_nothing_else() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert found <= TOP, found - TOP


def test_no_module_is_longer_than_a_room() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("*.py", "*.ts", "*.tsx")
        if (lines := len(path.read_text().splitlines())) > LIMIT_OF_LINES
    }
    assert long == {}


def test_importing_freezeout_imports_nothing_else() -> None:
    heavy = "('numpy', 'scipy', 'yaml', 'bokeh')"
    code = f"import sys; import freezeout; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_line_starts_without_heavy_imports() -> None:
    code = (
        "import sys; from freezeout.cli import parser; parser().format_help();"
        "print([m for m in ('numpy', 'scipy', 'bokeh', 'matplotlib', 'papermill') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_can_be_imported() -> None:
    for name in freezeout.__all__:
        assert getattr(freezeout, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'limt'"):
        _ = freezeout.limt  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", tracked("src/**/*.py", "jupyter_ext/**/*.py"), ids=lambda p: p.name)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), path


@pytest.mark.parametrize("path", tracked("notebooks/*.ipynb"), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_committed_notebooks_have_no_outputs_and_say_python3(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    tagged = [cell for cell in code if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == (1 if path.name == "limit.ipynb" else 0)


def test_the_version_is_the_same_everywhere() -> None:
    package = json.loads((ROOT / "jupyter_ext/labextension/package.json").read_text())
    assert package["version"] == freezeout.__version__
    assert json.loads((ROOT / "codemeta.json").read_text())["version"] == freezeout.__version__
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == freezeout.__version__
    assert f"## {freezeout.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_citation_and_codemeta_say_the_same() -> None:
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    meta = json.loads((ROOT / "codemeta.json").read_text())
    assert cff["title"] == meta["name"]
    assert cff["abstract"] == meta["description"]
    assert meta["license"].endswith(cff["license"])
    assert cff["keywords"] == meta["keywords"]


@pytest.mark.parametrize(
    "path",
    tracked("environments/*requirements.txt", "tests/requirements.txt", "*yarn.lock"),
    ids=lambda p: p.parent.name,
)
def test_locks_name_no_host_and_hash_every_package(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    if path.suffix == ".txt":
        pinned = re.findall(
            r"^([A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?)==[^\n]*\\\n((?: +--hash=\S+(?: \\)?\n)+)",
            text,
            re.MULTILINE,
        )
        assert len(pinned) == len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE)) > 50


def test_the_gateway_extra_and_the_lock_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [
        line
        for extra in ("run", "plots", "gateway")
        for line in project["optional-dependencies"][extra]
        if not line.startswith("freezeout[")
    ]
    lock = (ROOT / "environments/gateway/requirements.txt").read_text().lower()
    for line in wanted:
        name = re.split(r"[<>=!\[ ]", line)[0].lower()
        assert re.search(rf"^{re.escape(name)}(\[|==)", lock, re.MULTILINE), name


@pytest.mark.parametrize("path", tracked("*SOURCE.yaml"), ids=lambda p: "/".join(p.parts[-3:-1]))
def test_every_table_is_the_one_its_source_names(path: Path) -> None:
    from freezeout.files import checksums

    source = yaml.safe_load(path.read_text())
    assert source.get("files"), path
    for name, entry in source["files"].items():
        assert checksums(path.parent / name)["sha256"] == entry["sha256"], name
    beside = {p.relative_to(path.parent).as_posix() for p in path.parent.rglob("*") if p.is_file()}
    extra = {name for name in beside if name.endswith((".csv", ".csv.gz")) and "/" not in name}
    assert extra <= set(source["files"]), extra - set(source["files"])


@pytest.mark.parametrize("folder", [f for f in sorted(TOP) if (ROOT / f).is_dir() and not f.startswith(".")])
def test_every_top_level_folder_says_what_lives_there(folder: str) -> None:
    assert (ROOT / folder / "README.md").is_file()
