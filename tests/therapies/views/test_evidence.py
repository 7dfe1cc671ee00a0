"""The page of one cell: words a person reads, filters, parts, downloads and bad input."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.urls import reverse
from PIL import Image

from references.models import SearchRun
from tests import recount
from tests.builders import (
    make_appraisal,
    make_arm,
    make_certainty,
    make_cohort,
    make_comparison,
    make_not_applicable,
    make_outcome,
    make_reference,
    make_release,
    make_report,
    make_result,
    make_search_run,
    make_study,
    make_therapy,
)
from therapies.models import Criteria, Outcome, Study

pytestmark = pytest.mark.django_db
URL = "/evidence/tace/orr/"


@pytest.fixture
def arm():
    study = make_study("alpha-2010", label="Alpha 2010")
    make_report(study, make_reference(published_year=2010))
    return make_arm(study, make_therapy("tace", name="Transarterial chemoembolization"), n=30)


@pytest.fixture
def outcome():
    return make_outcome("orr", name="Objective response rate")


def text(client, url: str = URL, **options) -> str:
    """Return the words of a page, spaces joined."""
    response = client.get(url, **options)
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("&nbsp;", " ").replace("\u00a0", " ").split())


def test_cell_says_what_it_is_and_how_much_it_holds(client, arm, outcome):
    make_result(arm, outcome, value=Decimal("64"))

    page = text(client)

    assert "<h1>Objective response rate after transarterial chemoembolization</h1>" in page
    assert "<dt>Studies</dt><dd>1</dd>" in page
    assert "<dt>Patients</dt><dd>30</dd>" in page
    assert "not a comparison" in page
    assert "Not yet verified" in page


def test_cell_prints_a_result_with_everything_beside_it(client, arm, outcome):
    make_result(
        arm,
        outcome,
        value=Decimal("64.0"),
        ci_low=Decimal(50),
        ci_high=Decimal(76),
        ci_level=Decimal(95),
        events=32,
        total=50,
        per="procedure",
        criteria=Criteria.MRECIST,
        criteria_text="mRECIST, early",
        timepoint_months=Decimal(3),
        source_where="table 4",
    )

    page = text(client)

    for words in (
        "Alpha 2010", "<b>64.0%</b>", "95% CI 50–76", "32 of 50 procedures", "mRECIST", "“mRECIST, early”",
        "at 3 months", "per procedure, not per patient", "Table 4 of", "Retrospective cohort",
        "forest-whisker",
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"value": None, "events": 9, "total": 12}, "computed"),
        ({"value": None, "range_low": Decimal(46), "range_high": Decimal(86)}, "a range, no single value"),
        ({"value": None, "events": 4}, "4 events, total not printed"),
        ({"is_composite": True}, "composite: imaging with markers or symptoms"),
        (
            {"value": Decimal(69), "events": 9, "total": 14, "override_reason": "Kept as printed."},
            "Kept as printed.",
        ),
    ],
)
def test_cell_says_what_is_special_about_a_number(client, arm, outcome, fields, words):
    make_result(arm, outcome, **fields)

    assert words in text(client)


def test_cell_says_not_reached_in_words(client, arm):
    outcome = make_outcome("orr", measure=Outcome.Measure.MEDIAN_TIME, unit="months")
    make_result(arm, outcome, not_reached=True)

    assert "not reached" in text(client)


def test_cell_names_the_review_whose_table_gave_the_number(client, arm, outcome):
    review = make_study("big-review", label="Big review", design=Study.Design.META_ANALYSIS)
    make_result(arm, outcome, reported_in=review, source_where="table 3")

    link = f'<a href="{reverse("study", args=["big-review"])}">Big review</a>'
    assert f"Table 3 of {link}, a review" in text(client)


def test_cell_sets_reviews_apart(client, arm, outcome):
    make_result(make_arm(make_study(design=Study.Design.GUIDELINE), arm.therapy), outcome)

    page = text(client)

    assert "Reviews and guidelines: context, not counted" in page
    assert "<dt>Studies</dt><dd>0</dd>" in page


def test_cell_names_shared_cohorts(client, arm, outcome):
    cohort = make_cohort(name="Synthetic Clinic")
    for _ in range(2):
        make_result(make_arm(make_study(cohort=cohort), arm.therapy), outcome)

    page = text(client)

    assert "2 studies share the Synthetic Clinic cohort" in page
    assert "counted once" in page


def test_cell_offers_the_mixed_studies_it_leaves_out(client, arm, outcome):
    make_result(make_arm(make_study(histology=Study.Histology.MIXED), arm.therapy), outcome)

    assert "1 study of mixed tumour types is left out" in text(client)
    assert "<dt>Studies</dt><dd>1</dd>" in text(client, f"{URL}?histology=all")


def test_cell_lists_comparisons(client, arm, outcome):
    make_comparison(arm, make_arm(arm.study), outcome=outcome, value=Decimal("2.1"), p_text="0.02")

    page = text(client)

    assert "HR 2.1" in page
    assert "p = 0.02" in page


def test_cell_applies_and_carries_its_filters(client, arm, outcome):
    make_result(arm, outcome)
    child = make_therapy("child", parent=arm.therapy)
    make_result(make_arm(make_study(design=Study.Design.REGISTRY), child), outcome)

    page = text(client, f"{URL}?design=registry")

    assert "Alpha 2010" not in page
    assert reverse("evidence", args=["child", "orr"]) + "?design=registry" in page
    assert reverse("evidence_csv", args=["tace", "orr"]) + "?design=registry" in page


def test_empty_cell_that_no_search_covers_says_so(client, arm, outcome):
    page = text(client)

    assert "Not searched." in page
    assert "No search covers this therapy yet" in page
    assert "It does not say that nobody studied it" in page
    assert "answer-figure" not in page
    assert 'aria-labelledby="answer"' not in page


def test_empty_cell_that_a_search_covers_says_none_found(client, arm, outcome):
    make_search_run(state=SearchRun.State.DONE, query="transarterial chemoembolization")

    page = text(client)

    assert "None found." in page
    assert "Last searched" in page


def test_cell_that_does_not_apply_says_why(client, arm, outcome):
    make_not_applicable(arm.therapy, outcome, reason="Synthetic: nothing to measure.")

    assert "Does not apply.</strong> Synthetic: nothing to measure." in text(client)


def test_cell_emptied_by_filters_offers_to_clear_them(client, arm, outcome):
    make_result(arm, outcome)

    page = text(client, f"{URL}?design=registry")

    assert "No published result of this library lies inside your filters" in page
    assert f'<a href="{URL}">Show this cell without filters</a>' in page


@pytest.mark.parametrize(
    "query",
    ["design=a", "year_from=soon", "n_min=-1", "n_min=9999999999999999", "sort=luck", "histology=some"],
)
def test_cell_explains_a_filter_it_cannot_read_and_ignores_it(client, arm, outcome, query):
    make_result(arm, outcome)

    page = text(client, f"{URL}?{query}")

    assert 'role="alert"' in page
    assert "ignored" in page
    assert "Alpha 2010" in page


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/evidence/nowhere/orr/", "There is no therapy “nowhere” on the map."),
        ("/evidence/tace/luck/", "There is no outcome “luck” on the map."),
        ("/evidence/tace/luck/data.csv", "There is no outcome “luck” on the map."),
    ],
)
def test_unknown_cell_is_said_in_words(client, arm, outcome, url, words):
    response = client.get(url)

    assert response.status_code == 404
    assert words in response.content.decode()


def test_cell_gives_htmx_only_its_results(client, arm, outcome):
    make_result(arm, outcome)

    part = client.get(URL, headers={"HX-Request": "true"})

    assert "Alpha 2010" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_cell_escapes_what_a_source_says(client, arm, outcome):
    arm.label = "<script>alert(1)</script>"
    arm.save()
    make_result(arm, outcome, criteria=Criteria.OTHER, criteria_text="<b>bold</b>")

    page = text(client)

    assert "<script>alert" not in page
    assert "<b>bold" not in page
    assert "&lt;b&gt;bold" in page


def test_cell_refuses_to_be_posted_to(client, arm, outcome):
    assert client.post(URL).status_code == 405


def test_csv_holds_printed_and_converted_values_and_keys(client, arm):
    outcome = make_outcome("orr", measure=Outcome.Measure.MEDIAN_TIME, unit="months")
    make_result(arm, outcome, value=Decimal("5.30"), unit="years", source_where="table 2")

    response = client.get(f"{URL}data.csv")
    (row,) = csv.DictReader(io.StringIO(response.content.decode()))

    assert response["Content-Disposition"] == 'attachment; filename="nelm-tace-orr.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert (row["value"], row["unit"], row["outcome_unit"]) == ("5.30", "years", "months")
    assert float(row["value_in_outcome_unit"]) == pytest.approx(63.6)
    assert (row["study"], row["source_where"], row["state"]) == ("alpha-2010", "table 2", "extracted")


def test_csv_takes_the_same_filters_and_holds_reviews_too(client, arm, outcome):
    make_result(arm, outcome)
    make_result(make_arm(make_study("review", design=Study.Design.GUIDELINE), arm.therapy), outcome)

    both = list(csv.DictReader(io.StringIO(client.get(f"{URL}data.csv").content.decode())))
    one = list(csv.DictReader(io.StringIO(client.get(f"{URL}data.csv?design=guideline").content.decode())))

    assert [row["counted_as"] for row in both] == ["study", "review"]
    assert [row["study"] for row in one] == ["review"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_text_is_never_a_formula(client, arm, outcome, start):
    arm.label = f"{start}1+1"
    arm.save()
    make_result(arm, outcome, criteria=Criteria.OTHER, criteria_text=f"{start}cmd")

    (row,) = csv.DictReader(io.StringIO(client.get(f"{URL}data.csv").content.decode(), newline=""))

    assert row["arm_label"].startswith(f"'{start}")
    assert row["criteria_text"].startswith(f"'{start}")


def add_responses(arm, outcome, *counts):
    for number, (events, total) in enumerate(counts, start=1):
        study = make_study(f"s{number}", label=f"Synthetic {number}", n_patients=total)
        other = make_arm(study, arm.therapy, n=total)
        make_result(other, outcome, value=None, events=events, total=total, criteria=Criteria.WHO)


def test_cell_answers_first_with_the_pool_in_natural_frequencies(client, arm, outcome):
    add_responses(arm, outcome, (10, 20), (12, 22), (15, 28))

    page = text(client)

    assert page.index("About 53 of 100 patients, 95% interval") < page.index('class="evidence')
    for words in (
        "From 3 results of 3 studies, n = 70", "Hartung–Knapp interval", "τ² = ", "I² = ", "Q = ",
        "a new study would be expected to find between", "Certainty (GRADE): not judged yet",
        "They are not a comparison", "forest-pool", "Pooled: All", "The same results by other methods",
        "binomial–normal model", "Freeman–Tukey", "DerSimonian–Laird",
    ):  # fmt: skip
        assert words in page, words


def test_cell_says_how_sure_a_judgement_is(client, arm, outcome):
    make_result(arm, outcome)
    make_certainty(arm.therapy, outcome, reason="Synthetic reasons.")

    assert "Certainty (GRADE): very low.</strong> Synthetic reasons." in text(client)


def test_cell_says_why_nothing_is_pooled_and_offers_each_kind_by_a_link(client, arm, outcome):
    add_responses(arm, outcome, (10, 20), (12, 22), (15, 28))
    make_result(arm, outcome, value=None, events=3, total=30, criteria=Criteria.EASL)

    page = text(client, f"{URL}?design=retrospective-cohort")

    assert "no pooled number, and why" in page
    assert "The results differ in their criteria or definitions." in page
    assert 'href="?design=retrospective-cohort&amp;definition=who"' in page
    chosen = text(client, f"{URL}?definition=who")
    assert "Pooled: All" in chosen
    assert "not the kind chosen" in chosen
    assert "Changed from the published analysis: definition: WHO" in chosen


def test_study_is_left_out_by_a_link_and_put_back_by_another(client, arm, outcome):
    add_responses(arm, outcome, (10, 20), (12, 22), (15, 28), (4, 30))

    assert 'href="?without=s4"' in text(client)
    page = text(client, f"{URL}?without=s4")

    assert "Left out: left out by you" in page
    assert "without Synthetic 4" in page
    assert 'put back<span class="visually-hidden"> Synthetic 4</span>' in page
    assert 'name="without" value="s4"' in page
    assert "From 3 results" in page


def test_cell_marks_computed_intervals_and_reconstructed_events(client, arm, outcome):
    make_result(arm, outcome, value=Decimal(70))

    page = text(client)

    assert "95% CI 50.6–85.3, computed" in page
    assert "21 of 30, reconstructed" in page
    assert "forest-whisker is-computed" in page
    assert "95% CI 52.1–83.3, computed" in text(client, f"{URL}?interval=wilson")


def test_cell_shows_the_risk_of_bias_in_sign_and_words(client, arm, outcome):
    make_result(arm, outcome)
    make_result(make_arm(therapy=arm.therapy), outcome)
    make_appraisal(arm.study)

    page = text(client)

    assert '<b aria-hidden="true">▲ S</b> Serious risk' in page
    assert "risk of bias not appraised" in page


def test_groups_have_a_pool_each_and_a_test_between_them_called_an_observation(client, arm, outcome):
    add_responses(arm, outcome, (10, 20), (12, 22), (15, 28))
    for number in range(3):
        other = make_arm(make_study(design=Study.Design.REGISTRY), arm.therapy)
        make_result(other, outcome, value=None, events=4 + number, total=20, criteria=Criteria.WHO)

    page = text(client, f"{URL}?group=design")

    assert "Pooled: Retrospective cohort" in page
    assert "Pooled: Registry" in page
    assert "Q between groups = " in page
    assert "not randomised against each other" in page
    assert "Q between" not in text(client)


def test_result_of_a_group_too_small_to_pool_is_in_the_pool_of_all(client, arm, outcome):
    add_responses(arm, outcome, (10, 20), (12, 22))
    other = make_study("odd", label="Odd 1999", design=Study.Design.REGISTRY)
    make_result(make_arm(other, arm.therapy), outcome, value=None, events=9, total=20, criteria=Criteria.WHO)

    page = text(client, f"{URL}?group=design")

    assert page.count("in the pool of all") == 3
    assert 'href="?group=design&amp;without=odd"' in page
    assert "Pooled: All" in page
    assert "Pooled: Registry" not in page


def test_derived_results_stand_apart_with_the_parts_they_are_made_of(client, arm, outcome):
    for code, events in (("cr", 3), ("pr", 9)):
        part = make_outcome(code, short_name=code.upper())
        make_result(arm, part, value=None, events=events, total=30, criteria=Criteria.WHO)

    page = text(client)

    assert "Derived: summed from parts" in page
    assert "12 of 30 patients" in page
    assert "CR 10%:" in page
    assert "PR 30%:" in page
    assert "Left out: derived, not reported" in page
    assert "<dt>Results</dt><dd>0</dd>" in page


def test_medians_are_not_pooled_unasked_and_the_rule_is_printed(client, arm):
    outcome = make_outcome("orr", measure=Outcome.Measure.MEDIAN_TIME, unit="months")
    make_result(arm, outcome, value=Decimal(20))

    page = text(client)

    assert "Medians are shown as printed, not pooled." in page
    assert "McGrath et al. 2025" in page
    assert "https://doi.org/10.48550/arXiv.2503.03065" in page


def test_medians_are_pooled_for_a_reader_who_asks(client, arm):
    outcome = make_outcome("orr", measure=Outcome.Measure.MEDIAN_TIME, unit="months")
    for value in (20, 26, 31):
        study = make_study(n_patients=90)
        make_result(
            make_arm(study, arm.therapy, n=90), outcome, value=Decimal(value), ci_low=Decimal(value - 4),
            ci_high=Decimal(value + 5), ci_level=Decimal(95), criteria=Criteria.FROM_TREATMENT,
        )  # fmt: skip

    assert 'href="?medians=pool"' in text(client)
    page = text(client, f"{URL}?medians=pool")

    assert "Pooled: All" in page
    assert "log scale" in page


def test_means_are_never_pooled(client, arm):
    outcome = make_outcome("orr", measure=Outcome.Measure.MEAN, unit="score")
    make_result(arm, outcome, unit="score", value=Decimal(20))

    page = text(client)

    assert "A pool of means needs the standard deviation" in page
    assert "no pooled number, and why" not in page


@pytest.mark.parametrize(
    "query",
    [
        "method=magic", "method=glmm&test=knha", "rob=1", "at=soon", "unit=mouse", "definition=luck",
        "without=nobody", "interval=wald", "group=luck", "medians=yes", "page=none", "at=99",
        "definition=%00", "without=%00x", "page=99999999999999999999",
    ],
)  # fmt: skip
def test_cell_explains_a_choice_it_cannot_follow_and_shows_the_rest(client, arm, outcome, query):
    make_result(arm, outcome)

    page = text(client, f"{URL}?{query}")

    assert "Alpha 2010" in page
    assert 'role="alert"' in page or query == "without=%00x"


def test_cell_shows_a_hundred_results_a_page_and_pools_all(client, arm, outcome):
    for number in range(102):
        make_result(
            make_arm(make_study(n_patients=20), arm.therapy), outcome, value=None, events=4 + number % 9,
            total=20, criteria=Criteria.WHO,
        )  # fmt: skip

    first, second = text(client), text(client, f"{URL}?page=2")

    assert "Results 1–100 of 102" in first
    assert "Results 101–102 of 102" in second
    assert "From 102 results of 102 studies" in second
    assert 'href="?more=1"' in first
    assert "The same results by other methods" in text(client, f"{URL}?more=1")


def test_what_lies_around_a_cell_comes_when_it_is_asked_for(client, arm, outcome):
    make_result(arm, outcome)
    make_result(arm, make_outcome("pfs"))
    make_result(make_arm(therapy=make_therapy("tae", name="Bland embolization")), outcome)

    plain, whole = text(client), text(client, f"{URL}?beside=1")
    part = client.get(f"{URL}?beside=1", headers={"HX-Request": "true", "HX-Target": "beside"})

    assert "Bland embolization" not in plain
    for page in (whole, part.content.decode()):
        assert "Bland embolization" in page
        assert "/evidence/tace/pfs/" in page
    assert "Alpha 2010" in whole
    assert "Alpha 2010" not in part.content.decode()


def test_downloads_are_reached_with_the_same_question(client, arm, outcome):
    make_result(arm, outcome)

    page = text(client, f"{URL}?rob=exclude&page=1")

    for name in ("data.csv", "plot.svg", "plot.png", "analysis.R"):
        assert f'href="{URL}{name}?rob=exclude"' in page, name


def test_permanent_link_leads_to_the_release_that_holds_the_cell(client, arm, outcome):
    add_responses(arm, outcome, (10, 20), (12, 22), (15, 28))
    release = make_release()

    page = text(client, f"{URL}permanent/?rob=exclude&page=2")

    link = re.search(r'href="http://testserver(/releases/[^"]+)"', page)[1].replace("&amp;", "&")
    assert link.startswith(f"/releases/{release.version}/evidence/tace/orr/?rob=exclude&")
    assert client.get(link).status_code == 200


def test_cell_that_changed_since_the_release_has_no_permanent_link(client, arm, outcome):
    add_responses(arm, outcome, (10, 20), (12, 22), (15, 28))
    make_release()
    make_result(arm, outcome)

    assert "No release holds this cell as it is published today" in text(client, f"{URL}permanent/")


def test_csv_says_how_each_result_stands_to_the_pool(client, arm, outcome):
    add_responses(arm, outcome, (10, 20), (12, 22), (15, 28))
    make_result(arm, outcome, value=Decimal(70))
    make_appraisal(arm.study)

    rows = {
        row["study"]: row
        for row in csv.DictReader(io.StringIO(client.get(f"{URL}data.csv").content.decode()))
    }

    one, odd = rows["s1"], rows["alpha-2010"]
    assert (one["interval"], one["in_pool"], one["left_out_reason"]) == ("computed, exact", "True", "")
    assert sum(float(rows[f"s{n}"]["weight"]) for n in (1, 2, 3)) == pytest.approx(100)
    assert float(one["interval_low"]) == pytest.approx(27.2, abs=0.1)
    assert (odd["in_pool"], odd["reconstructed"], odd["pooled_events"]) == ("False", "True", "21")
    assert odd["left_out_reason"].startswith("criteria not stated")
    assert odd["risk_of_bias"] == "Serious risk (ROBINS-I, 2016)"


def test_csv_lists_derived_results_as_derived(client, arm, outcome):
    for code, events in (("cr", 3), ("pr", 9)):
        make_result(arm, make_outcome(code), value=None, events=events, total=30, criteria=Criteria.WHO)

    (row,) = csv.DictReader(io.StringIO(client.get(f"{URL}data.csv").content.decode()))

    assert (row["counted_as"], row["result"], row["value"], row["outcome"]) == ("derived", "", "", "orr")
    assert (row["events"], row["total"], float(row["value_in_outcome_unit"])) == ("12", "30", 40.0)
    assert len(row["derived_from"].split()) == 2


def test_svg_stands_alone_and_holds_the_plot(client, arm, outcome):
    add_responses(arm, outcome, (10, 20), (12, 22), (15, 28))

    response = client.get(f"{URL}plot.svg")
    root = ElementTree.fromstring(response.content)

    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Disposition"] == 'attachment; filename="nelm-tace-orr.svg"'
    words = " ".join(root.itertext())
    for expected in ("Synthetic 1", "10 / 20", "Pooled: All", "not a comparison"):
        assert expected in words, expected


def test_png_is_a_picture(client, arm, outcome):
    make_result(arm, outcome)

    response = client.get(f"{URL}plot.png")

    assert response["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(response.content)).width == 2400


@pytest.mark.parametrize("name", ["data.csv", "plot.svg", "plot.png", "analysis.R"])
def test_downloads_of_an_empty_cell_answer(client, arm, outcome, name):
    assert client.get(f"{URL}{name}").status_code == 200


def test_cells_of_the_shipped_evidence_say_the_recounted_numbers_in_few_queries(
    client, django_assert_max_num_queries
):
    call_command("load_evidence", verbosity=0)
    counts = recount.cells()

    for pair in (
        ("tace", "orr"),
        ("embolization", "os-rate"),
        ("ablation", "major-ae"),
        ("resection", "os-median"),
    ):
        with django_assert_max_num_queries(10):
            page = text(client, reverse("evidence", args=pair))
        n_studies, n_patients, n_results, n_reviews = counts[pair]
        for name, number in (
            ("Studies", n_studies),
            ("Patients", n_patients),
            ("Results", n_results),
            ("Reviews, apart", n_reviews),
        ):
            assert f"<dt>{name}</dt><dd>{number:,}</dd>" in page, (pair, name)


def test_cells_of_the_shipped_evidence_answer(client):
    call_command("load_evidence", verbosity=0)

    for pair in list(recount.cells())[::5]:  # five shares no factor with the 21 outcomes: all come up
        assert client.get(reverse("evidence", args=pair)).status_code == 200, pair
