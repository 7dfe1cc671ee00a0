"""Claims in the administration: none without a source, and none deleted."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nelm_review.core.models import User
from tests.builders import make_claim, make_claim_source, make_therapy
from therapies.models import TherapyClaim

pytestmark = pytest.mark.django_db


@pytest.fixture
def administration(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def claim_form(**fields: object) -> dict[str, object]:
    return {
        "section": "for-whom",
        "text": "A synthetic claim.",
        "position": 1,
        "citations-TOTAL_FORMS": 1,
        "citations-INITIAL_FORMS": 0,
        "citations-0-source": "",
        "citations-0-position": "",
        **fields,
    }


def test_claim_is_added_with_its_source(administration):
    source = make_claim_source()
    form = claim_form(therapy=make_therapy().pk, **{"citations-0-source": source.pk})

    administration.post(reverse("admin:therapies_therapyclaim_add"), form)

    claim = TherapyClaim.objects.get()
    assert [(citation.source, citation.position) for citation in claim.citations.all()] == [(source, 1)]
    assert claim.history.get().pgh_context.metadata["service"] == "admin"


def test_claim_without_a_source_is_refused(administration):
    response = administration.post(
        reverse("admin:therapies_therapyclaim_add"), claim_form(therapy=make_therapy().pk)
    )

    assert response.status_code == 200
    assert not TherapyClaim.objects.exists()


def test_lists_say_how_much_hangs_on_a_row(administration):
    source = make_claim_source("read-here")
    make_claim(make_therapy(), source, make_claim_source(), text="Two sources.")

    claims = administration.get(reverse("admin:therapies_therapyclaim_changelist")).content.decode()
    sources = administration.get(reverse("admin:therapies_claimsource_changelist")).content.decode()

    assert '<td class="field-n_sources">2</td>' in claims
    assert "read-here" in sources
    assert '<td class="field-n_claims">1</td>' in sources
