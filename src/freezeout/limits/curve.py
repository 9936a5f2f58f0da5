"""One limit: a curve in a plane, with what must be known to read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from freezeout.errors import InputError
from freezeout.limits.planes import Plane, plane

KINDS = ("observed", "expected", "projection", "theory", "region")
PROVENANCES = ("computed", "collaboration", "digitised")
BANDS = (
    "sensitivity_m2sigma",
    "sensitivity_m1sigma",
    "sensitivity_median",
    "sensitivity_p1sigma",
    "sensitivity_p2sigma",
)
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


@dataclass(frozen=True)
class Reference:
    """Where a curve was published: at least one of the identifiers, or a text.

    Examples
    --------
    >>> str(Reference(arxiv="1802.07198", doi="10.1103/PhysRevD.98.102006"))
    'arXiv:1802.07198; doi:10.1103/PhysRevD.98.102006'
    """

    text: str = ""
    arxiv: str = ""
    doi: str = ""
    hepdata: str = ""
    bibtex_key: str = ""

    _PREFIXES = (("arXiv:", "arxiv"), ("doi:", "doi"), ("hepdata:", "hepdata"), ("bibtex:", "bibtex_key"))

    def __post_init__(self) -> None:
        if not (self.text or self.arxiv or self.doi or self.hepdata):
            raise InputError("a reference needs an arXiv number, a DOI, a HEPData record or a text")

    def __str__(self) -> str:
        parts = [prefix + getattr(self, name) for prefix, name in self._PREFIXES]
        return "; ".join([self.text] * bool(self.text) + [p for p in parts if not p.endswith(":")])

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read what `str` wrote; a bare arXiv number or DOI is recognised too."""
        found: dict[str, str] = {}
        words = []
        for part in (piece.strip() for piece in text.split("; ")):
            for prefix, name in cls._PREFIXES:
                if part.lower().startswith(prefix.lower()):
                    found[name] = part[len(prefix) :].strip()
                    break
            else:
                if re.fullmatch(r"\d{4}\.\d{4,5}(v\d+)?", part):
                    found["arxiv"] = part
                elif re.fullmatch(r"10\.\d{4,9}/\S+", part):
                    found["doi"] = part
                elif part:
                    words.append(part)
        return cls(text="; ".join(words), **found)

    @property
    def link(self) -> str:
        """The address of the publication, or an empty text."""
        if self.arxiv:
            return f"https://arxiv.org/abs/{self.arxiv}"
        if self.doi:
            return f"https://doi.org/{self.doi}"
        return f"https://doi.org/{self.hepdata}" if self.hepdata.startswith("10.") else ""


