from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import freezeout
from freezeout import Experiment, InputError, Result
from freezeout.files import read_columns, read_source_table, read_yaml
from freezeout.physics.collider.exclusion import excluded_ranges
from freezeout.physics.collider.mediator import Mediator
from freezeout.physics.collider.translation import mediator_mass_from_scattering, scattering_cross_section
from freezeout.physics.collider.zprime import zprime


@pytest.fixture(scope="module")
def atlas() -> Experiment:
    return freezeout.experiment("atlas_dilepton")


@pytest.fixture(scope="module")
def reference(root: Path) -> dict[str, dict[str, object]]:
    found = read_yaml(root / "tests/reference/atlas_dilepton.yaml")
    assert isinstance(found, dict)
    return found


def limit(experiment: Experiment, preset: str = "default", **values: object) -> Result:
    found = experiment.analysis.limit(experiment.inputs, **experiment.check(values, preset))
    assert isinstance(found, Result)
    return found


def mass_limit(experiment: Experiment, model: str) -> float:
    """Upper end of the highest excluded range of a benchmark Z'."""
    search, boson = experiment.analysis.read_search(experiment.inputs), zprime(model)
    masses = search.limits.mass
    width = boson.relative_width(masses)
    signal = search.unit.fiducial(masses, width, boson.up.squared, boson.down.squared, boson.lepton.squared)
    return float(excluded_ranges(masses, signal, search.limits.at(masses, width))[-1, 1])


def ends(result: Result, dm_mass: float, which: str) -> np.ndarray:
    table = result.tables["excluded_ranges"]
    return np.asarray(table[f"mediator_mass_{which}"])[np.asarray(table["dm_mass"]) == dm_mass]


def test_zprime_psi_is_excluded_up_to_the_published_mass_within_3_percent(
    atlas: Experiment, reference: dict[str, dict[str, float]]
) -> None:
    published = reference["zprime_mass_limits"]
    assert mass_limit(atlas, "psi") == pytest.approx(
        published["psi"], rel=published["tolerance_percent"] / 100
    )


def test_zprime_ssm_is_excluded_further_than_psi(
    atlas: Experiment,
    reference: dict[str, dict[str, float]],
    record_property: Callable[[str, object], None],
) -> None:
    ours = mass_limit(atlas, "ssm")
    # the paper's value is not confirmed: reported beside ours, not asked for
    record_property("zprime_ssm_mass_limit_gev", round(ours))
    record_property("not_confirmed_gev", reference["zprime_mass_limits"]["ssm_not_confirmed"])
    assert mass_limit(atlas, "psi") < ours < 6000


def test_v2_ranges_end_where_an_independent_recomputation_has_them(
    atlas: Experiment, reference: dict[str, dict[str, object]]
) -> None:
    recomputed = reference["v2_excluded_ranges"]
    tolerance = float(recomputed["tolerance_percent"]) / 100  # type: ignore[arg-type]
    result = limit(atlas, "v2", dm_masses=[1.0, 500.0, 1000.0, 1500.0])
    for dm_mass, uppers in recomputed["upper_ends"].items():  # type: ignore[attr-defined]
        found = ends(result, dm_mass, "high")
        for upper in uppers:
            assert np.min(np.abs(found / upper - 1)) < tolerance, (dm_mass, upper, found)
        edge = result.curve.columns["mediator_mass_limit_gev"][result.curve.mass == dm_mass]
        assert edge == pytest.approx(uppers[-1], rel=tolerance)
    for dm_mass, lower in recomputed["lower_ends"].items():  # type: ignore[attr-defined]
        assert np.min(np.abs(ends(result, dm_mass, "low") / lower - 1)) < tolerance
    assert len(ends(result, 1.0, "high")) > 1, "light dark matter has gaps"


def test_the_limits_are_the_published_ones(
    atlas: Experiment, reference: dict[str, dict[str, list[dict[str, float]]]]
) -> None:
    limits = atlas.analysis.read_search(atlas.inputs).limits
    for row in reference["published_limits_fb"]["rows"]:
        found = limits.at(row["mass"], row["width_percent"] / 100)
        assert found == pytest.approx(row["limit"], rel=1e-3)
    assert limits.limit.shape == (1101, 6)


