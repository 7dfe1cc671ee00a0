"""What each E-utility answers to its parameters, as NCBI documents it and as its answers were recorded.

https://www.ncbi.nlm.nih.gov/books/NBK25499/
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from tests.eutils import xml
from tests.eutils.query import FIELDS, Found, day_of
from tests.eutils.records import Record, folded
from tests.eutils.store import Store

SEARCH_CEILING = 9_999
MAX_SUMMARIES = 500
MAX_RECORDS = 10_000

Parameters = Mapping[str, Sequence[str]]


@dataclass
class Answer:
    """One HTTP answer; `records` holds the records of a PubmedArticleSet until it is sent."""

    body: str = ""
    status: int = 200
    content_type: str = "text/xml; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    records: list[str] | None = None

    def content(self) -> bytes:
        """Return the bytes to send."""
        return (self.body if self.records is None else xml.article_set(self.records)).encode()


class Utilities:
    """The E-utilities over one store, with the result sets they keep."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._histories: dict[str, list[list[int]]] = {}
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._answers: dict[str, Callable[[Parameters], Answer]] = {
            "esearch": self.search,
            "efetch": self.fetch,
            "epost": self.post,
            "elink": self.link,
            "esummary": self.summary,
            "ecitmatch": self.match_citations,
            "einfo": self.info,
        }

    def answer(self, utility: str, parameters: Parameters) -> Answer | None:
        """Return the answer of a utility by its name (`esearch`), or None when there is none such."""
        respond = self._answers.get(utility)
        return respond(parameters) if respond else None

    def expire_histories(self) -> None:
        """Forget every result set, as NCBI does after some hours."""
        with self._lock:
            self._histories.clear()

    def search(self, given: Parameters) -> Answer:
        """ESearch."""
        is_json = _one(given, "retmode") == "json"
        if _one(given, "db", "pubmed") != "pubmed":
            return _search_failure(f"Invalid db name specified: {_one(given, 'db')}", is_json=is_json)
        term = _one(given, "term").strip()
        if not term:
            return _search_failure("Empty term and query_key - nothing todo", is_json=is_json)
        retstart, retmax = _number(given, "retstart", 0), _number(given, "retmax", 20)
        if retstart >= SEARCH_CEILING:
            return _search_failure(
                "Search Backend failed: Exception:\n"
                f"Position {retstart} is out of acceptable range [9999,9998]",
                is_json=is_json,
            )
        found = self.store.search(term, dates=_dates(given))
        pmids = sorted(found.pmids, reverse=True)
        warnings = list(found.warnings)
        if retstart + retmax > SEARCH_CEILING:
            retmax = SEARCH_CEILING - retstart
            warnings.append(
                ("OutputMessage", f"Restrictions achieved. start and count adjusted to {retstart}, {retmax}")
            )
        history = self._keep(pmids, _one(given, "WebEnv")) if _one(given, "usehistory") == "y" else None
        page = pmids[retstart : retstart + retmax]
        if is_json:
            return _json(_search_json(len(pmids), retstart, page, found, history, warnings))
        return Answer(
            xml.search_result(
                count=len(pmids),
                retstart=retstart,
                pmids=page,
                translation=found.translation,
                history=history,
                errors=found.errors,
                warnings=warnings,
            )
        )

    def fetch(self, given: Parameters) -> Answer:
        """EFetch, in XML."""
        if _one(given, "retmode", "xml") != "xml":
            return _refusal("eFetchResult", "This test server serves retmode=xml only")
        pmids = self._chosen(given, "eFetchResult")
        if isinstance(pmids, Answer):
            return pmids
        return Answer(records=[self.store.xml(pmid) for pmid in pmids[:MAX_RECORDS] if pmid in self.store])

    def post(self, given: Parameters) -> Answer:
        """EPost."""
        pmids, invalid = _ids(given)
        if not pmids:
            return _refusal("ePostResult", "Empty ID list; Nothing to store")
        return Answer(xml.post_result(self._keep(pmids, _one(given, "WebEnv")), invalid))

    def link(self, given: Parameters) -> Answer:
        """ELink between PubMed records: what cites them, what they cite."""
        names = _one(given, "linkname").split(",")
        asked = [ids for ids in (_numbers_of(text)[0] for text in given.get("id", ())) if ids]
        if not asked:
            return _refusal("eLinkResult", "Empty Id list - nothing todo")
        known: dict[str, Callable[[int], Sequence[int]]] = {
            "pubmed_pubmed_citedin": self.store.citing,
            "pubmed_pubmed_refs": lambda pmid: self.store.record(pmid).cited_pmids,
        }
        sets = []
        for ids in asked:
            databases = []
            for name, linked in known.items():
                if name in names or names == [""]:
                    targets = (target for pmid in ids if pmid in self.store for target in linked(pmid))
                    databases.append((name, list(dict.fromkeys(targets))))
            sets.append((ids, databases))
        return Answer(xml.link_result(sets))

    def summary(self, given: Parameters) -> Answer:
        """ESummary."""
        is_json = _one(given, "retmode") == "json"
        pmids = self._chosen(given, "eSummaryResult")
        if isinstance(pmids, Answer):
            return pmids
        if not is_json:
            known = (self.store.record(pmid) for pmid in pmids if pmid in self.store)
            return Answer(xml.summary_result(_summary_texts(record) for record in known))
        if len(pmids) > MAX_SUMMARIES:
            message = (
                f"Too many UIDs in request. Maximum number of UIDs is {MAX_SUMMARIES} for JSON format output."
            )
            return _json({"header": {"type": "esummary", "version": "0.3"}, "error": message})
        result: dict[str, Any] = {"uids": [str(pmid) for pmid in pmids]}
        for pmid in pmids:
            result[str(pmid)] = (
                _summary_json(self.store.record(pmid))
                if pmid in self.store
                else {"uid": str(pmid), "error": "cannot get document summary"}
            )
        return _json({"header": {"type": "esummary", "version": "0.3"}, "result": result})

    def match_citations(self, given: Parameters) -> Answer:
        """ECitMatch; like NCBI's it accepts a wrong author as long as the rest fits one record only."""
        lines = []
        for citation in _one(given, "bdata").split("\r"):
            fields = citation.strip("\n").split("|")
            if len(fields) >= 6:
                lines.append("|".join((*fields[:6], self._citation_match(fields))))
        return Answer("\n".join(lines) + "\n", content_type="text/plain; charset=UTF-8")

    def info(self, given: Parameters) -> Answer:
        """EInfo."""
        if not _one(given, "db"):
            return Answer("<eInfoResult><DbList><DbName>pubmed</DbName></DbList></eInfoResult>\n")
        return Answer(
            xml.info_result(len(self.store), ((name.upper(), full) for name, full in FIELDS.items()))
        )

    def _citation_match(self, fields: Sequence[str]) -> str:
        journal, year, volume, first_page, author = fields[:5]
        if journal and not any(folded(journal) in record.journals for record in self.store.records()):
            return "NOT_FOUND;INVALID_JOURNAL"
        if sum(bool(part) for part in (journal, year, volume, first_page)) < 2:
            return "NOT_FOUND"
        fitting = [
            record
            for record in self.store.records()
            if (not journal or folded(journal) in record.journals)
            and (not year or (record.published_on is not None and str(record.published_on.year) == year))
            and (not volume or record.volume == volume)
            and (not first_page or record.pages.split("-")[0] == first_page)
        ]
        by_author = [
            each
            for each in fitting
            if author and any(a.startswith(folded(author).rstrip()) for a in each.authors)
        ]
        fitting = by_author or fitting
        if not fitting:
            return "NOT_FOUND"
        if len(fitting) > 1:
            return "AMBIGUOUS " + ",".join(str(record.pmid) for record in fitting[:5])
        return str(fitting[0].pmid)

    def _keep(self, pmids: list[int], web_env: str) -> tuple[str, int]:
        with self._lock:
            if web_env not in self._histories:
                web_env = f"MCID_{next(self._numbers):024x}"
                self._histories[web_env] = []
            self._histories[web_env].append(pmids)
            return web_env, len(self._histories[web_env])

    def _chosen(self, given: Parameters, root: str) -> list[int] | Answer:
        """Return the PMIDs asked for, by ids or by result set, or the answer that says why there are none."""
        if not _one(given, "WebEnv"):
            pmids, _ = _ids(given)
            return pmids or _refusal(root, "ID list is empty! Possibly it has no correct IDs.")
        query_key = _number(given, "query_key", 0)
        with self._lock:
            kept = self._histories.get(_one(given, "WebEnv"), [])
        if not 1 <= query_key <= len(kept):
            return Answer(xml.failure(root, f"Unable to obtain query #{query_key}"))
        pmids = kept[query_key - 1]
        retstart, retmax = _number(given, "retstart", 0), _number(given, "retmax", 20)
        if retstart >= min(len(pmids), SEARCH_CEILING):
            return _refusal(
                root,
                f"Cannot retrieve history data: OUT OF RANGE. query_key: {query_key}, retstart: {retstart}, "
                f"retmax: {retmax}",
            )
        return pmids[retstart : min(retstart + retmax, SEARCH_CEILING)]


