"""The stored cross-sections against Pythia run now, and against an integral without any event."""

from __future__ import annotations

import importlib.util
import json
import math
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from freezeout.files import read_columns, read_source_table, read_yaml

POINTS = ((0, "up"), (100, "down"), (131, "up"), (239, "down"))


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "notebooks/atlas_dilepton"


@pytest.fixture(scope="module")
def script(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "atlas_dilepton_cross_sections", folder / "cross_sections.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def table(folder: Path) -> dict[str, np.ndarray]:
    return read_source_table(folder / "inputs", "cross_sections.csv")


def test_the_table_is_the_grid_of_the_script(script: ModuleType, table: dict[str, np.ndarray]) -> None:
    assert tuple(table) == script.COLUMNS
    assert np.array_equal(np.unique(table["mediator_mass"]), script.MASSES)
    assert tuple(np.unique(table["width_percent"])) == script.WIDTHS_PERCENT


@pytest.mark.slow
@pytest.mark.parametrize(("row", "quarks"), POINTS)
def test_another_seed_gives_the_stored_cross_section_within_its_error(
    row: int, quarks: str, script: ModuleType, table: dict[str, np.ndarray]
) -> None:
    mass, width = float(table["mediator_mass"][row]), float(table["width_percent"][row])
    point = script.compute_point(mass, width, quarks, 50_000, seed=4711 + row)
    stored, error = table[f"{quarks}_fb"][row], table[f"{quarks}_error_fb"][row]
    assert abs(point.cross_section - stored) < 4 * math.hypot(point.error, error)
    assert point.error / point.cross_section < 0.01


@pytest.mark.slow
def test_the_recorded_seed_gives_the_stored_numbers_again(
    script: ModuleType, folder: Path, table: dict[str, np.ndarray]
) -> None:
    from importlib.metadata import version

    made = read_yaml(folder / "inputs/SOURCE.yaml")["derived"]["cross_sections.csv"]  # type: ignore[index]
    assert version("pythia8mc") == made["pythia8mc"]
    row, quarks = 131, "up"
    seed = script.point_seed(made["seed"], row, quarks)
    point = script.compute_point(
        float(table["mediator_mass"][row]), float(table["width_percent"][row]), quarks, made["events"], seed
    )
    assert point.cross_section == pytest.approx(table["up_fb"][row], rel=1e-5)
    assert point.acceptance == pytest.approx(table["up_acceptance"][row], abs=1e-5)


def test_the_script_writes_its_table_and_says_what_it_did(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "MASSES", np.array([1000.0]))
    monkeypatch.setattr(script, "WIDTHS_PERCENT", (3.0,))
    out = tmp_path / "table.csv"
    assert script.main(["--out", str(out), "--seed", "5", "--events", "200"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["seed"], record["events"], record["rows"]) == (5, 200, 1)
    first = out.read_text()
    assert tuple(read_columns(out)) == script.COLUMNS
    script.main(["--out", str(out), "--seed", "5", "--events", "200"])
    assert out.read_text() == first


@pytest.mark.parametrize("bad", [["--events", "0"], ["--seed", "0"], ["--events", "many"], []])
def test_the_script_refuses_bad_arguments(bad: list[str], script: ModuleType, tmp_path: Path) -> None:
    out = ["--out", str(tmp_path / "table.csv")] if bad else []
    with pytest.raises(SystemExit) as caught:
        script.main([*out, *bad])
    assert caught.value.code == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_every_point_is_the_integral_of_luminosity_times_breit_wigner_times_acceptance(
    table: dict[str, np.ndarray],
) -> None:
    chosen = range(0, table["mediator_mass"].size, 13)
    pulls = []
    for row in chosen:
        for quarks in ("up", "down"):
            expected = fiducial_integral(
                table["mediator_mass"][row], table["width_percent"][row] / 100, quarks
            )
            pulls.append((table[f"{quarks}_fb"][row] - expected) / table[f"{quarks}_error_fb"][row])
    assert np.max(np.abs(pulls)) < 4
    assert abs(np.mean(pulls)) < 4 / math.sqrt(len(pulls))


def fiducial_integral(mass: float, width: float, quarks: str, order: int = 40) -> float:
    """The leading-order fiducial cross-section [fb] for unit couplings, with Pythia's parton densities.

    With the lepton's cos(theta) distributed as 3/8 (1 + c^2) and both leptons within |eta| < 2.5 and
    above 30 GeV of transverse momentum, c is below min(tanh(2.5 - |y|), sqrt(1 - 4 pT^2 / s)).
    """
    density = _proton()
    flavours = {"up": (2, 4), "down": (1, 3, 5)}[quarks]
    node, weight = np.polynomial.legendre.leggauss(order)
    s_max = 13000.0**2
    ends = np.arctan([((1 - 2 * width) ** 2 - 1) / width, (s_max / mass**2 - 1) / width])
    angle = ends[0] + (node + 1) / 2 * (ends[1] - ends[0])
    total = 0.0
    for t, w in zip(angle, weight * (ends[1] - ends[0]) / 2, strict=True):
        s = mass**2 * (1 + width * math.tan(t))
        jacobian = mass**2 * width / math.cos(t) ** 2
        propagator2 = 1 / ((s - mass**2) ** 2 + (s * width) ** 2)
        partonic = s / (36 * math.pi) * propagator2
        y_max = -math.log(s / s_max) / 2
        for y, v in zip(node * y_max, weight * y_max, strict=True):
            x1, x2 = math.sqrt(s / s_max) * math.exp(y), math.sqrt(s / s_max) * math.exp(-y)
            luminosity = sum(
                density.xf(f, x1, s) * density.xf(-f, x2, s) + density.xf(-f, x1, s) * density.xf(f, x2, s)
                for f in flavours
            )
            c = min(math.tanh(max(2.5 - abs(y), 0)), math.sqrt(1 - 4 * 30**2 / s))
            total += w * jacobian * partonic * v * luminosity / s * 0.75 * (c + c**3 / 3)
    return total * 3.893793721e11  # GeV^-2 to fb


@cache
def _proton() -> Any:
    import pythia8mc

    pythia = pythia8mc.Pythia("", False)
    for line in ("Print:quiet = on", "Beams:eCM = 13000", "PDF:pSet = 13", "ProcessLevel:all = off"):
        assert pythia.readString(line)
    assert pythia.init()
    return pythia.getPDFPtr(2212)
