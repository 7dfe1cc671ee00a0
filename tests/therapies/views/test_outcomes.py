"""The page of one outcome: its meaning, and every therapy on one axis."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests import recount
from tests.builders import make_arm, make_outcome, make_result, make_study, make_therapy
from tests.therapies.views.test_evidence import text
from therapies.models import Criteria, Outcome, Study

pytestmark = pytest.mark.django_db


def test_outcome_says_what_it_means_and_what_is_better(client):
    make_outcome("pd", name="Progressive disease", better="lower", definition="Share that gets worse.")

    page = text(client, "/outcomes/pd/")

    for words in (
        "Progressive disease",
        "Share that gets worse.",
        "Less is better",
        "Proportion, in per cent",
    ):
        assert words in page


def test_outcome_lists_therapies_with_evidence_and_names_the_others(client):
    outcome = make_outcome("orr")
    make_result(make_arm(therapy=make_therapy("tace")), outcome, value=Decimal(64))
    make_therapy("ire")

    page = text(client, "/outcomes/orr/")

    assert reverse("evidence", args=["tace", "orr"]) in page
    assert "64%" in page
    assert page.index("None found for:") < page.index(reverse("therapy", args=["ire"]))


def test_outcome_counts_criteria_and_times_of_studies_only(client):
    outcome, therapy = make_outcome("orr"), make_therapy()
    arm = make_arm(therapy=therapy)
    make_result(arm, outcome, criteria=Criteria.MRECIST, timepoint_months=3)
    make_result(arm, outcome, criteria=Criteria.MRECIST)
    make_result(make_arm(make_study(design=Study.Design.GUIDELINE), therapy), outcome, criteria=Criteria.WHO)

    page = text(client, "/outcomes/orr/")

    assert 'mRECIST <span class="note">2 results</span>' in page
    assert '3 months <span class="note">1 result</span>' in page
    assert "WHO" not in page


def test_outcome_reads_survival_rates_at_one_time(client):
    outcome = make_outcome("os-rate", domain=Outcome.Domain.SURVIVAL)
    arm = make_arm(therapy=make_therapy("tace"))
    make_result(arm, outcome, value=Decimal(91), timepoint_months=12)
    make_result(arm, outcome, value=Decimal(37), timepoint_months=60)
    make_result(arm, outcome, value=Decimal(36), timepoint_months=60)

    assert "36–37%" in text(client, "/outcomes/os-rate/")
    at_one_year = text(client, "/outcomes/os-rate/?months=12")
    assert "<b>91%</b>" in at_one_year
    assert "36–37%" not in at_one_year


@pytest.mark.parametrize("months", ["soon", "-1", "nan", "inf"])
def test_outcome_explains_a_time_it_cannot_read_and_ignores_it(client, months):
    outcome = make_outcome("os-rate", domain=Outcome.Domain.SURVIVAL)
    make_result(make_arm(), outcome, value=Decimal(37), timepoint_months=60)

    page = text(client, f"/outcomes/os-rate/?months={months}")

    assert 'role="alert"' in page
    assert "37%" in page


def test_outcome_gives_htmx_only_its_table(client):
    make_outcome("orr")

    part = client.get("/outcomes/orr/", headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in part
    assert "None found for" in part or "Therapy by therapy" not in part


def test_unknown_outcome_is_said_in_words(client):
    response = client.get("/outcomes/luck/")

    assert response.status_code == 404
    assert "There is no outcome “luck” on the map." in response.content.decode()


def test_shipped_outcomes_answer_in_few_queries(client, django_assert_max_num_queries):
    call_command("load_evidence", verbosity=0)

    for code in recount.OUTCOMES:
        with django_assert_max_num_queries(10):
            assert client.get(reverse("outcome", args=[code])).status_code == 200
