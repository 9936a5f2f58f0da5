"""The published curves are whole, cited, and say what is known of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from freezeout import InputError, published_curves
from freezeout.files import read_yaml
from freezeout.limits.published import FOLDER, published_curve, read_folder


def test_all_ninety_curves_are_there_with_unique_ids() -> None:
    curves = published_curves()
    files = sum(len(read_yaml(path)["files"]) for path in FOLDER.glob("*/SOURCE.yaml"))  # type: ignore[call-overload]
    assert files == 91
    # the table of points has nine; the thermal relic stands in each of the sixteen channels
    assert len(curves) == 90 + 9 + 15
    assert len({curve.id for curve in curves}) == len(curves)


def test_every_curve_has_a_reference_and_says_when_its_level_is_unknown() -> None:
    for curve in published_curves():
        assert curve.references
        assert curve.confidence_level in (None, 0.9, 0.95)
        if curve.confidence_level is None:
            assert curve.confidence in ("CL unknown", "theory")
        else:
            assert curve.kind != "theory"


def test_every_source_has_licence_rows_and_checksum() -> None:
    for path in FOLDER.glob("*/SOURCE.yaml"):
        for name, entry in read_yaml(path)["files"].items():  # type: ignore[call-overload]
            assert entry["licence"]
            assert entry["derived"]
            lines = (path.parent / name).read_text(encoding="utf-8").splitlines()
            assert len(lines) - 1 == entry["rows"], name


@pytest.mark.parametrize(
    ("id", "mass", "published", "tolerance"),
    [
        # LZ, arXiv:2410.17036 (PRL): 2.2e-48 cm2 at 40 GeV
        ("si-lz-2024", 40.0, 2.2e-48, 0.03),
        # XENON1T, arXiv:1805.12562, abstract: 4.1e-47 cm2 at 30 GeV
        ("si-xenon1t-2018", 30.0, 4.1e-47, 0.05),
        # DEAP-3600, arXiv:1902.04048, abstract: 3.9e-45 at 100 GeV; the trace is 7 % above it
        ("si-deap-3600", 100.0, 3.9e-45, 0.15),
        # DarkSide-50, arXiv:1802.07198, abstract: 1.14e-44 (v1: 1.1e-44) at 100 GeV
        ("si-darkside50-high-mass-points", 100.0, 1.1e-44, 1e-9),
        # PICO-60, arXiv:1902.04031 as published: 3.2e-41 at 25 GeV
        ("sdp-pico-60", 25.0, 3.2e-41, 0.05),
        # VERITAS, arXiv:1703.04937, abstract: 1.35e-23 cm3/s at 1 TeV into bb
        ("sigmav-veritas-bb", 1000.0, 1.35e-23, 0.02),
        # Steigman, Dasgupta, Beacom, arXiv:1204.3622: 2.2e-26 cm3/s
        ("sigmav-thermal-relic-bb", 50.0, 2.2e-26, 0.02),
    ],
)
def test_a_curve_has_the_value_of_its_paper(id: str, mass: float, published: float, tolerance: float) -> None:
    assert published_curve(id).at(mass) == pytest.approx(published, rel=tolerance)


def test_bands_enclose_the_median_and_are_statistical_ones_only() -> None:
    banded = [curve for curve in published_curves() if curve.bands]
    assert banded
    for curve in banded:
        assert not curve.plane.startswith("sigma_v"), "the bands of VERITAS are not statistical ones"
        low, high = curve.bands["sensitivity_m2sigma"], curve.bands["sensitivity_p2sigma"]
        assert np.all(low < high)
        if "sensitivity_median" in curve.bands:
            assert np.all(
                (low < curve.bands["sensitivity_median"]) & (curve.bands["sensitivity_median"] < high)
            )


def test_the_power_constraint_of_lz_is_said_and_measured() -> None:
    curve = published_curve("si-lz-2024")
    assert any("power-constrained" in note for note in curve.notes)
    without = curve.columns["limit before the power constraint [cm2]"]
    assert np.all(without < curve.limit)
    assert (curve.limit / without).max() == pytest.approx(1.9, abs=0.02)
    assert any("up to 1.9 times lower" in note for note in curve.notes)
    # where it binds, the limit is the -1 sigma sensitivity (both columns are rounded separately)
    np.testing.assert_allclose(curve.limit, curve.bands["sensitivity_m1sigma"], rtol=0.04)


def test_dama_contours_are_regions_without_a_level() -> None:
    regions = published_curves("si", ["region"])
    assert [curve.kind for curve in regions] == ["region", "region"]
    assert all(curve.confidence_level is None for curve in regions)


def test_planes_and_groups_select() -> None:
    assert {curve.plane for curve in published_curves("sigma_v/bb")} == {"sigma_v/bb"}
    assert {curve.group for curve in published_curves("si", ["main", "theory"])} == {"main", "theory"}
    assert published_curves("mediator/vector") == ()
    with pytest.raises(InputError, match="no plane 'sii'"):
        published_curves("sii")
    with pytest.raises(InputError, match="no group 'mian'"):
        published_curves("si", ["mian"])


def test_an_unknown_id_names_the_near_one() -> None:
    with pytest.raises(InputError, match="si-lz-2024"):
        published_curve("si-lz-2042")


def test_a_changed_table_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "sd_n"
    shutil.copytree(FOLDER / "sd_n", folder)
    table = folder / "sdn_lz_2024.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("e-41", "e-42"), encoding="utf-8")
    with pytest.raises(InputError, match=r"sdn_lz_2024\.csv is damaged or was changed"):
        list(read_folder(folder))


@pytest.mark.alone
def test_one_plane_is_read_in_less_than_a_tenth_of_a_second() -> None:
    code = (
        "import time; import freezeout.limits.published as p; t = time.process_time(); "
        "p.published_curves('si'); print(time.process_time() - t)"
    )
    spent = min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    )
    assert spent < 0.1
