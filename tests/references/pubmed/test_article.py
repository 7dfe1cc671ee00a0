"""Every field of an article, from synthetic records named for what is odd about them."""

from __future__ import annotations

import pytest

from references.pubmed.records import (
    AbstractSection,
    ArticleId,
    Author,
    Chemical,
    CitedReference,
    CommentCorrection,
    DataBank,
    DeletedRecord,
    Grant,
    HistoryDate,
    Identifier,
    Journal,
    Keyword,
    MeshHeading,
    MeshQualifier,
    OtherAbstract,
    PartialDate,
    PublicationDate,
    PublicationType,
    PubmedRecord,
    SupplementaryMesh,
)
from tests.references.pubmed.documents import DATA, article, read_all, read_articles, read_one


@pytest.fixture(scope="module")
def record() -> PubmedRecord:
    return read_one(DATA / "everything_a_record_can_hold.xml")


def test_article_has_its_ids(record: PubmedRecord) -> None:
    assert (record.pmid, record.pmid_version) == (99_000_001, 2)
    assert record.doi == "10.99999/synthetic.everything"
    assert record.pmcid == "PMC99000001"
    assert record.elocation_pii == "S9901-0002(20)00001-7"
    assert record.other_ids == (ArticleId("mid", "NIHMS990002"), ArticleId("NLM", "NIHMS990001"))


def test_article_has_its_title(record: PubmedRecord) -> None:
    assert (record.title, record.vernacular_title) == ("A synthetic record that holds everything.", "")


def test_article_has_its_abstract_as_sections(record: PubmedRecord) -> None:
    assert record.abstract == (
        AbstractSection("BACKGROUND", "BACKGROUND", "Nothing was known."),
        AbstractSection("WHAT WE DID", "METHODS", "Nothing was done."),
        AbstractSection("", "", "Nothing was found."),
    )
    assert record.copyright == "© 2020 Nobody."
    assert record.other_abstracts == (
        OtherAbstract("Publisher", "fre", (AbstractSection("FOND", "", "Rien."),)),
    )


def test_article_has_its_authors_in_order(record: PubmedRecord) -> None:
    assert record.authors == (
        Author(
            position=1,
            last_name="O'Sample",
            fore_name="Ada B",
            initials="AB",
            suffix="3rd",
            orcid="0000-0002-1825-0097",
            affiliations=("Department One, University of Nowhere.", "Department Two, University of Nowhere."),
            identifiers=(Identifier("ROR", "https://ror.org/99synth99", affiliation=1),),
            equal_contrib=True,
        ),
        Author(
            position=2,
            last_name="Fictus",
            initials="F",
            identifiers=(Identifier("ORCID", "0000-0002-1825-0098"),),
            is_valid=False,
        ),
        Author(position=3, collective_name="Synthetic Study Group"),
    )
    assert not record.authors_complete


def test_article_keeps_investigators_and_subjects_apart_from_authors(record: PubmedRecord) -> None:
    assert [person.name for person in record.investigators] == ["Ines Invented"]
    assert [person.name for person in record.personal_name_subjects] == ["Noor Nobody"]


def test_article_has_its_journal_line(record: PubmedRecord) -> None:
    assert record.journal == Journal(
        title="Journal of Synthetic Records",
        iso_abbreviation="J Synth Rec",
        medline_ta="J Synth Rec",
        nlm_id="9900001",
        issn_electronic="9901-0002",
        issn_linking="9901-0001",
        country="Nowhere",
    )
    assert (record.volume, record.issue) == ("12", "3 Suppl 1")
    assert (record.pages, record.medline_pgn) == ("1637-1644", "1637-44")
    assert record.pub_model == "Print-Electronic"


def test_article_has_its_dates(record: PubmedRecord) -> None:
    assert record.publication_date == PublicationDate(2020, 2, 7)
    assert record.article_date == PartialDate(2019, 12, 31)
    assert record.date_completed == PartialDate(2020, 3, 4)
    assert record.date_revised == PartialDate(2021, 11, 30)
    assert record.history == (
        HistoryDate(2019, 6, 1, "received"),
        HistoryDate(2020, 1, 2, "pubmed", hour=6, minute=0),
    )


