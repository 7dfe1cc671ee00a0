"""The records of the E-utilities double: shipped evidence, oddities, files, and generated ones."""

from __future__ import annotations

import gzip
import random
from collections.abc import Collection, Iterable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Self

from tests.eutils import evidence, records
from tests.eutils.query import Found, dated_between, evaluate
from tests.eutils.records import Record
from tests.eutils.xml import article_set
from tests.pubmed_corpus import article

FIRST_GENERATED_PMID = 90_000_001


class Store:
    """Records by PMID, and searches over them.

    Generated records have the PMIDs from FIRST_GENERATED_PMID on and are written when they are fetched; a
    search finds them by `generated[sb]`, `all[sb]` and their PMIDs, not by their words.
    """

    def __init__(self, held: Iterable[Record], *, n_generated: int = 0) -> None:
        self._held = {record.pmid: record for record in held}
        self._generated = range(FIRST_GENERATED_PMID, FIRST_GENERATED_PMID + n_generated)

    @classmethod
    def shipped(
        cls, *, evidence_folder: Path = evidence.SHIPPED, files: Iterable[Path] = (), n_generated: int = 0
    ) -> Self:
        """Return the usual store: this project's evidence, the oddities, and these files (plain or .gz)."""
        held = [
            *records.read(article_set(evidence.articles(evidence_folder))),
            *records.read(records.ODDITIES.read_bytes()),
            *records.read(records.crowded_article()),
        ]
        for path in files:
            held += records.read(
                gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            )
        return cls(held, n_generated=n_generated)

    def __len__(self) -> int:
        return len(self._held) + len(self._generated)

    def __contains__(self, pmid: int) -> bool:
        return pmid in self._held or pmid in self._generated

    def search(self, term: str, *, dates: tuple[str, date, date] | None = None) -> Found:
        """Return what a query finds, within dates of a kind (`pdat`, `edat` …) where these are given."""
        found = evaluate(term, self)
        if dates:
            kind, start, end = dates
            found.pmids &= dated_between(self, "dp" if kind == "pdat" else "edat", start, end)
        return found

    def xml(self, pmid: int) -> str:
        """Return the record's element; raises KeyError when there is no such record."""
        if pmid in self._generated:
            return article(pmid, rng=random.Random(pmid)).decode().rstrip()
        return self._held[pmid].xml

    def record(self, pmid: int) -> Record:
        """Return the record; raises KeyError when there is no such record."""
        if pmid in self._generated:
            return next(records.read(self.xml(pmid)))
        return self._held[pmid]

    def citing(self, pmid: int) -> list[int]:
        """Return the records whose reference list names this PMID, newest first."""
        return self._citing.get(pmid, [])

    @cached_property
    def _citing(self) -> dict[int, list[int]]:
        citing: dict[int, list[int]] = {}
        for record in sorted(self._held.values(), key=lambda each: -each.pmid):
            for cited in record.cited_pmids:
                citing.setdefault(cited, []).append(record.pmid)
        return citing

    def everything(self) -> set[int]:
        """Return every PMID."""
        return {*self._held, *self._generated}

    def records(self) -> Collection[Record]:
        """Return the records whose words can be searched."""
        return self._held.values()

    def between(self, low: int, high: int) -> set[int]:
        """Return the PMIDs of a range, both ends included."""
        generated = range(max(low, self._generated.start), min(high + 1, self._generated.stop))
        return {*(pmid for pmid in self._held if low <= pmid <= high), *generated}

    def subset(self, name: str) -> set[int] | None:
        """Return the PMIDs of a subset, or None when there is no such subset."""
        if name == "all":
            return self.everything()
        if name == "generated":
            return set(self._generated)
        if name == "pubmed books":
            return {record.pmid for record in self._held.values() if record.is_book}
        return None
