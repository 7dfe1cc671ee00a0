"""The updates as readers see them: entries, the newest first, with their changes and the cells they touch."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pghistory.models import Context

from therapies import evidence_map
from therapies.evidence_map import Row
from therapies.models import Arm, Comparison, Outcome, Result, Study, Therapy
from therapies.read_models import effects, lineage, printed, row_changes
from therapies.read_models.row_changes import FieldChange
from therapies.read_models.updates import events
from therapies.read_models.updates.events import Event, Filter, Group, Kind
from therapies.read_models.updates.states import State, States
from therapies.services import evidence
from therapies.services.evidence.ledger import SERVICE as LOADING

MOST_CHANGES = 30
MOST_CELLS = 12
NAMES = {"result": ("result", "results"), "comparison": ("comparison", "comparisons")}
NAMES |= {"study": ("study", "studies"), "arm": ("arm", "arms"), "reference": ("study", "studies")}
SHIPPED = "with the shipped evidence"


@dataclass(frozen=True)
class Change:
    """One row that entered, left or was corrected: what it is and says, and what a correction changed."""

    kind: Kind
    title: str
    words: str
    study: Study | None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class TouchedCell:
    """One cell that an entry touches, with what it said then and afterwards (None: not computed yet)."""

    therapy: Therapy
    outcome: Outcome
    then: State
    now: State | None

    @property
    def is_same(self) -> bool:
        return self.then == self.now


@dataclass(frozen=True)
class Entry:
    """One deed: its headline, why it was done (where somebody said), its changes and the cells it touched."""

    key: str
    at: datetime
    headline: str
    reason: str
    changes: tuple[Change, ...]
    n_more_changes: int
    cells: tuple[TouchedCell, ...]
    n_more_cells: int

    @property
    def anchor(self) -> str:
        """Return the name of the entry on its page."""
        return f"update-{self.key}"


@dataclass(frozen=True)
class Place:
    """Whose updates: all, or those of a therapy (with everything below it), of an outcome, or of a cell."""

    therapy: Therapy | None = None
    outcome: Outcome | None = None

    @property
    def words(self) -> str:
        names = (self.therapy and self.therapy.name, self.outcome and self.outcome.name)
        return " × ".join(filter(None, names))


def place(therapy: str = "", outcome: str = "") -> Place:
    """Return the place; Therapy.DoesNotExist or Outcome.DoesNotExist says in words what is not there."""
    rows = evidence_map.tree(Therapy.objects.all()) if therapy else ()
    return Place(
        therapy=lineage.row_of(rows, therapy).therapy if therapy else None,
        outcome=lineage.outcome_of(list(Outcome.objects.all()), outcome) if outcome else None,
    )


def wanted(where: Place, *, kinds: Iterable[Kind] = (), since: datetime | None = None) -> Filter:
    """Return the filter for the changes of a place."""
    arms = studies = None
    if where.therapy is not None:
        rows = evidence_map.tree(Therapy.objects.all())
        row = lineage.row_of(rows, where.therapy.code)
        within = [below.therapy.pk for below in lineage.within(rows, row)]
        pairs = list(Arm.objects.filter(therapy__in=within).order_by().values_list("pk", "study_id"))
        arms, studies = [arm for arm, _study in pairs], list({study for _arm, study in pairs})
    outcome = where.outcome.pk if where.outcome else None
    return Filter(arms, studies, outcome, tuple(kinds), since)


def entries(asked: Filter, where: Place, *, offset: int = 0, limit: int = 20) -> list[Entry]:
    """Return the entries, the newest first; the number of queries does not depend on how many there are."""
    found = events.groups(asked, offset=offset, limit=limit)
    by_group: dict[tuple[uuid.UUID | None, Any], list[Event]] = defaultdict(list)
    for event in events.events(asked, found, most=MOST_CHANGES):
        by_group[event.context, event.day].append(event)
    contexts = Context.objects.in_bulk([group.context for group in found if group.context])
    reader = _Reader([event for members in by_group.values() for event in members])
    return [
        _entry(group, by_group[group.context, group.day], contexts.get(group.context), reader, where)
        for group in found
    ]


def _entry(
    group: Group, members: Sequence[Event], context: Context | None, reader: _Reader, where: Place
) -> Entry:
    metadata = context.metadata if context else {}
    n = sum(group.counts.values())
    cells = [] if n > MOST_CHANGES else reader.cells(members, where)
    return Entry(
        key=f"{group.context or 'day'}-{group.day:%Y%m%d}",
        at=group.last_at,
        headline=_headline(group, metadata),
        reason="" if metadata.get("service") == LOADING else str(metadata.get("reason") or ""),
        changes=() if n > MOST_CHANGES else tuple(reader.change(event) for event in members),
        n_more_changes=n if n > MOST_CHANGES else 0,
        cells=tuple(
            TouchedCell(therapy, outcome, *reader.states.around(pair, group.first_at, group.last_at))
            for pair, therapy, outcome in cells[:MOST_CELLS]
        ),
        n_more_cells=max(0, len(cells) - MOST_CELLS),
    )


def _headline(group: Group, metadata: dict[str, Any]) -> str:
    """Return “559 results and 50 comparisons entered with the shipped evidence”."""
    parts = []
    for kind in Kind:
        counts = [(row, n) for (row, of_kind), n in group.counts.items() if of_kind == kind]
        if counts:
            counted = [f"{n:,} {NAMES[row][n != 1]}" for row, n in sorted(counts, reverse=True)]
            parts.append(f"{' and '.join(counted)} {_verb(kind, sum(n for _row, n in counts))}")
    words = "; ".join(parts)
    is_shipped = metadata.get("service") == LOADING and str(evidence.DATA) in str(metadata.get("reason"))
    return f"{words} {SHIPPED}" if is_shipped else words


def _verb(kind: Kind, n: int) -> str:
    verb = "was" if n == 1 else "were"
    return {
        Kind.ENTERED: "entered",
        Kind.LEFT: "left",
        Kind.CORRECTED: f"{verb} corrected",
        Kind.RETRACTED: f"{verb} retracted",
        Kind.REINSTATED: f"{verb} reinstated",
    }[kind]


class _Reader:
    """The rows behind some events, loaded a table at a time."""

    def __init__(self, found: Sequence[Event]) -> None:
        self._rows = {
            (row, pk): event
            for row, model in events.ROWS.items()
            for pk, event in _load(model, [one for one in found if one.row == row]).items()
        }
        arms = {row.arm_id for (name, _pk), row in self._rows.items() if name == "result"}
        arms |= {one.obj for one in found if one.row == "arm"}
        self._arms = Arm.objects.select_related("study", "therapy").in_bulk(list(arms))
        studies = {one.study for one in found if one.study}
        self._studies = Study.objects.in_bulk(list(studies))
        self._outcomes = {outcome.pk: outcome for outcome in Outcome.objects.all()}
        self._tree = evidence_map.tree(Therapy.objects.all())
        self._above = _above(self._tree)
        self._of_studies: dict[int, list[tuple[int, int]]] = defaultdict(list)
        pairs = Result.objects.filter(arm__study__in=studies, published_at__isnull=False).order_by()
        for study, therapy, outcome in pairs.values_list(
            "arm__study_id", "arm__therapy_id", "outcome_id"
        ).distinct():
            self._of_studies[study].append((therapy, outcome))
        self._pairs = {id(one): self._touched(one) for one in found}
        self.states = States({pair for touched in self._pairs.values() for pair in touched}, self._outcomes)

    def change(self, one: Event) -> Change:
        """Return one event in words."""
        model, now = events.ROWS[one.row], self._rows[one.row, one.event]
        before = self._rows.get((one.row, one.before)) if one.before else None
        fields: tuple[FieldChange, ...] = ()
        if one.kind == Kind.CORRECTED and before is not None:
            fields = row_changes.changed(model, before, now)
        study = self._study_of(one)
        return Change(one.kind, self._title(one, now), self._words(one, now, before), study, fields)

    def cells(self, members: Iterable[Event], where: Place) -> list[tuple[tuple[int, int], Therapy, Outcome]]:
        """Return the cells of the place that the events touch, in the order of the map."""
        touched = {pair for one in members for pair in self._pairs[id(one)]}
        order = sorted(self._outcomes.values(), key=lambda outcome: (outcome.position, outcome.pk))
        if where.outcome is not None:
            order = [where.outcome]
        rows = self._tree
        if where.therapy is not None:
            rows = lineage.within(rows, lineage.row_of(rows, where.therapy.code))
        return [
            ((row.therapy.pk, outcome.pk), row.therapy, outcome)
            for row in rows
            for outcome in order
            if (row.therapy.pk, outcome.pk) in touched
        ]

    def _arm_of(self, one: Event) -> int | None:
        row = self._rows.get((one.row, one.event))
        if one.row == "result" and row is not None:
            return row.arm_id
        return one.obj if one.row == "arm" else None

    def _study_of(self, one: Event) -> Study | None:
        arm = self._arms.get(self._arm_of(one))
        return arm.study if arm else self._studies.get(one.study)

    def _title(self, one: Event, now: Any) -> str:
        study = self._study_of(one)
        label = study.label if study else "a study that is no more"
        if one.row == "result":
            arm = self._arms.get(now.arm_id)
            outcome = self._outcomes[now.outcome_id]
            return f"{outcome.short_name}, {arm.label if arm else 'an arm that is no more'} ({label})"
        if one.row == "comparison":
            return f"{self._outcomes[now.outcome_id].short_name}, comparison ({label})"
        return f"{now.label} ({label})" if one.row == "arm" else label

    def _words(self, one: Event, now: Any, before: Any) -> str:
        shown = before if one.kind == Kind.LEFT and before is not None else now
        if one.row == "result":
            reading = printed.read(shown, self._outcomes[shown.outcome_id])
            return ", ".join(filter(None, [reading.words, reading.interval, reading.counts]))
        if one.row == "comparison":
            return effects.in_words(shown)
        return "its results left these cells" if one.kind == Kind.RETRACTED else ""

    def _touched(self, one: Event) -> set[tuple[int, int]]:
        """Return the cells (therapy, outcome) in which a change counts, before or after it."""
        if one.row == "result":
            states = [self._rows.get((one.row, pk)) for pk in (one.event, one.before) if pk]
            found = {
                (self._arms[state.arm_id].therapy_id, state.outcome_id)
                for state in states
                if state is not None and state.arm_id in self._arms
            }
        elif one.row == "comparison":
            found = set()
        else:
            found = set(self._of_studies.get(one.study, ()))
            if one.row == "arm":
                states = [self._rows.get((one.row, pk)) for pk in (one.event, one.before) if pk]
                own = {state.therapy_id for state in states if state is not None}
                found = {(therapy, outcome) for therapy in own for _other, outcome in found}
        return {(above, outcome) for therapy, outcome in found for above in self._above.get(therapy, ())}


def _above(tree: Sequence[Row]) -> dict[int, tuple[int, ...]]:
    """Return the therapies in whose rows a therapy counts, itself included, by key."""
    by_code: dict[str | None, tuple[int, ...]] = {None: ()}
    for row in tree:
        by_code[row.therapy.code] = (*by_code[row.parent], row.therapy.pk)
    return {row.therapy.pk: by_code[row.therapy.code] for row in tree}


def _load(model: Any, found: Sequence[Event]) -> dict[int, Any]:
    wanted = {one.event for one in found} | {one.before for one in found if one.before}
    if not wanted:
        return {}
    rows = model.pgh_event_model.objects.filter(pgh_id__in=wanted)
    relations = {Result: ("outcome", "reported_in"), Comparison: ("outcome", "study", "reported_in")}
    return {row.pgh_id: row for row in rows.select_related(*relations.get(model, ()))} if wanted else {}
