"""Constants of nature (CODATA 2018, doi:10.1103/RevModPhys.93.025010)."""

from __future__ import annotations

SPEED_OF_LIGHT = 299792.458
"""km/s"""

ATOMIC_MASS_UNIT = 0.93149410242
"""GeV"""

HBAR_C = 0.1973269804
"""GeV fm"""

GEV_PER_KG = 5.60958860e26
"""One kilogram as rest energy, in GeV."""

SECONDS_PER_DAY = 86400.0
