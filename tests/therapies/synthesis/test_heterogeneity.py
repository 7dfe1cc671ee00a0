"""τ², Q and I² where pooling whole data sets does not look."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from therapies.synthesis import heterogeneity


def simulated(seed: int, k: int, tau: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    vi = random.uniform(0.01, 1.0, k)
    return random.normal(0, np.sqrt(vi + tau**2)), vi


@pytest.mark.parametrize("seed", range(12))
def test_restricted_likelihood_is_at_its_highest(seed: int) -> None:
    yi, vi = simulated(seed, 3 + 2 * seed, 0.4 * (seed % 3))

    tau2 = heterogeneity.restricted_likelihood(yi, vi)
    searched = minimize_scalar(
        lambda at: -heterogeneity.restricted_log_likelihood(yi, vi, at), bounds=(0, 20), method="bounded"
    )

    assert heterogeneity.restricted_log_likelihood(yi, vi, tau2) >= -searched.fun - 1e-10


def test_restricted_likelihood_is_found_when_scoring_does_not_settle(monkeypatch: pytest.MonkeyPatch) -> None:
    yi, vi = simulated(1, 20, 0.8)
    settled = heterogeneity.restricted_likelihood(yi, vi)

    monkeypatch.setattr(heterogeneity, "MOST_STEPS", 0)

    assert heterogeneity.restricted_likelihood(yi, vi) == pytest.approx(settled, rel=1e-6)


def test_restricted_likelihood_scales_with_the_variances() -> None:
    yi, vi = simulated(2, 15, 0.5)

    tau2 = heterogeneity.restricted_likelihood(yi, vi)

    assert heterogeneity.restricted_likelihood(1e-4 * yi, 1e-8 * vi) == pytest.approx(1e-8 * tau2, rel=1e-9)
    assert heterogeneity.restricted_likelihood(yi + 50, vi) == pytest.approx(tau2, rel=1e-9)


def test_restricted_likelihood_of_equal_variances_is_the_variance_between() -> None:
    yi = np.array([0.1, 0.9, 1.7, 2.2])

    tau2 = heterogeneity.restricted_likelihood(yi, np.full(4, 0.05))

    assert tau2 == pytest.approx(np.var(yi, ddof=1) - 0.05)


def test_paule_mandel_meets_its_equation() -> None:
    yi, vi = simulated(5, 10, 1.0)

    tau2 = heterogeneity.paule_mandel(yi, vi)

    assert heterogeneity.generalised_q(yi, vi, tau2) == pytest.approx(9)


def test_q_profile_meets_its_equations() -> None:
    yi, vi = simulated(6, 10, 1.0)

    limits = heterogeneity.q_profile(yi, vi, heterogeneity.paule_mandel(yi, vi))

    assert limits is not None
    assert heterogeneity.generalised_q(yi, vi, limits.low) == pytest.approx(19.0228, abs=1e-4)
    assert heterogeneity.generalised_q(yi, vi, limits.high) == pytest.approx(2.7004, abs=1e-4)


def test_q_profile_ends_where_the_search_ends() -> None:
    yi, vi = np.array([-20.0, 20.0]), np.array([0.1, 0.1])

    limits = heterogeneity.q_profile(yi, vi, tau2=heterogeneity.restricted_likelihood(yi, vi))

    assert limits is not None
    assert limits.high == pytest.approx(10 * heterogeneity.restricted_likelihood(yi, vi))
    assert limits.low == pytest.approx(159.2, abs=0.1)
