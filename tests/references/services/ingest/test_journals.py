"""One row a journal, completed record by record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from references.models import Journal
from references.pubmed import records
from references.services.ingest import journals
from tests.builders import make_journal
from tests.references.services.ingest.records import JOURNAL

pytestmark = pytest.mark.django_db


def test_journal_gathers_what_its_records_say() -> None:
    journals.store([JOURNAL, replace(JOURNAL, issn_print="", issn_electronic="9901-0002")])
    journals.store([replace(JOURNAL, issn_print="", issn_linking="9901-0001")])

    journal = Journal.objects.get()
    assert (journal.nlm_id, journal.title, journal.iso_abbreviation) == (
        "9900001",
        "Journal of Synthetic Records",
        "J Synth Rec",
    )
    assert (journal.issn_print, journal.issn_electronic, journal.issn_linking) == (
        "9901-0001",
        "9901-0002",
        "9901-0001",
    )


@pytest.mark.parametrize("title", ["journal of synthetic records", "J Synth Rec"])
def test_journal_known_by_its_printed_name_gets_its_id(title: str) -> None:
    known = make_journal(title, iso_abbreviation="")

    found = journals.store([JOURNAL])

    known.refresh_from_db()
    assert found == {("nlm_id", "9900001"): known.pk}
    assert (known.nlm_id, known.title) == ("9900001", "Journal of Synthetic Records")


def test_journal_without_id_is_known_by_its_title() -> None:
    first = journals.store([records.Journal(title="Synthetic Letters")])
    second = journals.store([records.Journal(title="synthetic letters", issn_print="9999-0001")])

    assert list(first.values()) == list(second.values()) == [Journal.objects.get().pk]


@pytest.mark.parametrize("is_known", [True, False])
def test_journal_named_with_and_without_its_id_in_one_batch(is_known: bool) -> None:
    if is_known:
        make_journal(JOURNAL.title)
    without = records.Journal(title=JOURNAL.title, issn_electronic="9901-0002")

    found = journals.store([without, JOURNAL])

    journal = Journal.objects.get()
    assert set(found.values()) == {journal.pk}
    assert (journal.nlm_id, journal.issn_print, journal.issn_electronic) == (
        "9900001",
        "9901-0001",
        "9901-0002",
    )


def test_journal_named_by_its_id_alone_gets_a_name() -> None:
    journals.store([records.Journal(nlm_id="9900009")])

    assert Journal.objects.get().title == "9900009"


def test_journal_without_any_name_is_none() -> None:
    assert journals.store([records.Journal(country="Nowhere")]) == {}


def test_journal_that_says_nothing_new_is_not_written(django_assert_num_queries: object) -> None:
    journals.store([JOURNAL])

    with django_assert_num_queries(1):
        journals.store([JOURNAL])
