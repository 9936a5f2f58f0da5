from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import freezeout
from freezeout import Experiment, InputError, Result
from freezeout.files import read_yaml
from freezeout.stats import feldman_cousins


@pytest.fixture(scope="module")
def darkside50() -> Experiment:
    return freezeout.experiment("darkside50")


def limit(experiment: Experiment, preset: str = "default", **values: object) -> Result:
    parameters = experiment.check(values, preset)
    found = experiment.analysis.limit(experiment.inputs, **parameters)
    assert isinstance(found, Result)
    return found


@pytest.mark.parametrize("preset", ["default", "paper"])
def test_the_published_limit_is_reached_within_8_percent(
    preset: str, darkside50: Experiment, root: Path
) -> None:
    published = read_yaml(root / "tests/reference/darkside50.yaml")
    assert isinstance(published, dict)
    curve = limit(darkside50, preset, wimp_masses=published["wimp_mass"]).curve
    ratio = curve.limit / np.array(published["sigma_si"])
    assert np.all(np.abs(ratio - 1) < 0.08)
    for name, value in published["source"]["halo"].items():
        assert curve.assumptions[name] == value


def test_the_curve_says_what_it_is(darkside50: Experiment) -> None:
    curve = limit(darkside50).curve
    assert (curve.plane, curve.kind, curve.provenance) == ("si", "observed", "computed")
    assert curve.confidence_level == 0.9
    assert curve.exposure == "16660 kg day"
    assert curve.references[0].arxiv == "1802.07198"
    assert curve.assumptions["statistic"] == "poisson"
    assert {100.0, 1000.0, 10000.0} <= set(curve.mass)
    assert np.all(np.isfinite(curve.limit))


@pytest.mark.parametrize("preset", ["default", "smoke", "paper", "recommended_halo", "feldman_cousins"])
def test_every_preset_gives_a_limit_with_an_ordered_band(preset: str, darkside50: Experiment) -> None:
    assert preset in darkside50.presets
    curve = limit(darkside50, preset).curve
    band = np.array([curve.bands[name] for name in sorted(curve.bands, key=_sigmas)])
    assert band.shape == (5, curve.mass.size)
    assert np.all(np.diff(band, axis=0) >= 0)
    # 0.09 expected events: no event is what most toys see too
    np.testing.assert_array_equal(curve.bands["sensitivity_median"], curve.limit)
    assert np.all(curve.bands["sensitivity_p2sigma"] > 1.5 * curve.limit)


def _sigmas(name: str) -> int:
    order = ["m2sigma", "m1sigma", "median", "p1sigma", "p2sigma"]
    return order.index(name.removeprefix("sensitivity_"))


def test_a_faster_halo_sees_more_of_light_particles(darkside50: Experiment) -> None:
    masses = {"wimp_masses": [100.0]}
    usual = limit(darkside50, **masses).curve.limit[0]
    faster = limit(darkside50, **masses, v_0=238.0).curve.limit[0]
    following = limit(darkside50, **masses, v_0=238.0, v_earth=0.0).curve
    assert following.limit[0] < faster < usual
    assert following.assumptions["v_earth"] == 250.0
    assert limit(darkside50, **masses, v_earth=0.0).curve.limit[0] == usual


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 5), st.floats(1, 1e7), st.floats(0.5, 0.99))
def test_the_limit_scales_with_density_exposure_and_level(rho: float, exposure: float, level: float) -> None:
    experiment = freezeout.experiment("darkside50")
    one = limit(experiment, "smoke").curve.limit
    other = limit(experiment, "smoke", rho_dm=rho, exposure=exposure, confidence_level=level).curve.limit
    scale = (0.3 / rho) * (16660 / exposure) * (np.log(1 - level) / np.log(0.1))
    np.testing.assert_allclose(other, one * scale, rtol=1e-12)


def test_feldman_cousins_takes_the_expected_background(darkside50: Experiment) -> None:
    classical = limit(darkside50, "smoke").curve.limit
    unified = limit(darkside50, "smoke", statistic="feldman_cousins").curve.limit
    ratio = float(feldman_cousins.upper_limit(0, 0.09, 0.9)) / -np.log(0.1)
    np.testing.assert_allclose(unified / classical, ratio, rtol=1e-12)


