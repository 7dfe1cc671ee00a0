"""Filters as forms: the state of every public page is its URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from therapies.models import Criteria, Outcome, Study
from therapies.scope import Scope

HISTOLOGY = (("net", "Neuroendocrine tumours only"), ("all", "Mixed tumour types too"))
YEARS = {"min_value": 1900, "max_value": 2100}


class ScopeForm(forms.Form):
    """The filters that the map, its cells and the API share.

    A value that cannot be read is reported beside its field and ignored; the others still apply.
    """

    design = forms.MultipleChoiceField(
        label="Study design", choices=Study.Design, required=False, widget=forms.CheckboxSelectMultiple
    )
    criteria = forms.MultipleChoiceField(
        label="Criteria", choices=Criteria, required=False, widget=forms.CheckboxSelectMultiple
    )
    year_from = forms.IntegerField(label="From year", required=False, **YEARS)
    year_to = forms.IntegerField(label="To year", required=False, **YEARS)
    n_min = forms.IntegerField(label="At least this many patients", required=False, min_value=0)
    histology = forms.ChoiceField(label="Tumour types", choices=HISTOLOGY, required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="filter-%s")
        for field in ("year_from", "year_to", "n_min"):
            self.fields[field].widget.attrs["inputmode"] = "numeric"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("year_from"), cleaned.get("year_to")
        if first and last and first > last:
            self.add_error("year_to", f"The years {first} to {last} run backwards; the range is ignored.")
            del cleaned["year_from"]
        return cleaned

    def readable(self, name: str) -> Any:
        """Return the cleaned value of a field, or None where it is empty or could not be read."""
        self.is_valid()
        return self.cleaned_data.get(name)

    def scope(self) -> Scope:
        """Return the filters that could be read."""
        return Scope(
            designs=tuple(self.readable("design") or ()),
            criteria=tuple(self.readable("criteria") or ()),
            year_from=self.readable("year_from"),
            year_to=self.readable("year_to"),
            n_min=self.readable("n_min"),
            with_mixed_histology=self.readable("histology") == "all",
        )

    def query(self) -> str:
        """Return the shared filters as a query string, to carry from page to page."""
        pairs = [("design", value) for value in self.readable("design") or ()]
        pairs += [("criteria", value) for value in self.readable("criteria") or ()]
        pairs += [
            (name, value)
            for name in ("year_from", "year_to", "n_min")
            if (value := self.readable(name)) is not None
        ]
        if self.readable("histology") == "all":
            pairs.append(("histology", "all"))
        return urlencode(pairs)


class MapForm(ScopeForm):
    """The map's own switches beside the shared filters: which rows, which columns, which time point."""

    family = forms.MultipleChoiceField(label="Therapies", required=False, widget=forms.CheckboxSelectMultiple)
    domain = forms.MultipleChoiceField(
        label="Outcomes", choices=Outcome.Domain, required=False, widget=forms.CheckboxSelectMultiple
    )
    comparators = forms.BooleanField(label="Show comparators", required=False)
    columns = forms.ChoiceField(
        label="Columns", choices=(("key", "Key outcomes"), ("all", "All outcomes")), required=False
    )
    closed = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)
    months = forms.FloatField(label="Survival rates at (months)", required=False, min_value=0)

    def __init__(self, data: QueryDict, *, families: list[tuple[str, str]], therapies: list[str]) -> None:
        super().__init__(data)
        self.fields["family"].choices = families
        self.fields["closed"].choices = [(code, code) for code in therapies]
