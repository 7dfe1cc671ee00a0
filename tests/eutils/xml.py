"""Writes the XML that NCBI's E-utilities send, head and root included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" ?>\n'
_DTD = "https://eutils.ncbi.nlm.nih.gov/eutils/dtd"

ARTICLE_SET_HEAD = (
    '<?xml version="1.0" ?>\n'
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>'
)
ARTICLE_SET_TAIL = "</PubmedArticleSet>\n"


def article_set(records: Iterable[str]) -> str:
    """Return a PubmedArticleSet around records that are XML already."""
    return ARTICLE_SET_HEAD + "\n".join(records) + ARTICLE_SET_TAIL


def element(tag: str, text: object, **attributes: str) -> str:
    """Return one element with escaped text; nothing at all when the text is None or empty."""
    if text is None or text == "":
        return ""
    shown = "".join(f' {name}="{escape(value, {chr(34): "&quot;"})}"' for name, value in attributes.items())
    return f"<{tag}{shown}>{escape(str(text))}</{tag}>"


def wrapped(tag: str, *children: str) -> str:
    """Return an element around children that are XML already; nothing at all when there are none."""
    inside = "".join(children)
    return f"<{tag}>{inside}</{tag}>" if inside else ""


def search_result(
    *,
    count: int,
    retstart: int,
    pmids: Sequence[int],
    translation: str,
    history: tuple[str, int] | None,
    errors: Sequence[tuple[str, str]],
    warnings: Sequence[tuple[str, str]],
) -> str:
    """Return an eSearchResult; errors and warnings are pairs of element name and text."""
    kept = "" if history is None else element("QueryKey", history[1]) + element("WebEnv", history[0])
    return (
        f'{_DECLARATION}<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" '
        f'"{_DTD}/20060628/esearch.dtd">\n<eSearchResult>{element("Count", count)}'
        f"{element('RetMax', len(pmids))}{element('RetStart', retstart)}{kept}<IdList>\n"
        + "".join(f"<Id>{pmid}</Id>\n" for pmid in pmids)
        + f"</IdList><TranslationSet/>{element('QueryTranslation', translation) or '<QueryTranslation/>'}"
        + wrapped("ErrorList", *(element(name, text) for name, text in errors))
        + wrapped("WarningList", *(element(name, text) for name, text in warnings))
        + "</eSearchResult>\n"
    )


def failure(root: str, *messages: str) -> str:
    """Return a reply that holds nothing but errors."""
    return (
        f'{_DECLARATION}<!DOCTYPE {root} PUBLIC "-//NLM//DTD efetch 20131226//EN" '
        f'"{_DTD}/20131226/efetch.dtd">\n'
        f"<{root}>\n" + "".join(f"\t{element('ERROR', message)}\n" for message in messages) + f"</{root}>\n"
    )


def post_result(history: tuple[str, int], invalid: Sequence[str]) -> str:
    """Return an ePostResult, with the ids that were not numbers."""
    return (
        f'{_DECLARATION}<!DOCTYPE ePostResult PUBLIC "-//NLM//DTD epost 20090526//EN" '
        f'"{_DTD}/20090526/epost.dtd">\n<ePostResult>'
        + wrapped("InvalidIdList", *(element("Id", text) for text in invalid))
        + f"{element('QueryKey', history[1])}{element('WebEnv', history[0])}</ePostResult>\n"
    )


def link_result(sets: Sequence[tuple[Sequence[int], Sequence[tuple[str, Sequence[int]]]]]) -> str:
    """Return an eLinkResult; each set is the PMIDs asked for and pairs of link name and PMIDs."""
    shown = []
    for asked, databases in sets:
        ids = "".join(element("Id", pmid) for pmid in asked)
        found = "".join(
            f"<LinkSetDb><DbTo>pubmed</DbTo>{element('LinkName', name)}"
            + "".join(f"<Link>{element('Id', pmid)}</Link>" for pmid in pmids)
            + "</LinkSetDb>"
            for name, pmids in databases
            if pmids
        )
        shown.append(f"<LinkSet><DbFrom>pubmed</DbFrom><IdList>{ids}</IdList>{found}</LinkSet>")
    return (
        f'{_DECLARATION}<!DOCTYPE eLinkResult PUBLIC "-//NLM//DTD elink 20101123//EN" '
        f'"{_DTD}/20101123/elink.dtd">\n<eLinkResult>{"".join(shown)}</eLinkResult>\n'
    )


def summary_result(summaries: Iterable[dict[str, str]]) -> str:
    """Return an eSummaryResult in the old DocSum form, one document a mapping with its `Id`."""
    documents = "".join(
        "<DocSum>"
        + "".join(
            element("Id", text) if name == "Id" else element("Item", text, Name=name, Type="String")
            for name, text in summary.items()
        )
        + "</DocSum>"
        for summary in summaries
    )
    return (
        f'{_DECLARATION}<!DOCTYPE eSummaryResult PUBLIC "-//NLM//DTD esummary v1 20041029//EN" '
        f'"{_DTD}/20041029/esummary-v1.dtd">\n<eSummaryResult>{documents}</eSummaryResult>\n'
    )


def info_result(n_records: int, fields: Iterable[tuple[str, str]]) -> str:
    """Return what EInfo says of PubMed: its size and its search fields as pairs of name and full name."""
    shown = "".join(
        f"<Field>{element('Name', name)}{element('FullName', full)}</Field>" for name, full in fields
    )
    return (
        f"{_DECLARATION}<eInfoResult><DbInfo><DbName>pubmed</DbName><MenuName>PubMed</MenuName>"
        f"{element('Count', n_records)}<FieldList>{shown}</FieldList></DbInfo></eInfoResult>\n"
    )
