"""Sheets for a tumour board: what they say, that they fit on one page, and what happens without a PDF."""

from __future__ import annotations

from decimal import Decimal
from threading import Lock

import pytest
from django.core.management import call_command

from nelm_review.core import pdf
from tests import pdf_files
from tests.builders import (
    make_arm,
    make_certainty,
    make_comparison,
    make_outcome,
    make_release,
    make_result,
    make_study,
    make_therapy,
)
from tests.therapies.views.test_evidence import text
from therapies import evidence_map
from therapies.models import Criteria, Outcome
from therapies.read_models.sheets import cell as cell_sheet
from therapies.scope import Scope

pytestmark = pytest.mark.django_db
needs_pdf = pytest.mark.skipif(not pdf.is_possible(), reason="This machine has no Pango, or no font.")
CELL = "/evidence/tace/orr/sheet/"
NOTICE = "does not replace clinical judgement"


@pytest.fixture
def tace():
    return make_therapy("tace", name="Transarterial chemoembolization", abbreviation="TACE")


@pytest.fixture
def orr():
    return make_outcome("orr", name="Objective response rate", short_name="ORR")


@pytest.fixture
def harm():
    return make_outcome(
        "major-ae",
        name="Major adverse events",
        short_name="Major",
        domain=Outcome.Domain.SAFETY,
        better=Outcome.Better.LOWER,
    )


def respond(therapy, outcome, *, study: str, events: int, total: int, **overrides):
    arm = make_arm(make_study(study, label=study.replace("-", " ").title()), therapy, n=total)
    value = round(Decimal(100 * events) / Decimal(total), 1)
    fields = {"criteria": Criteria.RECIST_1_1, "value": value, "events": events, "total": total}
    return make_result(arm, outcome, **{**fields, **overrides})


@pytest.fixture
def pooled(tace, orr):
    for number, (events, total) in enumerate(((10, 40), (15, 50), (9, 30), (20, 45))):
        respond(tace, orr, study=f"study-{number}", events=events, total=total)


def test_cell_answers_first_in_natural_frequencies(client, pooled):
    page = text(client, CELL)

    assert "<h1>Objective response rate after transarterial chemoembolization</h1>" in page
    assert "pooled, 95% interval" in page
    assert "prediction interval" in page
    assert "of 100 patients, 95% interval" in page
    assert "<b>4 studies</b>, <b>165 patients</b>, <b>4 results</b>" in page
    assert "Certainty (GRADE): <b>not judged yet.</b>" in page
    assert "4 of 4 numbers are not yet checked" in page
    assert "not a comparison" in page
    assert NOTICE in page
    assert "Curr Oncol. 2024;31(4):2076–2091" in page


def test_cell_says_the_range_and_why_there_is_no_pool(client, tace, orr):
    respond(tace, orr, study="one", events=4, total=40)
    respond(tace, orr, study="two", events=15, total=25)

    page = text(client, CELL)

    assert "<b>10–60%</b> reported, not pooled" in page
    assert "Of 100 patients, about 10 to 60 in single results." in page
    assert "Why there is no pool:" in page


def test_cell_lists_the_largest_studies_and_counts_the_rest(client, tace, orr):
    for number in range(cell_sheet.MOST_STUDIES + 2):
        respond(tace, orr, study=f"study-{number:02d}", events=5, total=20 + number)

    page = text(client, CELL)

    assert "The 12 largest studies; 2 more on the page behind the link" in page
    assert "Study 13" in page
    assert "Study 01" not in page
    assert page.index("Study 13") < page.index("Study 12")


def test_cell_shows_the_result_of_a_study_that_is_in_the_pool(client, pooled, tace, orr):
    arm = make_arm(make_study("mixed-2020", label="Mixed 2020"), tace, n=60)
    make_result(arm, orr, value=Decimal(99), is_composite=True, criteria=Criteria.RECIST_1_1)
    make_result(arm, orr, value=Decimal(50), events=30, total=60, criteria=Criteria.RECIST_1_1)

    page = text(client, CELL)

    assert "<b>50%</b> 30/60" in page
    assert "+1 more" in page
    assert "<b>99%</b>" not in page


def test_cell_marks_events_that_nobody_printed(client, tace, orr):
    make_result(make_arm(make_study(n_patients=20), tace, n=20), orr, value=Decimal(35))

    assert "7/20 r" in client.get(CELL).content.decode()


