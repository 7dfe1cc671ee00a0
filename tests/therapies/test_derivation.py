from __future__ import annotations

from decimal import Decimal
from itertools import count

import pytest
from django.core.management import call_command

from tests import recount
from tests.builders import make_arm, make_outcome, make_result, make_study
from therapies import derivation
from therapies.derivation import Derived, Part, derive
from therapies.models import Study
from therapies.scope import Scope


def part(outcome: str, value: str | None = None, **overrides) -> Part:
    """A share of one arm under RECIST 1.1 without a time point, per patient."""
    fields = {
        "result": next(_keys),
        "arm": 1,
        "therapy": 1,
        "arm_n": 20,
        "criteria": "recist-1.1",
        "criteria_text": "RECIST 1.1",
        "timepoint_months": None,
        "per": "patient",
        "value": None if value is None else Decimal(value),
        "events": None,
        "total": None,
    }
    return Part(outcome_code=outcome, **{**fields, **overrides})


_keys = count(1)


def by_outcome(*parts: Part) -> dict[str, Derived]:
    found = derive(parts)
    assert len({each.outcome_code for each in found}) == len(found)
    return {each.outcome_code: each for each in found}


def test_response_is_complete_plus_partial_and_control_adds_stable_disease():
    complete, partial, stable = part("cr", "10"), part("pr", "30.5"), part("sd", "20")

    found = by_outcome(complete, partial, stable)

    assert found["orr"].value == Decimal("40.5")
    assert found["orr"].parts == (complete.result, partial.result)
    assert found["dcr"].value == Decimal("60.5")
    assert found["dcr"].parts == (complete.result, partial.result, stable.result)
    assert not found["dcr"].assumes_no_cr


def test_events_are_summed_over_the_total_they_share():
    found = by_outcome(part("cr", events=6, total=19), part("pr", "36.8", events=7, total=19))["orr"]

    assert (found.events, found.total) == (13, 19)
    assert float(found.value) == pytest.approx(100 * 13 / 19)


def test_percentages_are_summed_where_one_part_has_no_events():
    found = by_outcome(part("cr", "10", total=20), part("pr", "30", events=6, total=20))["orr"]

    assert (found.value, found.events, found.total) == (Decimal(40), None, 20)


def test_an_unreported_complete_response_counts_as_none_where_the_others_add_to_all():
    found = by_outcome(part("pr", "22.5"), part("sd", "75.0"), part("pd", "2.5"))

    assert found["orr"].value == Decimal("22.5")
    assert found["dcr"].value == Decimal("97.5")
    assert found["orr"].assumes_no_cr
    assert found["dcr"].assumes_no_cr


def test_an_unreported_complete_response_counts_as_none_where_the_events_add_to_the_total():
    events = {"pr": 3, "sd": 12, "pd": 4}
    found = by_outcome(*(part(code, events=n, total=19) for code, n in events.items()))

    assert (found["orr"].events, found["dcr"].events) == (3, 15)


@pytest.mark.parametrize(
    "parts",
    [
        [part("pr", "22"), part("sd", "75"), part("pd", "2")],
        [part("pr", "33.3"), part("sd", "33.3"), part("pd", "33.3")],
        [part("pr", "22"), part("sd", "78")],
        [
            part("pr", "30", events=6, total=20),
            part("sd", events=10, total=20),
            part("pd", events=3, total=20),
        ],
    ],
    ids=["add to 99", "add to 99.9", "no progressive disease", "one patient missing"],
)
def test_an_unreported_complete_response_is_unknown_where_the_others_leave_room(parts):
    assert derive(parts) == []


def test_an_unreported_partial_response_is_never_taken_as_none():
    assert derive([part("cr", "10"), part("sd", "60"), part("pd", "30")]) == []


