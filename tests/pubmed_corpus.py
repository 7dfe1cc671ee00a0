"""Synthetic PubMed XML of realistic shape and size, the same for the same seed, for benches and tests.

Sizes follow what the PubMed baseline shows on average: about six authors with affiliations, ten MeSH headings
with qualifiers, a structured abstract in most records, and thirty cited references in every third record.
Every PMID lies at or above 99,000,000 and no sentence states a finding, so nothing here can pass for a real
study.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

FIRST_PMID = 99_000_000
HEAD = (
    b'<?xml version="1.0" encoding="utf-8"?>\n'
    b'<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    b'"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)
TAIL = b"</PubmedArticleSet>\n"

_VOCABULARY = (
    "arterial baseline catheter cohort contrast criteria dose embolic endpoint enhancement "
    "evaluation follow gastroenteropancreatic grade hepatic imaging intervention lesion liver "
    "lobar metastases microsphere modality neuroendocrine observation particle patients perfusion "
    "placeholder procedure protocol radiological response retrospective sample schedule segment "
    "selective sequence survival synthetic target technique therapy toxicity treatment tumour "
    "vascular volume with without and of in after the"
)
_WORDS = _VOCABULARY.split()
_RARE_WORDS = ("naïve", "10 µm", "≥ 2 cm", "β-emitter", "p < 0.05", "R&D", "Müller’s", "α₁-globulin", "± 3")
_INLINE = (
    "<sup>177</sup>Lu",
    "<sup>90</sup>Y",
    "CO<sub>2</sub>",
    "<i>in vivo</i>",
    "cm<sup>2</sup>",
    "<b>n</b>",
)
_LAST_NAMES = [
    "Ábel",
    "Bäcker",
    "Castaño",
    "Dvořák",
    "Example",
    "Fictus",
    "Ghost",
    "Invented",
    "Müßig",
    "Nobody",
    "O'Sample",
    "Testa",
    "Ünal",
    "Wang",
    "Zed",
]
_FORE_NAMES = [
    "Ada",
    "Björn",
    "Chiara",
    "Dagmar",
    "Élise",
    "Fritz",
    "Gita",
    "Hugo",
    "Ines",
    "Jun",
    "Kaya",
    "Lea",
    "Mika",
    "Noor",
    "Otto",
    "Pia",
]
_JOURNALS = (
    ("Journal of Synthetic Records", "J Synth Rec", "9900001", "9901-0001", "9901-0002"),
    ("Annals of Placeholder Medicine", "Ann Placeholder Med", "9900002", "9902-0001", "9902-0002"),
    ("Invented Oncology (Basel, Nowhere)", "Invent Oncol (Basel)", "9900003", "9903-0001", "9903-0002"),
    ("Zeitschrift für erfundene Radiologie", "Z Erfund Radiol", "9900004", "9904-0001", "9904-0002"),
)
_DESCRIPTORS = tuple((f"D99{n:04d}", f"Synthetic Heading {n}, {_WORDS[n % 50].title()}") for n in range(400))
_QUALIFIERS = tuple(
    (f"Q99{n:04d}", name)
    for n, name in enumerate(
        ("therapy", "diagnostic imaging", "pathology", "mortality", "blood supply", "methods")
    )
)
_SECTIONS = (
    ("BACKGROUND", "BACKGROUND"),
    ("METHODS", "METHODS"),
    ("RESULTS", "RESULTS"),
    ("CONCLUSIONS", "CONCLUSIONS"),
)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_CORRECTIONS = ("CommentIn", "CommentOn", "ErratumIn", "RetractionIn", "ExpressionOfConcernIn", "UpdateIn")


def article_set(n_records: int, *, seed: int = 1, first_pmid: int = FIRST_PMID) -> bytes:
    """Return one whole PubmedArticleSet of `n_records` records with consecutive PMIDs."""
    return b"".join((HEAD, *articles(n_records, seed=seed, first_pmid=first_pmid), TAIL))


def write_article_set(path: Path, n_records: int, *, seed: int = 1, first_pmid: int = FIRST_PMID) -> int:
    """Write one PubmedArticleSet to `path` without holding it in memory, and return its size in bytes."""
    with path.open("wb") as out:
        out.write(HEAD)
        for article in articles(n_records, seed=seed, first_pmid=first_pmid):
            out.write(article)
        out.write(TAIL)
    return path.stat().st_size


def articles(n_records: int, *, seed: int = 1, first_pmid: int = FIRST_PMID) -> Iterator[bytes]:
    """Yield `n_records` PubmedArticle elements as UTF-8 bytes, each ending with a line feed."""
    rng = random.Random(seed)
    for pmid in range(first_pmid, first_pmid + n_records):
        yield article(pmid, rng=rng)


def article(pmid: int, *, rng: random.Random) -> bytes:
    """Return one PubmedArticle element for `pmid`, its contents drawn from `rng`."""
    year = rng.randint(1990, 2025)
    text = (
        '<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM" IndexingMethod="Automated">'
        f'<PMID Version="1">{pmid}</PMID>'
        f"{_date('DateCompleted', rng, year)}{_date('DateRevised', rng, year)}"
        f"{_article(pmid, year, rng)}{_indexing(rng)}</MedlineCitation>"
        f"{_pubmed_data(pmid, year, rng)}</PubmedArticle>\n"
    )
    return text.encode()


def _article(pmid: int, year: int, rng: random.Random) -> str:
    title, abbreviation, nlm_id, issn_print, issn_electronic = rng.choice(_JOURNALS)
    kind, issn = rng.choice((("Print", issn_print), ("Electronic", issn_electronic)))
    first_page = rng.randint(1, 1990)
    return (
        f'<Article PubModel="Print-Electronic"><Journal><ISSN IssnType="{kind}">{issn}</ISSN>'
        f'<JournalIssue CitedMedium="Internet"><Volume>{rng.randint(1, 90)}</Volume>'
        f"<Issue>{rng.randint(1, 12)}</Issue>{_pub_date(year, rng)}</JournalIssue>"
        f"<Title>{title}</Title><ISOAbbreviation>{abbreviation}</ISOAbbreviation></Journal>"
        f"<ArticleTitle>{_sentence(rng, 10, 18)}</ArticleTitle>"
        f"<Pagination><StartPage>{first_page}</StartPage><EndPage>{first_page + 8}</EndPage>"
        f"<MedlinePgn>{first_page}-{first_page + 8}</MedlinePgn></Pagination>"
        f'<ELocationID EIdType="doi" ValidYN="Y">10.99999/synthetic.{pmid}</ELocationID>'
        f"{_abstract(rng)}{_authors(rng)}<Language>eng</Language>{_data_banks(rng)}{_grants(rng)}"
        '<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>'
        '<PublicationType UI="D013485">Research Support, Non-U.S. Gov\'t</PublicationType>'
        "</PublicationTypeList>"
        f"{_date('ArticleDate', rng, year, ' DateType=' + chr(34) + 'Electronic' + chr(34))}</Article>"
        f"<MedlineJournalInfo><Country>Nowhere</Country><MedlineTA>{abbreviation}</MedlineTA>"
        f"<NlmUniqueID>{nlm_id}</NlmUniqueID><ISSNLinking>{issn_print}</ISSNLinking></MedlineJournalInfo>"
    )


def _indexing(rng: random.Random) -> str:
    chemicals = "".join(
        f'<Chemical><RegistryNumber>0</RegistryNumber><NameOfSubstance UI="D98{n:04d}">'
        f"Synthetic Substance {n}</NameOfSubstance></Chemical>"
        for n in rng.sample(range(500), rng.randint(0, 4))
    )
    corrections = ""
    if rng.random() < 0.12:
        corrections = (
            f'<CommentsCorrectionsList><CommentsCorrections RefType="{rng.choice(_CORRECTIONS)}">'
            f"<RefSource>J Synth Rec. 2020 Jan;1(1):{rng.randint(1, 99)}</RefSource>"
            f'<PMID Version="1">{rng.randint(99_500_000, 99_599_999)}</PMID></CommentsCorrections>'
            "</CommentsCorrectionsList>"
        )
    keywords = "".join(
        f'<Keyword MajorTopicYN="{rng.choice("NNNY")}">{_phrase(rng, 1, 3)}</Keyword>'
        for _ in range(rng.randint(0, 6))
    )
    return (
        (f"<ChemicalList>{chemicals}</ChemicalList>" if chemicals else "")
        + "<CitationSubset>IM</CitationSubset>"
        + corrections
        + f"<MeshHeadingList>{_mesh(rng)}</MeshHeadingList>"
        + (f'<KeywordList Owner="NOTNLM">{keywords}</KeywordList>' if keywords else "")
        + (
            "<CoiStatement>The authors are synthetic and declare nothing.</CoiStatement>"
            if rng.random() < 0.4
            else ""
        )
    )


def _mesh(rng: random.Random) -> str:
    headings = []
    for ui, name in rng.sample(_DESCRIPTORS, rng.randint(6, 14)):
        qualifiers = "".join(
            f'<QualifierName UI="{qualifier_ui}" MajorTopicYN="{rng.choice("NY")}">{qualifier}'
            "</QualifierName>"
            for qualifier_ui, qualifier in rng.sample(_QUALIFIERS, rng.choice((0, 0, 1, 2)))
        )
        headings.append(
            f'<MeshHeading><DescriptorName UI="{ui}" MajorTopicYN="{rng.choice("NNY")}">{name}'
            f"</DescriptorName>{qualifiers}</MeshHeading>"
        )
    return "".join(headings)


def _pubmed_data(pmid: int, year: int, rng: random.Random) -> str:
    history = "".join(
        _date(
            "PubMedPubDate",
            rng,
            year,
            f' PubStatus="{status}"',
            time=status in ("pubmed", "medline", "entrez"),
        )
        for status in ("received", "revised", "accepted", "pubmed", "medline", "entrez")
    )
    pmc = f'<ArticleId IdType="pmc">PMC{pmid}</ArticleId>' if rng.random() < 0.45 else ""
    return (
        f"<PubmedData><History>{history}</History><PublicationStatus>ppublish</PublicationStatus><ArticleIdList>"
        f'<ArticleId IdType="pubmed">{pmid}</ArticleId>{pmc}'
        f'<ArticleId IdType="doi">10.99999/synthetic.{pmid}</ArticleId>'
        f'<ArticleId IdType="pii">S9999-9999({year % 100:02d})00001-{rng.randint(0, 9)}</ArticleId>'
        f"</ArticleIdList>{_references(rng)}</PubmedData>"
    )


def _references(rng: random.Random) -> str:
    if rng.random() < 2 / 3:
        return ""
    return (
        "<ReferenceList>" + "".join(_reference(rng) for _ in range(rng.randint(15, 45))) + "</ReferenceList>"
    )


def _reference(rng: random.Random) -> str:
    cited = rng.randint(99_600_000, 99_999_999)
    ids = "".join(
        f'<ArticleId IdType="{kind}">{value}</ArticleId>'
        for kind, value, share in (
            ("doi", f"10.99999/cited.{cited}", 0.6),
            ("pmc", f"PMC{cited}", 0.45),
            ("pubmed", str(cited), 0.85),
        )
        if rng.random() < share
    )
    citation = (
        f"{rng.choice(_LAST_NAMES)} A, {rng.choice(_LAST_NAMES)} B, et al. {_phrase(rng, 8, 14)}. "
        f"J Synth Rec. {rng.randint(1980, 2024)};{rng.randint(1, 90)}({rng.randint(1, 12)}):"
        f"{rng.randint(1, 900)}&#8211;99."
    )
    id_list = f"<ArticleIdList>{ids}</ArticleIdList>" if ids else ""
    return f"<Reference><Citation>{citation}</Citation>{id_list}</Reference>"


def _abstract(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.1:
        return ""
    if kind < 0.45:
        return f"<Abstract><AbstractText>{_prose(rng, 8)}</AbstractText></Abstract>"
    sections = "".join(
        f'<AbstractText Label="{label}" NlmCategory="{category}">{_prose(rng, rng.randint(2, 4))}'
        "</AbstractText>"
        for label, category in _SECTIONS
    )
    return f"<Abstract>{sections}<CopyrightInformation>© Nobody.</CopyrightInformation></Abstract>"


def _authors(rng: random.Random) -> str:
    authors = "".join(_author(rng) for _ in range(min(40, max(1, round(rng.lognormvariate(1.6, 0.6))))))
    if rng.random() < 0.03:
        authors += '<Author ValidYN="Y"><CollectiveName>Synthetic Study Group</CollectiveName></Author>'
    return f'<AuthorList CompleteYN="Y">{authors}</AuthorList>'


def _author(rng: random.Random) -> str:
    fore_name = rng.choice(_FORE_NAMES)
    orcid = ""
    if rng.random() < 0.25:
        orcid = f'<Identifier Source="ORCID">{synthetic_orcid(rng.randint(0, 999_999_999))}</Identifier>'
    affiliations = "".join(
        f"<AffiliationInfo><Affiliation>Department of {_phrase(rng, 1, 3).title()}, University of Nowhere "
        f"{rng.randint(1, 99)}, Nowhere, Atlantis. nobody@example.org.</Affiliation></AffiliationInfo>"
        for _ in range(rng.choice((0, 1, 1, 1, 1, 2)))
    )
    return (
        f'<Author ValidYN="Y"><LastName>{rng.choice(_LAST_NAMES)}</LastName><ForeName>{fore_name}</ForeName>'
        f"<Initials>{fore_name[0]}</Initials>{orcid}{affiliations}</Author>"
    )


def synthetic_orcid(number: int) -> str:
    """Return an ORCID iD with a right check digit for a number below 10^15."""
    digits = f"{number:015d}"
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    digits += "X" if check == 10 else str(check)
    return "-".join(digits[start : start + 4] for start in range(0, 16, 4))


def _data_banks(rng: random.Random) -> str:
    if rng.random() > 0.06:
        return ""
    return (
        '<DataBankList CompleteYN="Y"><DataBank><DataBankName>ClinicalTrials.gov</DataBankName>'
        f"<AccessionNumberList><AccessionNumber>NCT99{rng.randint(0, 999_999):06d}</AccessionNumber>"
        "</AccessionNumberList></DataBank></DataBankList>"
    )


def _grants(rng: random.Random) -> str:
    if rng.random() > 0.3:
        return ""
    grants = "".join(
        f"<Grant><GrantID>SYN-{rng.randint(1, 9999)}</GrantID><Acronym>SY</Acronym>"
        "<Agency>Synthetic Agency</Agency><Country>Nowhere</Country></Grant>"
        for _ in range(rng.randint(1, 3))
    )
    return f'<GrantList CompleteYN="Y">{grants}</GrantList>'


def _pub_date(year: int, rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.04:
        return f"<PubDate><MedlineDate>{year} Nov-Dec</MedlineDate></PubDate>"
    if kind < 0.06:
        return f"<PubDate><Year>{year}</Year><Season>Winter</Season></PubDate>"
    day = f"<Day>{rng.randint(1, 28)}</Day>" if kind < 0.5 else ""
    return f"<PubDate><Year>{year}</Year><Month>{rng.choice(_MONTHS)}</Month>{day}</PubDate>"


def _date(tag: str, rng: random.Random, year: int, attributes: str = "", *, time: bool = False) -> str:
    clock = "<Hour>6</Hour><Minute>0</Minute>" if time else ""
    return (
        f"<{tag}{attributes}><Year>{year}</Year><Month>{rng.randint(1, 12):02d}</Month>"
        f"<Day>{rng.randint(1, 28):02d}</Day>{clock}</{tag}>"
    )


def _prose(rng: random.Random, n_sentences: int) -> str:
    return " ".join(_sentence(rng, 14, 26) for _ in range(n_sentences))


def _sentence(rng: random.Random, shortest: int, longest: int) -> str:
    words = rng.choices(_WORDS, k=rng.randint(shortest, longest))
    words[0] = words[0].title()  # before markup comes in: a capital in a tag or an entity would break it
    if rng.random() < 0.3:
        words.insert(rng.randrange(len(words)), escape(rng.choice(_RARE_WORDS)))
    if rng.random() < 0.12:
        words.insert(rng.randrange(len(words)), rng.choice(_INLINE))
    return f"{' '.join(words)}."


def _phrase(rng: random.Random, shortest: int, longest: int) -> str:
    return " ".join(rng.choices(_WORDS[:45], k=rng.randint(shortest, longest)))
