"""The dashboard's controls, without a browser."""

from __future__ import annotations

import base64
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from freezeout.limits.store import add
from freezeout.plots.dashboard import Dashboard


@pytest.fixture
def dashboard() -> Dashboard:
    """A dashboard without runs."""
    return Dashboard(lambda: ((), ()))


def visible(dashboard: Dashboard) -> set[str]:
    """Keys of the curves that the plot shows."""
    return {renderer.name for renderer in dashboard._figure.renderers if renderer.visible}


def test_a_plane_a_kind_and_an_experiment_are_chosen(dashboard: Dashboard) -> None:
    assert "si-lz-2024" in visible(dashboard)
    dashboard.plane.value = "sigma_v/bb"
    assert {curve.plane for curve in dashboard.shown.curves} == {"sigma_v/bb"}
    dashboard.plane.value = "sd_p"
    dashboard.kinds["theory"].value = False
    assert not any(curve.kind == "theory" for curve in dashboard.shown.curves)
    dashboard.experiments.value = ("LZ",)
    assert visible(dashboard) == {"sdp-lz-2024"}


def test_a_tick_hides_and_shows_a_curve(dashboard: Dashboard) -> None:
    box = next(box for box, _ in dashboard._rows if box.description == "LZ 2024")
    box.value = False
    assert "si-lz-2024" not in visible(dashboard)
    assert "si-lz-2024" not in {curve.id for curve in dashboard.shown.curves}
    box.value = True
    assert "si-lz-2024" in visible(dashboard)


def test_a_point_is_judged_when_typed_and_when_tapped(dashboard: Dashboard) -> None:
    dashboard.mass.value, dashboard.value.value = "50", "1e-46"
    assert "excluded by LZ 2024 (90 % CL)" in dashboard.verdict.value
    dashboard._on_tap(SimpleNamespace(x=50.0, y=1e-49))
    assert dashboard.value.value == "1e-49"
    assert "not excluded by" in dashboard.verdict.value
    dashboard.mass.value = "heavy"
    assert "Give two positive numbers" in dashboard.verdict.value


def test_a_download_goes_out_with_the_right_bytes(dashboard: Dashboard) -> None:
    dashboard.experiments.value = ("LZ",)
    dashboard.downloads["CSV"].click()
    name, link = dashboard._figure.tags
    content = base64.b64decode(link.partition(",")[2]).decode()
    assert name == "si.csv"
    assert {line.split(",")[0] for line in content.splitlines()[1:]} == {"si-lz-2024"}


def test_search_filters_the_list_and_nothing_else(dashboard: Dashboard) -> None:
    before = visible(dashboard)
    dashboard.search.value = "xenonnt"
    assert len(dashboard.list.children) == 2
    dashboard.search.value = "no such curve"
    assert "No curve matches" in dashboard.list.children[0].value
    assert visible(dashboard) == before


def test_refresh_finds_a_new_run_an_own_curve_and_a_damaged_file(make, freezeout_home: Path) -> None:
    runs: list = []
    dashboard = Dashboard(lambda: (tuple(runs), ("run x is damaged",)))
    runs.append(make(run_id="20260101-abcdefgh", id="a", provenance="computed", experiment="Mine"))
    add(make(id="my-own", label="My own"))
    (freezeout_home / "limits" / "bad.yaml").write_text("", encoding="utf-8")
    dashboard.again.click()
    assert {"20260101-abcdefgh", "my-own"} < visible(dashboard)
    assert "run x is damaged" in dashboard.said.value
    assert "bad.yaml" in dashboard.said.value


def test_the_density_moves_computed_limits_and_strikes_the_others_through(make) -> None:
    mine = make(run_id="20260101-abcdefgh", provenance="computed", assumptions={"rho_dm": 0.3})
    dashboard = Dashboard(lambda: ((mine,), ()))
    dashboard.rho_dm.value = 0.6
    dashboard.rescale.value = True
    (moved,) = [curve for curve in dashboard.shown.curves if curve.run_id]
    np.testing.assert_allclose(moved.limit, mine.limit / 2)
    struck = [child.value for child in dashboard.list.children if "<s>" in str(child.value)]
    assert any("COSINE-100" in text and "does not state the rho_dm" in text for text in struck)
    dashboard.plane.value = "sigma_v/bb"
    assert dashboard.rho_dm.disabled


def test_older_runs_are_listed_unticked(make) -> None:
    runs = tuple(
        make(run_id=f"2026010{i}-abcdefgh", id="a", provenance="computed", experiment="Mine") for i in (2, 1)
    )
    dashboard = Dashboard(lambda: (runs, ()))
    assert "20260102-abcdefgh" in visible(dashboard)
    assert "20260101-abcdefgh" not in visible(dashboard)
