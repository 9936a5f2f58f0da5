"""Hints of a step: granted, held lower, or refused with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from freezeout.errors import InputError
from freezeout.reana.server.steps.hints import limits, memory, require_supported
from freezeout.reana.server.work import Limits

from .conftest import Runner


@pytest.mark.parametrize(
    ("hints", "what"),
    [
        ({"kerberos": True}, "kerberos: True, and Freezeout's own REANA server has no Kerberos tickets"),
        ({"voms_proxy": True}, "no VOMS proxies"),
        ({"compute_backend": "htcondorcern"}, "compute_backend: htcondorcern"),
        ({"compute_backend": "slurmcern"}, "no batch back ends"),
        ({"htcondor_max_runtime": "espresso"}, "no HTCondor"),
        ({"slurm_partition": "inf-short"}, "no Slurm"),
        ({"c4p_cpu_cores": "8"}, "no Compute4PUNCH"),
        ({"unpacked_img": True}, "no unpacked images"),
    ],
)
def test_what_is_missing_here_is_named(hints: dict[str, object], what: str) -> None:
    with pytest.raises(InputError) as caught:
        require_supported(hints)
    assert what in str(caught.value) and caught.value.code == "reana_feature_missing"


@pytest.mark.parametrize(
    "hints",
    [
        {},
        {"kerberos": False, "voms_proxy": "false", "compute_backend": None, "htcondor_max_runtime": ""},
        {"compute_backend": "kubernetes", "kubernetes_uid": 1000, "kubernetes_cpu_limit": "2"},
        {"something_new": "of tomorrow"},
    ],
)
def test_what_is_not_asked_for_or_makes_no_difference_is_no_obstacle(hints: dict[str, object]) -> None:
    require_supported(hints)


def test_a_step_that_asks_for_what_is_missing_fails_with_that_reason_and_does_nothing(
    run_once: Runner,
) -> None:
    result = run_once("touch done", kerberos=True)
    assert result.status and "Kerberos" in result.reason and "Kerberos" in run_once.text
    assert list(run_once.work.workspace.iterdir()) == []


@pytest.mark.parametrize(
    ("resources", "what"), [({"cvmfs": ["atlas.cern.ch"]}, "CVMFS"), ({"kerberos": True}, "Kerberos")]
)
def test_what_a_workflow_asks_for_on_behalf_of_its_steps_is_not_passed_over(
    run_once: Runner, resources: dict[str, object], what: str
) -> None:
    asks = Runner(replace(run_once.work, specification={"workflow": {"resources": resources}}))
    result = asks("touch done")
    assert result.status and what in result.reason
    assert list(asks.work.workspace.iterdir()) == []


def test_a_step_may_ask_for_less_than_the_server_allows() -> None:
    asked = {"kubernetes_memory_limit": "512Mi", "kubernetes_job_timeout": "60"}
    allowed, notes = limits(asked, Limits())
    assert (allowed.memory_bytes, allowed.seconds, notes) == (512 << 20, 60.0, [])


def test_a_step_that_asks_for_more_gets_what_the_server_allows_and_is_told() -> None:
    asked = {"kubernetes_memory_limit": "80Gi", "kubernetes_job_timeout": 1e9}
    most = Limits(seconds=3600, memory_bytes=1 << 30)
    allowed, notes = limits(asked, most)
    assert allowed == most
    assert "80Gi of memory are asked for; this server allows 1024 MiB" in notes[0] and "3600 s" in notes[1]


def test_what_is_not_honoured_is_told_in_one_line() -> None:
    asked = {"kubernetes_cpu_limit": "2", "kubernetes_uid": 1000, "kubernetes_cpu_request": None}
    assert limits(asked, Limits())[1] == ["not honoured by this server: kubernetes_cpu_limit, kubernetes_uid"]


@pytest.mark.parametrize(
    ("text", "count"),
    [("8Gi", 8 << 30), ("1.5G", 1_500_000_000), ("100M", 10**8), ("4096", 4096), ("1Ti", 1 << 40)],
)
def test_memory_is_read_as_kubernetes_writes_it(text: str, count: int) -> None:
    assert memory(text) == count


@pytest.mark.parametrize("text", ["", "much", "-1Gi", "0", "1 GB", "Gi", "1e9x"])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no size"):
        memory(text)


@pytest.mark.parametrize("value", ["soon", -5, 0, "nan", "inf"])
def test_a_time_that_is_none_is_refused(value: object) -> None:
    if value == 0:
        assert limits({"kubernetes_job_timeout": 0}, Limits())[0] == Limits()  # none is asked for
        return
    with pytest.raises(InputError, match="is no number of seconds"):
        limits({"kubernetes_job_timeout": value}, Limits())