def test_article_has_its_indexing(record: PubmedRecord) -> None:
    assert record.mesh_headings == (
        MeshHeading(
            "D990002",
            "Synthetic Heading",
            is_major=False,
            qualifiers=(
                MeshQualifier("Q990001", "therapy", is_major=True),
                MeshQualifier("Q990002", "blood supply", is_major=False),
            ),
        ),
        MeshHeading("D990003", "Nowhere", is_major=False, type="Geographic"),
    )
    assert record.supplementary_mesh == (SupplementaryMesh("C990001", "Synthetic protocol", "Protocol"),)
    assert record.chemicals == (Chemical("D990001", "Synthetic Substance", "0"),)
    assert record.gene_symbols == ("SYN1",)
    assert record.keywords == (Keyword("synthetic", True, "NOTNLM"), Keyword("record", False, "NOTNLM"))
    assert record.publication_types == (
        PublicationType("D016428", "Journal Article"),
        PublicationType("D016454", "Review"),
    )
    assert record.languages == ("eng", "fre")
    assert record.citation_subsets == ("IM",)
    assert (record.pubmed_status, record.medline_status) == ("ppublish", "MEDLINE")


def test_article_has_its_registrations_grants_and_statements(record: PubmedRecord) -> None:
    assert record.data_banks == (
        DataBank("ClinicalTrials.gov", ("NCT99000001", "NCT99000002")),
        DataBank("GENBANK", ("SYN00001",)),
    )
    assert record.trial_ids == ("NCT99000001", "NCT99000002")
    assert record.grants == (Grant("SYN-1", "SY", "Synthetic Agency", "Nowhere"),)
    assert record.coi_statement == "The authors are synthetic and declare nothing."
    assert record.general_notes == ("A synthetic general note.",)


def test_article_has_its_reference_list_through_nested_lists(record: PubmedRecord) -> None:
    assert record.cited_references == (
        CitedReference(
            1,
            "Fictus F. A cited synthetic work. J Synth Rec. 2001;1:1–9.",
            pmid=99_600_001,
            doi="10.99999/cited.1",
            pmcid="PMC99600001",
            section="References",
        ),
        CitedReference(2, "Nobody N. Another. 2002.", section="References"),
        CitedReference(
            3, "Invented I. A third. 2003.", section="Further reading", other_ids=(ArticleId("pii", "S1"),)
        ),
    )


def test_article_has_its_comments_and_corrections(record: PubmedRecord) -> None:
    assert record.comments_corrections == (
        CommentCorrection("CommentIn", "J Synth Rec. 2020;12(4):1", 99_500_001, "A synthetic note."),
    )


def test_article_never_takes_an_id_of_a_cited_paper() -> None:
    record = read_one(DATA / "doi_only_of_a_cited_paper.xml")

    assert (record.doi, record.pmcid) == ("", "")
    assert record.cited_references[0].doi == "10.99999/cited.2"


def test_article_prefers_any_valid_doi_to_one_marked_invalid() -> None:
    record = read_one(DATA / "doi_marked_invalid.xml")

    assert record.doi == "10.99999/right.3"
    assert record.other_ids == (ArticleId("doi", "10.99999/withdrawn.3", is_valid=False),)


def test_article_keeps_a_second_doi_apart() -> None:
    location = '<ELocationID EIdType="doi" ValidYN="Y">10.99999/A</ELocationID>'
    data = '<ArticleIdList><ArticleId IdType="doi">10.99999/B</ArticleId></ArticleIdList>'
    record = read_one(article(article=location, data=data))

    assert record.doi == "10.99999/a"
    assert record.other_ids == (ArticleId("doi", "10.99999/B"),)


def test_article_shows_the_vernacular_title_where_there_is_no_other() -> None:
    untranslated, translated = read_articles(DATA / "title_only_in_the_vernacular.xml")

    assert untranslated.title == untranslated.vernacular_title == "Ein erfundener Titel mit ⁹⁰Y."
    assert (translated.title, translated.vernacular_title) == (
        "[A translated title].",
        "Ein übersetzter Titel.",
    )


def test_article_without_any_title_says_so_as_pubmed_does() -> None:
    assert (
        read_one(article(article="<ArticleTitle>[Not Available].</ArticleTitle>")).title == "[Not Available]."
    )


def test_article_text_has_no_markup_left() -> None:
    record = read_one(DATA / "markup_in_text.xml")

    assert record.title == "¹⁷⁷Lu and in vitro CO₂: p < 0.05, p < 0.01 & ⁹⁰Y at 37 °C, 10⁻³ m²."
    assert record.abstract[0].text == "Uptake of V̇₂ was invented. a/b End."


