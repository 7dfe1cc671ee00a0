"""The publications that the files cite → references of the library, and the reports of each study."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from nelm_review.core.settling import Wanted, settle, spread
from references.models import Reference
from references.services import citations
from references.services.citations import Citation, Publication
from references.services.names import Person, initials_of, read_authors
from therapies.models import StudyReport
from therapies.services.evidence import cited, sources
from therapies.services.evidence.ledger import SERVICE, Loading
from therapies.services.evidence.publication_rules import Identity
from therapies.services.evidence.shapes import PublicationEntry, ReviewEntry, StudyEntry


def keep_publications(loading: Loading) -> None:
    """Find or add a reference for the review and each publication, and tie them to the studies."""
    stored = _stored_reports(loading)
    listed = _Listed([_review(loading.evidence.review)])
    index_of: dict[tuple[str, int], int] = {}
    for study in loading.evidence.studies:
        for place, (entry, report) in enumerate(_with_reports(study, stored[study.key])):
            name = f"reference {study.key} references[{place}]"
            index_of[study.key, place] = listed.add(name, entry, report.reference if report else None)
    note_index = {
        source.key: listed.add(f"reference {source.key}", source.publication, known_as)
        for source, known_as in sources.publications(loading)
    }
    kept = citations.keep(listed.publications, origin=Reference.Origin.EVIDENCE, service=SERVICE)
    loading.ledger.enter("references", kept.settled, is_expected=_is_of_pubmed)
    n_of_pubmed = sum(_is_of_pubmed(want.row) for want in kept.settled.kept)
    if n_of_pubmed:
        loading.ledger.notes.append(f"{n_of_pubmed} references: kept as PubMed has them.")
    loading.ledger.notes += kept.notes
    loading.publications = {key: kept.references[index] for key, index in index_of.items()}
    loading.note_publications = {key: kept.references[index] for key, index in note_index.items()}
    _keep_reports(loading, stored, loading.publications)


class _Listed:
    """The publications of the files, each once, whoever cites it."""

    def __init__(self, publications: list[Publication]) -> None:
        self.publications = publications
        self._by_id = {("doi", publication.doi): at for at, publication in enumerate(publications)}

    def add(self, name: str, entry: PublicationEntry, known_as: Reference | None) -> int:
        """Return the place of a publication, which is added unless one with its identifiers is there."""
        identity = Identity.of(entry)
        ids = [(key, value) for key, value in vars(identity).items() if value is not None]
        index = next((self._by_id[pair] for pair in ids if pair in self._by_id), None)
        if index is None:
            index = len(self.publications)
            self.publications.append(_publication(name, entry, identity, known_as))
        self._by_id |= dict.fromkeys(ids, index)
        return index


def _is_of_pubmed(reference: Reference) -> bool:
    return reference.origin == Reference.Origin.PUBMED


def _stored_reports(loading: Loading) -> dict[str, list[StudyReport]]:
    key_of = {study.pk: key for key, study in loading.studies.items()}
    reports = defaultdict(list)
    rows = StudyReport.objects.select_for_update(of=("self",)).select_related("reference")
    for report in rows.filter(study__in=key_of).defer("reference__search_vector").order_by("position", "pk"):
        reports[key_of[report.study_id]].append(report)
    return reports


def _with_reports(
    study: StudyEntry, reports: Iterable[StudyReport]
) -> list[tuple[PublicationEntry, StudyReport | None]]:
    """Pair each publication with the report at its place: the first primary, the first companion …"""
    waiting = defaultdict(list)
    for report in reports:
        waiting[report.role].append(report)
    return [
        (entry, waiting[entry.role].pop(0) if waiting[entry.role] else None) for entry in study.references
    ]


def _publication(
    name: str, entry: PublicationEntry, identity: Identity, known_as: Reference | None
) -> Publication:
    authors, has_more = read_authors(entry.authors)
    return Publication(
        name=name,
        title=entry.title or "",
        authors=authors,
        has_more_authors=has_more,
        journal=entry.journal or "",
        year=entry.year,
        volume=entry.volume or "",
        issue=entry.issue or "",
        pages=entry.pages or "",
        known_as=known_as,
        **vars(identity),
    )


def _review(review: ReviewEntry) -> Publication:
    date = [int(part) for part in review.published_on.split("-")] if review.published_on else []
    year, month, day = (*date, None, None, None)[:3]
    return Publication(
        name="reference of review.json",
        title=review.title,
        authors=tuple(
            Person(
                last_name=author.last_name,
                fore_name=author.fore_name or "",
                initials=initials_of(author.fore_name or ""),
                affiliations=author.affiliations,
                is_corresponding=author.corresponding,
            )
            for author in review.authors
        ),
        has_more_authors=False,
        journal=review.journal,
        journal_abbreviation=review.iso_abbreviation or "",
        year=year,
        volume=review.volume or "",
        issue=review.issue or "",
        pages=review.pages or "",
        details={
            "published_month": month,
            "published_day": day,
            "publication_types": list(review.publication_types),
            "keywords": list(review.keywords),
            "index_text": "; ".join(review.keywords),
        },
        cited=tuple(_citation(entry) for entry in review.references),
        **vars(Identity.of(review)),
    )


def _citation(entry: Any) -> Citation:
    identity = Identity.of(entry)
    return Citation(
        text=entry.citation or cited.print_citation(entry),
        pmid=identity.pmid,
        doi=identity.doi or "",
        pmcid=identity.pmcid or "",
    )


def _keep_reports(
    loading: Loading,
    stored: dict[str, list[StudyReport]],
    references: dict[tuple[str, int], Reference],
) -> None:
    wanted: list[Wanted[StudyReport]] = []
    for study in loading.evidence.studies:
        mine = _reports_of(loading, study, stored[study.key], references)
        places = spread([want.row.position if want.row else None for want in mine.values()])
        for (index, want), place in zip(mine.items(), places, strict=True):
            want.fields["position"] = place
            loading.reports[study.key, index] = want
        wanted += mine.values()
    loading.ledger.enter("reports", settle(StudyReport, wanted, service=SERVICE, free={"position"}))
    loading.reports = {key: want.row for key, want in loading.reports.items()}


def _reports_of(
    loading: Loading,
    study: StudyEntry,
    stored: list[StudyReport],
    references: dict[tuple[str, int], Reference],
) -> dict[int, Wanted[StudyReport]]:
    """Return the wanted reports of a study by index, each with its row: same reference first, then role."""
    wanted: dict[int, Wanted[StudyReport]] = {}
    for index, entry in enumerate(study.references):
        reference = references[study.key, index]
        if any(want.fields["reference_id"] == reference.pk for want in wanted.values()):
            loading.ledger.notes.append(
                f"report {study.key} references[{index}]: in the library the same reference as another one."
            )
            continue
        wanted[index] = Wanted(
            f"report {study.key} references[{index}]",
            {
                "study_id": loading.studies[study.key].pk,
                "reference_id": reference.pk,
                "role": entry.role,
            },
        )
    left = list(stored)
    for column in ("reference_id", "role"):
        for want in wanted.values():
            match = (row for row in left if getattr(row, column) == want.fields[column])
            if want.row is None and (row := next(match, None)):
                want.row = row
                left.remove(row)
    loading.ledger.enter_absent("reports", [f"report “{row.reference}” of {study.key}" for row in left])
    return wanted
