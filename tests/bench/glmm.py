"""The binomial–normal model of 200 studies, which a reader waits for; no server is needed.

Run with `python -m tests.bench.glmm`. The floors beside it are the same likelihood counted once, of which the
fit needs about a hundred, and pooling without likelihood (DerSimonian–Laird).
"""

from __future__ import annotations

import numpy as np

from tests.bench import scratch
from therapies.synthesis import effects, glmm, pooling
from therapies.synthesis.effects import Counts, Measure
from therapies.synthesis.pooling import Method

N_STUDIES = 200
ROUNDS = 15


def generate(most_patients: int, tau: float) -> list[Counts]:
    """Return generated studies of 8 patients and more, with a mean proportion of 27 %."""
    random = np.random.default_rng(1)
    totals = random.integers(8, most_patients, N_STUDIES)
    shares = 1 / (1 + np.exp(-random.normal(-1, tau, N_STUDIES)))
    events = random.binomial(totals, shares)
    return [
        Counts(f"Generated {index}", int(some), int(all_))
        for index, (some, all_) in enumerate(zip(events, totals, strict=True))
    ]


def main() -> None:
    """Print the time of the fit for usual and for large, scattered studies, with the floors."""
    for name, studies in (("usual", generate(200, 0.8)), ("large, scattered", generate(20_000, 2.5))):
        likelihood = glmm.Likelihood(*effects.count_arrays(studies))
        seconds = scratch.timed(
            lambda likelihood=likelihood: likelihood(-1.0, 0.8),
            lambda studies=studies: pooling.pool(studies, measure=Measure.PLO, method=Method.DL),
            lambda studies=studies: pooling.pool(studies, measure=Measure.PLO, method=Method.REML),
            lambda studies=studies: pooling.pool(studies, measure=Measure.PLO, method=Method.GLMM),
            rounds=ROUNDS,
        )
        print(f"{N_STUDIES} studies, {name}")
        for what, times in zip(
            ("floor: the likelihood once", "floor: DerSimonian–Laird", "REML", "GLMM (at most 200 ms)"),
            seconds,
            strict=True,
        ):
            print(scratch.line(what, times))


if __name__ == "__main__":
    main()
