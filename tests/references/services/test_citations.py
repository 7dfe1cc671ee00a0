"""Publications by their citation: found, added, completed, and never written over."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from nelm_review.core.history import recorded
from nelm_review.core.models import User
from references.models import Author, CitedReference, Reference
from references.services import citations
from references.services.citations import Citation, Publication
from references.services.names import Person
from tests.builders import make_reference

SERVICE = "files.load"


@pytest.fixture(autouse=True)
def loader(editor_a: User) -> User:
    return editor_a


def publication(**overrides: Any) -> Publication:
    fields = {
        "name": "publication",
        "title": "A synthetic publication",
        "authors": (Person("Writer", "A"), Person(collective_name="Synthetic Group")),
        "has_more_authors": False,
        "journal": "Annals of Nothing",
        "year": 2020,
    }
    return Publication(**{**fields, **overrides})


def keep(*publications: Publication) -> citations.Kept:
    with recorded(by=User.objects.get(), service=SERVICE):
        return citations.keep(publications, origin=Reference.Origin.EVIDENCE, service=SERVICE)


def edit(**columns: Any) -> None:
    with recorded(by=User.objects.get(), service="references.correct"):
        Reference.objects.update(**columns)


def test_keep_adds_a_reference_with_its_authors_and_journal() -> None:
    (reference,) = keep(publication(doi="10.9999/a", pmid=99000001, volume="1", pages="2-3")).references

    reference.refresh_from_db()
    assert (reference.origin, reference.doi, reference.pmid) == ("evidence", "10.9999/a", 99000001)
    assert (reference.title, reference.journal.title) == ("A synthetic publication", "Annals of Nothing")
    assert (reference.volume, reference.pages, reference.published_year) == ("1", "2-3", 2020)
    assert reference.authors_text == "Writer A, Synthetic Group"
    assert [str(author) for author in reference.authors.all()] == ["Writer A", "Synthetic Group"]


def test_keep_adds_what_only_some_sources_know() -> None:
    author = Person("Writer", "A", "Ann", affiliations=("Nowhere",), is_corresponding=True)
    (reference,) = keep(
        publication(
            authors=(author,),
            details={"keywords": ["synthetic"], "published_month": 4},
            cited=(Citation("First.", pmid=99000009), Citation("Second.", doi="10.9999/b")),
        )
    ).references

    author = reference.authors.get()
    assert (author.fore_name, author.affiliations, author.is_corresponding) == ("Ann", ["Nowhere"], True)
    assert (reference.keywords, reference.published_month) == (["synthetic"], 4)
    assert list(reference.cited_references.values_list("position", "citation", "pmid", "doi")) == [
        (1, "First.", 99000009, ""),
        (2, "Second.", None, "10.9999/b"),
    ]


@pytest.mark.parametrize("ids", [{"pmid": 99000001}, {"doi": "10.9999/a"}, {"pmcid": "PMC99000001"}])
def test_keep_finds_a_reference_by_any_identifier(ids: dict[str, Any]) -> None:
    existing = make_reference(**ids, origin=Reference.Origin.IMPORT)

    kept = keep(publication(**ids))

    assert kept.references == [existing]
    assert Reference.objects.count() == 1


def test_keep_never_writes_over_pubmed() -> None:
    make_reference("From PubMed", pmid=99000001, origin=Reference.Origin.PUBMED)

    kept = keep(publication(pmid=99000001))

    assert len(kept.settled.kept) == 1
    assert Reference.objects.get().title == "From PubMed"
    assert not Author.objects.exists()


def test_keep_twice_changes_nothing() -> None:
    keep(publication(doi="10.9999/a", cited=(Citation("First."),)))

    assert len(keep(publication(doi="10.9999/a", cited=(Citation("First."),))).settled.unchanged) == 1


def test_keep_updates_what_it_wrote() -> None:
    keep(publication(doi="10.9999/a"))

    kept = keep(publication(doi="10.9999/a", title="Corrected", authors=(Person("Other", "B"),)))

    reference = Reference.objects.get()
    assert len(kept.settled.updated) == 1
    assert (reference.title, reference.authors_text) == ("Corrected", "Other B")
    assert [str(author) for author in reference.authors.all()] == ["Other B"]


def test_keep_counts_a_change_of_parts_alone_as_an_update() -> None:
    keep(publication(doi="10.9999/a", cited=(Citation("First."),)))

    kept = keep(publication(doi="10.9999/a", cited=(Citation("First, corrected."),)))

    assert len(kept.settled.updated) == 1
    assert CitedReference.objects.get().citation == "First, corrected."


def test_keep_does_not_touch_a_reference_list_that_the_source_does_not_show() -> None:
    keep(publication(doi="10.9999/a", cited=(Citation("First."),)))

    keep(publication(doi="10.9999/a", cited=None))

    assert CitedReference.objects.count() == 1


def test_keep_leaves_what_an_editor_changed() -> None:
    keep(publication(doi="10.9999/a"))
    edit(title="Edited")

    kept = keep(publication(doi="10.9999/a", authors=(Person("Other", "B"),)))

    assert len(kept.settled.kept) == 1
    assert Reference.objects.get().title == "Edited"
    assert Author.objects.first().last_name == "Writer"


def test_keep_leaves_curated_fields() -> None:
    (reference,) = keep(publication(doi="10.9999/a")).references
    with recorded(by=User.objects.get(), service=SERVICE):
        Reference.objects.update(curated_fields=["title", "authors"], title="Curated")
    reference.authors.update(last_name="Curated")

    kept = keep(publication(doi="10.9999/a", volume="9"))

    reference.refresh_from_db()
    assert len(kept.settled.updated) == 1
    assert (reference.title, reference.volume) == ("Curated", "9")
    assert reference.authors.first().last_name == "Curated"


def test_keep_gives_an_identifier_to_the_row_that_was_known_without() -> None:
    (reference,) = keep(publication()).references

    kept = keep(publication(doi="10.9999/a", known_as=reference))

    assert kept.references == [reference]
    assert Reference.objects.get().doi == "10.9999/a"


def test_keep_without_identifier_goes_by_the_row_known_so_far() -> None:
    (reference,) = keep(publication()).references

    assert keep(publication(title="Better", known_as=reference)).references == [reference]
    assert keep(publication()).references != [reference]


def test_keep_adds_another_reference_when_the_identifiers_contradict() -> None:
    (reference,) = keep(publication(doi="10.9999/a")).references

    (other,) = keep(publication(doi="10.9999/b", known_as=reference)).references

    assert other != reference
    assert Reference.objects.get(pk=reference.pk).doi == "10.9999/a"


def test_keep_follows_a_merge_and_leaves_its_target() -> None:
    (merged,) = keep(publication(doi="10.9999/a")).references
    target = make_reference("Target", origin=Reference.Origin.EVIDENCE)
    edit_merge = {"merged_into": target, "merged_by": User.objects.get(), "merged_at": timezone.now()}
    Reference.objects.filter(pk=merged.pk).update(**edit_merge)

    kept = keep(publication(doi="10.9999/a", title="Other"))

    assert kept.references == [target]
    assert Reference.objects.get(pk=target.pk).title == "Target"


def test_keep_leaves_an_identifier_that_another_reference_holds() -> None:
    keep(publication(pmid=99000001))
    other = make_reference(doi="10.9999/a")

    kept = keep(publication(pmid=99000001, doi="10.9999/a"))

    assert kept.references[0].doi is None
    assert kept.notes == (
        f"publication: DOI 10.9999/a belongs to another reference of the library (number {other.pk})"
        " and was not written.",
    )
