"""The binomial–normal model of proportions: logit(pᵢ) = μ + uᵢ, uᵢ ~ N(0, τ²), by maximum likelihood.

Hamza, van Houwelingen & Stijnen 2008, https://doi.org/10.1016/j.jclinepi.2007.03.016. Zero cells need no
correction. The figures are those of metafor's `rma.glmm(measure="PLO")`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, xlogy
from scipy.stats import chi2

from therapies.synthesis.effects import Array, logits
from therapies.synthesis.errors import CannotPool
from therapies.synthesis.heterogeneity import dersimonian_laird, generalised_q

# metafor's rma.glmm has glmer count the integral on seven nodes. More are nearer to the true likelihood, and
# for rare events that shows: τ² of the treated arms of Niel-Weise 2007 is 0.8265 with seven nodes and 0.8253
# with fifty. Seven are taken so that the two programs agree.
N_NODES = 7
MOST_STEPS = 100
MOST_POLISHING = 40
# A step this small, in logits, ends the search.
SETTLED = 1e-9
# At τ = 0 the likelihood is flat in τ: a search that starts there stays there.
SMALLEST_START = 0.05
# Differences are taken over this share of a standard error: wide enough for rounding, narrow for curvature.
STEP = 0.01
# A gain in log-likelihood below this is rounding: τ² is then 0.
AT_BOUND = 1e-9
# A slope whose Newton step would gain less than half of this in log-likelihood is that of a maximum.
FLAT = 1e-8


@dataclass(frozen=True)
class MixedFit:
    """Mean logit and its standard error, τ², and the Wald and likelihood-ratio tests of heterogeneity.

    The tests are None for one study.
    """

    mean: float
    se: float
    tau2: float
    q_wald: float | None
    q_wald_p: float | None
    q_lrt: float | None
    q_lrt_p: float | None


class Likelihood:
    """The marginal log-likelihood of (μ, τ) for events and totals of shape (k,).

    Counted from the saturated model, so that large counts leave no rounding in the differences.
    """

    def __init__(self, events: Array, totals: Array, *, n_nodes: int = N_NODES) -> None:
        self.events = events
        self.totals = totals
        nodes, weights = np.polynomial.hermite_e.hermegauss(n_nodes)
        self.nodes = nodes[:, None]
        # The weights are for the normal density; adaptive nodes need the density divided out.
        self.log_weights = (np.log(weights / np.sqrt(2 * np.pi)) + nodes**2 / 2)[:, None]
        others = totals - events
        self.saturated = xlogy(events, events / totals) + xlogy(others, others / totals)

    def binomial(self, at: Array) -> Array:
        """Return each study's log-likelihood at its logit (shape (…, k)), minus the saturated one."""
        found: Array = self.events * at - self.totals * np.logaddexp(0.0, at) - self.saturated
        return found

    def __call__(self, mean: float, tau: float) -> float:
        """Return the log-likelihood by Gauss–Hermite quadrature about each study's mode."""
        modes = self.modes(mean, tau)
        shares = expit(mean + tau * modes)
        widths = 1 / np.sqrt(1 + tau**2 * self.totals * shares * (1 - shares))
        points = modes + widths * self.nodes
        logs = self.binomial(mean + tau * points) - points**2 / 2 + self.log_weights
        highest = np.max(logs, axis=0)
        return float(np.sum(np.log(np.sum(np.exp(logs - highest), axis=0)) + highest + np.log(widths)))

    def modes(self, mean: float, tau: float) -> Array:
        """Return the most likely standardised effect of each study, by Newton steps kept in a bracket."""
        edge = tau * (self.events - self.totals * expit(mean))
        low, high = np.minimum(0.0, edge), np.maximum(0.0, edge)
        modes = self._start(mean, tau)
        for _ in range(MOST_STEPS):
            shares = expit(mean + tau * modes)
            slope = modes - tau * (self.events - self.totals * shares)
            low, high = np.where(slope < 0, modes, low), np.where(slope > 0, modes, high)
            moved = modes - slope / (1 + tau**2 * self.totals * shares * (1 - shares))
            moved = np.where((moved < low) | (moved > high), (low + high) / 2, moved)
            if np.all(np.abs(moved - modes) <= 1e-12 * (1 + np.abs(moved))):
                return moved
            modes = moved
        return modes

    def rough_error(self, mean: float, tau: float) -> float:
        """Return the order of magnitude of the standard error of the mean."""
        variances = 1 / (self.totals * expit(mean) * expit(-mean))
        return float(1 / np.sqrt(np.sum(1 / (variances + tau**2))))

    def _start(self, mean: float, tau: float) -> Array:
        events, others = self.events + 0.5, self.totals - self.events + 0.5
        precision = tau**2 * events * others / (events + others)
        return tau * (np.log(events / others) - mean) * events * others / (events + others) / (1 + precision)