def _one(given: Parameters, name: str, default: str = "") -> str:
    values = given.get(name) or given.get(name.lower()) or ()
    return values[0] if values else default


def _number(given: Parameters, name: str, default: int) -> int:
    text = _one(given, name)
    return int(text) if text.isdigit() else default


def _numbers_of(text: str) -> tuple[list[int], list[str]]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    # NCBI reads an id as the number it spells and answers a repeated one once.
    numbers = dict.fromkeys(int(part) for part in parts if part.isdigit() and int(part))
    return list(numbers), [part for part in parts if not (part.isdigit() and int(part))]


def _ids(given: Parameters) -> tuple[list[int], list[str]]:
    return _numbers_of(",".join(given.get("id", ())))


def _dates(given: Parameters) -> tuple[str, date, date] | None:
    start, end = day_of(_one(given, "mindate"), is_last=False), day_of(_one(given, "maxdate"), is_last=True)
    # NCBI heeds the two together only.
    return (_one(given, "datetype", "edat"), start, end) if start and end else None


def _refusal(root: str, message: str) -> Answer:
    return Answer(xml.failure(root, message), status=400)


def _json(content: Mapping[str, Any]) -> Answer:
    return Answer(json.dumps(content, ensure_ascii=False), content_type="application/json; charset=UTF-8")


