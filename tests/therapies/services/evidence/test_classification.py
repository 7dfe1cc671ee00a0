"""Every criteria text of the shipped evidence, and where the rules send it."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from therapies.models import Criteria, Outcome
from therapies.services import evidence
from therapies.services.evidence.classification import classify_criteria

C = Criteria
EXPECTED: dict[Criteria, list[str]] = {
    C.RECIST: ["RECIST"],
    C.OTHER: [
        "5-HIAA normalized",
        "50% reduction of urinary 5-HIAA",
        ">20% reduction in pancreastatin (a further 66%, besides the 14% normalized)",
        ">50% decrease of serotonin and/or 5-HIAA",
        ">50% decrease of urinary 5-HIAA; range over studies",
        ">50% reduction of urinary 5-HIAA",
        ">50% tumour regression",
        ">=50% decrease in size of liver metastases",
        ">=50% reduction of 5-HIAA",
        "CT at 3 months, >50% reduction or no visible tumour",
        "abdominal pain improved",
        "biloma",
        "bleeding peptic ulcer (1), oligoanuric renal failure (1)",
        "carcinoid crisis",
        "carcinoid crisis or haemodynamic instability",
        "clinical signs of hepatic decompensation",
        "complete normalization of pancreastatin",
        "complete symptom relief",
        "complete symptomatic relief",
        "complete symptomatic response",
        "complications",
        "complications (grade not stated)",
        "death from complications of embolization (window not stated)",
        "death from radiation-induced liver failure (not stated as 30-day)",
        "decrease in extent of metastases on imaging",
        "diarrhoea improved",
        "disappearance of diarrhoea and/or flushing",
        "disappearance of symptoms",
        "disease-free survival",
        "disease-specific survival",
        "documented bacteraemia",
        "fever after embolization",
        "flushing improved",
        "from the total death hazard function",
        "grade 3 or 4",
        "grade 3 serologic toxicity (>1 year follow-up)",
        "grade 3/4",
        "grade 3/4 ascites",
        "grade 3/4 elevated alkaline phosphatase",
        "grade 3/4 hyperbilirubinaemia",
        "grade 3/4 lymphopenia",
        "grade 3/4 pain",
        "grade 3/4 vomiting",
        "grade >=3 toxicity",
        "hepatic abscess",
        "hepatic abscess requiring surgical drainage",
        "hepatobiliary complications (ischemic cholecystitis)",
        "hormonal markers and/or tumour size decreased by at least 50%",
        "hospital mortality",
        "improved (hormone levels, or tumour size with symptoms)",
        "in-hospital death",
        "liver/biliary injury on imaging",
        "local recurrence at the ablation site",
        "local recurrence per tumour",
        "major complications",
        "major complications (biliary injuries)",
        "malaise improved",
        "metastases decreased in size",
        "minor response or stabilization",
        "morbidity",
        "mortality (window not stated)",
        "nausea",
        "nausea and vomiting",
        "normalization of hormone and glucose levels",
        "objective morphologic response",
        "objective regression",
        "objective response, CT size and 5-HIAA",
        "overall objective response (as the abstract calls it)",
        "overall radiographic response",
        "pancreastatin improved or stable",
        "partial remission",
        "partial symptom relief",
        "partial symptomatic relief",
        "partial symptomatic response",
        "periprocedural mortality (window not stated)",
        "post-embolization symptoms with each embolization",
        "post-embolization syndrome lasting < 7 days",
        "post-embolization syndrome lasting > 7 days",
        "probability of progression at 1 year (approximate)",
        "procedural mortality",
        "procedure-related death",
        "procedure-related mortality",
        "radiation-induced gastrointestinal ulcer",
        "radioembolization-induced chronic hepatotoxicity, >=6 months after TARE",
        "radiographic improvement or stability",
        "radiographic tumor regression",
        "radiologic response or symptomatic improvement (carcinoid or islet cell)",
        "radiological improvement (criteria not named)",
        "reported symptom improvement",
        "serious adverse events (2 liver abscess, 1 acute renal failure)",
        "serotonin improved or stable",
        "stable or decreased",
        "subjective improvement in symptoms",
        "symptomatic patients becoming asymptomatic",
        "time to liver progression",
        "time to untreatable progression with TACE",
        "treatment-related mortality (not stated as 30-day)",
        "treatment-related serious complications",
        "tumour liquefaction on CT",
        "tumour markers decreased",
        "vascular or other complications at the target area",
    ],
    C.EASL: ["EASL", "EASL, targeted lesions"],
    C.CTCAE: [
        "CTCAE v3.0 > grade 2",
        "CTCAE v4.03",
        "CTCAE v5 grade 3 bilirubin",
        "complications, CTCAE 4.0",
        "grade 3-4 abdominal pain (NCI CTC)",
        "grade 3-4 fatigue (NCI CTC)",
        "grade 3-4 hyperglycaemia (NCI CTC)",
        "grade 3-4 increased ALT (NCI CTC)",
    ],
    C.MRECIST: [
        "mRECIST",
        "mRECIST, early (mean 3 months)",
        "mRECIST, late (mean 20 months)",
        "mRECIST, short-term (<3 months)",
    ],
    C.RECIST_1_1: ["RECIST 1.1"],
    C.NOT_STATED: [
        "average across literature",
        "median",
        "pooled",
        "pooled median",
        "range across literature",
        "range over studies; mean duration 6-42.5 months",
    ],
    C.RECIST_1_0: ["RECIST 1.0 (as labelled by the review)"],
    C.WHO: ["WHO", "WHO (regression)", "WHO; complete symptomatic relief"],
    C.SEVERAL: [
        "RECIST or EASL, intermediate-term (>3 months)",
        "RECIST or EASL, intermediate-term; per treatment cycle",
        "RECIST or EASL, short-term (<3 months)",
        "RECIST or EASL, short-term (<3 months); per treatment cycle",
        "RECIST or WHO",
        "WHO and RECIST",
    ],
    C.FROM_TREATMENT: ["from chemoembolization", "printed as 3 years and 4 months; from start of therapy"],
    C.FROM_DIAGNOSIS: ["after diagnosis", "from diagnosis"],
    C.CLAVIEN_DINDO: ["Clavien-Dindo III or IV"],
}
TEXTS = [(text, criteria) for criteria, texts in EXPECTED.items() for text in texts]


def outcome(domain: Outcome.Domain) -> SimpleNamespace:
    return SimpleNamespace(domain=domain)


def shipped_lines() -> list[tuple[str, str]]:
    """Return (criteria text, outcome domain) of every shipped result that has a text."""
    outcomes = json.loads((evidence.DATA / "outcomes.json").read_text())
    domains = {entry["code"]: entry["domain"] for entry in outcomes}
    studies = json.loads((evidence.DATA / "studies.json").read_text())
    results = [result for study in studies for result in study["results"] if result["criteria"]]
    return [(result["criteria"], domains[result["outcome"]]) for result in results]


def test_classify_criteria_of_every_shipped_text() -> None:
    expected = dict(TEXTS)

    found = {text: classify_criteria(text, outcome(domain)) for text, domain in shipped_lines()}

    assert found == expected


@pytest.mark.parametrize("text", [None, ""])
def test_classify_criteria_without_text(text: str | None) -> None:
    assert classify_criteria(text, outcome(Outcome.Domain.SURVIVAL)) == C.NOT_STATED


@pytest.mark.parametrize(
    ("text", "criteria"),
    [
        ("RECIST v1.1", C.RECIST_1_1),
        ("RECIST version 1.0, per lesion", C.RECIST_1_0),
        ("mRECIST or EASL", C.SEVERAL),
        ("RECIST 1.1 and mRECIST", C.SEVERAL),
        ("RECIST 1.2", C.RECIST),
        ("patients who improved", C.OTHER),
    ],
)
def test_classify_criteria_of_response(text: str, criteria: Criteria) -> None:
    assert classify_criteria(text, outcome(Outcome.Domain.TUMOUR_RESPONSE)) == criteria


@pytest.mark.parametrize(
    ("text", "criteria"),
    [
        ("from first treatment", C.FROM_TREATMENT),
        ("since the date of first embolization", C.FROM_TREATMENT),
        ("from liver diagnosis", C.FROM_DIAGNOSIS),
        ("from birth", C.OTHER),
    ],
)
def test_classify_criteria_of_a_time_origin(text: str, criteria: Criteria) -> None:
    assert classify_criteria(text, outcome(Outcome.Domain.SURVIVAL)) == criteria


def test_classify_criteria_of_an_event_after_treatment_is_no_time_origin() -> None:
    assert classify_criteria("fever after embolization", outcome(Outcome.Domain.SAFETY)) == C.OTHER
