"""Random-effects pooling of proportions and ratios, with the figures that metafor prints.

Model, tests and intervals are those of `rma`, `confint` and `predict` of metafor 4 and 5
(https://wviechtb.github.io/metafor/reference/rma.uni.html,
https://wviechtb.github.io/metafor/reference/predict.rma.html).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.stats import norm, t

from therapies.synthesis import effects, glmm, heterogeneity
from therapies.synthesis.effects import Array, Counts, Estimate, Measure, Study
from therapies.synthesis.errors import CannotPool
from therapies.synthesis.intervals import check_level


class Method(StrEnum):
    """How τ² is estimated; `glmm` is the binomial–normal model, which needs counts."""

    REML = "reml"
    DL = "dl"
    PM = "pm"
    GLMM = "glmm"


class Test(StrEnum):
    """How the interval of the mean is made: Hartung–Knapp (t, k − 1 degrees), normal, or t alone."""

    # Told to pytest, which would take the class for tests.
    __test__ = False

    KNHA = "knha"
    Z = "z"
    T = "t"


ESTIMATORS: dict[Method, Callable[[Array, Array], float]] = {
    Method.REML: heterogeneity.restricted_likelihood,
    Method.DL: heterogeneity.dersimonian_laird,
    Method.PM: heterogeneity.paule_mandel,
}


@dataclass(frozen=True)
class Fit:
    """The pooled mean on the scale of the measure, with its interval and the prediction interval."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    pi_low: float
    pi_high: float


@dataclass(frozen=True)
class Natural:
    """The same figures as proportions 0–1, or as ratios."""

    estimate: float
    ci_low: float
    ci_high: float
    pi_low: float
    pi_high: float


@dataclass(frozen=True)
class Pool:
    """One random-effects analysis of k studies.

    `i2` and `weights` are percentages; the weights are in the order of the data, and there are none for the
    binomial–normal model, which has no fixed ones. The interval of τ² is the Q-profile; it is None for one
    study and for the binomial–normal model. `q` is Cochran's Q, in the binomial–normal model the Wald test of
    the saturated model, beside which `q_lrt` is the likelihood ratio (None elsewhere).
    """

    k: int
    measure: Measure
    method: Method
    test: Test
    level: float
    tau2: float
    tau2_low: float | None
    tau2_high: float | None
    i2: float
    q: float | None
    q_p: float | None
    model: Fit
    natural: Natural
    weights: tuple[float, ...]
    q_lrt: float | None = None
    q_lrt_p: float | None = None


def pool(
    data: Sequence[Counts] | Sequence[Estimate],
    *,
    measure: Measure,
    method: Method = Method.REML,
    test: Test | None = None,
    level: float = 0.95,
) -> Pool:
    """Return the random-effects analysis of the studies; raises CannotPool.

    Without a test it is Hartung–Knapp, for the binomial–normal model the normal one. With one study τ² is 0
    and the test the normal one, whatever was asked for, as in metafor.
    """
    check_level(level)
    if method is Method.GLMM:
        return _glmm(data, measure, Test.Z if test is None else test, level)
    found = effects.effects(data, measure)
    yi, vi, k = found.yi, found.vi, len(data)
    test = Test.Z if k == 1 else test or Test.KNHA
    tau2 = ESTIMATORS[method](yi, vi)
    limits = heterogeneity.q_profile(yi, vi, tau2, level)
    q, q_p = heterogeneity.q_test(yi, vi)
    wi = 1 / (vi + tau2)
    mean = float(np.sum(wi * yi) / np.sum(wi))
    scale = _knapp_hartung(yi, wi, mean) if test is Test.KNHA else 1.0
    model = _fit(mean, math.sqrt(scale / float(np.sum(wi))), tau2, k, test, level)
    return Pool(
        k=k,
        measure=measure,
        method=method,
        test=test,
        level=level,
        tau2=tau2,
        tau2_low=None if limits is None else limits.low,
        tau2_high=None if limits is None else limits.high,
        i2=heterogeneity.i2(tau2, vi),
        q=q,
        q_p=q_p,
        model=model,
        natural=_natural(model, data, measure),
        weights=tuple(float(weight) for weight in 100 * wi / np.sum(wi)),
    )


def leave_one_out(
    data: Sequence[Counts] | Sequence[Estimate],
    *,
    measure: Measure,
    method: Method = Method.REML,
    test: Test | None = None,
    level: float = 0.95,
) -> tuple[Pool, ...]:
    """Return the analyses without the first study, without the second, …; raises CannotPool below two."""
    if len(data) < 2:
        raise CannotPool("Leaving one study out needs at least two studies.")
    return tuple(
        pool([*data[:index], *data[index + 1 :]], measure=measure, method=method, test=test, level=level)
        for index in range(len(data))
    )


def _glmm(data: Sequence[Study], measure: Measure, test: Test, level: float) -> Pool:
    if measure is not Measure.PLO:
        raise CannotPool(f"The binomial–normal model (glmm) pools logits (plo), not {measure}.")
    if test is Test.KNHA:
        raise CannotPool(
            "Hartung–Knapp is not defined for the binomial–normal model (glmm): ask for the z test."
        )
    studies = effects.of_kind(data, Counts, measure=measure)
    test = Test.Z if len(studies) == 1 else test
    found = glmm.fit(*effects.count_arrays(studies))
    model = _fit(found.mean, found.se, found.tau2, len(studies), test, level)
    return Pool(
        k=len(studies),
        measure=measure,
        method=Method.GLMM,
        test=test,
        level=level,
        tau2=found.tau2,
        tau2_low=None,
        tau2_high=None,
        i2=heterogeneity.i2(found.tau2, effects.effects(studies, measure).vi),
        q=found.q_wald,
        q_p=found.q_wald_p,
        model=model,
        natural=_natural(model, studies, measure),
        weights=(),
        q_lrt=found.q_lrt,
        q_lrt_p=found.q_lrt_p,
    )


def _knapp_hartung(yi: Array, wi: Array, mean: float) -> float:
    """Return the factor on the variance of the mean, https://doi.org/10.1002/sim.1482; it may be below 1."""
    spread = float(np.sum(wi * (yi - mean) ** 2))
    # Equal studies: what is left of rounding must not look like a spread.
    return 0.0 if spread <= np.finfo(float).eps else spread / (len(yi) - 1)


def _fit(mean: float, se: float, tau2: float, k: int, test: Test, level: float) -> Fit:
    tail = (1 - level) / 2
    critical = float(norm.isf(tail)) if test is Test.Z else float(t.isf(tail, k - 1))
    spread = math.sqrt(se**2 + tau2)
    return Fit(
        estimate=mean,
        se=se,
        ci_low=mean - critical * se,
        ci_high=mean + critical * se,
        pi_low=mean - critical * spread,
        pi_high=mean + critical * spread,
    )


def _natural(model: Fit, data: Sequence[Study], measure: Measure) -> Natural:
    return Natural(
        *effects.natural(
            [model.estimate, model.ci_low, model.ci_high, model.pi_low, model.pi_high], data, measure
        )
    )
