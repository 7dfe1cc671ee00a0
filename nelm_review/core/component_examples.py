"""Examples of the components that belong to no app in particular."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator

from nelm_review.core import linked_data
from nelm_review.core.styleguide import Example


class _ExampleForm(forms.Form):
    """Fields of every kind that the components draw."""

    name = forms.CharField(label="Name of the search", help_text="As it should appear in lists.")
    pmids = forms.CharField(label="PMIDs", widget=forms.Textarea({"rows": 2}))
    design = forms.MultipleChoiceField(
        label="Study design",
        choices=[("a", "Randomised controlled trial"), ("b", "Registry")],
        widget=forms.CheckboxSelectMultiple,
    )


_EMPTY = _ExampleForm(auto_id="empty-%s")
_FILLED = _ExampleForm({"name": "", "pmids": "12", "design": ["b"]}, auto_id="filled-%s")

EXAMPLES = {
    "brand_mark": (Example("The mark", inside="brand"),),
    "field": (
        Example("With help", {"field": _EMPTY["name"]}),
        Example("With an error", {"field": _FILLED["name"]}),
        Example("Several lines", {"field": _EMPTY["pmids"]}),
    ),
    "filter_choices": (
        Example("Nothing chosen", {"field": _EMPTY["design"]}),
        Example("One chosen", {"field": _FILLED["design"]}),
    ),
    "linked_data": (
        Example("Nothing to see", {"data": linked_data.text({"@type": "Thing", "name": "An example"})}),
    ),
    "pager": (
        Example("In the middle", {"page": Paginator(range(60), 25).page(2), "query": "?q=liver"}),
        Example("One page only: nothing", {"page": Paginator(range(3), 25).page(1), "query": "?"}),
    ),
}