@pytest.mark.parametrize(
    "difference",
    [
        {"arm": 2},
        {"criteria": "mrecist"},
        {"criteria_text": "RECIST 1.1, by the surgeon"},
        {"timepoint_months": Decimal(3)},
        {"per": "lesion"},
        {"is_composite": True},
    ],
    ids=lambda difference: next(iter(difference)),
)
def test_parts_that_differ_in_one_thing_are_not_summed(difference):
    assert derive([part("cr", "10"), part("pr", "30", **difference)]) == []


def test_time_points_are_equal_whatever_their_decimals():
    early = [part("cr", "1", timepoint_months=Decimal(3)), part("pr", "2", timepoint_months=Decimal("3.0"))]

    assert by_outcome(*early)["orr"].value == 3


@pytest.mark.parametrize("per", ["patient", "lesion"])
def test_what_the_arm_reports_under_the_criterion_is_not_derived(per):
    found = by_outcome(part("orr", "41", per=per), part("cr", "10"), part("pr", "30"), part("sd", "20"))

    assert set(found) == {"dcr"}


@pytest.mark.parametrize("difference", [{"criteria": "who"}, {"timepoint_months": Decimal(6)}, {"arm": 2}])
def test_what_the_arm_reports_elsewhere_does_not_stand_in_the_way(difference):
    assert set(by_outcome(part("orr", "41", **difference), part("cr", "10"), part("pr", "30"))) == {"orr"}


@pytest.mark.parametrize(
    "parts",
    [
        [part("cr", "10"), part("pr", "30"), part("pr", "35")],
        [part("cr", "60"), part("pr", "60")],
        [part("cr", "10", total=20), part("pr", "30", total=50)],
        [part("cr"), part("pr", "30")],
        [part("cr", "0"), part("cr", "5"), part("pr", "30"), part("sd", "50"), part("pd", "20")],
    ],
    ids=["printed twice", "more than everybody", "two denominators", "no number", "complete response twice"],
)
def test_parts_of_no_one_whole_are_not_summed(parts):
    assert derive(parts) == []


@pytest.fixture
def outcomes(db):
    return {code: make_outcome(code) for code in derivation.OUTCOMES}


def make_parts(arm, outcomes, **overrides) -> None:
    for code, value in (("cr", 5), ("pr", 20), ("sd", 30)):
        make_result(arm, outcomes[code], value=Decimal(value), **overrides)


def test_derived_reads_the_published_parts_in_one_query(outcomes, django_assert_num_queries):
    arm = make_arm()
    make_parts(arm, outcomes)

    with django_assert_num_queries(1):
        found = derivation.derived(Scope())

    assert [(each.outcome_code, each.value, each.therapy) for each in found] == [
        ("orr", 25, arm.therapy_id),
        ("dcr", 55, arm.therapy_id),
    ]


def test_derived_reads_the_arms_of_the_therapies_asked_for(outcomes):
    arm = make_arm()
    make_parts(arm, outcomes)
    make_parts(make_arm(), outcomes)

    assert {each.arm for each in derivation.derived(Scope(), [arm.therapy_id])} == {arm.pk}


def test_derived_leaves_out_what_is_not_published(outcomes):
    make_parts(make_arm(), outcomes, is_published=False)

    assert derivation.derived(Scope()) == ()


@pytest.mark.parametrize("traits", [{"design": Study.Design.META_ANALYSIS}, {"histology": "mixed"}])
def test_derived_leaves_out_reviews_and_mixed_histology(outcomes, traits):
    make_parts(make_arm(make_study(**traits)), outcomes)

    assert derivation.derived(Scope()) == ()


@pytest.mark.django_db
def test_derived_finds_what_a_recount_of_the_shipped_files_finds():
    call_command("load_evidence", verbosity=0)

    found = sorted((each.outcome_code, round(float(each.value), 6)) for each in derivation.derived(Scope()))

    assert len(found) > 20
    assert found == sorted(
        (outcome, round(value, 6)) for _study, _therapy, outcome, value in recount.derived()
    )
