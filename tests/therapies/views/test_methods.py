"""How the numbers come about, with the numbers of this library."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from tests import recount
from tests.builders import make_arm, make_result
from tests.therapies.views.test_evidence import text

pytestmark = pytest.mark.django_db


def test_methods_tell_the_counting_rule_and_what_empty_means(client):
    page = text(client, "/methods/")

    for words in (
        "at least one published result whose arm's therapy is the row's therapy or stands below it",
        "Such a cohort counts once a cell, with the study that contributes most",
        "counted apart",
        "None found.",
        "It is never zero",
    ):
        assert words in page, words


def test_methods_count_only_published_results(client):
    make_result(make_arm())
    make_result(make_arm(), is_published=False)

    assert "<dt>Published results</dt><dd>1</dd>" in text(client, "/methods/")


def test_methods_say_the_numbers_of_the_shipped_evidence(client, django_assert_max_num_queries):
    call_command("load_evidence", verbosity=0)
    reviews = [study for study in recount.STUDIES if study["design"] in recount.REVIEWS]

    with django_assert_max_num_queries(10):
        page = text(client, "/methods/")

    assert f"<dt>Studies of patients</dt><dd>{len(recount.STUDIES) - len(reviews)}</dd>" in page
    assert f"<dt>Reviews and guidelines, apart</dt><dd>{len(reviews)}</dd>" in page
    assert "<dt>Published results</dt><dd>559</dd>" in page
    assert "<dt>Verified by a second editor</dt><dd>0</dd>" in page
