"""The page of the source review: a reference like any other, and the therapies it covers."""

from __future__ import annotations

import pytest
from django.urls import reverse

from references.models import SOURCE_REVIEW_DOI
from tests.builders import (
    make_arm,
    make_author,
    make_cited_reference,
    make_reference,
    make_result,
    make_study,
    make_therapy,
)

pytestmark = pytest.mark.django_db


def _text(client) -> str:
    response = client.get(reverse("review"))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_show_without_the_review_says_how_to_load_it(client):
    text = _text(client)

    assert "The source review is not loaded" in text
    assert "<code>manage.py load_evidence</code>" in text
    assert f'href="https://doi.org/{SOURCE_REVIEW_DOI}"' in text


def test_show_the_review_as_a_reference(client):
    review = make_reference("Synthetic stand-in for the review", doi=SOURCE_REVIEW_DOI)
    make_author(review, "Writer", fore_name="Ada")
    make_cited_reference(review, citation="A cited paper.")

    text = _text(client)

    for words in ("<h1>Synthetic stand-in for the review</h1>", "Ada Writer", "A cited paper."):
        assert words in text


def test_show_what_the_review_covers_with_a_way_into_the_map(client):
    make_reference(doi=SOURCE_REVIEW_DOI)
    family = make_therapy("family", name="Synthetic family")
    covered = make_therapy("covered", parent=family, name="Covered technique", covered_by_source_review=True)
    make_therapy("other", name="Other technique")
    study = make_study(n_patients=1_200)
    make_result(make_arm(study, covered, n=1_200))

    text = _text(client)

    assert f'<a href="{covered.get_absolute_url()}"><b>Covered technique</b></a>' in text
    assert "1 study · 1,200 patients" in text
    assert f'href="{reverse("map")}?family=family"' in text
    assert "Other technique" not in text


def test_show_says_when_a_covered_therapy_has_no_study_yet(client):
    make_reference(doi=SOURCE_REVIEW_DOI)
    make_therapy(covered_by_source_review=True)

    assert "No study yet" in _text(client)


def test_show_asks_at_most_ten_queries(client, django_assert_max_num_queries):
    review = make_reference(doi=SOURCE_REVIEW_DOI)
    make_cited_reference(review, pmid=99_000_001)
    for _number in range(4):
        make_therapy(parent=make_therapy(parent=make_therapy()), covered_by_source_review=True)

    with django_assert_max_num_queries(10):
        _text(client)
