"""The comparison of the shipped evidence, whole."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from therapies.models import Comparison

pytestmark = pytest.mark.django_db

PAIR = "t=tace&t=tare-y90-resin"


@pytest.fixture(autouse=True)
def _evidence() -> None:
    call_command("load_evidence", verbosity=0)


@pytest.mark.parametrize(
    "query", [PAIR, "t=tace&t=tae&t=tare-y90&t=resection", "t=embolization&t=tace", "t=other&t=resection"]
)
def test_shipped_therapies_compare_in_few_queries(client, django_assert_max_num_queries, query):
    with django_assert_max_num_queries(10):
        assert client.get(f"/compare/?{query}").status_code == 200


def test_odds_ratio_of_survival_never_gets_a_direction(client):
    ratio = Comparison.objects.get(study__key="kacmaz-2019", arms__therapy__code="other", value="0.05")

    page = client.get("/compare/?t=resection&t=other").content.decode()

    assert ratio.outcome.code == "os-rate"
    assert "<b>OR 0.05</b>" in page
    assert "Whom it favours is not certain: the ratio may be that of the event or of its absence." in page


def test_arms_of_one_study_are_set_against_each_other(client):
    page = client.get("/compare/?t=tace&t=tae").content.decode()

    assert "Of 100 patients, about 86 versus about 68" in page
