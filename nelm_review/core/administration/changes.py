"""The read model of a history page: what changed in one row, from what to what, by whom and why."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from pghistory.models import Event

from nelm_review.core.models import User

PER_PAGE = 25
NOTHING = "—"
UNKNOWN = "Unknown (changed outside the application)"
# What a row held before the first change that history knows of; it explains that change and is none itself.
REPLACED = "replaced"
VERBS = {"insert": "Added", "update": "Changed", "delete": "Deleted"}

Labels = dict[type[models.Model], dict[Any, str]]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One column, its value before (a dash where there was none) and after, as words."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """One event of a row; `replaced_is_known` is false where history begins with an update."""

    happened_at: datetime
    verb: str
    who: str
    service: str
    reason: str
    fields: tuple[FieldChange, ...]
    replaced_is_known: bool


@dataclass(frozen=True, slots=True)
class History:
    """One page of the changes of a row, newest first."""

    changes: tuple[Change, ...]
    page: Page


def is_tracked(model: type[models.Model]) -> bool:
    return bool(getattr(model, "pgh_event_models", None))


def history_of(row: models.Model, page_number: int | str = 1) -> History:
    """Return a page of what history knows of the row; the number of queries does not depend on its length."""
    event_model = type(row).pgh_event_model
    events = event_model.objects.filter(pgh_obj_id=row.pk).select_related("pgh_context").order_by("-pgh_id")
    page = Paginator(events.exclude(pgh_label=REPLACED), PER_PAGE).get_page(page_number)
    shown = list(page.object_list)
    pairs = _with_what_was_before(shown, events)
    fields = _tracked_fields(event_model)
    changed = [_changed(fields, event, before) for event, before in pairs]
    labels = _labels(_named_rows(pairs, changed))
    names = _names(shown)
    return History(
        changes=tuple(
            _change(event, before, columns, labels, names)
            for (event, before), columns in zip(pairs, changed, strict=True)
        ),
        page=page,
    )


def _with_what_was_before(
    shown: Sequence[Event], events: models.QuerySet
) -> list[tuple[Event, Event | None]]:
    if not shown:
        return []
    between = list(events.filter(pgh_id__range=(shown[-1].pgh_id, shown[0].pgh_id)))
    older = events.filter(pgh_id__lt=shown[-1].pgh_id).first()
    pairs = zip(between, [*between[1:], older], strict=True)
    return [(event, before) for event, before in pairs if event.pgh_label != REPLACED]


def who(event: Event, names: dict[int, str]) -> str:
    """Name the account behind an event; raw SQL leaves none."""
    if event.pgh_context is None:
        return UNKNOWN
    account = event.pgh_context.metadata.get("user")
    if account is None:
        return "Nobody signed in"
    return names.get(int(account), f"Account {account} (gone)")


def _tracked_fields(event_model: type[Event]) -> list[models.Field]:
    recorded = {field.name for field in event_model._meta.fields}
    fields = event_model.pgh_tracked_model._meta.fields
    return [field for field in fields if field.name in recorded and not field.primary_key]


def _changed(fields: Sequence[models.Field], event: Event, before: Event | None) -> list[models.Field]:
    if event.pgh_label == "update":
        if before is None:
            return []
        return [field for field in fields if _raw(event, field) != _raw(before, field)]
    return [field for field in fields if _raw(event, field) not in ("None", "", "[]", "{}", "False")]


def _raw(event: Event | None, field: models.Field) -> str:
    # As text, because the decimals of a printed number are data: 26.0 is not 26.
    return str(getattr(event, field.attname)) if event is not None else "None"


def _named_rows(
    pairs: Iterable[tuple[Event, Event | None]], changed: Iterable[Sequence[models.Field]]
) -> Iterable[tuple[type[models.Model], Any]]:
    """Yield every (model, key) that a changed foreign key names, before and after."""
    for (event, before), fields in zip(pairs, changed, strict=True):
        for field in fields:
            if field.is_relation:
                for side in filter(None, (event, before)):
                    yield field.related_model, getattr(side, field.attname)


def _labels(keys: Iterable[tuple[type[models.Model], Any]]) -> Labels:
    wanted = defaultdict(set)
    for model, key in keys:
        if key is not None:
            wanted[model].add(key)
    return {
        model: {row.pk: str(row) for row in model._base_manager.select_related().filter(pk__in=keys)}
        for model, keys in wanted.items()
    }


def _names(events: Iterable[Event]) -> dict[int, str]:
    accounts = {event.pgh_context.metadata.get("user") for event in events if event.pgh_context}
    users = User.objects.filter(pk__in=[account for account in accounts if account is not None])
    return {user.pk: user.get_full_name() or user.get_username() for user in users}


def _change(
    event: Event,
    before: Event | None,
    fields: Sequence[models.Field],
    labels: Labels,
    names: dict[int, str],
) -> Change:
    metadata = event.pgh_context.metadata if event.pgh_context else {}
    is_deletion = event.pgh_label == "delete"
    return Change(
        happened_at=event.pgh_created_at,
        verb=VERBS.get(event.pgh_label, event.pgh_label.capitalize()),
        who=who(event, names),
        service=metadata.get("service", ""),
        reason=metadata.get("reason", ""),
        fields=tuple(
            FieldChange(
                name=str(field.verbose_name),
                old=_words(field, event if is_deletion else before, labels),
                new=NOTHING if is_deletion else _words(field, event, labels),
            )
            for field in fields
        ),
        replaced_is_known=before is not None or event.pgh_label != "update",
    )


def _words(field: models.Field, event: Event | None, labels: Labels) -> str:
    value = getattr(event, field.attname) if event is not None else None
    if value is None or value in ("", [], {}):
        return NOTHING
    if field.is_relation:
        return labels.get(field.related_model, {}).get(value, f"no. {value} (gone)")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "Y-m-d H:i:s")
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, indent=1)
    return str(value)
