"""The sheet of one cell: the answer, its largest studies, and the key harms of the same therapy beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from therapies import evidence_map
from therapies.analysis_form import Question
from therapies.cell_results import StudyRow
from therapies.charts import forest
from therapies.facts import DESIGN_GROUPS
from therapies.models import Outcome, Result, Study
from therapies.read_models import cell_words, evidence_cell, gaps, printed, questions
from therapies.read_models.comparison import per_hundred
from therapies.read_models.evidence_cell import Evidence
from therapies.read_models.plot_items import Item
from therapies.read_models.plot_sections import Section
from therapies.read_models.sheets import foot, outcome_lines
from therapies.read_models.sheets.foot import Foot
from therapies.read_models.sheets.outcome_lines import OutcomeLines
from therapies.synthesis.eligibility import Reason

MOST_STUDIES = 12
MOST_RANGES = 5
HARMS = ("major-ae", "any-ae", "mortality-30d")


# The sentences of the page on the screen are too long for a column of a sheet.
REASONS = {
    Reason.REVIEW: "number of a review",
    Reason.SECONDHAND: "known through a review only",
    Reason.MIXED_HISTOLOGY: "mixed tumour types",
    Reason.COMPOSITE: "imaging mixed with symptoms",
    Reason.SEVERAL_CRITERIA: "several criteria",
    Reason.CRITERIA_NOT_STATED: "criteria not stated",
    Reason.NO_TIME_POINT: "no time point",
    Reason.NO_NUMBERS: "no usable counts",
    Reason.DERIVED: "derived",
    Reason.HIGH_RISK: "high risk of bias",
    Reason.NOT_PROSPECTIVE: "not prospective",
    Reason.DROPPED: "left out by choice",
    Reason.SAME_ARM: "same arm, counted once",
    Reason.SAME_STUDY: "same patients, counted once",
    Reason.SAME_COHORT: "same cohort, counted once",
}

Absolute = Callable[[str], str]


@dataclass(frozen=True)
class StudyLine:
    """One study by its most telling result: the one in the pool, else one with a value, the largest first.

    `counts` end on “r” where they are reconstructed; `interval` ends on “c” where it is computed and not
    printed, and names its level unless that is 95 %; `weight` (%) and `pool` say whether it is in the pool
    or why not; `n_more` counts its other results.
    """

    label: str
    design: str
    n: int | None
    how: tuple[str, ...]
    value: str
    counts: str
    interval: str
    weight: float | None
    pool: str
    mark: forest.Line | None
    n_more: int = 0


@dataclass(frozen=True)
class CellSheet:
    """One cell as a page of paper holds it; `n_more` studies are left to the page on the screen."""

    evidence: Evidence
    lines: tuple[StudyLine, ...]
    n_more: int
    per_100: str
    refusals: tuple[str, ...]
    changes: tuple[str, ...]
    harms: OutcomeLines
    n_unverified: int
    foot: Foot

    @property
    def title(self) -> str:
        return self.evidence.heading

    @property
    def ranges(self) -> tuple[Section, ...]:
        """Return the first ranges of a cell whose values must not stand together as one."""
        return self.evidence.ranges[:MOST_RANGES]

    @property
    def n_more_ranges(self) -> int:
        return max(0, len(self.evidence.ranges) - MOST_RANGES)

    @property
    def n_numbers(self) -> int:
        """Return how many numbers the sheet rests on."""
        return sum(not item.derived for item in self.evidence.items)

    @property
    def n_at_high_risk(self) -> int:
        """Return how many studies are judged at high risk of bias."""
        return len({item.row.study.pk for item in self.evidence.items if item.candidate.is_at_high_risk})


def read(question: Question, therapy: str, outcome: str, path: str, absolute: Absolute) -> CellSheet:
    """Return the sheet of a cell; raises as `evidence_cell.read` does.

    `path` is the address of its page on the screen, and `absolute` makes an address whole.
    """
    evidence = evidence_cell.gather(question, therapy, outcome)
    asked, items = evidence.question, evidence.items
    verdict = evidence.medians.verdict if evidence.medians else evidence.plot.overall.eligibility
    lines = tuple(_lines(evidence))
    return CellSheet(
        evidence=evidence,
        lines=lines[:MOST_STUDIES],
        n_more=max(0, len(lines) - MOST_STUDIES),
        per_100=_per_100(evidence),
        refusals=tuple(refusal.words for refusal in verdict.refusals),
        changes=tuple(change.words for change in questions.changes(asked, evidence.kinds, items)),
        harms=_harms(evidence),
        n_unverified=_n_unverified(items),
        foot=foot.of_cell(evidence, path, absolute),
    )


def _per_100(evidence: Evidence) -> str:
    """Return the reported range as natural frequencies, where the cell has one range in per cent."""
    spread = evidence.cell.spread
    if spread is None or evidence.only_range is None:
        return ""
    not_of_patients = {item.key for item in evidence.items if item.row.per != Result.Per.PATIENT}
    return per_hundred.of_spread(spread, evidence.outcome, not_of_patients)


def _n_unverified(items: Iterable[Item]) -> int:
    reported = [item.key for item in items if not item.derived]
    return Result.objects.filter(pk__in=reported).exclude(verification=Result.Verification.VERIFIED).count()


def _harms(evidence: Evidence) -> OutcomeLines:
    """Return the key harms of the same therapy; criteria of response say nothing of them."""
    scope = replace(evidence.question.scope, criteria=())
    outcomes = list(Outcome.objects.filter(code__in=set(HARMS) - {evidence.outcome.code}))
    found = evidence_map.build(scope, outcomes=outcomes)
    return outcome_lines.read(
        found,
        evidence.row,
        scope=scope,
        therapies=[row.therapy.pk for row in evidence.within],
        known=gaps.load(scope, found.rows, outcomes),
    )


def _lines(evidence: Evidence) -> Iterator[StudyLine]:
    """Give the studies, the largest first; those whose size is not known come last."""
    usual = _usual_time(evidence)
    studies: dict[int, list[Item]] = {}
    shows_derived = evidence.question.rules.with_derived or not evidence.cell.n_studies
    for item in evidence.items:
        if item.derived and not shows_derived:
            continue
        studies.setdefault(item.row.study.pk, []).append(item)
    ordered = sorted(studies.values(), key=lambda items: (-max(map(_size, items)), items[0].row.study.label))
    for items in ordered:
        chosen = max(items, key=lambda item: _telling(item, evidence, usual))
        yield _line(chosen, evidence, n_more=len(items) - 1)


def _size(item: Item) -> int:
    return item.row.arm.n or item.candidate.total or 0


def _telling(item: Item, evidence: Evidence, usual: float | None) -> tuple[object, ...]:
    has_usual_time = usual is not None and item.candidate.timepoint == usual
    is_reported = item.derived is None
    is_in = evidence.standing(item).is_in
    return is_in, has_usual_time, is_reported, item.value is not None, _size(item)


def _usual_time(evidence: Evidence) -> float | None:
    """Return the time at which most studies report a rate of survival, None for other outcomes."""
    if not evidence.has_times:
        return None
    times = Counter(item.candidate.timepoint for item in evidence.items if item.value is not None)
    del times[None]
    return max(times, key=lambda time: (times[time], time)) if times else None


def _line(item: Item, evidence: Evidence, *, n_more: int) -> StudyLine:
    row, one = item.row, item.candidate
    reading, standing = printed.read(row, evidence.outcome), evidence.standing(item)
    other = row.arm.therapy_words if row.arm.therapy_id != evidence.therapy.pk else ""
    per = f"per {row.per}" if row.per != Result.Per.PATIENT else ""
    time = printed.time_point(row.timepoint_months)
    return StudyLine(
        label=_label(row.study),
        design=cell_words.DESIGN_WORDS[DESIGN_GROUPS[Study.Design(row.study.design)]],
        n=row.arm.n,
        how=tuple(filter(None, (other, one.definition_words, time and f"at {time}", per))),
        value=_derived_value(item) if item.derived else reading.words,
        counts=_counts(item),
        interval=_interval(item, "" if item.derived else reading.interval),
        weight=standing.weight,
        pool="in" if standing.is_in else REASONS.get(standing.reason, standing.left_out),
        mark=forest.draw(item.estimate, evidence.axis.scale),
        n_more=n_more,
    )


def _counts(item: Item) -> str:
    one = item.candidate
    if one.events is None or not one.total:
        return ""
    return f"{one.events:,}/{one.total:,}{' r' if one.is_reconstructed else ''}"


def _interval(item: Item, as_printed: str) -> str:
    if item.is_computed:
        return f"{printed.rounded(item.ci_low or 0.0)}–{printed.rounded(item.ci_high or 0.0)} c"
    return as_printed.removeprefix("95%\u00a0CI ")


def _label(study: StudyRow) -> str:
    """Return the study's name with its year, once."""
    year = str(study.year or "")
    return study.label if year in study.label else f"{study.label} ({year})"


def _derived_value(item: Item) -> str:
    value = printed.with_unit(printed.rounded(item.value or 0.0), "%")
    return f"{value}, derived"