def test_article_reads_every_style_of_retraction() -> None:
    records = read_articles(DATA / "retracted_in_every_style.xml")

    assert [record.is_retracted for record in records] == [True] * 4


@pytest.mark.parametrize("ref_type", ["RetractionOf", "ErratumIn", "CommentIn", "PartialRetractionIn"])
def test_article_with_another_notice_is_not_retracted(ref_type: str) -> None:
    notice = f'<CommentsCorrections RefType="{ref_type}"><RefSource>x</RefSource></CommentsCorrections>'
    citation = f"<CommentsCorrectionsList>{notice}</CommentsCorrectionsList>"

    assert not read_one(article(citation=citation)).is_retracted


def test_article_knows_an_expression_of_concern_about_it() -> None:
    notice = '<CommentsCorrections RefType="{}"><RefSource>x</RefSource></CommentsCorrections>'
    about, on = (
        read_one(
            article(citation=f"<CommentsCorrectionsList>{notice.format(kind)}</CommentsCorrectionsList>")
        )
        for kind in ("ExpressionOfConcernIn", "ExpressionOfConcernFor")
    )

    assert about.has_expression_of_concern
    assert not on.has_expression_of_concern


def test_article_takes_its_references_from_cites_where_it_has_no_list() -> None:
    cites = (
        '<CommentsCorrectionsList><CommentsCorrections RefType="Cites"><RefSource>A. 2001</RefSource>'
        '<PMID Version="1">99600001</PMID></CommentsCorrections>'
        '<CommentsCorrections RefType="CommentIn"><RefSource>B. 2002</RefSource></CommentsCorrections>'
        "</CommentsCorrectionsList>"
    )
    listed = "<ReferenceList><Reference><Citation>C. 2003</Citation></Reference></ReferenceList>"

    assert read_one(article(citation=cites)).cited_references == (CitedReference(1, "A. 2001", 99_600_001),)
    assert [
        reference.citation for reference in read_one(article(citation=cites, data=listed)).cited_references
    ] == ["C. 2003"]


def test_article_joins_several_lists_of_investigators() -> None:
    person = "<InvestigatorList><Investigator><LastName>{}</LastName></Investigator></InvestigatorList>"
    record = read_one(article(citation=person.format("Fictus") + person.format("Nobody")))

    assert [(someone.position, someone.last_name) for someone in record.investigators] == [
        (1, "Fictus"),
        (2, "Nobody"),
    ]


def test_article_spells_out_start_and_end_page_without_medline_pgn() -> None:
    pages = "<Pagination><StartPage>S12</StartPage><EndPage>S19</EndPage></Pagination>"
    single = "<Pagination><StartPage>e7</StartPage></Pagination>"

    assert read_one(article(article=pages)).pages == "S12-S19"
    assert read_one(article(article=single)).pages == "e7"


def test_article_of_an_old_file_is_read_whole() -> None:
    (record, *deleted), problem = read_all(DATA / "medline_citation_set_of_2004.xml")

    assert problem == ""
    assert isinstance(record, PubmedRecord)
    assert (record.pmid, record.pmcid, record.pages) == (99_000_020, "PMC99000020", "e12-e18")
    assert [(person.name, person.affiliations) for person in record.authors] == [
        ("Björn C Bäcker", ("Old Department, University of Nowhere.",)),
        ("Fritz Fictus", ()),
    ]
    assert record.publication_date == PublicationDate(1998, 12, medline_date="1998 Dec-1999 Jan")
    assert record.journal is not None
    assert record.journal.issn_print == "9904-0001"
    assert [(link.ref_type, link.pmid) for link in record.comments_corrections] == [
        ("ErratumIn", None),
        ("RetractionIn", 99_500_020),
    ]
    assert record.is_retracted
    assert record.mesh_headings[0].qualifiers == (MeshQualifier("", "therapy", is_major=False),)
    assert deleted == [DeletedRecord(99_000_021, 2), DeletedRecord(99_000_022, 3)]


def test_article_of_only_a_pmid_has_empty_fields() -> None:
    record = read_one(b"<MedlineCitation><PMID>99000001</PMID><Article/></MedlineCitation>")

    assert record == PubmedRecord(99_000_001, journal=Journal())
    assert record.year is None