def _search_failure(message: str, *, is_json: bool) -> Answer:
    if not is_json:
        return Answer(xml.failure("eSearchResult", message))
    # NCBI puts the raw line break into the text, which makes its JSON unreadable.
    body = '{"header":{"type":"esearch","version":"0.3"},"esearchresult":{"ERROR":"' + message + '"}}'
    return Answer(body, content_type="application/json; charset=UTF-8")


def _search_json(
    n_found: int,
    retstart: int,
    page: Sequence[int],
    found: Found,
    history: tuple[str, int] | None,
    warnings: Sequence[tuple[str, str]],
) -> dict[str, Any]:
    def named(notes: Sequence[tuple[str, str]], name: str) -> list[str]:
        return [text for each, text in notes if each == name]

    result: dict[str, Any] = {"count": str(n_found), "retmax": str(len(page)), "retstart": str(retstart)}
    if history:
        result |= {"querykey": str(history[1]), "webenv": history[0]}
    result |= {
        "idlist": [str(pmid) for pmid in page],
        "translationset": [],
        "querytranslation": found.translation,
    }
    if found.errors:
        result["errorlist"] = {
            "phrasesnotfound": named(found.errors, "PhraseNotFound"),
            "fieldsnotfound": named(found.errors, "FieldNotFound"),
        }
    if warnings:
        result["warninglist"] = {
            "phrasesignored": named(warnings, "PhraseIgnored"),
            "quotedphrasesnotfound": named(warnings, "QuotedPhraseNotFound"),
            "outputmessages": named(warnings, "OutputMessage"),
        }
    return {"header": {"type": "esearch", "version": "0.3"}, "esearchresult": result}


def _summary_texts(record: Record) -> dict[str, str]:
    return {
        "Id": str(record.pmid),
        "PubDate": str(record.published_on.year) if record.published_on else "",
        "Source": record.journal_name,
        "Title": record.shown_title,
        "Volume": record.volume,
        "Issue": record.issue,
        "Pages": record.pages,
        "DOI": record.doi,
    }


def _summary_json(record: Record) -> dict[str, Any]:
    texts = _summary_texts(record)
    ids = (("pubmed", str(record.pmid)), ("doi", record.doi), ("pmc", record.pmcid))
    return {
        "uid": texts["Id"],
        "pubdate": texts["PubDate"],
        "source": texts["Source"],
        "authors": [{"name": name, "authtype": "Author", "clusterid": ""} for name in record.author_names],
        "title": texts["Title"],
        "volume": texts["Volume"],
        "issue": texts["Issue"],
        "pages": texts["Pages"],
        "articleids": [{"idtype": kind, "value": value} for kind, value in ids if value],
    }
