"""Filters as forms: the state of every public page is its URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from therapies.models import CRITERIA, Cohort, Criteria, Outcome, Study
from therapies.models.result import SourcedNumber
from therapies.scope import Scope

HISTOLOGY = (("net", "Neuroendocrine tumours only"), ("all", "Mixed tumour types too"))
# More columns than a reader can hold against each other.
MOST_COMPARED = 4
YEARS = {"min_value": 1900, "max_value": 2100}
# The largest number that PostgreSQL compares with a column of patients.
PATIENTS = {"min_value": 0, "max_value": 2**31 - 1}
RESULT_SORTS = (
    ("-year", "Newest first"),
    ("year", "Oldest first"),
    ("-value", "Highest value first"),
    ("value", "Lowest value first"),
    ("-n", "Largest arm first"),
    ("n", "Smallest arm first"),
)
STUDY_SORTS = (
    ("label", "Name"),
    ("-year", "Newest first"),
    ("year", "Oldest first"),
    ("-n", "Most patients first"),
    ("n", "Fewest patients first"),
    ("-outcomes", "Most outcomes first"),
)


@dataclass(frozen=True)
class SortLink:
    """Where a click on a column heading leads, and how the column is sorted now (empty: it is not)."""

    query: str
    direction: str


def sort_links(data: QueryDict, current: str, choices: Sequence[tuple[str, str]]) -> dict[str, SortLink]:
    """Return one link a sortable column: the other direction of the current one, else its first choice."""
    offered = [value for value, _label in choices]
    links: dict[str, SortLink] = {}
    for value in offered:
        name = value.removeprefix("-")
        if name in links:
            continue
        wanted, direction = value, ""
        if current.removeprefix("-") == name:
            direction = "descending" if current.startswith("-") else "ascending"
            turned = name if current.startswith("-") else f"-{name}"
            wanted = turned if turned in offered else current
        query = data.copy()
        query["sort"] = wanted
        query.pop("page", None)
        links[name] = SortLink(f"?{query.urlencode()}", direction)
    return links


class FilterForm(forms.Form):
    """What every list of the site can be narrowed by.

    A value that cannot be read is reported beside its field and ignored; the others still apply.
    """

    design = forms.MultipleChoiceField(
        label="Study design", choices=Study.Design, required=False, widget=forms.CheckboxSelectMultiple
    )
    year_from = forms.IntegerField(label="From year", required=False, **YEARS)
    year_to = forms.IntegerField(label="To year", required=False, **YEARS)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="filter-%s")
        for name in {"year_from", "year_to", "n_min"} & set(self.fields):
            self.fields[name].widget.attrs["inputmode"] = "numeric"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("year_from"), cleaned.get("year_to")
        if first and last and first > last:
            years = {"first": first, "last": last}
            message = "The years %(first)s to %(last)s run backwards; the range is ignored."
            self.add_error("year_to", forms.ValidationError(message, code="backwards", params=years))
            del cleaned["year_from"]
        return cleaned

    def readable(self, name: str) -> Any:
        """Return the cleaned value of a field, or None where it is empty or could not be read."""
        self.is_valid()
        return self.cleaned_data.get(name)


def _any_of(code: str) -> forms.MultipleChoiceField:
    criterion = CRITERIA[code]
    choices = tuple(criterion.choices.items())
    return forms.MultipleChoiceField(
        label=criterion.label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


def _one_of(code: str) -> forms.ChoiceField:
    criterion = CRITERIA[code]
    choices = (("", "Any"), *criterion.choices.items())
    return forms.ChoiceField(label=criterion.label, choices=choices, required=False)


class PatientsForm(FilterForm):
    """Which patients: what tells them apart, and what becomes of arms that do not report it."""

    primary = _any_of("primary")
    grade = _any_of("grade")
    burden = _any_of("burden")
    functional = _one_of("functional")
    prior_prrt = _one_of("prior_prrt")
    prior_resection = _one_of("prior_resection")
    extrahepatic = _one_of("extrahepatic")
    unreported = forms.ChoiceField(
        label="Arms that do not report it",
        choices=(("", "Leave out"), ("include", "Include")),
        required=False,
    )

    def chosen(self, code: str) -> tuple[str, ...]:
        """Return what was chosen of a criterion and could be read."""
        found = self.readable(code) or ()
        return (found,) if isinstance(found, str) else tuple(found)

    @property
    def patients(self) -> dict[str, tuple[str, ...]]:
        """Return the choices by criterion; empty for all patients."""
        return {code: chosen for code in CRITERIA if (chosen := self.chosen(code))}

    @property
    def with_unreported(self) -> bool:
        return bool(self.patients) and self.readable("unreported") == "include"

    @property
    def patient_fields(self) -> list[forms.BoundField]:
        """Return the fields that say which patients, for a panel of their own."""
        return [self[name] for name in (*CRITERIA, "unreported")]

    @property
    def patient_pairs(self) -> list[tuple[str, str]]:
        """Return the choices of patients as they stand in an address."""
        pairs = [(code, value) for code, chosen in self.patients.items() for value in chosen]
        return [*pairs, ("unreported", "include")] if self.with_unreported else pairs


class ScopeForm(PatientsForm):
    """The filters that the map, its cells and the API share."""

    criteria = forms.MultipleChoiceField(
        label="Criteria", choices=Criteria, required=False, widget=forms.CheckboxSelectMultiple
    )
    n_min = forms.IntegerField(label="At least this many patients", required=False, **PATIENTS)
    histology = forms.ChoiceField(label="Tumour types", choices=HISTOLOGY, required=False)

    field_order = (
        "design",
        "criteria",
        "year_from",
        "year_to",
        "n_min",
        "histology",
        *CRITERIA,
        "unreported",
    )

    def scope(self) -> Scope:
        """Return the filters that could be read."""
        return Scope(
            designs=tuple(self.readable("design") or ()),
            criteria=tuple(self.readable("criteria") or ()),
            year_from=self.readable("year_from"),
            year_to=self.readable("year_to"),
            n_min=self.readable("n_min"),
            with_mixed_histology=self.readable("histology") == "all",
            with_unreported=self.with_unreported,
            **self.patients,
        )

    @property
    def other_pairs(self) -> list[tuple[str, str]]:
        """Return the filters that say nothing about patients, as they stand in an address."""
        pairs = [("design", value) for value in self.readable("design") or ()]
        pairs += [("criteria", value) for value in self.readable("criteria") or ()]
        pairs += [
            (name, str(value))
            for name in ("year_from", "year_to", "n_min")
            if (value := self.readable(name)) is not None
        ]
        if self.readable("histology") == "all":
            pairs.append(("histology", "all"))
        return pairs

    def query(self) -> str:
        """Return the shared filters as a query string, to carry from page to page."""
        return urlencode(self.other_pairs + self.patient_pairs)


class ResultsForm(ScopeForm):
    """The shared filters, and whose results for which outcome: what the API filters results by."""

    therapy = forms.MultipleChoiceField(label="Therapy", required=False)
    outcome = forms.ModelMultipleChoiceField(
        label="Outcome",
        queryset=Outcome.objects.all(),
        to_field_name="code",
        required=False,
        error_messages={"invalid_choice": "There is no such outcome."},
    )
    study = forms.ModelMultipleChoiceField(
        label="Study",
        queryset=Study.objects.all(),
        to_field_name="key",
        required=False,
        error_messages={"invalid_choice": "There is no such study."},
    )
    verification = forms.ChoiceField(
        label="Results that are", choices=SourcedNumber.Verification, required=False
    )

    def __init__(self, data: QueryDict, *, therapies: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["therapy"].choices = therapies


class StudiesForm(FilterForm):
    """Which studies a reader looks for, and in which order."""

    q = forms.CharField(label="Name, population or title", required=False, max_length=200)
    therapy = forms.ChoiceField(label="Therapy", required=False)
    cohort = forms.ModelChoiceField(
        label="Shared cohort",
        queryset=Cohort.objects.all(),
        to_field_name="code",
        empty_label="Any",
        required=False,
        error_messages={"invalid_choice": "There is no such cohort."},
    )
    histology = forms.ChoiceField(
        label="Tumour types", choices=[("", "Any"), *Study.Histology.choices], required=False
    )
    state = forms.ChoiceField(
        label="Results that are", choices=[("", "Any"), *SourcedNumber.Verification.choices], required=False
    )
    sort = forms.ChoiceField(label="Order", choices=STUDY_SORTS, required=False)

    def __init__(self, data: QueryDict, *, therapies: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["therapy"].choices = [("", "Any"), *therapies]
        self.fields["q"].widget.input_type = "search"

    @property
    def sort_key(self) -> str:
        return self.readable("sort") or STUDY_SORTS[0][0]

    @property
    def sort_links(self) -> dict[str, SortLink]:
        return sort_links(self.data, self.sort_key, STUDY_SORTS)

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """Return the fields that stand in a panel of their own."""
        return [self[name] for name in ("therapy", "cohort", "histology", "state", "year_from", "year_to")]

    @property
    def n_more(self) -> int:
        return sum(bool(field.value()) for field in self.more_fields)

    @property
    def is_filtered(self) -> bool:
        """Say whether anything but the order is asked for."""
        return any(self.readable(name) for name in self.fields if name != "sort")


class TimePointForm(forms.Form):
    """The time at which rates of survival are read; one that cannot be read is reported and ignored."""

    months = forms.FloatField(label="Survival rates at (months)", required=False, min_value=0)

    def readable(self, name: str) -> Any:
        """Return the cleaned value of a field, or None where it is empty or could not be read."""
        self.is_valid()
        return self.cleaned_data.get(name)


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
    level = forms.ChoiceField(
        choices=(("family", "Families"), ("technique", "Techniques")),
        required=False,
        widget=forms.HiddenInput,
    )
    months = forms.FloatField(label="Survival rates at (months)", required=False, min_value=0)
    derived = forms.ChoiceField(
        label="Derived results", choices=(("hide", "Count them"), ("show", "Draw them too")), required=False
    )
    view = forms.ChoiceField(
        choices=(("grid", "Map"), ("table", "Table")), required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: QueryDict, *, families: list[tuple[str, str]], therapies: list[str]) -> None:
        super().__init__(data)
        self.fields["family"].choices = families
        self.fields["closed"].choices = [(code, code) for code in therapies]


class CompareForm(ScopeForm):
    """The shared filters, and which therapies stand side by side (`t`, several) in the order given."""

    months = forms.FloatField(label="Survival rates at (months)", required=False, min_value=0)

    def __init__(self, data: QueryDict, *, therapies: Sequence[str]) -> None:
        super().__init__(data)
        asked = list(dict.fromkeys(code for code in data.getlist("t") if code))
        known = [code for code in asked if code in therapies]
        self.codes = tuple(known[:MOST_COMPARED])
        self.left_over = tuple(known[MOST_COMPARED:])
        self.unknown = tuple(
            "".join(filter(str.isprintable, code))[:60] for code in asked if code not in therapies
        )

    @property
    def slots(self) -> list[str]:
        """Return what each drop-down of the page shows: the therapies chosen, then nothing."""
        return [*self.codes, *[""] * (MOST_COMPARED - len(self.codes))]

    def query(self) -> str:
        """Return the shared filters and the time point as a query string, without the therapies."""
        months = self.readable("months")
        return "&".join(filter(None, [super().query(), "" if months is None else f"months={months:g}"]))

    def address(self, codes: Sequence[str]) -> str:
        """Return the query string that compares these therapies inside the same filters."""
        return "?" + "&".join(filter(None, [urlencode([("t", code) for code in codes]), self.query()]))


class SiteSearchForm(forms.Form):
    """What is looked for anywhere on the site; words that cannot be read are reported and not searched."""

    q = forms.CharField(
        label="Therapies, outcomes, studies, references",
        required=False,
        max_length=200,
        error_messages={"max_length": "That is longer than a search can be: at most 200 characters."},
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="find-%s")
        self.fields["q"].widget.input_type = "search"

    @property
    def text(self) -> str:
        """Return the words to look for, empty where there are none or they could not be read."""
        self.is_valid()
        return self.cleaned_data.get("q") or ""