def test_cell_sets_harms_beside_the_benefit_whatever_the_criteria(client, pooled, tace, harm):
    respond(tace, harm, study="harm", events=3, total=30, criteria=Criteria.NOT_STATED)

    page = text(client, f"{CELL}?criteria=recist-1.1")

    assert "At what cost: key harms of the same therapy" in page
    assert "Major" in page
    assert "1 study · 30 patients" in page
    assert "Only part of the evidence: Criteria: RECIST 1.1" in page


def test_cell_says_what_was_changed_and_keeps_it_in_its_links(client, pooled):
    page = text(client, f"{CELL}?without=study-0&page=2&more=1")

    assert "Changed from the published analysis: without Study 0" in page
    assert 'href="/evidence/tace/orr/sheet.pdf?without=study-0' in page
    assert 'href="http://testserver/evidence/tace/orr/?without=study-0"' in page


def test_cell_gives_its_certainty_with_the_reason(client, pooled, tace, orr):
    make_certainty(tace, orr, level="low", reason="Made-up reason.")

    page = text(client, CELL)

    assert "Certainty (GRADE): <b>low.</b> Made-up reason." in page


def test_cell_links_for_good_where_a_release_holds_its_numbers(client, pooled):
    make_release("2026.01.02")

    page = text(client, CELL)

    assert "Release 2026.01.02 holds exactly these numbers" in page
    assert 'href="http://testserver/releases/2026.01.02/evidence/tace/orr/?analysis=' in page
    assert 'aria-label="QR code of the link beside it"' in page


def test_cell_newer_than_the_release_links_to_its_page(client, pooled, tace, orr):
    make_release("2026.01.02")
    respond(tace, orr, study="later", events=4, total=50)

    page = text(client, CELL)

    assert "newest release 2026.01.02" in page
    assert 'href="http://testserver/evidence/tace/orr/"' in page


def test_empty_cell_does_not_say_that_nobody_studied_it(client, tace, orr):
    page = text(client, CELL)

    assert "None found" in page
    assert "It does not say that nobody studied it" in page


def test_hostile_names_stay_words(client, tace, orr):
    study = make_study("bad", label="<script>alert(1)</script>")
    make_result(
        make_arm(study, tace, n=9), orr, criteria=Criteria.OTHER, criteria_text='"><b>', value=Decimal(5)
    )

    page = text(client, CELL)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_therapy_sets_harms_beside_benefits_and_names_what_is_missing(client, pooled, tace, harm):
    respond(tace, harm, study="harm", events=3, total=30, criteria=Criteria.NOT_STATED)
    make_outcome("qol", name="Quality of life", short_name="QoL")

    page = text(client, "/therapies/tace/sheet/")

    assert page.index("What it may do for the patient") < page.index("What it may cost the patient")
    assert "about 25 to 44" in page
    assert "<b>Not searched yet:</b> QoL." in page
    assert NOTICE in page


def test_therapy_lists_comparisons_between_therapies_alone(client, tace, orr):
    study = make_study("trial", label="Made-up Trial")
    arms = [
        make_arm(study, tace, label="Chemo"),
        make_arm(study, make_therapy("tae"), label="Bland"),
        make_arm(study, tace, label="Chemo, large"),
    ]
    make_comparison(arms[0], arms[1], outcome=orr, measure="HR", value=Decimal("0.8"))
    make_comparison(arms[0], arms[2], outcome=orr, measure="HR", value=Decimal("0.7"))

    page = text(client, "/therapies/tace/sheet/")

    assert "Made-up Trial, ORR: Chemo versus Bland: <b>HR 0.8</b>" in page
    assert "HR 0.7" not in page


def test_therapy_warns_where_a_study_contradicts_itself(client, tace, orr):
    study = make_study("trial", label="Made-up Trial")
    arms = make_arm(study, tace, label="Chemo"), make_arm(study, make_therapy("tae"), label="Bland")
    for value in ("0.1", "13.5"):
        make_comparison(*arms, outcome=orr, measure="HR", value=Decimal(value))

    assert text(client, "/therapies/tace/sheet/").count("on both sides of no difference") == 2