def fit(events: Array, totals: Array) -> MixedFit:
    """Return the fit to events and totals of shape (k,).

    Raises CannotPool where the likelihood has no maximum: when no study has an event, when all patients have
    one, or when every study is one or the other.
    """
    others = totals - events
    if np.all((events == 0) | (others == 0)):
        raise CannotPool(
            "The binomial–normal model (glmm) cannot be fitted: in every study either nobody or everybody has"
            " the event."
        )
    likelihood = Likelihood(events, totals)
    pooled = float(np.log(np.sum(events) / np.sum(others)))
    if len(events) == 1:
        return MixedFit(pooled, float(np.sqrt(1 / events[0] + 1 / others[0])), 0.0, None, None, None, None)
    mean, tau = _maximum(likelihood)
    if likelihood(mean, tau) <= likelihood(pooled, 0.0) + AT_BOUND:
        mean, tau = pooled, 0.0
    q_wald = _wald(events, others)
    q_lrt = float(-2 * np.sum(likelihood.binomial(np.full(len(events), pooled))))
    p_wald, p_lrt = (float(chi2.sf(q, len(events) - 1)) for q in (q_wald, q_lrt))
    return MixedFit(mean, _error(likelihood, mean, tau), tau**2, q_wald, p_wald, q_lrt, p_lrt)


def _maximum(likelihood: Likelihood) -> tuple[float, float]:
    """Return the mean and τ of the highest likelihood: a quasi-Newton search, then Newton's."""
    rough = logits(likelihood.events, likelihood.totals)
    tau2 = max(SMALLEST_START, dersimonian_laird(rough.yi, rough.vi))
    weights = 1 / (rough.vi + tau2)
    start = [np.sum(weights * rough.yi) / np.sum(weights), np.sqrt(tau2)]
    found = minimize(lambda at: -likelihood(at[0], at[1]), start, method="BFGS", options={"gtol": 1e-3})
    mean, tau = float(found.x[0]), float(abs(found.x[1]))
    for _ in range(MOST_POLISHING):
        step = _uphill(likelihood, mean, tau)
        mean, tau = mean + float(step[0]), abs(tau + float(step[1]))
        if np.max(np.abs(step)) <= SETTLED:
            break
    return mean, tau


def _uphill(likelihood: Likelihood, mean: float, tau: float) -> Array:
    """Return the Newton step in (μ, τ), uphill also where the likelihood is not arched, and short enough."""
    slope, curvature = _derivatives(likelihood, mean, tau)
    bends, axes = np.linalg.eigh(curvature)
    step: Array = axes @ ((axes.T @ slope) / np.maximum(np.abs(bends), np.finfo(float).tiny))
    step = step / max(1.0, float(np.max(np.abs(step))))
    lowest = likelihood(mean, tau) - AT_BOUND
    while likelihood(mean + step[0], tau + step[1]) < lowest and np.max(np.abs(step)) > SETTLED:
        step = step / 2
    return step


def _error(likelihood: Likelihood, mean: float, tau: float) -> float:
    """Return the standard error of the mean at the maximum; raises CannotPool when it is none.

    From the curvature in both parameters, as in lme4, so that it allows for the error of τ.
    """
    slope, curvature = _derivatives(likelihood, mean, tau)
    if np.all(np.linalg.eigvalsh(-curvature) > 0):
        covariance = np.linalg.inv(-curvature)
        if float(slope @ covariance @ slope) <= FLAT:
            return float(np.sqrt(covariance[0, 0]))
    raise CannotPool("The binomial–normal model (glmm) has no clear maximum for these counts.")


def _derivatives(likelihood: Likelihood, mean: float, tau: float) -> tuple[Array, Array]:
    """Return the gradient (2,) and the Hessian (2, 2) in (μ, τ) by central differences of fourth order."""
    unit = STEP * likelihood.rough_error(mean, tau)
    offsets = unit * np.arange(-2, 3)
    at = np.array([[likelihood(mean + x, tau + y) for y in offsets] for x in offsets])
    first = np.array([1, -8, 0, 8, -1]) / (12 * unit)
    second = np.array([-1, 16, -30, 16, -1]) / (12 * unit**2)
    crossed = first @ at @ first
    slope = np.array([first @ at[:, 2], first @ at[2]])
    return slope, np.array([[second @ at[:, 2], crossed], [crossed, second @ at[2]]])


def _wald(events: Array, others: Array) -> float:
    """Return the Wald statistic of equal logits; zero cells, of endless variance, add nothing."""
    inner = (events > 0) & (others > 0)
    events, others = events[inner], others[inner]
    return generalised_q(np.log(events / others), 1 / events + 1 / others, 0.0)