def test_the_curve_is_the_translated_edge(atlas: Experiment) -> None:
    curve = limit(atlas, "smoke").curve
    assert (curve.plane, curve.confidence_level, curve.kind) == ("si", 0.95, "observed")
    mediator = Mediator("vector", 0.1, 0.01, 1.0)
    edge = mediator_mass_from_scattering(mediator, curve.limit, curve.mass)
    assert edge == pytest.approx(curve.columns["mediator_mass_limit_gev"], rel=1e-12)
    assert np.all(curve.columns["range_top_cm2"] > curve.limit)
    assert {str(r.arxiv) for r in curve.references} >= {"1903.06248", "1603.04156", "1703.05703"}
    assert curve.assumptions["order"] == "LO, no K-factor"


@pytest.mark.parametrize(
    ("model", "nucleon", "plane"),
    [("vector", "neutron", "si"), ("axial", "proton", "sd_p"), ("axial", "neutron", "sd_n")],
)
def test_model_and_nucleon_choose_the_plane(model: str, nucleon: str, plane: str, atlas: Experiment) -> None:
    curve = limit(atlas, "smoke", model=model, nucleon=nucleon).curve
    assert curve.plane == plane
    edge = curve.columns["mediator_mass_limit_gev"]
    expected = scattering_cross_section(Mediator(model, 0.1, 0.01, 1.0), edge, curve.mass, nucleon)
    assert curve.limit == pytest.approx(expected, rel=1e-12)


def test_the_edges_are_what_their_names_say(atlas: Experiment) -> None:
    masses = [1.0, 1500.0]
    outermost = limit(atlas, dm_masses=masses, narrowest_range=0.0)
    contiguous = limit(atlas, dm_masses=masses, narrowest_range=0.0, range_edge="contiguous")
    for i, dm_mass in enumerate(masses):
        highs = ends(outermost, dm_mass, "high")
        assert outermost.curve.columns["mediator_mass_limit_gev"][i] == highs[-1]
        assert contiguous.curve.columns["mediator_mass_limit_gev"][i] == highs[0]
    assert np.all(contiguous.curve.limit > outermost.curve.limit)


def test_a_range_narrower_than_the_resolution_is_listed_but_no_edge(atlas: Experiment) -> None:
    result = limit(atlas, dm_masses=[1500.0])
    table = result.tables["excluded_ranges"]
    narrow = table["counted"] == 0
    resolution = atlas.analysis.read_search(atlas.inputs).resolution_at(table["mediator_mass_high"])
    width = table["mediator_mass_high"] - table["mediator_mass_low"]
    assert np.array_equal(narrow, width < resolution)
    assert narrow.tolist() == [False, False, True]
    assert result.curve.columns["mediator_mass_limit_gev"][0] == table["mediator_mass_high"][1]
    assert any("narrowest_range" in note for note in result.curve.notes)


def test_stronger_couplings_to_leptons_exclude_more(atlas: Experiment) -> None:
    weak, strong = (limit(atlas, "smoke", g_l=g_l).curve for g_l in (0.01, 0.03))
    assert np.all(strong.limit < weak.limit)


def test_dark_matter_without_excluded_mediator_has_no_limit_and_no_warning(atlas: Experiment) -> None:
    curve = limit(atlas, dm_masses=[1.0, 1500.0], g_l=0.0025).curve
    assert np.isnan(curve.limit[0])
    assert np.isfinite(curve.limit[1])


def test_the_contour_agrees_with_the_ranges(atlas: Experiment) -> None:
    masses = [1.0, 300.0, 700.0, 1000.0, 1500.0]
    result = limit(atlas, dm_masses=masses)
    contour = result.tables["exclusion_contour"]
    mediator = np.asarray(contour["mediator_mass"])
    for dm_mass in masses:
        lows, highs = ends(result, dm_mass, "low")[:, None], ends(result, dm_mass, "high")[:, None]
        inside = np.any((mediator >= lows) & (mediator <= highs), axis=0)
        assert np.array_equal(inside, contour["dm_mass"] <= dm_mass * (1 + 1e-9)), dm_mass


def test_the_regions_of_the_mediator_plane_close_and_cover_the_contour(atlas: Experiment) -> None:
    parameters = atlas.check({"dm_masses": [1.0, 1500.0]})
    regions = atlas.analysis.mediator_regions(atlas.inputs, **parameters)
    assert [round(r.mass.max(), -1) for r in regions] == [1670.0, 2010.0, 2190.0]
    for region in regions:
        assert (region.plane, region.kind) == ("mediator/vector", "region")
        assert (region.mass[0], region.limit[0]) == (region.mass[-1], region.limit[-1])
        assert region.limit.max() == 1500.0


