"""Which environment stands for which image."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from freezeout.environments.folder import environment_folders
from freezeout.errors import InputError
from freezeout.reana.server.steps import images

from .conftest import Runner

TABLE = yaml.safe_load(Path(images.__file__).with_name("images.yaml").read_text())


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("python", "python"),
        ("docker.io/library/python:2.7-slim", "python"),
        ("docker://docker.io/reanahub/reana-env-jupyter:3.0.0", "reanahub/reana-env-jupyter"),
        ("gitlab-registry.cern.ch/us/Tool:1@sha256:ab", "us/tool"),
        ("localhost:5000/a/b", "a/b"),
        ("rootproject/root:6.30.02-ubuntu22.04", "rootproject/root"),
        ("", ""),
    ],
)
def test_an_image_is_known_without_registry_tag_and_digest(image: str, name: str) -> None:
    assert images.repository(image) == name


@pytest.mark.parametrize(
    ("image", "environment"),
    [
        ("docker.io/reanahub/reana-env-jupyter:3.0.0", "base"),
        ("jupyter/scipy-notebook", "base"),
        ("docker.io/rootproject/root:6.30", "root"),
        ("reanahub/reana-env-root6:6.18.04", "root"),
        ("pyhf/pyhf:v0.7", "atlas"),
        ("gammapy/gammapy:1.2", "gamma"),
        ("docker.io/rucio/rucio-clients", "rucio"),
        ("ghcr.io/us/freezeout-direct:1", "direct"),
        ("freezeout/root", "root"),
    ],
)
def test_an_image_means_an_environment_that_is_named_when_it_is_not_built(
    run_once: Runner, image: str, environment: str
) -> None:
    result = run_once("true", image=image)
    assert result.status
    assert f"the image '{image}' means the environment '{environment}'" in result.reason
    assert f"freezeout env build {environment}" in result.reason


@pytest.mark.parametrize("image", ["docker.io/library/python:3.12", "python", "ubuntu:24.04", "busybox"])
def test_a_general_image_is_run_by_the_gateway_until_base_is_built(run_once: Runner, image: str) -> None:
    assert images.environment_for(image, run_once.work).built.name == "gateway"


def test_an_image_that_none_stands_for_fails_with_that_reason(run_once: Runner) -> None:
    result = run_once("true", image="someone/some-detector:9")
    assert result.status and "no environment stands for the image 'someone/some-detector:9'" in result.reason
    assert "freezeout-base" in result.reason


def test_in_a_submission_a_general_image_means_its_environment(run_once: Runner) -> None:
    about = run_once.work.workspace / images.SUBMISSION
    about.parent.mkdir()
    about.write_text(json.dumps({"environment": {"name": "direct", "lock_sha256": "0" * 64}}))
    with pytest.raises(InputError, match="means the environment 'direct'"):
        images.environment_for("docker.io/library/python:3.11-slim", run_once.work)
    about.write_text(json.dumps({"environment": {"name": "gateway"}}))
    assert images.environment_for("python:3.11", run_once.work).built.name == "gateway"
    with pytest.raises(InputError, match="means the environment 'root'"):
        images.environment_for("rootproject/root", run_once.work)


def test_the_step_that_fetches_for_an_environment_without_a_client_is_the_gateways(run_once: Runner) -> None:
    about = run_once.work.workspace / images.SUBMISSION
    about.parent.mkdir()
    about.write_text(json.dumps({"environment": {"name": "direct"}, "lake": {"name": "rucio"}}))
    fetching = images.environment_for("python:3.11", run_once.work, fetches=True)
    assert fetching.built.name == "gateway"
    with pytest.raises(InputError, match="means the environment 'direct'"):
        images.environment_for("python:3.11", run_once.work)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"environment": 7}', '{"environment": {"name": ["x"]}}', "[" * 9999]
)
def test_a_submission_that_says_nothing_useful_is_none(run_once: Runner, content: str) -> None:
    about = run_once.work.workspace / images.SUBMISSION
    about.parent.mkdir()
    about.write_text(content)
    assert images.environment_for("python:3.11", run_once.work).built.name == "gateway"


def test_a_submission_elsewhere_is_not_read(run_once: Runner, tmp_path: Path) -> None:
    (tmp_path / "submission.json").write_text(json.dumps({"environment": "direct"}))
    (run_once.work.workspace / "freezeout").symlink_to(tmp_path)
    assert images.environment_for("python:3.11", run_once.work).built.name == "gateway"


def test_the_table_names_environments_that_there_are() -> None:
    named = {name for entry in TABLE for name in entry["environments"]}
    assert named <= set(environment_folders())
    assert all(set(entry) <= {"images", "environments", "general"} and entry["images"] for entry in TABLE)
