"""Several sources that share one parameter: a binned Poisson likelihood with a scale for each source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import log

import numpy as np

from freezeout.errors import InputError
from freezeout.stats.penalty import Penalty, PenaltyTable

LN10 = log(10)
_MOST_STEPS = 40


@dataclass(frozen=True, eq=False)
class Stack:
    r"""Counts of several sources, for several signal hypotheses (masses).

    .. math:: -2\ln L(\mu) = \sum_s \min_{\theta_s} \Big[ 2\sum_b (\lambda_{sb} - n_{sb}\ln\lambda_{sb})
              - 2\ln P_s(\theta_s) \Big], \quad
              \lambda_{sb} = \mu\, 10^{\theta_s} a_{sb} + B_{sb}

    Values of −2 lnL are counted from no signal with every nuisance at its best, μ = 0.

    Parameters
    ----------
    observed : array_like of int, shape (s, b)
    background : array_like, shape (s, b)
        Expected, above zero.
    signal : array_like, shape (m, s, b)
        a, the signal per unit of the parameter where the nuisance is 0.
    penalties : sequence of Penalty, length s
        Of θ, the log10 of each source's scale.

    Raises
    ------
    InputError
        When shapes do not fit, a count is not a whole number from 0, a background is not above zero
        or a signal is negative.
    """

    observed: np.ndarray
    background: np.ndarray
    signal: np.ndarray
    penalties: Sequence[Penalty]
    table: PenaltyTable = field(init=False, repr=False)
    best: np.ndarray = field(init=False, repr=False)
    best_value: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        for name in ("observed", "background", "signal"):
            set_(self, name, np.array(getattr(self, name), dtype=float))
        shape = self.observed.shape
        fits = self.background.shape == shape == self.signal.shape[1:] and self.signal.ndim == 3
        if not fits or len(self.penalties) != shape[0] or 0 in self.signal.shape:
            raise InputError(
                f"counts of shape {shape}, backgrounds {self.background.shape}, signals {self.signal.shape} "
                f"and {len(self.penalties)} densities do not fit together"
            )
        n = self.observed
        if not np.all(np.isfinite(n) & (n >= 0) & (n == np.floor(n))):
            raise InputError("an observed count is not a whole number from 0")
        if not np.all(np.isfinite(self.background) & (self.background > 0)):
            raise InputError("an expected background is not above zero")
        if not np.all(np.isfinite(self.signal) & (self.signal >= 0)):
            raise InputError("an expected signal is negative or not a number")
        set_(self, "table", PenaltyTable(self.penalties))
        set_(self, "best", np.array([p.best for p in self.penalties]))
        set_(self, "best_value", self.table(self.best)[0])

    def part(self, masses: np.ndarray) -> Stack:
        """The same sources for some of the signal hypotheses."""
        return replace(self, signal=self.signal[masses])


@dataclass(frozen=True, eq=False)
class Profiled:
    """−2 lnL with the nuisances profiled, at one value of the parameter for each hypothesis.

    Attributes
    ----------
    value, slope, curvature : ndarray, shape (m,)
        −2 lnL and its derivatives by log10 of the parameter.
    nuisance : ndarray, shape (m, s)
        θ at the minimum.
    """

    value: np.ndarray
    slope: np.ndarray
    curvature: np.ndarray
    nuisance: np.ndarray


def profile(stack: Stack, log10_poi: np.ndarray, starts: np.ndarray) -> Profiled:
    """Profile every nuisance by Newton's method, from several starts; the lowest minimum counts.

    Parameters
    ----------
    stack : Stack
    log10_poi : ndarray, shape (m,)
    starts : ndarray, shape (m, r, s)
        Where to start each nuisance: one start in each basin that may hold the minimum
        (`freezeout.stats.scan` finds them).
    """
    rate = stack.signal * 10 ** log10_poi[:, None, None]
    total, ratio = rate.sum(axis=2)[:, None, :], (rate / stack.background)[:, None]
    reach = np.array([p.scale for p in stack.penalties])
    theta = starts
    for _ in range(_MOST_STEPS):
        _, slope, curvature = _terms(stack, theta, total, ratio)
        with np.errstate(divide="ignore", invalid="ignore"):
            move = np.where(curvature > 0, -slope / curvature, -np.sign(slope) * reach)
        move = np.clip(move, -reach, reach)
        theta = theta + move
        # what the last move still changed in −2 lnL, for which the minimum is flat
        if np.all(move**2 * np.abs(curvature) < 1e-7):
            break
    scale = 10**theta
    count = -2 * np.einsum("sb,mrsb->mrs", stack.observed, np.log1p(scale[..., None] * ratio))
    value = 2 * scale * total + count + stack.table(theta)[0]
    chosen = np.argmin(value, axis=1)[:, None]
    theta, value = (np.take_along_axis(x, chosen, axis=1) for x in (theta, value))
    prior, slope, curvature = _terms(stack, theta, total, ratio)
    own = curvature - prior
    # the envelope theorem: the profile's derivatives follow from those at the minimum
    with np.errstate(divide="ignore", invalid="ignore"):
        bend = np.where(curvature > 0, own * prior / curvature, own)
    slope = slope - stack.table(theta)[1]
    return Profiled(
        (value[:, 0] - stack.best_value).sum(axis=1),
        slope[:, 0].sum(axis=1),
        bend[:, 0].sum(axis=1),
        theta[:, 0],
    )


def _terms(
    stack: Stack, theta: np.ndarray, total: np.ndarray, ratio: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The penalty's curvature, and slope and curvature of each source's −2 lnL by θ."""
    scale = 10**theta
    share = scale[..., None] * ratio
    share /= 1 + share
    seen = np.einsum("sb,mrsb->mrs", stack.observed, share)
    share *= share
    seen_twice = np.einsum("sb,mrsb->mrs", stack.observed, share)
    _, slope, curvature = stack.table(theta)
    expected = scale * total
    return (
        curvature,
        slope + 2 * LN10 * (expected - seen),
        curvature + 2 * LN10**2 * (expected - seen + seen_twice),
    )
