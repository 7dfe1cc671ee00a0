"""Median times: when they may be pooled, and what can be said of them when they may not.

A median has no sampling variance in print, only an interval. McGrath and colleagues take the variance from
the published interval (2025, https://doi.org/10.48550/arXiv.2503.03065) and find it fair for samples above
about 50 and not below. Pooling is on the log scale here, as times are skewed and cannot be negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from therapies.synthesis.effects import Estimate, Measure, named
from therapies.synthesis.errors import CannotPool
from therapies.synthesis.intervals import Interval, check_level
from therapies.synthesis.pooling import Method, Pool, Test, pool

FEWEST_STUDIES = 3
# “Moderately large (e.g., above 50)” in the abstract of McGrath 2025.
MORE_PATIENTS_THAN = 50
REFERENCE = "https://doi.org/10.48550/arXiv.2503.03065"
RULE = (
    f"Medians are pooled by inverse variance on the log scale only where at least {FEWEST_STUDIES} studies"
    " print a median with both limits of its interval, all intervals have one level, all times run from the"
    f" same origin and every study has more than {MORE_PATIENTS_THAN} patients; the variance is taken from"
    " the printed interval (McGrath et al. 2025)."
)


@dataclass(frozen=True)
class Median:
    """What a study prints of a median time; None and "" are what it does not print.

    `value` and the limits are in one unit of time for all studies, `n` is the number of patients, `origin`
    says from when time runs.
    """

    study: str
    value: float | None
    ci_low: float | None = None
    ci_high: float | None = None
    level: float = 0.95
    n: int | None = None
    origin: str = ""
    is_not_reached: bool = False


@dataclass(frozen=True)
class MedianOfMedians:
    """The unweighted median of k medians; the interval is None where k is too small for its level.

    `coverage` is what the interval, between two of the medians, really covers: never less than its level.
    """

    k: int
    estimate: float
    interval: Interval | None
    coverage: float | None


def reasons_against(medians: Sequence[Median]) -> tuple[str, ...]:
    """Return, as sentences, which conditions of the rule fail; none means that the medians may be pooled."""
    return tuple(
        sentence
        for sentence in (
            _too_few(medians),
            _naming("The median is not reached in", (m for m in medians if m.is_not_reached)),
            _naming(
                "No median is printed by", (m for m in medians if m.value is None and not m.is_not_reached)
            ),
            _naming(
                "An interval with both limits is missing in",
                (m for m in medians if m.value is not None and None in (m.ci_low, m.ci_high)),
            ),
            _several_levels(medians),
            _several_origins(medians),
            _naming("The number of patients is missing in", (m for m in medians if m.n is None)),
            _naming(
                f"There are {MORE_PATIENTS_THAN} patients or fewer in",
                (m for m in medians if m.n is not None and m.n <= MORE_PATIENTS_THAN),
            ),
        )
        if sentence
    )


def pool_medians(
    medians: Sequence[Median],
    *,
    method: Method = Method.REML,
    test: Test | None = None,
    level: float = 0.95,
) -> Pool:
    """Return the pooled median (`natural` is in the unit of the medians).

    Raises CannotPool with the reasons when a condition of the rule fails, or when a number cannot be right.
    """
    if reasons := reasons_against(medians):
        raise CannotPool(" ".join(reasons))
    data = [
        Estimate(median.study, median.value, median.ci_low, median.ci_high, median.level)
        for median in medians
        if median.value is not None and median.ci_low is not None and median.ci_high is not None
    ]
    return pool(data, measure=Measure.LOG_RATIO, method=method, test=test, level=level)


def median_of_medians(values: Sequence[float], level: float = 0.95) -> MedianOfMedians:
    """Return the unweighted median of the medians with the interval of the sign test.

    A sensitivity beside the pooled median, or in its place: it needs no interval from the studies. Raises
    CannotPool for none. McGrath et al. 2019, https://doi.org/10.1002/sim.8013.
    """
    check_level(level)
    if not values:
        raise CannotPool("There is no median.")
    ordered = sorted(values)
    k = len(ordered)
    # The rank-th smallest and the rank-th largest enclose the middle unless fewer than rank lie on one side.
    coverages = {rank: float(1 - 2 * binom.cdf(rank - 1, k, 0.5)) for rank in range(1, k // 2 + 1)}
    rank = max((rank for rank, coverage in coverages.items() if coverage >= level), default=None)
    return MedianOfMedians(
        k=k,
        estimate=float(np.median(ordered)),
        interval=None if rank is None else Interval(float(ordered[rank - 1]), float(ordered[k - rank])),
        coverage=None if rank is None else coverages[rank],
    )


def _too_few(medians: Sequence[Median]) -> str:
    if len(medians) >= FEWEST_STUDIES:
        return ""
    noun = "study is" if len(medians) == 1 else "studies are"
    return f"{len(medians)} {noun} fewer than the {FEWEST_STUDIES} that a pooled median needs."


def _several_levels(medians: Sequence[Median]) -> str:
    levels = sorted({median.level for median in medians if median.ci_low is not None})
    if len(levels) < 2:
        return ""
    return f"The intervals have different levels: {_listed(f'{100 * level:g} %' for level in levels)}."


def _several_origins(medians: Sequence[Median]) -> str:
    origins = {median.origin for median in medians}
    if stated := sorted(origins - {""}):
        if len(stated) > 1:
            return f"Time does not run from the same origin: {_listed(stated)}."
        return _naming("The time origin is not stated in", (m for m in medians if not m.origin))
    return "No study states from when time runs." if origins else ""


def _naming(start: str, medians: Iterable[Median]) -> str:
    names = [named(median.study) for median in medians]
    return f"{start} {_listed(names)}." if names else ""


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
