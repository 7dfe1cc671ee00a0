"""A pooled estimate in words and marks: the mean, its interval, what a new study may find, and how sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from therapies import analysis
from therapies.analysis import Analysis
from therapies.charts import forest
from therapies.charts.scale import Scale
from therapies.models import Result
from therapies.read_models import printed
from therapies.synthesis import pooling
from therapies.synthesis.effects import Measure
from therapies.synthesis.eligibility import FEWEST_STUDIES
from therapies.synthesis.errors import CannotPool
from therapies.synthesis.pooling import Method, Pool, Test
from therapies.synthesis.subgroups import between

PERCENT = 100
# Above this many results the slow sensitivity analyses run only where they are asked for …
MOST_UNASKED = 50
# … and beyond this many, a pool less each study would keep the server busy for seconds.
MOST_LEFT_OUT_ONE_BY_ONE = 200
METHOD_NAMES = {
    Method.REML: "REML",
    Method.DL: "DerSimonian–Laird",
    Method.PM: "Paule–Mandel",
    Method.GLMM: "binomial–normal model (GLMM), maximum likelihood",
}
TEST_NAMES = {Test.KNHA: "Hartung–Knapp interval", Test.Z: "normal interval", Test.T: "t interval"}
SCALES = {Measure.PLO: "logit scale", Measure.PFT: "Freeman–Tukey scale", Measure.LOG_RATIO: "log scale"}


@dataclass(frozen=True)
class Unit:
    """The unit in which a pool is read: what its natural figures are multiplied by, and its words."""

    factor: float
    unit: str


PERCENTAGE = Unit(PERCENT, "%")


@dataclass(frozen=True)
class Figures:
    """One pooled estimate in words; `prediction` is where 95 % of new studies would be expected."""

    label: str
    estimate: str = ""
    interval: str = ""
    prediction: str = ""
    tau2: str = ""
    i2: str = ""
    is_main: bool = False
    problem: str = ""


@dataclass(frozen=True)
class PoolView:
    """A pool as a page shows it; `n` is the number of patients, procedures or lesions in it.

    `factor` turns its natural figures into the unit of the axis.
    """

    pool: Pool
    figures: Figures
    mark: forest.Pooled
    how: str
    heterogeneity: tuple[str, ...]
    n_studies: int
    factor: float = PERCENT
    n: int | None = None
    n_reconstructed: int = 0
    frequency: str = ""

    @property
    def k(self) -> int:
        return self.pool.k


def view(found: Analysis, scale: Scale) -> PoolView | None:
    """Return the pool of an analysis of proportions on an axis in percent, None where there is none."""
    if found.pool is None:
        return None
    kept = found.eligibility.kept
    return draw(
        found.pool,
        scale,
        PERCENTAGE,
        n_studies=found.eligibility.n_studies,
        n=sum(one.total or 0 for one in kept),
        n_reconstructed=found.n_reconstructed,
        frequency=frequency(found.pool, kept[0].unit),
    )


def draw(
    pool: Pool,
    scale: Scale,
    unit: Unit,
    *,
    n_studies: int,
    n: int | None,
    n_reconstructed: int = 0,
    frequency: str = "",
) -> PoolView:
    """Return a pool of any measure in words, and as marks on the axis of its unit."""
    natural = pool.natural
    value, *ends_of = (
        number * unit.factor
        for number in (natural.estimate, natural.ci_low, natural.ci_high, natural.pi_low, natural.pi_high)
    )
    low, high, new_low, new_high = ends_of
    return PoolView(
        pool=pool,
        figures=figures("", pool, unit),
        mark=forest.draw_pooled(value, (low, high), (new_low, new_high), scale),
        how=how(pool),
        heterogeneity=heterogeneity(pool),
        n_studies=n_studies,
        factor=unit.factor,
        n=n,
        n_reconstructed=n_reconstructed,
        frequency=frequency,
    )


def figures(label: str, pool: Pool, unit: Unit = PERCENTAGE, *, is_main: bool = False) -> Figures:
    """Return a pool in words, in its unit."""
    natural = pool.natural
    return Figures(
        label=label,
        estimate=printed.with_unit(number(natural.estimate, unit), unit.unit),
        interval=ends(natural.ci_low, natural.ci_high, unit),
        prediction=ends(natural.pi_low, natural.pi_high, unit),
        tau2=figure(pool.tau2),
        i2=f"{printed.rounded(pool.i2)}%",
        is_main=is_main,
    )


def how(pool: Pool) -> str:
    """Return the method in words."""
    test = f", {TEST_NAMES[pool.test]}" if pool.k > 1 else ""
    return f"random effects on the {SCALES[pool.measure]}, {METHOD_NAMES[pool.method]}{test}"


def heterogeneity(pool: Pool) -> tuple[str, ...]:
    """Return τ² with its interval, I² and Q with p, in words."""
    tau2 = f"τ² = {figure(pool.tau2)}"
    if pool.tau2_low is not None and pool.tau2_high is not None:
        tau2 += f" (95% Q-profile {figure(pool.tau2_low)}–{figure(pool.tau2_high)})"
    words = [tau2, f"I² = {printed.rounded(pool.i2)}%"]
    if pool.q is not None and pool.q_p is not None:
        words.append(f"Q = {figure(pool.q)} on {pool.k - 1} df, {p_value(pool.q_p)}")
    if pool.q_lrt is not None and pool.q_lrt_p is not None:
        words.append(f"likelihood ratio {figure(pool.q_lrt)}, {p_value(pool.q_lrt_p)}")
    return tuple(words)


def frequency(pool: Pool, per: str = Result.Per.PATIENT) -> str:
    """Return the pool in natural frequencies: “About 76 of 100 patients …”.

    Of 1,000 where the whole interval of the mean lies below 5 of 100.
    """
    natural = pool.natural
    whole = 1000 if natural.ci_high < 0.05 else 100
    whom = printed.PLURALS[Result.Per(per)]
    return (
        f"About {among(natural.estimate, whole)} of {whole:,} {whom}, 95% interval"
        f" {among(natural.ci_low, whole)}–{among(natural.ci_high, whole)}; a new study would be expected to"
        f" find between {among(natural.pi_low, whole)} and {among(natural.pi_high, whole)}."
    )


def among(share: float, whole: int) -> str:
    """Return a share as a whole number among 100 or 1,000, never rounded onto none or all."""
    rounded = int(share * whole + 0.5)
    if rounded == 0 and share > 0:
        return "fewer than 1"
    if rounded == whole and share < 1:
        return f"more than {whole - 1:,}"
    return f"{rounded:,}"


def sensitivity(found: Analysis) -> tuple[Figures, ...]:
    """Return the same results pooled by other methods, the one chosen first."""
    chosen = found.pool
    if chosen is None or not (found.glmm or found.glmm_problem):
        return ()
    rows = [figures(f"Chosen: {how(chosen)}", chosen, is_main=True)]
    if found.glmm_problem:
        label = f"Sensitivity: {METHOD_NAMES[Method.GLMM]}"
        rows.append(Figures(label, problem=found.glmm_problem))
    others = (found.glmm, found.freeman_tukey, found.dersimonian_laird)
    rows += [
        figures(f"Sensitivity: {how(pool)}", pool)
        for pool in others
        if pool and (pool.measure, pool.method, pool.test) != (chosen.measure, chosen.method, chosen.test)
    ]
    return tuple(rows)


def leave_one_out(found: Analysis) -> tuple[Figures, ...]:
    """Return the pool without each of its studies in turn, by the method chosen; none below four studies.

    The binomial–normal model has none here: refitting it for every study takes too long for a page.
    """
    kept = found.eligibility.kept
    studies = {one.study: one.label for one in kept}
    is_slow = found.choices.method is Method.GLMM or len(kept) > MOST_LEFT_OUT_ONE_BY_ONE
    if found.pool is None or is_slow or len(studies) <= FEWEST_STUDIES:
        return ()
    choices = found.choices
    return tuple(
        figures(
            label,
            pooling.pool(
                [analysis.counts(one) for one in kept if one.study != study],
                measure=Measure.PLO,
                method=choices.method,
                test=choices.test,
            ),
        )
        for study, label in studies.items()
    )


def difference(pools: Sequence[Pool]) -> str:
    """Return the test of a difference between subgroups in words, empty where there is none."""
    try:
        found = between(pools)
    except CannotPool:
        return ""
    return f"Q between groups = {figure(found.q)} on {found.df} df, {p_value(found.p)}"


def figure(value: float) -> str:
    """Return a statistic with two decimals, four where it is small, never in exponent notation."""
    if value == 0:
        return "0"
    decimals = 2 if abs(value) >= 0.1 else 4
    text = f"{value:.{decimals}f}"
    return text if float(text) else f"< {10**-decimals:.{decimals}f}"


def p_value(p: float) -> str:
    """Return “p = 0.03” or “p < 0.001”."""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def ends(low: float, high: float, unit: Unit) -> str:
    """Return the two ends of an interval: “64.8–84.1”."""
    return f"{number(low, unit)}–{number(high, unit)}"


def number(natural: float, unit: Unit) -> str:
    """Return a natural figure in its unit with one decimal, a proportion never rounded onto all."""
    words = printed.rounded(natural * unit.factor)
    words = words if "." in words else f"{words}.0"
    return "> 99.9" if unit is PERCENTAGE and natural < 1 and words == "100.0" else words
