"""The analysis of a cell read from its address, and the addresses that change it."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from therapies.analysis import Choices
from therapies.analysis_form import AnalysisForm, Links, Question
from therapies.scope import Scope
from therapies.synthesis.eligibility import Rules
from therapies.synthesis.pooling import Method, Test


def ask(query: str) -> Question:
    return AnalysisForm(QueryDict(query)).question()


def test_question_of_nothing_is_the_published_analysis():
    question = ask("")

    assert (question.scope, question.choices) == (Scope(), Choices())
    assert (question.group, question.sort, question.interval, question.page) == ("", "-year", "exact", 1)


def test_question_holds_every_choice():
    question = ask(
        "rob=exclude&prospective=1&secondhand=include&derived=include&definition=recist-1.1&unit=lesion&at=06.0"
        "&without=a&without=b&without=a&method=dl&test=z&interval=wilson&medians=pool&group=time&more=1&page=3"
    )

    assert question.rules == Rules(
        with_secondhand=True,
        with_derived=True,
        without_high_risk=True,
        only_prospective=True,
        definition="recist-1.1",
        unit="lesion",
        timepoint="6",
        without=("a", "b"),
    )
    assert (question.choices.method, question.choices.test) == (Method.DL, Test.Z)
    assert (question.interval, question.group, question.page) == ("wilson", "time", 3)
    assert question.pools_medians
    assert question.runs_all


@pytest.mark.parametrize("query", ["method=reml&test=knha", "method=glmm&test=z"])
def test_question_takes_the_methods_own_test_for_none(query: str):
    assert ask(query).choices.test is None


def test_time_that_is_not_stated_can_be_chosen():
    assert ask("at=not-stated").rules.timepoint == "not-stated"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("rob=some", "rob"), ("prospective=2", "prospective"), ("unit=mouse", "unit"), ("at=soon", "at"),
        ("at=-1", "at"), ("at=nan", "at"), ("at=inf", "at"), ("method=magic", "method"), ("test=t", "test"),
        ("interval=wald", "interval"), ("medians=1", "medians"), ("group=luck", "group"),
        ("page=0", "page"), ("sort=luck", "sort"), ("method=glmm&test=knha", "test"),
        ("definition=a%00b", "definition"),
    ],
)  # fmt: skip
def test_choice_that_cannot_be_read_is_reported_and_ignored(query: str, field: str):
    form = AnalysisForm(QueryDict(query))
    question = form.question()

    assert list(form.errors) == [field]
    assert question.rules == Rules()
    assert (question.sort, question.interval, question.page) == ("-year", "exact", 1)


def test_sort_link_of_the_current_column_turns_it_round():
    links = AnalysisForm(QueryDict("design=registry&sort=-n&page=3")).sort_links

    assert (links["n"].query, links["n"].direction) == ("?design=registry&sort=n", "descending")
    assert (links["value"].query, links["value"].direction) == ("?design=registry&sort=-value", "")
    assert links["study"].query == "?design=registry&sort=study"
    assert links["weight"].query == "?design=registry&sort=-weight"


def test_links_leave_a_study_out_and_take_it_back():
    links = Links(QueryDict("design=registry&without=a&page=2"))

    assert links.without("b") == "?design=registry&without=a&without=b"
    assert links.without("a") == "?design=registry&without=a"
    assert links.again_with("a") == "?design=registry"


def test_links_set_and_take_away_one_name():
    links = Links(QueryDict("at=6&definition=who"))

    assert links.to(at=None) == "?definition=who"
    assert links.to(definition="other:50% & more") == "?at=6&definition=other%3A50%25+%26+more"


def test_form_counts_the_switches_that_are_set():
    assert AnalysisForm(QueryDict("method=reml&interval=exact&design=registry")).n_changes == 0
    assert AnalysisForm(QueryDict("method=dl&rob=exclude")).n_changes == 2
