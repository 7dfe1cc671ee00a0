"""Therapies side by side: the page, its part, its CSV, and bad input."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from tests.builders import (
    make_arm,
    make_comparison,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_study,
    make_therapy,
)
from tests.therapies.views.test_evidence import text
from therapies.models import Outcome

pytestmark = pytest.mark.django_db
URL = "/compare/?t=tace&t=tare"


@pytest.fixture(autouse=True)
def therapies():
    tace = make_therapy("tace", name="Chemoembolization", abbreviation="TACE")
    return {
        "tace": tace,
        "ctace": make_therapy(
            "ctace", name="Conventional chemoembolization", abbreviation="cTACE", parent=tace
        ),
        "tare": make_therapy("tare", name="Radioembolization", abbreviation="TARE"),
    }


@pytest.fixture
def outcomes():
    return {
        "orr": make_outcome("orr", name="Objective response rate"),
        "harm": make_outcome(
            "harm", name="Major adverse event", domain=Outcome.Domain.SAFETY, better=Outcome.Better.LOWER
        ),
        "silent": make_outcome("silent", name="Quality of sleep"),
    }


@pytest.fixture
def study(therapies):
    study = make_study("alpha-2010", label="Alpha 2010", n_patients=200)
    make_report(study, make_reference())
    make_arm(study, therapies["ctace"], label="Oil", n=70)
    make_arm(study, therapies["tare"], label="Beads", n=80)
    return study


def test_direct_comparison_stands_before_single_arms_and_names_its_design(client, study, outcomes):
    arms = study.arms.all()
    make_comparison(
        *arms, outcome=outcomes["harm"], measure="OR", value=Decimal("0.4"), ci_low=Decimal("0.2"),
        ci_high=Decimal("0.8"), p_text="0.01",
    )  # fmt: skip
    make_result(arms[0], outcomes["harm"], value=Decimal(12))

    page = text(client, URL)

    assert page.index("Compared directly") < page.index("Single arms: not a comparison")
    for words in (
        "OR 0.4",
        "CI 0.2–0.8",
        "p = 0.01",
        "Favours TACE; the interval excludes no difference.",
        "Retrospective cohort",
        'Oil <span class="badge">TACE</span> <span class="note">versus</span> Beads',
        "1 direct comparison inside studies stands first",
        "most are not randomised",
    ):
        assert words in page


def test_counts_of_both_arms_are_said_of_100_patients_and_marked_computed(client, study, outcomes):
    first, second = study.arms.all()
    make_result(first, outcomes["orr"], value=None, events=56, total=70)
    make_result(second, outcomes["orr"], value=None, events=48, total=80)

    page = text(client, URL)

    assert 'Of 100 patients, about 80 <span class="note">(56 of 70)</span> versus about 60' in page
    assert '<b>+20 (+5.2 to +33.4)</b> <span class="badge">computed</span>' in page


def test_percentages_of_both_arms_are_said_without_an_interval(client, study, outcomes):
    for arm, value in zip(study.arms.all(), (25, 22), strict=True):
        make_result(arm, outcomes["harm"], value=Decimal(value))

    page = text(client, URL)

    assert "Of 100 patients, about 25 versus about 22" in page
    assert "<b>+3</b>" in page
    assert "no interval: the arms print no counts" in page


def test_single_arms_share_an_axis_and_the_empty_side_is_named(client, study, outcomes):
    arm = study.arms.first()
    make_result(arm, outcomes["orr"], value=Decimal(12))
    make_result(arm, outcomes["orr"], value=Decimal(86))

    page = text(client, URL)

    assert "<b>12–86%</b> · middle 49%" in page
    assert "Of 100 patients, about 12 to 86 in single results." in page
    assert page.count("no published result in this library") == 2
    assert "No direct comparison in this library." in page
    assert "not a comparison: patients, criteria, follow-up and time differ" in page


def test_harms_stand_beside_benefits_and_silent_outcomes_in_a_list(client, study, outcomes):
    for arm in study.arms.all():
        make_result(arm, outcomes["orr"])
        make_result(arm, outcomes["harm"])

    page = text(client, URL)

    assert page.index("What they may do") < page.index("Objective response rate</a>")
    assert page.index("What they may cost") < page.index("Major adverse event</a>")
    assert page.index("For none of these therapies") < page.index("quality of sleep</a>")


def test_nested_therapies_are_shown_and_explained(client, study, outcomes):
    make_result(study.arms.first(), outcomes["orr"])

    page = text(client, "/compare/?t=tace&t=ctace")

    assert "Chemoembolization contains conventional chemoembolization" in page
    assert page.count("<b>50%</b>") == 2


def test_filters_narrow_the_comparison_and_stay_in_its_links(client, study, outcomes):
    make_result(study.arms.first(), outcomes["orr"])

    page = text(client, f"{URL}&design=registry")

    assert "<b>50%</b>" not in page
    assert "No study of this library compares these therapies directly inside your filters." in page
    assert "?t=tace&amp;t=tare&amp;design=registry" in page
    assert "?t=tare&amp;t=tace&amp;design=registry" in page


def test_survival_rates_are_read_at_one_time(client, study):
    rate = make_outcome("os-rate", domain=Outcome.Domain.SURVIVAL, short_name="OS rate")
    arm = study.arms.first()
    make_result(arm, rate, value=Decimal(91), timepoint_months=12)
    make_result(arm, rate, value=Decimal(37), timepoint_months=60)

    assert "<b>37%</b>" in text(client, URL)
    assert "<b>91%</b>" in text(client, f"{URL}&months=12")


def test_page_without_therapies_offers_a_choice(client, study):
    make_comparison(*study.arms.all())

    page = text(client, "/compare/")

    assert "Choose two to four therapies" in page
    assert "?t=ctace&amp;t=tare" in page


def test_page_with_one_therapy_offers_the_others(client):
    page = text(client, "/compare/?t=tace")

    assert "Compare chemoembolization with …" in page
    assert "?t=tace&amp;t=tare" in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("t=tace&t=luck&t=tare", "There is no therapy “luck” on the map; it is left out."),
        ("t=%00&t=tace&t=tare", "There is no therapy “” on the map"),
        ("t=%3Cscript%3E&t=tace&t=tare", "There is no therapy “&lt;script&gt;” on the map"),
        ("t=tace&t=tare&year_from=soon", "filter “year_from” ignored"),
        ("t=tace&t=tare&months=nan", "filter “months” ignored"),
        ("t=tace&t=tace", "Compare chemoembolization with …"),
    ],
)
def test_page_answers_in_words(client, query, words):
    assert words in text(client, f"/compare/?{query}")


def test_fifth_therapy_is_left_out_in_words(client):
    for code in ("a", "b"):
        make_therapy(code)

    page = text(client, "/compare/?t=tace&t=tare&t=ctace&t=a&t=b")

    assert "At most four therapies stand side by side; left out: b." in page


def test_htmx_gets_only_the_comparison_and_a_clean_address(client):
    response = client.get(f"{URL}&t=&t=&year_from=", headers={"HX-Request": "true"})

    assert "<html" not in response.content.decode()
    assert response["HX-Push-Url"] == URL


def test_text_from_outside_is_escaped(client, therapies, outcomes):
    study = make_study(label="<b>Bad</b> 2010")
    arms = [make_arm(study, therapies[code], label="<i>arm</i>") for code in ("tace", "tare")]
    make_comparison(*arms, outcome=outcomes["orr"], p_text="<0.01")

    page = text(client, URL)

    assert "&lt;b&gt;Bad" in page
    assert "<i>arm" not in page
    assert "p &lt;0.01" in page


def test_csv_holds_every_line_of_the_page(client, study, outcomes):
    first, second = study.arms.all()
    make_comparison(first, second, outcome=outcomes["orr"], measure="OR", p_text="=1+1")
    make_result(first, outcomes["orr"], value=None, events=56, total=70)
    make_result(second, outcomes["orr"], value=None, events=48, total=80)

    response = client.get("/compare/data.csv?t=tace&t=tare")
    lines = list(csv.DictReader(io.StringIO(response.content.decode())))

    assert [line["evidence"].split(",")[0] for line in lines] == [
        "direct", "direct", "single arms", "single arms",
    ]  # fmt: skip
    assert lines[0]["value"] == "0.8"
    assert lines[0]["p"] == "'=1+1"
    assert float(lines[1]["difference_per_100"]) == pytest.approx(20)
    assert float(lines[1]["difference_low"]) == pytest.approx(5.24, abs=0.005)
    assert lines[2]["therapies"] == "tace"
    assert float(lines[2]["middle"]) == pytest.approx(80)


def test_csv_of_too_few_therapies_has_only_its_headings(client):
    assert client.get("/compare/data.csv?t=tace").content.decode().count("\r\n") == 1


def test_therapy_leads_to_its_comparison(client):
    assert 'href="/compare/?t=tace"' in text(client, "/therapies/tace/")