def test_comparison_puts_direct_evidence_first(client, pooled, tace, orr):
    tae = make_therapy("tae", name="Bland embolization", abbreviation="TAE")
    respond(tae, orr, study="bland", events=5, total=50)
    study = make_study("trial", label="Made-up Trial", n_patients=90)
    make_comparison(
        make_arm(study, tace, label="Chemo"), make_arm(study, tae, label="Bland"),
        outcome=orr, measure="HR", value=Decimal("0.8"),
    )  # fmt: skip

    page = text(client, "/compare/sheet/?t=tace&t=tae&n_min=20")

    assert "<h1>TACE versus TAE</h1>" in page
    assert page.index("HR 0.8") < page.index("Single arms: not a comparison")
    assert "<b>25–44%</b>" in page
    assert "Only part of the evidence" in page
    assert 'href="/compare/sheet.pdf?t=tace&amp;t=tae&amp;n_min=20"' in page


def test_comparison_without_two_therapies_asks_for_them(client):
    assert "Choose two therapies" in text(client, "/compare/sheet/?t=none")


@pytest.mark.parametrize(
    "address", ["/evidence/none/orr/sheet/", "/evidence/tace/none/sheet.pdf", "/therapies/none/sheet.pdf"]
)
def test_sheet_of_what_does_not_exist_is_not_found(client, tace, orr, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("page", "sheet"),
    [
        ("/evidence/tace/orr/?n_min=10&page=1", "/evidence/tace/orr/sheet/?n_min=10"),
        ("/therapies/tace/", "/therapies/tace/sheet.pdf"),
        ("/compare/?t=tace&t=tae", "/compare/sheet.pdf?t=tace&amp;t=tae"),
    ],
)
def test_pages_lead_to_their_sheets(client, pooled, page, sheet):
    make_therapy("tae")

    assert f'href="{sheet}"' in text(client, page)


@needs_pdf
def test_file_says_what_it_is_and_how_it_is_called(client, pooled):
    response = client.get("/evidence/tace/orr/sheet.pdf")

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith('inline; filename="nelm-tace-orr-20')
    assert response.content.startswith(b"%PDF-")
    assert pdf_files.n_pages(response.content) == 1
    assert b"Objective response rate after" in pdf_files.content(response.content)


def test_machine_without_the_library_says_how_to_print_instead(client, pooled, monkeypatch):
    monkeypatch.setattr(pdf, "_weasyprint", lambda: None)

    response = client.get("/evidence/tace/orr/sheet.pdf?n_min=1")

    assert response.status_code == 501
    page = response.content.decode()
    assert "Pango" in page
    assert "Ctrl+P" in page
    assert 'href="/evidence/tace/orr/sheet/?n_min=1"' in page
    assert "No PDF on this server" in text(client, CELL)


@needs_pdf
def test_busy_server_asks_to_come_back(client, pooled, monkeypatch):
    taken = Lock()
    monkeypatch.setattr(pdf, "_one_at_a_time", taken)
    monkeypatch.setattr(pdf, "LONGEST_WAIT", 0.01)

    with taken:
        response = client.get("/evidence/tace/orr/sheet.pdf")

    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0


@needs_pdf
def test_shipped_evidence_fits_on_one_page_each(client, django_assert_max_num_queries):
    call_command("load_evidence", verbosity=0)
    evidence = evidence_map.build(Scope())
    fullest = sorted(evidence.cells.values(), key=lambda cell: -cell.n_studies)[:6]
    counts = evidence_map.count_by_therapy(Scope())
    addresses = [
        *(f"/evidence/{cell.therapy}/{cell.outcome}/sheet.pdf" for cell in fullest),
        "/evidence/tace/symptom-response/sheet.pdf?definition=not-stated",
        "/evidence/tace/os-rate/sheet.pdf",
        "/evidence/ire/qol/sheet.pdf",
        *(f"/therapies/{code}/sheet.pdf" for code, count in counts.items() if count.n_studies),
        "/compare/sheet.pdf?t=tace&t=tare-y90",
        "/compare/sheet.pdf?t=tae&t=tace&t=tare-y90&t=resection",
        "/compare/sheet.pdf?t=embolization&t=tae&t=tace&t=ctace",
    ]

    pages = {}
    for address in addresses:
        with django_assert_max_num_queries(25):
            pages[address] = pdf_files.n_pages(client.get(address).content)

    assert {address: n for address, n in pages.items() if n != 1} == {}
