"""Arms by how well their patients match: classes, what each arm answers, and therapies with their counts."""

from __future__ import annotations

import pytest

from tests.builders import (
    make_arm,
    make_outcome,
    make_population,
    make_result,
    make_study,
    make_therapy,
)
from therapies.models import Fit, Study
from therapies.read_models import patients, population
from therapies.scope import Scope

pytestmark = pytest.mark.django_db

PANCREAS = Scope(primary=("pancreas",))
CLASSES = {
    "matches": {"primary": {"pancreas": {}}},
    "partly": {"primary": {"pancreas": {"n": 3}, "lung": {}}},
    "unreported": {},
    "no": {"primary": {"lung": {}}},
}


@pytest.fixture
def cell():
    """Make one cell with an arm of each class, its study named after the class."""
    therapy, outcome = make_therapy("tace"), make_outcome("orr")
    for name, stated in CLASSES.items():
        arm = make_arm(make_study(name), therapy)
        make_population(arm.study, **stated)
        make_result(arm, outcome)
    return therapy, outcome


def by_class(found: patients.Patients) -> dict[str, list[str]]:
    return {group.fit.value: [one.arm.study.key for one in group.arms] for group in found.groups}


def test_arms_of_a_cell_are_grouped_by_class(cell):
    found = patients.of_cell(PANCREAS, "tace", "orr")

    assert by_class(found) == {name: [name] for name in CLASSES}
    assert found.asked == (("Primary site", "Pancreas"),)
    assert found.n_arms == 4


def test_classes_do_not_depend_on_whether_unreported_arms_are_shown(cell):
    shown = Scope(primary=("pancreas",), with_unreported=True)

    assert by_class(patients.of_cell(shown, "tace", "orr")) == {name: [name] for name in CLASSES}


def test_cell_asks_nothing_where_no_patients_are_chosen(cell, django_assert_num_queries):
    with django_assert_num_queries(0):
        found = patients.of_cell(Scope(), "tace", "orr")

    assert found.asked == ()
    assert found.n_arms == 0


def test_cell_needs_few_queries(cell, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        patients.of_cell(PANCREAS, "tace", "orr")


def test_arms_outside_the_cell_the_other_filters_and_of_reviews_are_left_out(cell):
    therapy, outcome = cell
    make_result(make_arm(), outcome)
    make_result(make_arm(therapy=therapy), make_outcome("os"))
    make_result(make_arm(make_study(design=Study.Design.META_ANALYSIS), therapy), outcome)
    make_result(make_arm(make_study(histology="mixed"), therapy), outcome)
    make_result(make_arm(therapy=therapy), outcome, is_published=False)

    assert patients.of_cell(PANCREAS, "tace", "orr").n_arms == 4


def test_cell_counts_what_stands_below_its_therapy(cell):
    therapy, outcome = cell
    make_result(make_arm(make_study("below"), make_therapy("deb", parent=therapy)), outcome)

    found = by_class(patients.of_cell(PANCREAS, "tace", "orr"))

    assert found["unreported"] == ["below", "unreported"]


def test_arm_answers_as_badly_as_to_the_worst_criterion():
    arm = make_arm()
    make_population(arm.study, primary={"pancreas": {}}, grade={"g3": {}})
    make_population(arm, primary={"pancreas": {"n": 3, "percent": 12.5, "words": "islet cell"}})
    make_result(arm)

    groups = patients.read(Scope(primary=("pancreas",), grade=("g1",), burden=("over-50",))).patients.groups

    (found,) = [one for group in groups for one in group.arms]
    assert found.fit == Fit.NO
    assert [(a.criterion.code, a.fit, a.words, a.is_shared) for a in found.answers] == [
        ("primary", Fit.MATCHES, "pancreas (n = 3, 12.5%, “islet cell”)", False),
        ("grade", Fit.NO, "G3", True),
        ("burden", Fit.UNREPORTED, "", False),
    ]


@pytest.mark.parametrize(
    ("n", "title"), [(1, "1 arm partly matches"), (2, "2 arms partly match"), (0, "0 arms partly match")]
)
def test_group_is_named_in_words(n, title):
    for _ in range(n):
        arm = make_arm()
        make_population(arm, primary={"gep": {}})
        make_result(arm)

    groups = patients.read(PANCREAS).patients.groups

    assert [group.title for group in groups if group.fit == Fit.PARTLY] == [title]


def test_long_group_is_listed_in_part_and_says_how_many_more(monkeypatch, cell):
    monkeypatch.setattr(patients, "MOST_LISTED", 0)

    group = patients.of_cell(PANCREAS, "tace", "orr").groups[0]

    assert (len(group.arms), group.n_more, group.n_studies) == (0, 1, 1)


def test_therapies_count_their_arms_and_those_below(cell):
    therapy, outcome = cell
    below = make_therapy("deb", parent=therapy)
    make_result(make_arm(therapy=below), outcome)
    make_therapy("unstudied")

    lines = patients.read(PANCREAS).lines

    counts = [(line.row.therapy.code, line.n_matches, line.n_partly, line.n_unreported) for line in lines]
    assert counts == [("tace", 1, 1, 2), ("deb", 0, 0, 1)]
    assert [(found.code, cell.n_studies) for found, cell in lines[0].cells] == [("orr", 2)]
    assert lines[1].root == "tace"
    assert lines[1].cells == ()


def test_page_without_a_choice_says_what_the_sources_state(cell):
    page = patients.read(Scope())

    assert (page.lines, page.patients.n_arms, page.n_arms) == ((), 0, 4)
    assert {line.criterion.code: line.n_stating for line in page.coverage}["primary"] == 3


def test_fields_of_a_study_come_with_the_whole_first():
    arm = make_arm()
    make_population(arm, grade={"g1": {}})
    make_population(arm.study, primary={"rest": {}, "lung": {}}, quotes=["lung"])
    make_population(primary={"pancreas": {}})

    found = population.of_study(arm.study)

    assert [(one.arm, [(f.criterion.code, f.words) for f in one.fields]) for one in found] == [
        (None, [("primary", "lung or bronchus, the others, not described")]),
        (arm, [("grade", "G1")]),
    ]
    assert all(one.is_shown for one in found)


def test_fields_of_a_text_that_states_nothing_are_not_shown():
    study = make_study()
    make_population(study)

    (found,) = population.of_study(study)

    assert not found.is_shown
