"""A build is whole or it is not there, and says how it went."""

from __future__ import annotations

from freezeout.environments.build import run_build
from freezeout.environments.installation import installation

from .conftest import Recipe, builds, kernels


def test_a_build_from_the_lock_is_published_with_its_kernel(tiny: Recipe) -> None:
    seen: list[tuple[float | None, str]] = []
    job = run_build("tiny", watch=lambda fraction, message: seen.append((fraction, message)))
    assert job.state == "done"
    built = installation("tiny")
    assert built is not None and built.fault() is None and built.kernel_fault() is None
    assert built.packages["tiny"] == "1.0"
    assert built.data["smoke"]["message"] == "version 1.0"
    assert kernels() == ["freezeout-tiny"]
    assert builds("tiny") == [built.prefix]
