"""The tree of therapies, and the page of one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests import recount
from tests.builders import (
    make_arm,
    make_claim,
    make_claim_source,
    make_comparison,
    make_outcome,
    make_reference,
    make_result,
    make_study,
    make_therapy,
)
from tests.therapies.views.test_evidence import text
from therapies.models import Outcome, Study, Therapy
from therapies.read_models import therapy_notes

pytestmark = pytest.mark.django_db


def test_tree_lists_every_therapy_with_its_counts(client):
    parent = make_therapy("parent", synonyms=["also this"], mesh=["A heading"])
    child = make_therapy("child", parent=parent)
    make_therapy("beside", kind=Therapy.Kind.COMPARATOR)
    make_result(make_arm(therapy=child, n=12))

    page = text(client, "/therapies/")

    for words in (
        "Therapy parent",
        "Therapy child",
        "Therapy beside",
        "also this",
        "A heading",
        "none found",
    ):
        assert words in page
    assert page.count('data-label="Patients" class="number">12<') == 2


def test_therapy_shows_benefits_beside_harms(client):
    arm = make_arm(therapy=make_therapy("tace"))
    make_result(arm, make_outcome("orr"), value=Decimal(64))
    make_result(arm, make_outcome("death", domain=Outcome.Domain.SAFETY, better="lower"), value=Decimal(3))

    page = text(client, "/therapies/tace/")
    benefits, harms = page.split("What it may cost the patient")

    assert reverse("evidence", args=["tace", "orr"]) in benefits
    assert reverse("evidence", args=["tace", "death"]) in harms
    assert "64%" in benefits
    assert "3%" in harms


def test_therapy_without_a_reported_harm_does_not_say_that_there_is_none(client):
    make_result(make_arm(therapy=make_therapy("tace")), make_outcome("orr"))

    assert "It does not say that none occurred" in text(client, "/therapies/tace/")


def test_therapy_links_to_what_is_above_and_below(client):
    parent = make_therapy("parent")
    make_therapy("child", parent=make_therapy("tace", parent=parent))

    page = text(client, "/therapies/tace/")

    assert reverse("therapy", args=["parent"]) in page
    assert reverse("therapy", args=["child"]) in page


def test_therapy_lists_studies_reviews_and_mixed_ones_apart(client):
    therapy = make_therapy("tace")
    for key, fields in (
        ("counted", {}),
        ("mixed", {"histology": Study.Histology.MIXED}),
        ("review", {"design": Study.Design.GUIDELINE}),
        ("silent", {}),
    ):
        arm = make_arm(make_study(key, **fields), therapy)
        if key != "silent":
            make_result(arm)

    page = text(client, "/therapies/tace/")
    places = [page.index(reverse("study", args=[key])) for key in ("counted", "mixed", "review")]

    assert places == sorted(places)
    assert page.index("Mixed tumour types: not counted") < places[1]
    assert page.index("Reviews and guidelines: context, not counted") < places[2]
    assert reverse("study", args=["silent"]) not in page


def test_therapy_lists_comparisons_that_involve_it_or_what_is_below(client):
    child = make_therapy("child", parent=make_therapy("tace"))
    study = make_study()
    make_comparison(make_arm(study, child, label="below it"), make_arm(study, label="the other"))

    page = text(client, "/therapies/tace/")

    assert "below it" in page
    assert "HR 0.8" in page


def test_therapy_without_evidence_says_none_found(client):
    make_therapy("ire")

    assert "None found" in text(client, "/therapies/ire/")


def test_therapy_shows_its_claims_numbered_to_their_references(client):
    therapy = make_therapy("tace")
    reference = make_reference(
        "A <b>synthetic</b> paper", authors_text="Writer A, Typist C", published_year=2020
    )
    source = make_claim_source(reference=reference, read_at="https://example.org/read?a=1&b=2")
    make_claim(therapy, source, text="It is <i>synthetic</i>.")
    make_claim(therapy, source, text="Not for all.", section="contraindications")

    page = text(client, "/therapies/tace/")

    assert "It is &lt;i&gt;synthetic&lt;/i&gt;." in page
    name = '<span class="visually-hidden">, Writer &amp; Typist 2020</span>'
    assert page.count(f'href="#reference-1">[1]{name}</a>') == 2
    assert f'<a href="{reference.get_absolute_url()}">A &lt;b&gt;synthetic&lt;/b&gt; paper</a>' in page
    assert 'href="https://example.org/read?a=1&amp;b=2"' in page
    assert "for whom, how it is done, what to watch for." in page
    assert page.index("In brief, for clinicians") < page.index("What is reported")


def test_therapy_shows_identifiers_in_place_of_where_a_reference_was_read(client):
    source = make_claim_source("a", reference=make_reference(doi="10.9999/synthetic"))
    make_claim(make_therapy("tace"), source)

    page = text(client, "/therapies/tace/")

    assert 'href="https://doi.org/10.9999/synthetic"' in page
    assert "Read at" not in page


def test_therapy_says_that_a_reference_of_its_claims_is_retracted(client):
    make_claim(make_therapy("tace"), make_claim_source(reference=make_reference(is_retracted=True)))

    notes, _reported = text(client, "/therapies/tace/").split("What is reported")

    assert ">Retracted<" in notes


def test_therapy_without_claims_says_that_none_is_written(client):
    make_therapy("ire", name="Therapy of pulses")

    assert "Not written yet for Therapy of pulses" in text(client, "/therapies/ire/")


def test_long_notes_open_with_a_table_of_contents(client):
    therapy, source = make_therapy("tace"), make_claim_source()
    for n in range(therapy_notes.LONG - 1):
        make_claim(therapy, source, text=f"Claim {n}.")
    short = text(client, "/therapies/tace/")
    make_claim(therapy, source, text="One more.", section="for-whom")

    assert 'aria-label="In these notes"' not in short
    assert '<a href="#for-whom">For whom</a>' in text(client, "/therapies/tace/")


def test_unknown_therapy_is_said_in_words(client):
    response = client.get("/therapies/nowhere/")

    assert response.status_code == 404
    assert "There is no therapy “nowhere” on the map." in response.content.decode()


def test_shipped_therapies_answer_in_few_queries(client, django_assert_max_num_queries):
    call_command("load_evidence", verbosity=0)

    with django_assert_max_num_queries(5):
        assert client.get("/therapies/").status_code == 200
    for code in recount.PARENTS:
        with django_assert_max_num_queries(11):
            assert client.get(reverse("therapy", args=[code])).status_code == 200