@dataclass(frozen=True, eq=False)
class LimitCurve:
    """An exclusion limit (or a projection, a theory curve, a closed region).

    Parameters
    ----------
    plane : str
        The plane's name, see `freezeout.limits.planes.plane`.
    mass : ndarray, shape (n,), GeV
        Increasing, except for a region, whose points follow its edge.
    limit : ndarray, shape (n,), the plane's unit
        Upper limit. NaN or infinite where there is none (a region has no gaps).
    label : str
        What a legend calls the curve.
    experiment : str
        Who measured.
    confidence_level : float or None
        Between 0 and 1; None is an explicit *unknown*, which every plot flags.
    kind : str
        observed, expected, projection, theory or region.
    provenance : str
        computed, collaboration or digitised.
    references : tuple of Reference
        At least one.
    bands : mapping of str to ndarray, shape (n,)
        Any of ``sensitivity_m2sigma`` … ``sensitivity_p2sigma``.
    columns : mapping of str to ndarray, shape (n,)
        Further values per mass that belong to the result, such as the limit before a power
        constraint. The name says the unit when it is not the plane's.
    assumptions : mapping of str to float or str
        ``rho_dm, v_0, v_esc`` or ``channel`` or ``model, g_q, g_dm`` …
    exposure : str
        With its unit.
    id : str
        A short name, unique in its catalogue.
    group : str
        A hint for plots: main, history, low_mass, …
    run_id : str
        The run that computed it.
    notes : tuple of str
        Caveats that a reader of the plot should know.

    Raises
    ------
    InputError
        When a value is missing, not a number, or does not fit the others.
    """

    plane: str
    mass: np.ndarray
    limit: np.ndarray
    label: str
    experiment: str
    confidence_level: float | None
    kind: str
    provenance: str
    references: tuple[Reference, ...]
    bands: Mapping[str, np.ndarray] = field(default_factory=dict)
    columns: Mapping[str, np.ndarray] = field(default_factory=dict)
    assumptions: Mapping[str, float | str] = field(default_factory=dict)
    exposure: str = ""
    id: str = ""
    group: str = ""
    run_id: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        described = plane(self.plane)
        what = f"the curve '{self.label or self.id or self.experiment}'"
        for name in ("label", "experiment"):
            if not str(getattr(self, name)).strip():
                raise InputError(f"{what} has no {name}")
        if self.kind not in KINDS:
            raise InputError(f"{what}: unknown kind '{self.kind}'", hint=f"one of {' '.join(KINDS)}")
        if self.provenance not in PROVENANCES:
            raise InputError(
                f"{what}: unknown provenance '{self.provenance}'", hint=f"one of {' '.join(PROVENANCES)}"
            )
        if self.confidence_level is not None and not 0 < self.confidence_level < 1:
            raise InputError(
                f"{what}: the confidence_level is {self.confidence_level}",
                hint="give a fraction between 0 and 1, such as 0.9",
            )
        if not self.references:
            raise InputError(f"{what} has no reference", hint="give an arXiv number, a DOI or a text")
        if self.id and not _ID.fullmatch(self.id):
            raise InputError(f"{what}: '{self.id}' is not an id", hint="use a-z 0-9 . _ -")
        mass = _frozen(self.mass)
        if mass.ndim != 1 or mass.size == 0:
            raise InputError(f"{what} has no points")
        if not np.all(np.isfinite(mass) & (mass > 0)):
            raise InputError(f"{what}: every mass must be a positive number of GeV")
        if self.kind != "region" and np.any(np.diff(mass) <= 0):
            raise InputError(f"{what}: masses must increase and be different")
        limit = _frozen(self.limit)
        if limit.shape != mass.shape:
            raise InputError(f"{what} has {mass.size} masses and {limit.size} limits")
        if np.any(limit[np.isfinite(limit)] <= 0) or not np.any(np.isfinite(limit)):
            raise InputError(f"{what}: limits must be positive numbers of {described.unit}")
        unknown = set(self.bands) - set(BANDS)
        if unknown:
            raise InputError(f"{what}: unknown band '{sorted(unknown)[0]}'", hint=f"one of {' '.join(BANDS)}")
        set_ = object.__setattr__
        set_(self, "mass", mass)
        set_(self, "limit", limit)
        for name in ("bands", "columns"):
            arrays = {key: _frozen(values) for key, values in getattr(self, name).items()}
            for key, values in arrays.items():
                if values.shape != mass.shape:
                    raise InputError(f"{what}: {key} has {values.size} values for {mass.size} masses")
            set_(self, name, MappingProxyType(arrays))
        set_(self, "assumptions", MappingProxyType(dict(self.assumptions)))
        set_(self, "references", tuple(self.references))
        set_(self, "notes", tuple(self.notes))

    def __reduce__(self) -> tuple[object, ...]:
        state = {name: getattr(self, name) for name in self.__dataclass_fields__}
        for name in ("bands", "columns", "assumptions"):
            state[name] = dict(state[name])
        return _rebuild, (state,)

    @property
    def described_plane(self) -> Plane:
        """The plane with its quantity, unit and titles."""
        return plane(self.plane)

    @property
    def confidence(self) -> str:
        """The confidence level as people write it: ``90 % CL``, or that it is not known."""
        if self.kind == "theory":
            return "theory"
        if self.confidence_level is None:
            return "CL unknown"
        percent = f"{100 * self.confidence_level:.4g}"
        return f"{percent if percent != '100' else 100 * self.confidence_level} % CL"

    def with_(self, **changes: object) -> LimitCurve:
        """A copy with some fields changed, checked again."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def at(self, mass: np.ndarray | float) -> np.ndarray:
        """The limit between its points, straight in log-log; NaN outside its range.

        Parameters
        ----------
        mass : array_like, GeV
        """
        wanted = np.asarray(mass, dtype=float)
        good = np.isfinite(self.limit)
        x, y = np.log(self.mass[good]), np.log(self.limit[good])
        found: np.ndarray = np.exp(np.interp(np.log(wanted), x, y, left=np.nan, right=np.nan))
        return found


def _frozen(values: object) -> np.ndarray:
    try:
        array = np.array(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"a curve's values must be numbers: {error}") from error
    array.flags.writeable = False
    return array


def _rebuild(state: dict[str, object]) -> LimitCurve:
    return LimitCurve(**state)  # type: ignore[arg-type]
