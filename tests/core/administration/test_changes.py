"""The read model of a history page."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection

from nelm_review.core.administration import changes
from nelm_review.core.history import recorded
from nelm_review.core.models import User
from tests.builders import make_cohort, make_outcome, make_reference, make_result, make_study, make_therapy
from therapies.models import Study


def _fields(change: changes.Change) -> dict[str, tuple[str, str]]:
    return {field.name: (field.old, field.new) for field in change.fields}


def test_history_names_who_through_what_and_why(admin: User) -> None:
    cohort = make_cohort(name="Before")
    with recorded(by=admin, service="admin", reason="A better name."):
        cohort.name = "After"
        cohort.save()

    newest = changes.history_of(cohort).changes[0]

    assert (newest.verb, newest.who, newest.service, newest.reason) == (
        "Changed",
        "admin",
        "admin",
        "A better name.",
    )
    assert _fields(newest) == {"name": ("Before", "After")}


def test_history_of_raw_sql_says_that_nobody_is_known(db: None) -> None:
    cohort = make_cohort()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE therapies_cohort SET note = 'by hand' WHERE id = %s", [cohort.pk])

    newest = changes.history_of(cohort).changes[0]

    assert newest.who == changes.UNKNOWN
    assert (newest.service, newest.reason) == ("", "")
    assert _fields(newest) == {"note": (changes.NOTHING, "by hand")}


def test_history_of_an_account_that_is_gone_names_its_number(admin: User) -> None:
    cohort = make_cohort()
    leaver = User.objects.create(username="leaver")
    with recorded(by=leaver, service="admin"):
        cohort.note = "Left."
        cohort.save()
    gone = leaver.pk
    leaver.delete()

    assert changes.history_of(cohort).changes[0].who == f"Account {gone} (gone)"


def test_history_begins_with_the_values_of_the_insert(db: None) -> None:
    first = changes.history_of(make_cohort("shared", name="Shared")).changes[-1]

    assert first.verb == "Added"
    assert _fields(first)["code"] == (changes.NOTHING, "shared")


def test_history_shows_words_instead_of_codes_and_keys(db: None) -> None:
    cohort = make_cohort(name="Shared patients")
    study = make_study(design=Study.Design.CASE_SERIES)
    study.cohort, study.design, study.design_is_stated = cohort, Study.Design.REGISTRY, False
    study.save()

    assert _fields(changes.history_of(study).changes[0]) == {
        "cohort": (changes.NOTHING, "Shared patients"),
        "design": ("Case series", "Registry"),
        "design is stated": ("yes", "no"),
    }


def test_history_shows_lists_and_json_whole(db: None) -> None:
    therapy = make_therapy(synonyms=["one"])
    therapy.synonyms = ["one", "two, with a comma"]
    therapy.save()

    assert _fields(changes.history_of(therapy).changes[0]) == {"synonyms": ("one", "one\ntwo, with a comma")}


def test_history_keeps_the_decimals_of_a_number(db: None) -> None:
    result = make_result(value=Decimal("26.0"))
    result.value, result.source_where = Decimal("27.50"), "Table 2"
    result.save()

    assert _fields(changes.history_of(result).changes[0])["value"] == ("26.0", "27.50")


def test_history_that_begins_with_an_update_knows_what_it_replaced(db: None) -> None:
    reference = make_reference("As PubMed prints it", origin="pubmed", pmid=99_000_001)
    for title in ("Corrected", "Corrected again"):
        reference.title = title
        reference.save()

    again, first = changes.history_of(reference).changes

    assert _fields(first)["title"] == ("As PubMed prints it", "Corrected")
    assert _fields(again)["title"] == ("Corrected", "Corrected again")
    assert first.replaced_is_known


def test_history_compares_across_the_edge_of_a_page(db: None) -> None:
    cohort = make_cohort(name="name 0")
    for number in range(1, changes.PER_PAGE + 3):
        cohort.name = f"name {number}"
        cohort.save()

    first = changes.history_of(cohort, 1)
    second = changes.history_of(cohort, 2)

    assert len(first.changes) == changes.PER_PAGE
    assert _fields(first.changes[-1]) == {"name": ("name 2", "name 3")}
    assert [change.verb for change in second.changes] == ["Changed", "Changed", "Added"]


def test_history_of_a_deleted_row_can_still_be_read(db: None) -> None:
    outcome = make_outcome("gone", definition="It was here.")
    key = outcome.pk
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM therapies_outcome WHERE id = %s", [key])
    outcome.pk = key

    newest = changes.history_of(outcome).changes[0]

    assert newest.verb == "Deleted"
    assert _fields(newest)["definition"] == ("It was here.", changes.NOTHING)