def test_a_mediator_too_wide_is_refused_before_anything_starts(atlas: Experiment) -> None:
    with pytest.raises(InputError, match=r"24\.4 % .* 6000 GeV .* 10 %.*lower g_dm to 1\.89") as caught:
        atlas.check({"g_dm": 3.0})
    assert caught.value.exit_status == 2
    atlas.check({"g_dm": 1.89})
    # 1.9^2 / 12 pi + 18 0.1^2 / 12 pi + 4.5 0.1^2 / 12 pi = 9.58 % + 0.48 % + 0.12 %
    with pytest.raises(InputError, match=r"width is 10\.2 %"):
        atlas.check({"g_dm": 1.9, "g_l": 0.1})
    with pytest.raises(InputError, match="lower g_q"):
        atlas.check({"g_q": 1.0})
    with pytest.raises(InputError, match="more than one"):
        atlas.check({"g_q": 1.0, "g_dm": 3.0})


def test_dark_matter_too_heavy_for_the_decay_does_not_widen_the_mediator(atlas: Experiment) -> None:
    atlas.check({"g_dm": 3.0, "dm_masses": [3000.0]})


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"dm_masses": []}, "dm_masses is empty"),
        ({"dm_masses": [float("nan")]}, "dm_masses"),
        ({"dm_masses": [10.0, 1.0]}, "increasing"),
        ({"dm_masses": [0.0]}, "dm_masses"),
        ({"model": "scalar"}, "vector, axial"),
        ({"nucleon": "pion"}, "proton, neutron"),
        ({"range_edge": "inner"}, "outermost, contiguous"),
        ({"g_q": 0.0}, "g_q"),
        ({"g_dm": "much"}, "g_dm"),
        ({"g_lepton": 0.1}, "g_l"),
        ({"narrowest_range": -1.0}, "narrowest_range"),
        ({"mediator_mass_min": 200.0}, "mediator_mass_min"),
        ({"mediator_mass_min": 900.0, "mediator_mass_max": 800.0}, "give a smaller minimum"),
    ],
)
def test_bad_parameters_are_named(bad: dict[str, object], message: str, atlas: Experiment) -> None:
    with pytest.raises(InputError, match=message):
        atlas.check(bad)


def test_couplings_that_exclude_nothing_are_one_clear_error(atlas: Experiment) -> None:
    with pytest.raises(
        InputError, match=r"g_l = 0\.0001 .* no mediator between 250 and 6000 GeV is excluded"
    ):
        limit(atlas, "smoke", g_l=1e-4)


def test_a_scan_of_a_part_ends_at_its_ends(atlas: Experiment) -> None:
    result = limit(atlas, dm_masses=[1500.0], mediator_mass_min=300.5, mediator_mass_max=1000.5)
    assert ends(result, 1500.0, "low").tolist() == [300.5]
    assert ends(result, 1500.0, "high").tolist() == [1000.5]
    assert any("may reach further" in note for note in result.curve.notes)


def test_a_damaged_table_is_refused(atlas: Experiment, tmp_path: Path) -> None:
    folder = tmp_path / "atlas_dilepton"
    shutil.copytree(atlas.folder, folder)
    table = folder / "inputs/cross_sections.csv"
    table.write_text(table.read_text().replace("250,0.1,3", "250,0.1,4", 1))
    from freezeout.experiments.folder import read_experiment

    with pytest.raises(InputError, match="damaged or was changed"):
        _ = read_experiment(folder).inputs


def test_the_record_of_the_cross_sections_is_complete_and_theirs(atlas: Experiment) -> None:
    folder = atlas.folder / "inputs"
    source = read_yaml(folder / "SOURCE.yaml")
    assert isinstance(source, dict)
    made = source["derived"]["cross_sections.csv"]
    for name in ("command", "seed", "seed_of_a_point", "events", "pythia8mc", "pdf", "order", "fiducial"):
        assert made[name], name
    for name, entry in source["files"].items():
        columns = read_source_table(folder, name)
        assert all(values.size == entry["rows"] for values in columns.values())
        assert set(columns) <= {
            key for names in source["columns"][name] for key in map(str.strip, names.split(","))
        }
    described = {Path(e["file"]).name: e["sha256"] for e in atlas.description["inputs"].values()}  # type: ignore[attr-defined]
    assert described == {name: entry["sha256"] for name, entry in source["files"].items()}


def test_the_statistical_errors_of_the_cross_sections_are_below_half_a_percent(atlas: Experiment) -> None:
    table = read_columns(atlas.inputs["cross_sections"])
    for quarks in ("up", "down"):
        assert np.all(table[f"{quarks}_error_fb"] / table[f"{quarks}_fb"] < 0.005)
        assert np.all((table[f"{quarks}_acceptance"] > 0.5) & (table[f"{quarks}_acceptance"] < 1))
