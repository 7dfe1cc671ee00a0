"""The evidence behind one cell of the map: every published result of a therapy for an outcome, pooled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.db.models import F, FilteredRelation, Q

from therapies import cell_results, evidence_map
from therapies.analysis_form import INTERVALS, AnalysisForm, Question
from therapies.cell_results import ResultRow
from therapies.charts import forest
from therapies.evidence_map import Cell, Row
from therapies.models import Arm, Certainty, Outcome, Therapy
from therapies.read_models import (
    cell_words,
    effects,
    gaps,
    lineage,
    median_pool,
    plot_items,
    plot_rows,
    plot_sections,
    pool_view,
    printed,
    questions,
    risk_of_bias,
)
from therapies.read_models.lines import MARK_KINDS
from therapies.read_models.median_pool import MedianVerdict
from therapies.read_models.plot_items import Item
from therapies.read_models.plot_rows import Page
from therapies.read_models.plot_sections import Plot, Standing
from therapies.read_models.pool_view import Figures, PoolView
from therapies.read_models.questions import Kinds
from therapies.read_models.risk_of_bias import RiskOfBias


@dataclass(frozen=True)
class Overlap:
    """Studies of the cell that share patients."""

    name: str
    studies: tuple[cell_results.StudyRow, ...]


@dataclass(frozen=True)
class Evidence:
    """Everything that is known of one cell, analysed and in order, before any row is loaded to be printed.

    `question` is what was asked, without what does not exist in this cell; `ignored` says that in sentences.
    """

    question: Question
    ignored: tuple[str, ...]
    rows: tuple[Row, ...]
    row: Row
    outcome: Outcome
    above: tuple[Row, ...]
    within: tuple[Row, ...]
    cell: Cell
    axis: forest.Axis
    plot: Plot
    medians: MedianVerdict | None
    kinds: Kinds
    reviews: tuple[Item, ...]
    overlaps: tuple[Overlap, ...]
    risk: RiskOfBias
    n_mixed_left_out: int

    @property
    def therapy(self) -> Therapy:
        return self.row.therapy

    @property
    def heading(self) -> str:
        """Return the cell in words: “Objective response rate after transarterial chemoembolization”."""
        return f"{self.outcome.name} {self.joint} {self.therapy_in_sentence}"

    @property
    def joint(self) -> str:
        return "after" if self.therapy.kind == Therapy.Kind.LOCOREGIONAL else "with"

    @property
    def therapy_in_sentence(self) -> str:
        """Return the therapy's name with its first letter lowered, unless an abbreviation begins it."""
        name = self.therapy.name
        return name if name[1:2].isupper() else name[:1].lower() + name[1:]

    @property
    def kind(self) -> str:
        """Return the colour of the marks: which direction is better."""
        return MARK_KINDS.get(self.outcome.better, "neutral")

    @property
    def axis_words(self) -> str:
        return printed.span(0, self.axis.scale.top, self.outcome.unit)

    @property
    def is_proportion(self) -> bool:
        return self.outcome.measure == Outcome.Measure.PROPORTION

    @property
    def is_median(self) -> bool:
        return self.outcome.measure == Outcome.Measure.MEDIAN_TIME

    @property
    def has_times(self) -> bool:
        """Say whether values at different times must not stand together: rates of survival."""
        return self.outcome.is_rate_over_time

    @property
    def ranges(self) -> tuple[plot_sections.Section, ...]:
        """Return the sections whose values may be read as one range."""
        return tuple(section for section in self.plot.sections if section.is_one_range)

    @property
    def only_range(self) -> plot_sections.Section | None:
        """Return the section whose values are the one range of the cell, None where there are several."""
        return self.ranges[0] if len(self.ranges) == 1 and not self.plot.is_grouped else None

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was reported; something may still be derived."""
        return self.cell.is_empty

    @property
    def items(self) -> tuple[Item, ...]:
        """Return every result but those of reviews, in the order of the page."""
        return tuple(item for section in self.plot.sections for item in section.items)

    @cached_property
    def pool(self) -> PoolView | None:
        """Return the pool of the whole cell, None where there is none."""
        if self.medians:
            return self.medians.pool
        return pool_view.view(self.plot.overall, self.axis.scale)

    @cached_property
    def pooled(self) -> frozenset[int]:
        """Return the keys of the results in the pool of the whole cell."""
        if self.pool is None:
            return frozenset()
        verdict = self.medians.verdict if self.medians else self.plot.overall.eligibility
        return frozenset(one.key for one in verdict.kept)

    @property
    def certainty(self) -> str:
        """Return the GRADE level in words, empty where nobody judged it."""
        level = getattr(self.outcome, "certainty_level", None)
        return str(Certainty.Level(level).label) if level else ""

    def standing(self, item: Item) -> Standing:
        """Return how a result stands to the pool; without a pool to stand to, nothing is said."""
        return self.plot.standings.get(item.key, plot_sections.Standing())


@dataclass(frozen=True)
class CellGap:
    """Why a cell is empty: the kind (a value of `gaps.Gap`), its reason, and how fresh that knowledge is."""

    kind: str
    reason: str
    n_waiting: int
    freshness: str


@dataclass(frozen=True)
class EvidenceCell:
    """One page of a cell: its evidence, the rows of this page loaded, and what stands around the plot.

    `difference` is the test between subgroups in words, empty unless every one of them is pooled.
    """

    evidence: Evidence
    page: Page
    reviews: tuple[plot_rows.PlotRow, ...]
    comparisons: tuple[effects.Effect, ...]
    changes: tuple[questions.Change, ...] = ()
    refusals: tuple[questions.Refused, ...] = ()
    sensitivity: tuple[Figures, ...] = ()
    leave_one_out: tuple[Figures, ...] = ()
    difference: str = ""
    gap: CellGap | None = None

    @property
    def n_more_reviews(self) -> int:
        return len(self.evidence.reviews) - len(self.reviews)

    @property
    def interval_name(self) -> str:
        """Return how intervals are computed where the source prints none."""
        return dict(INTERVALS)[self.evidence.question.interval]

    @property
    def default_query(self) -> str:
        """Return the address of the published analysis inside the same filters."""
        analysis = dict.fromkeys((*AnalysisForm.CHANGES, "more"))
        return self.evidence.question.links.to(**analysis)

    @property
    def more_query(self) -> str:
        return self.evidence.question.links.to(more="1")

    @property
    def medians_query(self) -> str:
        return self.evidence.question.links.to(medians="pool")

    @property
    def beside_query(self) -> str:
        return self.evidence.question.links.to(beside="1")

    @property
    def may_run_more(self) -> bool:
        """Say whether sensitivity analyses were left for the reader to ask for."""
        return self.evidence.plot.overall.pool is not None and not self.sensitivity


def read(question: Question, therapy: str, outcome: str) -> EvidenceCell:
    """Return one page of a cell; Therapy.DoesNotExist or Outcome.DoesNotExist says what is missing."""
    evidence = gather(question, therapy, outcome)
    asked, overall = evidence.question, evidence.plot.overall
    within = [row.therapy.pk for row in evidence.within]
    comparisons = question.scope.comparisons().filter(outcome=evidence.outcome, arms__therapy__in=within)
    page, reviews = plot_rows.load(evidence, number=question.page)
    verdict = evidence.medians.verdict if evidence.medians else overall.eligibility
    may_be_pooled = evidence.is_proportion or evidence.is_median
    may_run = overall.pool is not None and (asked.runs_all or overall.pool.k <= pool_view.MOST_UNASKED)
    return EvidenceCell(
        evidence,
        page,
        reviews,
        effects.read(comparisons.distinct()),
        changes=questions.changes(asked, evidence.kinds, evidence.items),
        # A mean is never pooled, whatever its results have in common.
        refusals=questions.refused(verdict.refusals, asked.links) if may_be_pooled else (),
        sensitivity=pool_view.sensitivity(overall),
        leave_one_out=pool_view.leave_one_out(overall) if may_run else (),
        difference=_difference(evidence.plot),
        gap=_gap(evidence) if evidence.is_empty else None,
    )


def _gap(evidence: Evidence) -> CellGap:
    """Return which kind of empty a cell is; two queries."""
    known = gaps.load(evidence.question.scope, evidence.rows, [evidence.outcome])
    kind = known.gap(evidence.cell)
    therapy, outcome = evidence.therapy.code, evidence.outcome.code
    fresh = known.fresh(therapy)
    return CellGap(
        kind=kind.value if kind else "",
        reason=known.not_applicable.get((therapy, outcome), ""),
        n_waiting=fresh.n_waiting,
        freshness=cell_words.freshness(fresh),
    )


def _difference(plot: Plot) -> str:
    """Return the test between subgroups, where each of at least two has a pool."""
    pools = [section.analysis.pool for section in plot.subgroups]
    return pool_view.difference(pools) if len(pools) > 1 and all(pools) else ""


def gather(question: Question, therapy: str, outcome: str) -> Evidence:
    """Read and analyse a cell; raises as `read` does. At most five queries."""
    therapies = list(Therapy.objects.all())
    rows = evidence_map.tree(therapies)
    row = lineage.row_of(rows, therapy)
    measured = _outcome(outcome, row.therapy)
    within = lineage.within(rows, row)
    keys = [below.therapy.pk for below in within]
    found, n_mixed_left_out = cell_results.read(question.scope, measured, keys)
    derived = cell_results.read_derived(question.scope, measured, keys)
    counts = evidence_map.build(
        question.scope,
        outcomes=[measured],
        found=cell_results.facts_of(found),
        therapies=therapies,
        derived=[one for one, _parts in derived],
    )
    risk = risk_of_bias.load(Arm.objects.filter(therapy__in=keys).order_by().values("study"))
    items = plot_items.reported(found, high_risk=risk.high_risk)
    items = plot_items.with_intervals(
        [*items, *plot_items.derived(derived, high_risk=risk.high_risk)], measured, question.interval
    )
    counted = [item for item in items if not item.candidate.is_review]
    kinds = questions.kinds(item.candidate for item in counted)
    asked, ignored = questions.checked(question, kinds, counted)
    axis = forest.axis_for((item.estimate for item in items), is_percentage=measured.unit == "%")
    plot = _plot(counted, measured, asked, rows)
    plot, medians = _with_medians(plot, counted, measured, asked, axis)
    return Evidence(
        question=asked,
        ignored=ignored,
        rows=rows,
        row=row,
        outcome=measured,
        above=lineage.above(rows, row),
        within=within,
        cell=counts.cell(therapy, outcome),
        axis=axis,
        plot=plot,
        medians=medians,
        kinds=kinds,
        reviews=tuple(_by_sort([item for item in items if item.candidate.is_review], asked.sort)),
        overlaps=_overlaps(found),
        risk=risk,
        n_mixed_left_out=n_mixed_left_out,
    )


def _outcome(code: str, therapy: Therapy) -> Outcome:
    """Return the outcome with the certainty of its cell (`certainty_level`, `certainty_reason`)."""
    here = FilteredRelation("certainties", condition=Q(certainties__therapy=therapy))
    outcomes = Outcome.objects.annotate(here=here).annotate(
        certainty_level=F("here__level"), certainty_reason=F("here__reason")
    )
    return lineage.outcome_of(outcomes.filter(code=code), code)


def _plot(items: Sequence[Item], outcome: Outcome, question: Question, rows: Sequence[Row]) -> Plot:
    group = question.group or ("time" if outcome.is_rate_over_time else "none")
    return plot_sections.arrange(
        items,
        outcome,
        question.choices,
        group=group,
        sort=question.sort,
        therapies={row.therapy.pk: (place, row.therapy.name) for place, row in enumerate(rows)},
        runs_all=question.runs_all,
    )


def _with_medians(
    plot: Plot, items: Sequence[Item], outcome: Outcome, question: Question, axis: forest.Axis
) -> tuple[Plot, MedianVerdict | None]:
    """Give medians their own verdict; only where a pool was asked for do single results stand to it."""
    if outcome.measure == Outcome.Measure.PROPORTION:
        return plot, None
    if outcome.measure != Outcome.Measure.MEDIAN_TIME:
        return replace(plot, standings={}), None
    medians = median_pool.judge(
        items, question.choices, axis.scale, outcome.unit, is_asked=question.pools_medians
    )
    standings = plot_sections.standings_of(
        medians.verdict, dict(medians.weights), is_pooled=medians.pool is not None
    )
    return replace(plot, standings=standings if question.pools_medians else {}), medians


def _by_sort(items: Sequence[Item], sort: str) -> list[Item]:
    return plot_items.ordered(items, sort, {})


def _overlaps(rows: Iterable[ResultRow]) -> tuple[Overlap, ...]:
    members: dict[cell_results.CohortRow, dict[int, cell_results.StudyRow]] = {}
    for row in rows:
        if row.study.cohort and not row.study.is_review:
            members.setdefault(row.study.cohort, {})[row.study.pk] = row.study
    return tuple(
        Overlap(cohort.name, tuple(studies.values()))
        for cohort, studies in members.items()
        if len(studies) > 1
    )
