"""The outcomes of one therapy as lines of a sheet: what is reported, of 100 patients, how much, how sure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from therapies.evidence_map import Cell, EvidenceMap, Row
from therapies.read_models import map_page
from therapies.read_models.comparison import per_hundred
from therapies.read_models.gaps import Gap, Knowledge
from therapies.read_models.map_page import Beside, DrawnCell, DrawnColumn, Pooled
from therapies.read_models.profile import HARM_DOMAINS
from therapies.scope import Scope

GAPS = {
    Gap.NOT_SEARCHED: "Not searched yet",
    Gap.SEARCHED: "Searched, none found",
    Gap.WAITING: "None found yet, references wait to be read",
    Gap.NOT_EXTRACTABLE: "Reported without a usable number",
    Gap.NOT_APPLICABLE: "Does not apply",
    Gap.FILTERED: "Reported only outside what is counted here",
}


@dataclass(frozen=True)
class OutcomeLine:
    """One outcome of the therapy; `per_100` is empty where nothing counts patients in per cent."""

    column: DrawnColumn
    drawn: DrawnCell
    per_100: str = ""

    @property
    def cell(self) -> Cell:
        return self.drawn.cell

    @property
    def is_harm(self) -> bool:
        return self.column.outcome.domain in HARM_DOMAINS

    @property
    def finding(self) -> str:
        """Return the pooled estimate or the range reported, else why there is neither."""
        if self.drawn.words:
            return self.drawn.words
        if self.cell.n_studies and self.column.column.timepoint:
            return "at other times only"
        return "no usable value" if self.cell.n_studies else ""

    @property
    def per_100_words(self) -> str:
        """Return the natural frequency for a column that names its whole."""
        return in_brief(self.per_100)

    @property
    def has_middle(self) -> bool:
        return bool(self.cell.spread) and len(self.cell.spread.values) > 1

    @property
    def certainty(self) -> str:
        return self.drawn.judged.words if self.drawn.judged else "not judged"


@dataclass(frozen=True)
class MissingOutcomes:
    """Outcomes of which nothing is counted, and why."""

    words: str
    titles: tuple[str, ...]


@dataclass(frozen=True)
class OutcomeLines:
    """The outcomes with evidence, benefits and harms, and those without."""

    benefits: tuple[OutcomeLine, ...]
    harms: tuple[OutcomeLine, ...]
    missing: tuple[MissingOutcomes, ...]

    @property
    def found(self) -> tuple[OutcomeLine, ...]:
        return (*self.benefits, *self.harms)


def read(
    evidence: EvidenceMap,
    row: Row,
    *,
    scope: Scope,
    therapies: Iterable[int],
    known: Knowledge,
    pooled: Mapping[tuple[str, str], Pooled] | None = None,
) -> OutcomeLines:
    """Return the lines of one row of the map; `therapies` are the keys of it and of everything below it."""
    alone = replace(evidence, rows=(replace(row, parent=None, depth=0),))
    beside = Beside(known, pooled=pooled or {}, is_filtered=scope.is_filtered)
    drawn_row = map_page.draw(alone, with_comparators=True, beside=beside).rows[0]
    not_of_patients = per_hundred.not_of_patients(scope, set(therapies))
    lines = [_line(column, drawn, not_of_patients) for column, drawn in drawn_row.cells]
    found = [line for line in lines if line.cell.n_studies]
    return OutcomeLines(
        benefits=tuple(line for line in found if not line.is_harm),
        harms=tuple(line for line in found if line.is_harm),
        missing=_missing(line for line in lines if not line.cell.n_studies),
    )


def _line(column: DrawnColumn, drawn: DrawnCell, not_of_patients: set[int]) -> OutcomeLine:
    spread = drawn.cell.spread
    words = per_hundred.of_spread(spread, column.outcome, not_of_patients) if spread else ""
    return OutcomeLine(column, drawn, words)


def in_brief(per_100: str) -> str:
    """Return a natural frequency without words that every line would repeat: “about 7 to 25*”.

    The asterisk stands where only some of the results count patients.
    """
    words = per_100.removeprefix("Of 100 patients, ")
    words = words.replace(" in single results", "").replace(" in the only result", "")
    for aside in (" that count patients", " that counts patients"):
        words = words.replace(aside, "*")
    return words


def _missing(lines: Iterable[OutcomeLine]) -> tuple[MissingOutcomes, ...]:
    found: dict[Gap, list[str]] = {}
    for line in lines:
        kind = line.drawn.gap or Gap.NOT_SEARCHED
        found.setdefault(kind, []).append(line.column.title)
    return tuple(MissingOutcomes(GAPS[kind], tuple(titles)) for kind, titles in found.items())
