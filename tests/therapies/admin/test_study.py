"""Studies and their parts in the administration."""

from __future__ import annotations

import pytest
from django.contrib import admin as django_admin
from django.db import models
from django.test import Client, RequestFactory

from nelm_review.core.models import User
from tests.builders import make_appraisal, make_arm, make_outcome, make_result, make_study, make_therapy
from tests.core.administration.forms import add, address_of, change, errors_of
from tests.core.administration.rows import CURATED
from therapies.models import Appraisal, Certainty, Study


@pytest.fixture
def administration(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.mark.parametrize("model", [model for model in CURATED if model._meta.app_label == "therapies"])
def test_page_shows_every_field_of_a_curated_row(model: type[models.Model], admin: User) -> None:
    request = RequestFactory().get("/")
    request.user = admin
    model_admin = django_admin.site.get_model_admin(model)

    shown = set(django_admin.utils.flatten_fieldsets(model_admin.get_fieldsets(request, model())))

    fields = {field.name for field in model._meta.fields if not (field.primary_key or field.generated)}
    assert fields - shown == set()


def test_study_is_added_with_reports_and_arms(administration: Client) -> None:
    therapy = make_therapy()

    response = add(
        administration,
        Study,
        label="Synthetic 2020",
        key="synthetic-2020",
        design="case-series",
        histology="net",
        **{"arms-TOTAL_FORMS": 1, "arms-0-code": "a1", "arms-0-label": "All", "arms-0-therapy": therapy.pk},
    )

    assert response.status_code == 302, errors_of(response)
    assert Study.objects.get().arms.get().therapy == therapy


def test_study_page_lists_the_results_of_its_arms(administration: Client) -> None:
    study = make_study()
    make_result(make_arm(study), make_outcome(short_name="ORR", name="Objective response"), value=64)
    make_result(make_arm(), make_outcome(name="Of another study"))

    page = administration.get(address_of(Study, "change", study.pk)).content.decode()

    assert "Objective response" in page
    assert "64%" in page
    assert "Of another study" not in page


def test_arm_stays_in_its_study(administration: Client) -> None:
    arm, other = make_arm(), make_study()

    change(administration, arm, study=other.pk, label="Renamed")

    moved = arm.study.arms.get(pk=arm.pk)
    assert moved.label == "Renamed"


def test_appraisal_is_signed_by_whoever_changes_it(administration: Client, admin: User) -> None:
    appraisal = make_appraisal()

    change(administration, appraisal, judgement="critical")

    appraisal.refresh_from_db()
    assert (appraisal.judgement, appraisal.judged_by) == ("critical", admin)


def test_appraisal_of_a_result_of_another_study_is_refused(administration: Client) -> None:
    appraisal, result = make_appraisal(), make_result()

    response = change(administration, appraisal, result=result.pk)

    assert "This result belongs to another study." in errors_of(response)
    assert Appraisal.objects.get().result is None


def test_certainty_is_added_signed(administration: Client, admin: User) -> None:
    add(
        administration,
        Certainty,
        therapy=make_therapy().pk,
        outcome=make_outcome().pk,
        level="low",
        reason="Few patients.",
    )

    assert Certainty.objects.get().judged_by == admin
