"""The rules of pooling, one sentence of them a test."""

from __future__ import annotations

from typing import Any

import pytest

from therapies.synthesis import eligibility
from therapies.synthesis.eligibility import Candidate, Clash, Eligibility, Reason, Rules


def a_candidate(key: int, **overrides: Any) -> Candidate:
    fields = {"study": f"s{key}", "label": f"Study {key}", "arm": key, "size": 20, "study_size": 20}
    return Candidate(key=key, **{**fields, "events": 5, "total": 20, **overrides})


def three(**overrides: Any) -> list[Candidate]:
    return [a_candidate(1), a_candidate(2), a_candidate(3, **overrides)]


def reasons(verdict: Eligibility) -> dict[int, Reason]:
    return {one.candidate.key: one.reason for one in verdict.left_out}


def test_judge_three_alike_may_be_pooled():
    verdict = eligibility.judge(three())

    assert verdict.may_pool
    assert [one.key for one in verdict.kept] == [1, 2, 3]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_judge_fewer_than_three_studies_are_not_pooled_and_say_what_is_missing(n: int):
    verdict = eligibility.judge(three()[:n])

    (refusal,) = verdict.refusals
    assert f"At least {3 - n} more" in refusal.fix


def test_judge_two_arms_of_one_study_are_not_two_studies():
    pair = [a_candidate(2, study="s1", study_size=40), a_candidate(1, study_size=40), a_candidate(3)]

    assert not eligibility.judge(pair).may_pool


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"is_review": True}, Reason.REVIEW),
        ({"secondhand_from": "Review 2014"}, Reason.SECONDHAND),
        ({"is_of_mixed_histology": True}, Reason.MIXED_HISTOLOGY),
        ({"is_composite": True}, Reason.COMPOSITE),
        ({"is_by_several_criteria": True}, Reason.SEVERAL_CRITERIA),
        ({"is_without_needed_criteria": True}, Reason.CRITERIA_NOT_STATED),
        ({"is_without_needed_time": True}, Reason.NO_TIME_POINT),
        ({"problem": "no denominator"}, Reason.NO_NUMBERS),
        ({"is_derived": True}, Reason.DERIVED),
    ],
)
def test_judge_leaves_out_a_result_with_a_fault_and_says_why(fault: dict[str, Any], reason: Reason):
    verdict = eligibility.judge(three(**fault))

    assert reasons(verdict) == {3: reason}
    assert not verdict.may_pool


@pytest.mark.parametrize(
    ("trait", "clash"),
    [
        ({"definition": "who", "definition_words": "WHO"}, Clash.DEFINITION),
        ({"unit": "lesion"}, Clash.UNIT),
        ({"timepoint": 12.0}, Clash.TIME_POINT),
    ],
)
def test_judge_refuses_kinds_that_clash_and_offers_each(trait: dict[str, Any], clash: Clash):
    (refusal,) = eligibility.judge(three(**trait)).refusals

    assert refusal.clash == clash
    assert [one.n_studies for one in refusal.alternatives] == [2, 1]


def test_judge_names_every_clash_at_once():
    refusals = eligibility.judge(three(unit="lesion", timepoint=3.0)).refusals

    assert [refusal.clash for refusal in refusals] == [Clash.UNIT, Clash.TIME_POINT]


def test_judge_pools_the_kind_that_the_reader_chose():
    candidates = [*three(), a_candidate(4, definition="who")]

    verdict = eligibility.judge([*candidates, a_candidate(5, unit="lesion")], Rules(definition=""))
    chosen = eligibility.judge([*candidates[:3], a_candidate(6, unit="lesion")], Rules(unit="patient"))

    assert not verdict.may_pool
    assert chosen.may_pool


def test_judge_lets_the_reader_admit_what_is_left_out_by_default():
    assert eligibility.judge(three(secondhand_from="Review 2014"), Rules(with_secondhand=True)).may_pool
    assert eligibility.judge(three(is_derived=True), Rules(with_derived=True)).may_pool


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (Rules(without=("s3",)), Reason.DROPPED),
        (Rules(without_high_risk=True), Reason.HIGH_RISK),
        (Rules(only_prospective=True), Reason.NOT_PROSPECTIVE),
    ],
)
def test_judge_lets_the_reader_leave_out_more(rules: Rules, reason: Reason):
    candidates = [a_candidate(key, is_prospective=True) for key in (1, 2)]
    candidates.append(a_candidate(3, is_at_high_risk=True))

    assert reasons(eligibility.judge(candidates, rules)) == {3: reason}


def test_judge_keeps_one_result_an_arm_the_reported_one_first():
    derived = a_candidate(4, study="s1", arm=1, is_derived=True, size=90)

    verdict = eligibility.judge([derived, *three()], Rules(with_derived=True))

    assert reasons(verdict) == {4: Reason.SAME_ARM}


def test_judge_keeps_treatment_groups_that_fit_into_their_study():
    other = a_candidate(4, study="s1", arm=4, size=20, study_size=40)
    first = a_candidate(1, study_size=40)

    verdict = eligibility.judge([first, other, a_candidate(2), a_candidate(3)])

    assert len(verdict.kept) == 4


def test_judge_leaves_out_the_stratum_of_a_whole_group():
    stratum = a_candidate(4, study="s1", arm=4, size=8)

    verdict = eligibility.judge([stratum, *three()])

    assert reasons(verdict) == {4: Reason.SAME_STUDY}


def test_judge_cannot_tell_strata_where_the_size_of_the_study_is_not_known():
    arms = [a_candidate(1, study_size=None), a_candidate(4, study="s1", arm=4, size=8, study_size=None)]

    assert reasons(eligibility.judge([*arms, a_candidate(2), a_candidate(3)])) == {4: Reason.SAME_STUDY}


def test_judge_keeps_the_largest_study_of_a_cohort_and_names_it():
    small = a_candidate(4, cohort="ohio", cohort_words="Ohio cohort", size=10)
    large = a_candidate(5, cohort="ohio", cohort_words="Ohio cohort", size=19)

    verdict = eligibility.judge([small, *three(), large])

    assert reasons(verdict) == {4: Reason.SAME_COHORT}
    assert "Study 5" in verdict.left_out[0].words


def test_judge_adds_the_arms_of_a_study_before_it_compares_a_cohort():
    halves = [a_candidate(k, study="two", cohort="c", size=12, study_size=24, arm=k) for k in (4, 5)]
    single = a_candidate(6, cohort="c", size=20)

    verdict = eligibility.judge([*halves, single, *three()])

    assert reasons(verdict) == {6: Reason.SAME_COHORT}


def test_judge_says_how_many_could_be_repaired():
    (refusal,) = eligibility.judge(three(problem="no denominator")).refusals

    assert "1 left out" in refusal.fix


@pytest.mark.parametrize(("choice", "kept"), [("3", [3]), (eligibility.TIME_NOT_STATED, [1, 2])])
def test_judge_tells_a_time_point_that_is_not_stated_from_any_other(choice: str, kept: list[int]):
    verdict = eligibility.judge(three(timepoint=3.0), Rules(timepoint=choice))

    assert [one.key for one in verdict.kept] == kept
