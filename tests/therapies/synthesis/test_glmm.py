"""The binomial–normal model against integration by brute force and its limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import binom, norm

from therapies.synthesis import glmm
from therapies.synthesis.errors import CannotPool

EVENTS = np.array([3.0, 0.0, 7.0, 12.0])
TOTALS = np.array([10.0, 6.0, 8.0, 40.0])


def integrated(mean: float, tau: float) -> float:
    """Return the log-likelihood of the four studies, each integral by an adaptive rule."""
    return sum(
        np.log(
            quad(
                lambda effect, x, n: binom.pmf(x, n, expit(mean + effect)) * norm.pdf(effect, scale=tau),
                -12 * tau,
                12 * tau,
                args=(events, total),
                points=[0],
                epsabs=1e-14,
                limit=200,
            )[0]
        )
        for events, total in zip(EVENTS, TOTALS, strict=True)
    )


@pytest.mark.parametrize(("mean", "tau"), [(-0.5, 0.3), (0.2, 1.0), (-1.0, 2.5)])
def test_likelihood_equals_integration_by_brute_force(mean: float, tau: float) -> None:
    saturated = np.sum(binom.logpmf(EVENTS, TOTALS, EVENTS / TOTALS))

    found = glmm.Likelihood(EVENTS, TOTALS, n_nodes=61)(mean, tau)

    assert found + saturated == pytest.approx(integrated(mean, tau), abs=1e-9)


@pytest.mark.parametrize(("mean", "tau"), [(-0.5, 0.3), (0.2, 1.0)])
def test_likelihood_with_seven_nodes_is_near_the_integral(mean: float, tau: float) -> None:
    saturated = np.sum(binom.logpmf(EVENTS, TOTALS, EVENTS / TOTALS))

    assert glmm.Likelihood(EVENTS, TOTALS)(mean, tau) + saturated == pytest.approx(
        integrated(mean, tau), abs=1e-4
    )


def test_likelihood_without_heterogeneity_is_the_binomial_one() -> None:
    saturated = np.sum(binom.logpmf(EVENTS, TOTALS, EVENTS / TOTALS))

    found = glmm.Likelihood(EVENTS, TOTALS)(-0.4, 0.0)

    assert found + saturated == pytest.approx(np.sum(binom.logpmf(EVENTS, TOTALS, expit(-0.4))))


def test_modes_are_where_the_slope_is_zero() -> None:
    events, totals = np.array([0.0, 1e6, 5.0, 999.0]), np.array([1e6, 1e6, 9.0, 1000.0])

    modes = glmm.Likelihood(events, totals).modes(-1.0, 3.0)

    slopes = modes - 3.0 * (events - totals * expit(-1.0 + 3.0 * modes))
    assert slopes == pytest.approx(np.zeros(4), abs=1e-4)


def test_fit_is_the_highest_point_of_the_likelihood() -> None:
    events, totals = np.array([2.0, 9.0, 30.0, 1.0, 14.0]), np.array([20.0, 20.0, 50.0, 30.0, 25.0])
    likelihood = glmm.Likelihood(events, totals)

    found = glmm.fit(events, totals)

    best, tau = likelihood(found.mean, np.sqrt(found.tau2)), np.sqrt(found.tau2)
    around = [likelihood(found.mean + dx, tau + dy) for dx in (-1e-3, 0, 1e-3) for dy in (-1e-3, 0, 1e-3)]
    assert best == pytest.approx(max(around), abs=1e-12)


def test_fit_of_stijnen_2010_equals_table_2() -> None:
    # Infections under treated catheters, https://doi.org/10.1002/sim.4040.
    events = np.array([0, 1, 2, 0, 5, 1, 1, 1, 1, 1, 0, 0, 3, 6, 0, 0, 1, 4], dtype=float)
    totals = np.array(
        [116, 44, 208, 130, 151, 98, 174, 74, 97, 113, 66, 70, 188, 187, 118, 252, 345, 64], dtype=float
    )

    found = glmm.fit(events, totals)

    assert (round(found.mean, 4), round(found.se, 4), round(found.tau2, 4)) == (-4.8121, 0.3555, 0.8265)


def test_fit_at_the_bound_is_the_pooled_proportion() -> None:
    found = glmm.fit(np.array([30.0, 31.0, 30.0]), np.array([100.0, 100.0, 101.0]))

    assert found.tau2 == 0
    assert found.mean == pytest.approx(np.log(91 / 210))
    assert found.se == pytest.approx(np.sqrt(1 / 91 + 1 / 210), rel=1e-6)


def test_fit_tests_heterogeneity_without_the_studies_that_have_a_zero_cell() -> None:
    events, totals = np.array([0.0, 5.0, 9.0]), np.array([10.0, 10.0, 12.0])

    found = glmm.fit(events, totals)

    logits, variances = np.array([0.0, np.log(3)]), np.array([0.4, 1 / 9 + 1 / 3])
    assert found.q_wald == pytest.approx((logits[1] - logits[0]) ** 2 / np.sum(variances))
    assert found.q_lrt is not None
    assert found.q_lrt > found.q_wald


@pytest.mark.parametrize("events", [[0, 0, 0], [10, 20, 5], [0, 20, 5]])
def test_fit_refuses_studies_of_nobody_and_everybody(events: list[int]) -> None:
    with pytest.raises(CannotPool, match="either nobody or everybody"):
        glmm.fit(np.array(events, dtype=float), np.array([10.0, 20.0, 5.0]))