def test_masses_that_cannot_be_seen_have_no_limit_and_the_others_keep_theirs(darkside50: Experiment) -> None:
    result = limit(darkside50, wimp_masses=[5.0, 100.0])
    assert result.curve.limit[0] == np.inf
    alone = limit(darkside50, wimp_masses=[100.0]).curve.limit[0]
    assert result.curve.limit[1] == pytest.approx(alone, rel=1e-12)
    assert result.likelihood is not None
    assert np.all(result.likelihood.minus_two_delta_nll[0] == 0)


def test_the_profile_crosses_the_limit_at_twice_the_events(darkside50: Experiment) -> None:
    result = limit(darkside50, "smoke")
    assert result.likelihood is not None
    profile = result.likelihood
    for row, curve, sigma in zip(profile.minus_two_delta_nll, profile.poi, result.curve.limit, strict=True):
        assert row[0] == 0
        assert np.interp(sigma, curve, row) == pytest.approx(2 * np.log(10), rel=1e-9)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"v_0": 544.0}, "v_0 = 544 km/s is not below v_esc = 544 km/s"),
        ({"v_0": 600.0}, "v_0 = 600 km/s is not below"),
        ({"interaction": "SDp"}, "no natural isotope of it has nuclear spin"),
        ({"interaction": "SDn"}, "no natural isotope of it has nuclear spin"),
        ({"exposure": -1.0}, "exposure is -1, out of range"),
        ({"exposure": 0.0}, "exposure is 0, out of range"),
        ({"wimp_masses": []}, "wimp_masses is empty"),
        ({"wimp_masses": [100.0, 50.0]}, "not in increasing order"),
        ({"wimp_masses": [float("nan")]}, "nan"),
        ({"v_0": float("nan")}, "v_0 is nan"),
        ({"v_earth": -1.0}, "v_earth is -1, out of range"),
        ({"rho_dm": 0.0}, "rho_dm is 0, out of range"),
        ({"confidence_level": 1.0}, "confidence_level is 1, out of range"),
        ({"confidence_level": 90.0}, "confidence_level is 90, out of range"),
        ({"statistic": "poison"}, "did you mean poisson"),
        ({"v0": 220.0}, "no parameter 'v0'"),
        ({"toys": 0}, "toys is 0, out of range"),
        ({"toys": 1.5}, "not a whole number"),
    ],
)
def test_bad_parameters_are_refused_before_anything_runs(
    values: dict[str, object], message: str, darkside50: Experiment
) -> None:
    with pytest.raises(InputError) as caught:
        darkside50.check(values)
    assert message in str(caught.value)


def test_masses_that_are_all_too_light_are_refused_with_the_lightest_that_is_not(
    darkside50: Experiment,
) -> None:
    with pytest.raises(InputError, match=r"no recoil is above the threshold .*give masses above 16\.8 GeV"):
        limit(darkside50, wimp_masses=[1.0, 10.0])
    assert np.isfinite(limit(darkside50, wimp_masses=[17.5]).curve.limit[0])


def test_a_damaged_acceptance_is_refused(tmp_path: Path, darkside50: Experiment) -> None:
    copy = tmp_path / "darkside50"
    shutil.copytree(darkside50.folder, copy)
    table = copy / "inputs/acceptance.csv"
    table.write_text(table.read_text().replace("0.70", "0.99"))
    with pytest.raises(InputError, match="damaged or was changed"):
        _ = Experiment(copy, darkside50.description).inputs


def test_a_notebook_that_is_run_by_hand_gives_the_limit_of_the_command(darkside50: Experiment) -> None:
    import nbformat

    notebook = nbformat.read(darkside50.notebook, as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    namespace: dict[str, object] = {}
    for source in code:
        exec(compile(source, "limit.ipynb", "exec"), namespace)
    found = namespace["result"]
    assert isinstance(found, Result)
    np.testing.assert_array_equal(found.curve.limit, limit(darkside50).curve.limit)
