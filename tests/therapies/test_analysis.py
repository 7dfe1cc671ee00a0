"""From published results to a pool or a refusal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import make_appraisal, make_arm, make_outcome, make_result, make_study, make_therapy
from therapies import analysis
from therapies.analysis import Choices
from therapies.models import Appraisal, Criteria, Outcome, Result
from therapies.synthesis.eligibility import Candidate, Rules

pytestmark = pytest.mark.django_db

# Pritz 1997 as metafor's dat.pritz1997 has it: the first three studies.
COUNTS = ((10, 18), (12, 20), (32, 43))


def read(outcome: Outcome | None = None, *, n: int | None = 20, **overrides: Any) -> Candidate:
    arm = make_arm(make_study(n_patients=n), make_therapy(), n=n)
    return analysis.candidate(make_result(arm, outcome or make_outcome(), **overrides))


def test_candidate_takes_the_printed_fraction():
    candidate = read(value=None, events=7, total=18)

    assert (candidate.events, candidate.total, candidate.is_reconstructed) == (7, 18, False)


def test_candidate_reconstructs_events_from_a_percentage_and_the_arm_and_marks_it():
    candidate = read(value=Decimal("35"), n=20)

    assert (candidate.events, candidate.total, candidate.is_reconstructed) == (7, 20, True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"value": Decimal("33.3"), "n": 20}, "33.3% fits no whole number among 20"),
        ({"value": Decimal("35"), "n": None}, "no denominator"),
        ({"value": Decimal("35"), "per": "lesion"}, "no denominator"),
        ({"value": None, "range_low": Decimal(5), "range_high": Decimal(9)}, "no percentage and no fraction"),
    ],
)
def test_candidate_says_why_its_numbers_cannot_be_weighed(fields: dict[str, Any], words: str):
    assert read(**fields).problem == words


def test_candidate_survival_at_a_time_needs_the_number_at_risk():
    outcome = make_outcome(domain=Outcome.Domain.SURVIVAL)

    assert "number at risk" in read(outcome, value=Decimal(50), timepoint_months=Decimal(60)).problem
    assert not read(outcome, value=None, events=5, total=9, timepoint_months=Decimal(60)).problem


def test_candidate_tumour_response_without_criteria_is_not_pooled_but_mortality_is():
    response = make_outcome(domain=Outcome.Domain.TUMOUR_RESPONSE)
    mortality = make_outcome(domain=Outcome.Domain.SAFETY)

    assert read(response).is_without_needed_criteria
    assert not read(mortality).is_without_needed_criteria


def test_candidate_own_definitions_are_one_only_where_the_words_are():
    words = (
        {"criteria": Criteria.OTHER, "criteria_text": text} for text in ("Morbidity", "morbidity", "nausea")
    )

    one, same, other = (read(**fields).definition for fields in words)

    assert one == same != other


def test_analyse_pools_three_studies_with_weights_and_sensitivity():
    outcome = make_outcome()
    candidates = [read(outcome, value=None, events=e, total=n, criteria=Criteria.WHO) for e, n in COUNTS]

    found = analysis.analyse(outcome, candidates)

    assert found.pool is not None
    assert found.pool.k == 3
    assert found.glmm is not None
    assert sum(found.weights.values()) == pytest.approx(100)


def test_analyse_refuses_and_keeps_what_it_found():
    outcome = make_outcome()
    candidates = [
        read(outcome, criteria=criteria) for criteria in (Criteria.WHO, Criteria.EASL, Criteria.WHO)
    ]

    found = analysis.analyse(outcome, candidates)

    assert found.pool is None
    assert len(found.eligibility.kept) == 3


def test_studies_at_high_risk_go_by_the_latest_judgement():
    better, worse = make_study(), make_study()
    serious, low = Appraisal.Judgement.SERIOUS, Appraisal.Judgement.LOW
    for study, judgements in ((better, (serious, low)), (worse, (low, serious))):
        for judgement in judgements:
            make_appraisal(study, judgement=judgement)

    assert analysis.studies_at_high_risk([better.pk, worse.pk]) == {worse.pk}


def test_analyse_without_high_risk_leaves_those_studies_out():
    outcome = make_outcome()
    results = [make_result(make_arm(n=20), outcome, criteria=Criteria.WHO) for _ in range(4)]
    make_appraisal(results[0].arm.study)
    at_risk = analysis.studies_at_high_risk(result.arm.study_id for result in results)

    candidates = analysis.candidates(Result.objects.all(), high_risk=at_risk)
    found = analysis.analyse(outcome, candidates, Choices(Rules(without_high_risk=True)))

    assert found.pool is not None
    assert found.pool.k == 3


def test_derived_candidate_sums_its_parts():
    arm = make_arm(n=18)
    numbers = ({"value": None, "events": 2, "total": 18}, {"value": Decimal("44.4")})
    parts = [make_result(arm, make_outcome(), **fields) for fields in numbers]

    derived = analysis.derived_candidate(parts)

    assert (derived.events, derived.total, derived.key) == (10, 18, -parts[0].pk)
    assert derived.is_derived
    assert derived.is_reconstructed


def test_derived_candidate_needs_one_denominator():
    arm = make_arm(n=18)
    parts = [make_result(arm, make_outcome(), value=None, events=2, total=total) for total in (18, 16)]

    assert analysis.derived_candidate(parts).problem == "its parts have no common denominator"


def test_analyse_says_when_the_mixed_model_cannot_be_fitted():
    outcome = make_outcome()
    candidates = [read(outcome, value=None, events=0, total=20, criteria=Criteria.WHO) for _ in range(3)]

    found = analysis.analyse(outcome, candidates)

    assert found.glmm is None
    assert "cannot be fitted" in found.glmm_problem
