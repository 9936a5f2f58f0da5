"""Kernels have stable names, and nobody touches another's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from freezeout.environments.build import run_build
from freezeout.environments.card import card
from freezeout.environments.folder import environment
from freezeout.environments.kernels import (
    kernel_names,
    kernels_folder,
    register,
    registered,
    unregister,
    within,
)
from freezeout.environments.removal import remove
from freezeout.errors import InputError
from freezeout.experiments.surroundings import surroundings

from .conftest import Recipe, kernels


def offer(name: str, prefix: Path) -> list[str]:
    return register(environment(name), prefix / "bin/python", prefix)


def test_names_that_begin_alike_are_not_mixed_up(
    make_recipe: Callable[[str], Recipe], tmp_path: Path
) -> None:
    for name in ("gamma", "gamma-sherpa", "gamma-sherpa-two"):
        make_recipe(name)
        offer(name, tmp_path / name)
    assert registered("gamma") == ["freezeout-gamma"]
    unregister("gamma")
    assert kernels() == ["freezeout-gamma-sherpa", "freezeout-gamma-sherpa-two"]
    unregister("gamma-sherpa")
    assert kernels() == ["freezeout-gamma-sherpa-two"]
    unregister("gam")
    assert kernels() == ["freezeout-gamma-sherpa-two"]


@pytest.fixture
def with_cpp(make_recipe: Callable[[str], Recipe], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """An environment with a kernel for C++ besides that for Python, as ROOT's is."""
    templates = tmp_path / "kernels"
    for name, suffix in (("python", ""), ("cpp", "cpp"), ("cpp-again", "cpp")):
        (templates / name).mkdir(parents=True)
        spec = {"argv": ["{python}", name], "display_name": "{title}", "language": name}
        spec |= {"metadata": {"freezeout": {"suffix": suffix}}}
        (templates / name / "kernel.json").write_text(json.dumps(spec))
    shared = Path(str(tmp_path))
    monkeypatch.setattr("freezeout.environments.kernels.shared_folder", lambda name: shared / name)
    recipe = make_recipe("roof")
    recipe.describe(kernels="[python, cpp]")
    return recipe


def test_two_kernels_of_one_environment(with_cpp: Recipe, tmp_path: Path) -> None:
    assert offer("roof", tmp_path) == ["freezeout-roof", "freezeout-roof-cpp"]
    assert registered("roof") == ["freezeout-roof", "freezeout-roof-cpp"]
    with_cpp.describe()
    assert offer("roof", tmp_path) == ["freezeout-roof"]
    assert kernels() == ["freezeout-roof"]


def test_a_name_that_is_that_of_anothers_kernel_is_refused(
    with_cpp: Recipe, make_recipe: Callable[[str], Recipe], tmp_path: Path
) -> None:
    make_recipe("roof-cpp")
    with pytest.raises(InputError, match="freezeout-roof-cpp, which is that of 'roof'") as caught:
        run_build("roof-cpp")
    assert caught.value.code == "kernel_name_taken" and "another name" in caught.value.hint
    assert kernels() == []
    assert kernel_names(environment("roof")) == ("freezeout-roof", "freezeout-roof-cpp")


def test_a_kernel_that_is_there_for_another_is_not_written_over(
    with_cpp: Recipe, make_recipe: Callable[[str], Recipe], tmp_path: Path
) -> None:
    with_cpp.describe()
    make_recipe("roof-cpp")
    offer("roof-cpp", tmp_path / "theirs")
    with_cpp.describe(kernels="[python, cpp]")
    with pytest.raises(InputError, match="is that of 'roof-cpp'"):
        offer("roof", tmp_path / "ours")
    spec = json.loads((kernels_folder() / "freezeout-roof-cpp/kernel.json").read_text())
    assert spec["argv"][0].startswith(str(tmp_path / "theirs"))
    assert registered("roof") == []


def test_two_kernels_of_one_name_in_one_environment_are_refused(with_cpp: Recipe) -> None:
    with_cpp.describe(kernels="[python, cpp, cpp-again]")
    with pytest.raises(InputError, match="two kernels of 'roof' would have the name freezeout-roof-cpp"):
        run_build("roof")


def test_the_environments_own_logo_is_that_of_its_python_kernel(with_cpp: Recipe, tmp_path: Path) -> None:
    (with_cpp.folder / "logo-svg.svg").write_text("<svg>own</svg>")
    python, cpp = offer(with_cpp.name, tmp_path)
    assert (kernels_folder() / python / "logo-svg.svg").read_text() == "<svg>own</svg>"
    assert not (kernels_folder() / cpp / "logo-svg.svg").exists()


def test_a_template_that_is_not_there_is_named(with_cpp: Recipe) -> None:
    with_cpp.describe(kernels="[julia]")
    with pytest.raises(InputError, match=r"julia.kernel\.json.*templates: cpp, cpp-again, python"):
        run_build("roof")


def test_rebuilding_never_makes_a_second_kernel(tiny: Recipe) -> None:
    for _ in range(3):
        run_build("tiny", force=True)
        assert kernels() == ["freezeout-tiny"]
    remove("tiny")
    assert kernels() == []


def test_a_shell_reads_a_setup_file_without_seeing_the_command(tmp_path: Path) -> None:
    import subprocess

    setup = tmp_path / "set up.sh"
    setup.write_text('export SEEN="$#"\necho noise\nfalse\n')
    command = within(setup, ["bash", "-c", 'echo "$SEEN $1 $2"', "x", "a b", "$c"])
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    assert done.stdout == "0 a b $c\n"
    assert within(None, ["ls", "-l"]) == ["ls", "-l"]


def test_an_environment_that_runs_a_service_offers_no_kernel_and_runs_no_notebook(tiny: Recipe) -> None:
    assert run_build("tiny").result["kernels"] == ["freezeout-tiny"]
    tiny.describe(kernels=[])
    assert run_build("tiny").result["kernels"] == [] and kernels() == []
    shown = card(environment("tiny"))
    assert shown["state"] == "built" and shown["kernels"] == []
    with pytest.raises(InputError, match="'tiny' runs a service, and no notebooks") as caught:
        surroundings("tiny")
    assert caught.value.code == "no_kernel"
