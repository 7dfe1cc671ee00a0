"""Whether pooled estimates of subgroups differ more than chance: an observation between studies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from therapies.synthesis.errors import CannotPool
from therapies.synthesis.heterogeneity import generalised_q
from therapies.synthesis.pooling import Pool


@dataclass(frozen=True)
class Between:
    """Q between subgroups, its degrees of freedom and its p-value."""

    q: float
    df: int
    p: float


def between(pools: Sequence[Pool]) -> Between:
    """Return the test of a difference between subgroups, each pooled with a τ² of its own.

    The weighted sum of squares of the pooled means about their fixed-effect mean, weights from their
    standard errors; raises CannotPool for fewer than two pools, different measures or a mean without error.
    Borenstein & Higgins 2013, https://doi.org/10.1007/s11121-013-0377-7.
    """
    if len(pools) < 2:
        raise CannotPool("A difference between subgroups needs at least two pooled estimates.")
    if len({pool.measure for pool in pools}) > 1:
        raise CannotPool("Subgroups are compared on one scale.")
    errors = np.array([pool.model.se for pool in pools])
    if not np.all(errors > 0):
        raise CannotPool(
            "The studies of a subgroup are all alike, so that its mean has no error to compare by."
        )
    q = generalised_q(np.array([pool.model.estimate for pool in pools]), errors**2, 0.0)
    return Between(q, len(pools) - 1, float(chi2.sf(q, len(pools) - 1)))
