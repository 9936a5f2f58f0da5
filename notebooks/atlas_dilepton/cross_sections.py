"""Fiducial cross-sections of pp -> Z' -> l+ l- at 13 TeV with Pythia 8, for unit couplings.

The table lets any couplings be folded in. At leading order the cross-section of a vector boson that
couples to a quark and to a charged lepton with v and a (vertex ``gamma^mu (v - a gamma^5)``) is

    sigma_fid = sum_q (v_q^2 + a_q^2) (v_l^2 + a_l^2) F_q(M, Gamma/M)

because the only term that knows more than these squares, the forward-backward asymmetry, is odd in the
lepton's direction and drops out of a fiducial region that treats both leptons alike. This script
computes F for up-type (u, c) and for down-type quarks (d, s, b), for one lepton flavour.

Fiducial region (arXiv:1903.06248): pT > 30 GeV and |eta| < 2.5 for both leptons and
m_ll > M - 2 Gamma, at parton level before radiation.

The peak: Pythia's ``f fbar -> Z'0`` without photon and Z (``Zprime:gmZmode = 3``), the width forced to
the wanted value. Forcing changes only the width in the propagator's denominator, which runs,
(s - M^2)^2 + (s Gamma/M)^2; the numerator stays what the couplings say. The electromagnetic coupling,
which Pythia multiplies the couplings by, is held at its value at the Z mass and divided out.

Run ``python cross_sections.py --out inputs/cross_sections.csv`` (10 minutes on one core). What was
done comes out as JSON on standard output.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SQRT_S = 13000.0  # GeV
MINIMUM_PT = 30.0  # GeV
MAXIMUM_ETA = 2.5
MASSES = np.round(np.geomspace(250.0, 6000.0, 40), 1)  # GeV
WIDTHS_PERCENT = (0.1, 0.5, 1.2, 3.0, 6.0, 10.0)
QUARKS = ("up", "down")
COLUMNS = (
    "mediator_mass", "width_percent",
    "up_fb", "up_error_fb", "up_acceptance", "down_fb", "down_error_fb", "down_acceptance",
)  # fmt: skip
FB_PER_MB = 1e12

ALPHA_EM = 0.00781751
SINE2_THETA_W = 0.2312
UNIT_COUPLING = math.sqrt(4 * math.pi * ALPHA_EM / (16 * SINE2_THETA_W * (1 - SINE2_THETA_W)))
"""What v = 1 stands for in Pythia, e / (4 sin(theta_W) cos(theta_W)); divided out."""


@dataclass(frozen=True)
class Point:
    """A fiducial cross-section [fb] for unit couplings, its statistical error, and the acceptance."""

    cross_section: float
    error: float
    acceptance: float


def settings(mass: float, width_percent: float, quarks: str, seed: int) -> list[str]:
    """Pythia's settings for a Z' of this mass [GeV] that is made by up- or by down-type quarks."""
    width = mass * width_percent / 100
    couplings = {"vu": float(quarks == "up"), "vd": float(quarks == "down"), "ve": 1.0, "vnue": 0.0}
    couplings |= {"au": 0.0, "ad": 0.0, "ae": 0.0, "anue": 0.0}
    return [
        "Print:quiet = on",
        "Random:setSeed = on",
        f"Random:seed = {seed}",
        f"Beams:eCM = {SQRT_S!r}",
        "PDF:pSet = 13",
        "NewGaugeBoson:ffbar2gmZZprime = on",
        "Zprime:gmZmode = 3",
        "SigmaProcess:alphaEMorder = -1",
        f"StandardModel:alphaEMmZ = {ALPHA_EM!r}",
        f"StandardModel:sin2thetaW = {SINE2_THETA_W!r}",
        *(f"Zprime:{name} = {value!r}" for name, value in couplings.items()),
        f"32:m0 = {mass!r}",
        f"32:mWidth = {width!r}",
        "32:doForceWidth = on",
        f"32:mMin = {mass - 2 * width!r}",
        "32:mMax = 0",
        f"PhaseSpace:mHatMin = {mass - 2 * width!r}",
        "32:onMode = off",
        "32:onIfAny = 11",
        "PartonLevel:all = off",
    ]


def compute_point(mass: float, width_percent: float, quarks: str, events: int, seed: int) -> Point:
    """Generate `events` events and return the fiducial cross-section for unit couplings."""
    import pythia8mc

    pythia = pythia8mc.Pythia("", False)
    for line in settings(mass, width_percent, quarks, seed):
        if not pythia.readString(line):
            raise RuntimeError(f"Pythia does not know the setting '{line}'")
    if not pythia.init():
        raise RuntimeError(f"Pythia did not start at {mass:g} GeV, width {width_percent:g} %")
    passed = generated = 0
    while generated < events:
        if not pythia.next():
            raise RuntimeError(f"Pythia stopped after {generated} events at {mass:g} GeV")
        generated += 1
        passed += all(_inside(lepton) for lepton in _leptons(pythia.process))
    info = pythia.infoPython()
    acceptance = passed / generated
    scale = FB_PER_MB / UNIT_COUPLING**4
    relative = math.hypot(
        info.sigmaErr() / info.sigmaGen(), math.sqrt((1 - acceptance) / (acceptance * generated))
    )
    fiducial = info.sigmaGen() * scale * acceptance
    return Point(fiducial, fiducial * relative, acceptance)


def _leptons(event: object) -> tuple[object, object]:
    # beams, partons, Z', leptons: lines 1 to 7 of Pythia's process record
    pair = event[6], event[7]  # type: ignore[index]
    if abs(pair[0].id()) != 11 or abs(pair[1].id()) != 11:
        raise RuntimeError("an event without its two leptons where they belong")
    return pair


def _inside(lepton: object) -> bool:
    return lepton.pT() > MINIMUM_PT and abs(lepton.eta()) < MAXIMUM_ETA  # type: ignore[attr-defined]


def point_seed(seed: int, row: int, quarks: str) -> int:
    """Each point's own seed, so that a single one can be repeated."""
    return seed + 2 * row + QUARKS.index(quarks)


