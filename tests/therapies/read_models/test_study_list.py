"""Searching, filtering and ordering the studies."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from tests.builders import (
    make_arm,
    make_cohort,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_study,
    make_therapy,
    make_user,
)
from therapies import evidence_map
from therapies.forms import StudiesForm
from therapies.models import Study, Therapy
from therapies.read_models import study_list

pytestmark = pytest.mark.django_db


def find(query: str = "") -> list[str]:
    rows = evidence_map.tree(Therapy.objects.all())
    form = StudiesForm(QueryDict(query), therapies=[(row.therapy.code, row.therapy.name) for row in rows])
    return [study.key for study in study_list.find(form, rows)]


@pytest.mark.parametrize("words", ["Alpenglow", "midgut", "title+words", "TITLE+WORD", "Fictive"])
def test_search_reads_label_population_title_and_authors(words):
    study = make_study("found", label="Alpenglow 2001", population="midgut primaries")
    reference = make_reference(title="Some title words of a record", authors_text="Fictive A")
    make_report(study, reference)
    make_study("other")

    assert find(f"q={words}") == ["found"]


def test_search_for_a_wildcard_finds_only_the_sign():
    make_study("plain")
    make_study("share", label="100% of them")

    assert find("q=%25") == ["share"]


def test_filters_narrow_by_design_and_histology():
    make_study("wanted", design=Study.Design.REGISTRY, histology=Study.Histology.MIXED)
    make_study("other-design", histology=Study.Histology.MIXED)
    make_study("other-histology", design=Study.Design.REGISTRY)

    assert find("design=registry&histology=mixed") == ["wanted"]


def test_year_range_leaves_unknown_years_out():
    for key, year in (("early", 1990), ("late", 2020), ("undated", None)):
        make_report(make_study(key), make_reference(published_year=year))

    assert find("year_from=2000") == ["late"]
    assert find("year_to=2000") == ["early"]
    assert find("year_from=2010&year_to=2000&sort=label") == ["early", "late", "undated"]


def test_therapy_filter_holds_what_stands_below_it():
    parent = make_therapy("parent")
    make_arm(make_study("below"), make_therapy("child", parent=parent))
    make_arm(make_study("beside"), make_therapy("other"))

    assert find("therapy=parent") == ["below"]


def test_cohort_filter():
    make_study("in", cohort=make_cohort("shared"))
    make_study("out")

    assert find("cohort=shared") == ["in"]


def test_state_filter_asks_published_results():
    checked = make_result(make_arm(make_study("checked")))
    checked.verification = "verified"
    checked.verified_by, checked.verified_at = make_user(), checked.published_at
    checked.save()
    make_result(make_arm(make_study("unchecked")))
    make_result(make_arm(make_study("hidden")), is_published=False)

    assert find("state=verified") == ["checked"]
    assert find("state=extracted") == ["unchecked"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [("label", "abc"), ("year", "bac"), ("-year", "abc"), ("n", "cab"), ("-n", "acb"), ("-outcomes", "cab")],
)
def test_order_puts_the_unknown_last(sort, order):
    for key, year, n, n_outcomes in (("a", 2010, 50, 0), ("b", 1990, None, 0), ("c", None, 7, 2)):
        study = make_study(key, label=key, n_patients=n)
        make_report(study, make_reference(published_year=year))
        for _ in range(n_outcomes):
            make_result(make_arm(study), make_outcome())

    assert "".join(find(f"sort={sort}")) == order


def test_overview_counts_published_results_and_outcomes_once():
    study, outcome = make_study(), make_outcome()
    make_report(study, make_reference(published_year=2004))
    for arm in (make_arm(study), make_arm(study)):
        make_result(arm, outcome)
        make_result(arm, outcome, is_published=False)
    make_result(study.arms.first())

    found = Study.objects.with_overview().get(pk=study.pk)

    assert (found.year, found.n_results, found.n_outcomes) == (2004, 3, 2)


def test_overview_of_a_bare_study_is_zero_and_unknown():
    found = Study.objects.with_overview().get(pk=make_study().pk)

    assert (found.year, found.n_results, found.n_outcomes) == (None, 0, 0)
