"""How much the studies differ beyond chance: τ² with its interval, Q and I².

Everything is for a model with one mean and no moderators; `yi` and `vi` have shape (k,). The definitions are
those of metafor: https://wviechtb.github.io/metafor/reference/rma.uni.html. Every τ² has all its digits here.
metafor ends its search for a Paule–Mandel τ² and for the limits of the Q-profile at 0.0001, unless given
`control=list(tol=1e-14)`, so that its print of a small one can differ in the third or fourth digit.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import chi2

from therapies.synthesis.effects import Array
from therapies.synthesis.intervals import Interval

# Above this, metafor gives up the search for a limit of τ² and prints the number with a ">".
HIGHEST_TAU2 = 100.0
MOST_STEPS = 500
# A step this small, as a share of τ² and of the smallest variance, ends the iteration.
SETTLED = 1e-12


def generalised_q(yi: Array, vi: Array, tau2: float) -> float:
    """Return the weighted sum of squares about the weighted mean, with weights 1 / (vi + τ²)."""
    wi = 1 / (vi + tau2)
    return float(np.sum(wi * (yi - np.sum(wi * yi) / np.sum(wi)) ** 2))


def q_test(yi: Array, vi: Array) -> tuple[float, float]:
    """Return Cochran's Q and its p-value (0 and 1 for one study)."""
    if len(yi) == 1:
        return 0.0, 1.0
    q = generalised_q(yi, vi, 0.0)
    return q, float(chi2.sf(q, len(yi) - 1))


def i2(tau2: float, vi: Array) -> float:
    """Return I² in percent: τ² as a share of τ² and the typical sampling variance.

    Higgins & Thompson 2002, https://doi.org/10.1002/sim.1186, formula 9 for the typical variance.
    """
    if len(vi) == 1:
        return 0.0
    wi = 1 / vi
    typical = (len(vi) - 1) / (np.sum(wi) - np.sum(wi**2) / np.sum(wi))
    return float(100 * tau2 / (typical + tau2))


def dersimonian_laird(yi: Array, vi: Array) -> float:
    """Return τ² by moments, https://doi.org/10.1016/0197-2456(86)90046-2; never below 0."""
    if len(yi) == 1:
        return 0.0
    wi = 1 / vi
    spread = np.sum(wi) - np.sum(wi**2) / np.sum(wi)
    return max(0.0, float((generalised_q(yi, vi, 0.0) - (len(yi) - 1)) / spread))


def paule_mandel(yi: Array, vi: Array) -> float:
    """Return the τ² at which the generalised Q equals k − 1 (0 when it is smaller already there).

    Paule & Mandel 1982, https://doi.org/10.6028/jres.087.022.
    """
    if len(yi) == 1:
        return 0.0
    return _tau2_at(yi, vi, len(yi) - 1.0)


def restricted_likelihood(yi: Array, vi: Array) -> float:
    """Return τ² by restricted maximum likelihood; never below 0.

    Fisher scoring from Hedges' estimate (Viechtbauer 2005, https://doi.org/10.3102/10769986030003261), as
    metafor, but run to the last digits and not to 0.00001, so that a small τ² has its digits too. Should
    scoring not settle, the highest point of the likelihood is found by search.
    """
    if len(yi) == 1:
        return 0.0
    smallest = SETTLED * float(np.min(vi))
    tau2 = max(0.0, float(np.var(yi, ddof=1) - np.mean(vi)))
    for _ in range(MOST_STEPS):
        step = _scoring_step(yi, vi, tau2)
        # Halving, and not cutting at 0, keeps a step from jumping over a maximum.
        while tau2 + step < 0:
            step /= 2
        tau2 += step
        if abs(step) <= SETTLED * tau2 + smallest:
            break
    else:
        tau2 = _highest_point(yi, vi)
    at_zero = restricted_log_likelihood(yi, vi, 0.0) >= restricted_log_likelihood(yi, vi, tau2)
    return 0.0 if at_zero or tau2 <= 10 * smallest else tau2


def restricted_log_likelihood(yi: Array, vi: Array, tau2: float) -> float:
    """Return the restricted log-likelihood of τ², without its constant."""
    wi = 1 / (vi + tau2)
    return float(0.5 * (np.sum(np.log(wi)) - np.log(np.sum(wi)) - generalised_q(yi, vi, tau2)))


def q_profile(yi: Array, vi: Array, tau2: float, level: float = 0.95) -> Interval | None:
    """Return the interval of τ² by the Q-profile; none for one study.

    Viechtbauer 2007, https://doi.org/10.1002/sim.2514. An empty set (the studies agree better than chance
    would have it) is given as 0 to 0, and a limit out of reach as the end of the search, as `confint` of
    metafor does.
    """
    df = len(yi) - 1
    if df == 0:
        return None
    highest = max(HIGHEST_TAU2, 10 * tau2)
    return Interval(
        low=_tau2_at(yi, vi, float(chi2.isf((1 - level) / 2, df)), highest),
        high=_tau2_at(yi, vi, float(chi2.ppf((1 - level) / 2, df)), highest),
    )


def _scoring_step(yi: Array, vi: Array, tau2: float) -> float:
    """Return the step of Fisher scoring: the score over the expected information."""
    wi = 1 / (vi + tau2)
    share = wi / np.sum(wi)
    residuals = yi - np.sum(share * yi)
    score = np.sum((wi * residuals) ** 2) - np.sum(wi * (1 - share))
    information = np.sum(wi**2) - 2 * np.sum(wi**2 * share) + np.sum(wi * share) ** 2
    return float(score / information)


def _highest_point(yi: Array, vi: Array) -> float:
    """Return the τ² of the highest restricted likelihood by a grid, refined around its best point."""
    widest = float(np.ptp(yi) ** 2 + np.max(vi))
    grid = np.geomspace(1e-6 * float(np.min(vi)), widest, 400)
    best = int(np.argmax([restricted_log_likelihood(yi, vi, float(tau2)) for tau2 in grid]))
    around = np.log(grid[max(best - 1, 0)]), np.log(grid[min(best + 1, len(grid) - 1)])
    found = minimize_scalar(
        lambda log_tau2: -restricted_log_likelihood(yi, vi, float(np.exp(log_tau2))),
        bounds=around,
        method="bounded",
        options={"xatol": 1e-12},
    )
    return float(np.exp(found.x))


def _tau2_at(yi: Array, vi: Array, target: float, highest: float = np.inf) -> float:
    """Return the τ² between 0 and `highest` at which the generalised Q, which falls, meets the target."""

    def above(tau2: float) -> float:
        return generalised_q(yi, vi, tau2) - target

    if above(0.0) <= 0:
        return 0.0
    high = 1.0
    while high < highest and above(high) > 0:
        high *= 4
    if high >= highest:
        high = highest
        if above(high) > 0:
            return highest
    return float(brentq(above, 0.0, high, xtol=1e-300, rtol=4 * float(np.finfo(float).eps), maxiter=1000))
