"""What a clinician reads about a therapy: what is shown, in which order, under which numbers."""

from __future__ import annotations

import pytest

from tests.builders import make_claim, make_claim_source, make_reference, make_therapy
from therapies.models import ClaimCitation, TherapyClaim
from therapies.read_models import therapy_notes

pytestmark = pytest.mark.django_db


def test_notes_follow_the_sections_and_the_positions():
    therapy = make_therapy()
    make_claim(therapy, text="Last.", section="contraindications", position=1)
    make_claim(therapy, text="Second.", position=3)
    make_claim(therapy, text="First.", position=2)

    notes = therapy_notes.read(therapy)

    assert [(section.code, [claim.text for claim in section.claims]) for section in notes.sections] == [
        ("what-it-is", ["First.", "Second."]),
        ("contraindications", ["Last."]),
    ]
    assert notes.unwritten == ("for whom", "how it is done", "what to watch for")


def test_notes_number_references_by_their_first_use():
    therapy, a, b = make_therapy(), make_claim_source("a"), make_claim_source("b")
    make_claim(therapy, b, text="One.", section="for-whom")
    make_claim(therapy, a, b, text="Two.")

    notes = therapy_notes.read(therapy)

    assert [(cited.number, cited.source.code) for cited in notes.references] == [(1, "a"), (2, "b")]
    assert [cited.number for cited in notes.sections[1].claims[0].cited] == [2]


def test_notes_cite_one_reference_once_though_it_was_read_at_two_places():
    reference = make_reference()
    sources = [make_claim_source(code, reference=reference) for code in ("a", "b")]
    therapy = make_therapy()
    make_claim(therapy, *sources)

    notes = therapy_notes.read(therapy)

    assert len(notes.references) == len(notes.sections[0].claims[0].cited) == 1


def test_notes_leave_out_what_is_withdrawn_or_rests_on_nothing():
    therapy = make_therapy()
    make_claim(therapy, is_withdrawn=True)
    ClaimCitation.objects.filter(claim=make_claim(therapy)).delete()
    make_claim(make_therapy())

    assert therapy_notes.read(therapy).is_empty


def test_notes_need_one_query(django_assert_num_queries):
    therapy = make_therapy()
    for _ in range(4):
        make_claim(therapy, make_claim_source(), make_claim_source())

    with django_assert_num_queries(1):
        notes = therapy_notes.read(therapy)
        assert all(cited.name and cited.journal_line is not None for cited in notes.references)


@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_claim_in_force_and_its_queryset_agree(*, is_withdrawn: bool):
    claim = make_claim(make_therapy(), is_withdrawn=is_withdrawn)

    assert TherapyClaim.objects.in_force().filter(pk=claim.pk).exists() == claim.is_in_force


@pytest.mark.parametrize(
    ("authors", "has_more", "year", "name"),
    [
        ("Writer A", False, 2020, "Writer 2020"),
        ("Writer A, Typist C", False, 2020, "Writer & Typist 2020"),
        ("Writer A, Typist C, van Reader D", False, 2020, "Writer et al. 2020"),
        ("Writer", True, None, "Writer et al."),
        ("Institute of Synthetic Records", False, 2020, "Institute of Synthetic Records 2020"),
        ("", False, 2020, "A title 2020"),
    ],
)
def test_short_name_is_that_of_running_text(authors, has_more, year, name):
    reference = make_reference(
        "A title", authors_text=authors, has_more_authors=has_more, published_year=year
    )

    assert therapy_notes.short_name(reference) == name


def test_cited_names_the_site_where_it_was_read():
    therapy = make_therapy()
    make_claim(therapy, make_claim_source(read_at="https://www.example.org/a/b?c"))

    assert therapy_notes.read(therapy).references[0].host == "www.example.org"
