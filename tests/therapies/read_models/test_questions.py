"""What may be asked of a cell, and what a question changes, in words."""

from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
from django.http import QueryDict

from therapies.analysis_form import AnalysisForm
from therapies.read_models import questions
from therapies.synthesis import eligibility
from therapies.synthesis.eligibility import Candidate

CANDIDATES = (
    Candidate(key=1, study="a", label="Alpha 2010", arm=1, definition="who", definition_words="WHO"),
    Candidate(
        key=2, study="a", label="Alpha 2010", arm=2, definition="who", definition_words="WHO", timepoint=6
    ),
    Candidate(
        key=3, study="b", label="Beta 2020", arm=3, definition="easl", definition_words="EASL", timepoint=6
    ),
    Candidate(
        key=4, study="c", label="Gamma 2021", arm=4, definition="who", definition_words="WHO", timepoint=6
    ),
)
ITEMS = [SimpleNamespace(candidate=candidate) for candidate in CANDIDATES]
KINDS = questions.kinds(CANDIDATES)


def ask(query: str):
    return AnalysisForm(QueryDict(query)).question()


def test_kinds_are_ranked_by_their_studies():
    assert [(one.key, one.n_studies) for one in KINDS.definitions] == [("who", 2), ("easl", 1)]
    assert [(one.key, one.words) for one in KINDS.timepoints] == [
        ("6", "at 6 months"),
        ("not-stated", "time point not stated"),
    ]


def test_question_about_what_the_cell_holds_stays():
    question = ask("definition=who&at=6&unit=patient&without=b")

    assert questions.checked(question, KINDS, ITEMS) == (question, ())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("definition=luck", "“luck”"),
        ("at=99", "“99”"),
        ("unit=lesion", "“lesion”"),
        ("without=nobody", "“nobody”"),
    ],
)
def test_question_about_what_it_does_not_hold_is_said_and_ignored(query: str, words: str):
    asked, (sentence,) = questions.checked(ask(query), KINDS, ITEMS)

    assert asked.rules == ask("").rules
    assert words in sentence


def test_changes_name_each_departure_with_the_address_that_undoes_it():
    question = ask("rob=exclude&definition=who&method=dl&without=b&design=registry")

    found = questions.changes(question, KINDS, ITEMS)

    words = [change.words for change in found]
    assert words == [
        "without studies at high risk of bias",
        "definition: WHO",
        "DerSimonian–Laird",
        "without Beta 2020",
    ]
    undone = parse_qs(found[-1].undo.removeprefix("?"))
    assert undone == {"rob": ["exclude"], "definition": ["who"], "method": ["dl"], "design": ["registry"]}


def test_nothing_is_changed_by_default():
    assert questions.changes(ask("design=registry&sort=n&group=criteria"), KINDS, ITEMS) == ()


def test_refusal_offers_each_kind_by_its_address():
    data = [
        Candidate(
            key=n, study=str(n), label="Synthetic", arm=n, events=1, total=9,
            definition="who" if n % 2 else "easl", definition_words="WHO" if n % 2 else "EASL",
        )
        for n in range(5)
    ]  # fmt: skip
    verdict = eligibility.judge(data)

    (refused,) = questions.refused(verdict.refusals, ask("design=registry").links)

    assert [(way.words, way.n_studies, way.query) for way in refused.ways] == [
        ("EASL", 3, "?design=registry&definition=easl"),
        ("WHO", 2, "?design=registry&definition=who"),
    ]
