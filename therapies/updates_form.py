"""Which updates a reader asks for: the state of their page is its address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from therapies.models import Outcome, Therapy
from therapies.read_models.updates.events import KIND_LABELS, Kind


class OutcomeField(forms.ModelChoiceField):
    """Outcomes by their short names: the long ones make a drop-down wider than its page."""

    def label_from_instance(self, outcome: Outcome) -> str:
        return outcome.short_name


class UpdatesForm(forms.Form):
    """Whose updates, of which kinds, and since when; what cannot be read is reported and ignored."""

    therapy = forms.ModelChoiceField(
        label="Therapy",
        queryset=Therapy.objects.all(),
        to_field_name="code",
        required=False,
        empty_label="All",
        error_messages={"invalid_choice": "There is no such therapy."},
    )
    outcome = OutcomeField(
        label="Outcome",
        queryset=Outcome.objects.all(),
        to_field_name="code",
        required=False,
        empty_label="All",
        error_messages={"invalid_choice": "There is no such outcome."},
    )
    kind = forms.ChoiceField(
        label="What happened",
        choices=[("", "Anything"), *((kind.value, label) for kind, label in KIND_LABELS.items())],
        required=False,
    )
    since = forms.CharField(
        label="Since",
        required=False,
        max_length=40,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="updates-%s")

    def clean_since(self) -> datetime | None:
        """Return the moment: a day counts from its beginning (UTC), a time to the second."""
        text = self.cleaned_data["since"].strip()
        if not text:
            return None
        try:
            found = parse_datetime(text if "T" in text else f"{text}T00:00:00")
        except ValueError:
            found = None
        if found is None or not 1900 <= found.year <= 2200:
            raise forms.ValidationError("A date is written as 2026-11-03.")
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        # A whole day includes what happened at its very first moment.
        return found if "T" in text else found - timedelta(microseconds=1)

    def readable(self, name: str) -> Any:
        """Return the cleaned value of a field, or None where it is empty or could not be read."""
        self.is_valid()
        return self.cleaned_data.get(name)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        kind = self.readable("kind")
        return (Kind(kind),) if kind else ()

    @property
    def is_filtered(self) -> bool:
        return any(self.readable(name) for name in self.fields)