def rows(masses: Sequence[float], widths: Sequence[float], events: int, seed: int) -> Iterator[str]:
    """The table's lines in order; tells on standard error how far it is."""
    total = len(masses) * len(widths)
    for row in range(total):
        mass, width = float(masses[row // len(widths)]), float(widths[row % len(widths)])
        cells = [f"{mass:g}", f"{width:g}"]
        for quarks in QUARKS:
            point = compute_point(mass, width, quarks, events, point_seed(seed, row, quarks))
            cells += [f"{point.cross_section:.6g}", f"{point.error:.3g}", f"{point.acceptance:.5f}"]
        print(f"\r{row + 1}/{total} points", end="", file=sys.stderr, flush=True)
        yield ",".join(cells)
    print(file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compute the table and write it."""
    from importlib.metadata import version

    from freezeout.files import write_atomically

    parser = argparse.ArgumentParser(description="Fiducial Z' cross-sections for unit couplings.")
    parser.add_argument("--out", type=Path, required=True, help="the CSV table to write")
    parser.add_argument("--seed", type=int, default=20190306, help="first seed (default %(default)s)")
    parser.add_argument("--events", type=int, default=100_000, help="events a point (default %(default)s)")
    given = parser.parse_args(arguments)
    if given.events < 1 or not 0 < given.seed <= 900_000_000 - 2 * len(MASSES) * len(WIDTHS_PERCENT):
        parser.error("--events must be positive and --seed between 1 and 899999000")
    start = time.process_time()
    lines = [",".join(COLUMNS), *rows(list(MASSES), WIDTHS_PERCENT, given.events, given.seed)]
    text = "\n".join(lines) + "\n"
    write_atomically(given.out, text)
    record = {
        "file": given.out.name,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "rows": len(lines) - 1,
        "seed": given.seed,
        "events": given.events,
        "pythia8mc": version("pythia8mc"),
        "cpu_seconds": round(time.process_time() - start),
    }
    print(json.dumps(record, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
