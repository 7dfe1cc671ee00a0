"""The analysis of one cell as a form: which results, grouped and pooled how. Its URL is the analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.http import QueryDict

from therapies.analysis import Choices
from therapies.forms import RESULT_SORTS, ScopeForm, SortLink, sort_links
from therapies.models import Result
from therapies.scope import Scope
from therapies.synthesis.eligibility import TIME_NOT_STATED, Rules
from therapies.synthesis.pooling import Method, Test

SORTS = (
    *RESULT_SORTS,
    ("study", "Study name, A to Z"),
    ("-study", "Study name, Z to A"),
    ("-weight", "Heaviest in the pool first"),
    ("weight", "Lightest in the pool first"),
)
GROUPS = (
    ("", "Grouped as usual"),
    ("none", "Not grouped"),
    ("criteria", "Grouped by criteria"),
    ("design", "Grouped by design"),
    ("technique", "Grouped by technique"),
    ("time", "Grouped by time"),
)
METHODS = (
    ("reml", "REML"),
    ("dl", "DerSimonian–Laird"),
    ("pm", "Paule–Mandel"),
    ("glmm", "Binomial–normal model (GLMM)"),
)
TESTS = (("", "The method's own"), ("knha", "Hartung–Knapp"), ("z", "Normal (z)"))
INTERVALS = (("exact", "Clopper–Pearson (exact)"), ("wilson", "Wilson"))
LARGEST_PAGE = 10_000
MOST_LEFT_OUT = 100


@dataclass(frozen=True)
class Links:
    """Addresses of the same page with something changed; the page number never stays."""

    data: QueryDict = field(default_factory=QueryDict)

    def to(self, **changes: str | Sequence[str] | None) -> str:
        """Return the query string with these names set (None takes a name away), from “?” on."""
        query = self.data.copy()
        query.pop("page", None)
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query.setlist(name, [value] if isinstance(value, str) else list(value))
        return f"?{query.urlencode()}"

    def without(self, study: str) -> str:
        """Return the query string that leaves one more study out of the pool."""
        return self.to(without=list(dict.fromkeys([*self.data.getlist("without"), study])))

    def again_with(self, study: str) -> str:
        """Return the query string that takes a study back into the pool."""
        return self.to(without=[key for key in self.data.getlist("without") if key != study] or None)


@dataclass(frozen=True)
class Question:
    """What a reader asks of one cell; the default is the published analysis.

    `group` is empty where the outcome decides; `runs_all` asks for the sensitivity analyses of a pool too
    large to run them unasked.
    """

    scope: Scope = field(default_factory=Scope)
    choices: Choices = field(default_factory=Choices)
    group: str = ""
    sort: str = RESULT_SORTS[0][0]
    interval: str = INTERVALS[0][0]
    pools_medians: bool = False
    runs_all: bool = False
    page: int = 1
    links: Links = field(default_factory=Links)

    @property
    def rules(self) -> Rules:
        return self.choices.rules

    def ruled(self, **changes: Any) -> Question:
        """Return the question with other rules."""
        return replace(self, choices=replace(self.choices, rules=replace(self.rules, **changes)))


class AnalysisForm(ScopeForm):
    """The shared filters, and the analysis: which results enter, how they are grouped, pooled and ordered."""

    sort = forms.ChoiceField(label="Order", choices=SORTS, required=False)
    group = forms.ChoiceField(label="Groups", choices=GROUPS, required=False)
    rob = forms.ChoiceField(
        label="High risk of bias", choices=(("", "Stays in"), ("exclude", "Left out")), required=False
    )
    prospective = forms.ChoiceField(
        label="Design", choices=(("", "All designs"), ("1", "Only prospective")), required=False
    )
    secondhand = forms.ChoiceField(
        label="Numbers from tables of reviews",
        choices=(("", "Left out"), ("include", "Admitted")),
        required=False,
    )
    derived = forms.ChoiceField(
        label="Derived results", choices=(("", "Left out"), ("include", "Admitted")), required=False
    )
    definition = forms.CharField(label="Criteria or definition", required=False, max_length=2000)
    unit = forms.ChoiceField(
        label="Unit of analysis", choices=(("", "Any"), *Result.Per.choices), required=False
    )
    at = forms.CharField(label="Time point (months)", required=False, max_length=20)
    method = forms.ChoiceField(label="Method", choices=METHODS, required=False)
    test = forms.ChoiceField(label="Interval of the mean", choices=TESTS, required=False)
    interval = forms.ChoiceField(label="Computed intervals", choices=INTERVALS, required=False)
    medians = forms.ChoiceField(
        label="Medians",
        choices=(("", "Not pooled"), ("pool", "Pooled where the rule allows")),
        required=False,
    )
    more = forms.ChoiceField(choices=(("", ""), ("1", "")), required=False)
    beside = forms.ChoiceField(choices=(("", ""), ("1", "")), required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_PAGE)

    CHANGES = ("rob", "prospective", "secondhand", "derived", "definition", "unit", "at", "without",
               "method", "test", "interval", "medians")  # fmt: skip

    def clean_at(self) -> str:
        """Return the time point as the rules know it: months without trailing zeros, or “not stated”."""
        text = self.cleaned_data["at"].strip()
        if not text or text == TIME_NOT_STATED:
            return text
        try:
            months = float(text)
        except ValueError:
            months = -1.0
        if not 0 <= months < 10_000:
            raise forms.ValidationError("A time point is a number of months, such as 6.")
        return f"{months:g}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("method") == Method.GLMM and cleaned.get("test") == Test.KNHA:
            self.add_error("test", "Hartung–Knapp is not defined for the binomial–normal model.")
            cleaned.pop("test", None)
        return cleaned

    @property
    def sort_key(self) -> str:
        return self.readable("sort") or RESULT_SORTS[0][0]

    @property
    def sort_links(self) -> dict[str, SortLink]:
        return sort_links(self.data, self.sort_key, SORTS)

    @property
    def asks_for_beside(self) -> bool:
        """Say whether what lies around the cell is wanted too."""
        return self.readable("beside") == "1"

    @property
    def links(self) -> Links:
        return Links(self.data)

    @property
    def without(self) -> tuple[str, ...]:
        """Return the keys of the studies to leave out, as far as a page can hold them."""
        keys = (key for key in self.data.getlist("without") if key and key.isprintable())
        return tuple(dict.fromkeys(keys))[:MOST_LEFT_OUT]

    @property
    def n_changes(self) -> int:
        """Return how many switches of the analysis are set in the form."""
        standing = {"method": METHODS[0][0], "interval": INTERVALS[0][0]}
        return sum(
            bool(self[name].value()) and self[name].value() != standing.get(name)
            for name in self.CHANGES
            if name in self.fields
        )

    @property
    def analysis_fields(self) -> list[forms.BoundField]:
        """Return the drop-downs of the analysis; the page adds definition and time from what it holds."""
        return [
            self[name] for name in self.CHANGES if name in self.fields and name not in ("definition", "at")
        ]

    def question(self) -> Question:
        """Return what could be read."""
        rules = Rules(
            with_secondhand=self.readable("secondhand") == "include",
            with_derived=self.readable("derived") == "include",
            without_high_risk=self.readable("rob") == "exclude",
            only_prospective=self.readable("prospective") == "1",
            definition=self.readable("definition") or "",
            unit=self.readable("unit") or "",
            timepoint=self.readable("at") or "",
            without=self.without,
        )
        method = Method(self.readable("method") or METHODS[0][0])
        return Question(
            scope=self.scope(),
            choices=Choices(rules, method, self._test(method)),
            group=self.readable("group") or "",
            sort=self.sort_key,
            interval=self.readable("interval") or INTERVALS[0][0],
            pools_medians=self.readable("medians") == "pool",
            runs_all=self.readable("more") == "1",
            page=self.readable("page") or 1,
            links=self.links,
        )

    def _test(self, method: Method) -> Test | None:
        """Return the test chosen, None where it is the method's own anyway."""
        chosen = self.readable("test")
        own = Test.Z if method is Method.GLMM else Test.KNHA
        return Test(chosen) if chosen and chosen != own else None
