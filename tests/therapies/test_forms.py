"""Filters read from the URL, and the links that sort by it."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from therapies.forms import ScopeForm
from therapies.scope import Scope


def test_scope_holds_every_filter_that_can_be_read():
    form = ScopeForm(
        QueryDict("design=registry&criteria=recist&year_from=2000&year_to=2010&n_min=20&histology=all")
    )

    assert form.scope() == Scope(("registry",), ("recist",), 2000, 2010, 20, True)
    assert not form.errors


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("design=anecdote", "design"),
        ("criteria=luck", "criteria"),
        ("year_from=soon", "year_from"),
        ("year_from=99999", "year_from"),
        ("n_min=-1", "n_min"),
        ("n_min=99999999999999999999", "n_min"),
        ("histology=some", "histology"),
        ("primary=kidney", "primary"),
        ("functional=perhaps", "functional"),
        ("unreported=exclude", "unreported"),
        ("year_from=2010&year_to=2000", "year_to"),
    ],
)
def test_filter_that_cannot_be_read_is_reported_and_ignored(query, field):
    form = ScopeForm(QueryDict(query))

    assert form.scope() == Scope()
    assert list(form.errors) == [field]


def test_query_carries_what_could_be_read():
    form = ScopeForm(QueryDict("design=registry&design=case-series&n_min=x&year_to=2010&histology=all"))

    assert form.query() == "design=registry&design=case-series&year_to=2010&histology=all"


def test_scope_holds_which_patients():
    form = ScopeForm(QueryDict("primary=pancreas&primary=lung&grade=g1&functional=yes&unreported=include"))

    assert form.scope() == Scope(
        primary=("pancreas", "lung"), grade=("g1",), functional=("yes",), with_unreported=True
    )


def test_unreported_arms_are_no_matter_where_no_patients_are_chosen():
    form = ScopeForm(QueryDict("unreported=include"))

    assert form.scope() == Scope()
    assert form.query() == ""


def test_query_carries_which_patients():
    query = "design=registry&primary=pancreas&grade=g1&grade=g2&prior_prrt=no&unreported=include"

    assert ScopeForm(QueryDict(query)).query() == query
