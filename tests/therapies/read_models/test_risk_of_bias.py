"""The latest judgement of each study by each tool, and who is at high risk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.builders import make_appraisal, make_arm, make_result, make_study
from therapies import analysis
from therapies.models import Appraisal
from therapies.read_models import risk_of_bias

pytestmark = pytest.mark.django_db
Judgement, Tool = Appraisal.Judgement, Appraisal.Tool


def test_latest_judgement_by_each_tool_is_kept():
    study = make_study()
    before = timezone.now() - timedelta(days=9)
    make_appraisal(study, judgement=Judgement.SERIOUS, judged_at=before)
    make_appraisal(study, judgement=Judgement.MODERATE)
    make_appraisal(study, tool=Tool.JBI_CASE_SERIES, judgement=Judgement.LOW)

    found = risk_of_bias.load([study.pk])

    assert {judged.words for judged in found.of(study.pk)} == {"Moderate risk", "Low risk"}
    assert found.high_risk == frozenset()


def test_judgement_of_a_result_holds_for_it_alone():
    study = make_study()
    first, second = make_result(make_arm(study)), make_result(make_arm(study))
    make_appraisal(study, result=first, tool=Tool.ROB_2, judgement=Judgement.HIGH)

    found = risk_of_bias.load([study.pk])

    assert [judged.sign for judged in found.of(study.pk, first.pk)] == ["▲ H"]
    assert found.of(study.pk, second.pk) == ()


@pytest.mark.parametrize("judgement", Judgement.values)
def test_every_judgement_has_a_sign_and_its_place_among_high_risks(judgement: str):
    study = make_study()
    make_appraisal(study, judgement=judgement)

    found = risk_of_bias.load([study.pk])

    (judged,) = found.of(study.pk)
    assert judged.sign
    assert found.high_risk == analysis.studies_at_high_risk([study.pk])
    assert judged.is_high_risk == bool(found.high_risk)


def test_nothing_is_asked_for_no_studies(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert risk_of_bias.load([]).of(1) == ()
