"""What each utility of the double answers, over a socket."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.eutils import EutilsServer, Store
from tests.eutils_double.conftest import Visitor


def root_of(text: str) -> etree._Element:
    return etree.fromstring(text.encode())


def test_search_answers_in_xml(visitor: Visitor) -> None:
    response = visitor.get("esearch.fcgi", db="pubmed", term="synthetic letter[ti]", usehistory="y")

    root = root_of(response.text)
    assert response.headers.get_content_type() == "text/xml"
    assert root.findtext("Count") == root.findtext("RetMax") == "2"
    assert [node.text for node in root.iterfind("IdList/Id")] == ["99900115", "99900114"]
    assert (root.findtext("WebEnv") or "").startswith("MCID_")
    assert root.findtext("QueryKey") == "1"
    assert root.findtext("QueryTranslation") == '"synthetic letter"[Title]'


def test_search_answers_in_json(visitor: Visitor) -> None:
    response = visitor.get("esearch.fcgi", db="pubmed", term="letter[ti] AND xyzzy", retmode="json")

    result = response.json()["esearchresult"]
    assert (result["count"], result["idlist"]) == ("0", [])
    assert result["errorlist"] == {"phrasesnotfound": ["xyzzy"], "fieldsnotfound": []}
    assert result["warninglist"]["outputmessages"] == ["No items found."]
    assert "webenv" not in result


def test_search_serves_twenty_unless_told(visitor: Visitor) -> None:
    root = root_of(visitor.get("esearch.fcgi", db="pubmed", term="generated[sb]").text)

    assert (root.findtext("Count"), root.findtext("RetMax")) == ("12000", "20")


@pytest.mark.parametrize(
    ("retstart", "retmax", "n_served", "message"),
    [
        (0, 20_000, 9_999, "Restrictions achieved. start and count adjusted to 0, 9999"),
        (9_990, 10, 9, "Restrictions achieved. start and count adjusted to 9990, 9"),
        (9_998, 1, 1, None),
    ],
)
def test_search_stops_at_the_ceiling(
    visitor: Visitor, retstart: int, retmax: int, n_served: int, message: str | None
) -> None:
    response = visitor.get(
        "esearch.fcgi", db="pubmed", term="generated[sb]", retstart=retstart, retmax=retmax
    )

    root = root_of(response.text)
    assert len(root.findall("IdList/Id")) == n_served
    assert root.findtext("WarningList/OutputMessage") == message


def test_search_beyond_the_ceiling_fails_in_xml(visitor: Visitor) -> None:
    response = visitor.get("esearch.fcgi", db="pubmed", term="generated[sb]", retstart=15_000)

    assert response.status == 200
    assert " ".join((root_of(response.text).findtext("ERROR") or "").split()) == (
        "Search Backend failed: Exception: Position 15000 is out of acceptable range [9999,9998]"
    )


def test_search_beyond_the_ceiling_fails_in_json_that_is_none(visitor: Visitor) -> None:
    response = visitor.get("esearch.fcgi", db="pubmed", term="generated[sb]", retstart=15_000, retmode="json")

    with pytest.raises(ValueError, match="control character"):
        response.json()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"db": "pubmed"}, "Empty term and query_key - nothing todo"),
        ({"db": "pub", "term": "liver"}, "Invalid db name specified: pub"),
    ],
)
def test_search_refuses(visitor: Visitor, parameters: dict[str, str], message: str) -> None:
    assert root_of(visitor.get("esearch.fcgi", **parameters).text).findtext("ERROR") == message
    in_json = visitor.get("esearch.fcgi", retmode="json", **parameters).json()
    assert in_json["esearchresult"]["ERROR"] == message


def test_search_and_post_add_to_a_result_set(visitor: Visitor) -> None:
    first = root_of(visitor.get("esearch.fcgi", db="pubmed", term="liver", usehistory="y").text)
    web_env = first.findtext("WebEnv")

    second = root_of(visitor.post("epost.fcgi", db="pubmed", id="99900101", WebEnv=web_env).text)

    assert second.findtext("WebEnv") == web_env
    assert second.findtext("QueryKey") == "2"


def test_fetch_serves_known_records_in_the_order_asked(visitor: Visitor) -> None:
    response = visitor.get("efetch.fcgi", db="pubmed", id="99900102,5,99900101,099900102", retmode="xml")

    assert [node.text for node in root_of(response.text).iterfind("PubmedArticle/MedlineCitation/PMID")] == [
        "99900102",
        "99900101",
    ]
    assert "pubmed_250101.dtd" in response.text


def test_fetch_of_unknown_records_is_an_empty_set(visitor: Visitor) -> None:
    response = visitor.get("efetch.fcgi", db="pubmed", id="99999999", retmode="xml")

    assert response.status == 200
    assert response.text.endswith("<PubmedArticleSet></PubmedArticleSet>\n")


@pytest.mark.parametrize("ids", ["", "abc", "0", "x,0"])
def test_fetch_of_no_ids_is_refused(visitor: Visitor, ids: str) -> None:
    response = visitor.get("efetch.fcgi", db="pubmed", id=ids, retmode="xml")

    assert response.status == 400
    assert "ID list is empty! Possibly it has no correct IDs." in response.text


def test_fetch_takes_a_post(visitor: Visitor) -> None:
    ids = ",".join(str(pmid) for pmid in range(90_000_001, 90_000_301))

    response = visitor.post("efetch.fcgi", db="pubmed", id=ids, retmode="xml")

    assert response.text.count("<PubmedArticle>") == 300


def test_fetch_pages_through_a_result_set(visitor: Visitor) -> None:
    kept = root_of(visitor.post("epost.fcgi", db="pubmed", id="99900101,99900102,99900103").text)
    asked = {"db": "pubmed", "WebEnv": kept.findtext("WebEnv"), "query_key": kept.findtext("QueryKey")}

    page = visitor.get("efetch.fcgi", retmode="xml", retstart=1, retmax=1, **asked)
    beyond = visitor.get("efetch.fcgi", retmode="xml", retstart=3, retmax=1, **asked)

    assert [node.text for node in root_of(page.text).iterfind(".//MedlineCitation/PMID")] == ["99900102"]
    assert beyond.status == 400
    assert "Cannot retrieve history data: OUT OF RANGE" in beyond.text


def test_result_sets_expire(visitor: Visitor, server: EutilsServer) -> None:
    kept = root_of(visitor.post("epost.fcgi", db="pubmed", id="99900101").text)
    server.expire_histories()

    response = visitor.get(
        "efetch.fcgi", db="pubmed", WebEnv=kept.findtext("WebEnv"), query_key="1", retmode="xml"
    )

    assert response.status == 200
    assert root_of(response.text).findtext("ERROR") == "Unable to obtain query #1"


def test_post_names_ids_that_are_none(visitor: Visitor) -> None:
    root = root_of(visitor.post("epost.fcgi", db="pubmed", id="99900101,abc").text)

    assert root.findtext("InvalidIdList/Id") == "abc"
    assert root.findtext("QueryKey") == "1"


def test_link_answers_one_set_for_each_id(visitor: Visitor) -> None:
    response = visitor.get(
        "elink.fcgi", dbfrom="pubmed", linkname="pubmed_pubmed_citedin", id=["99900101", "99900102"]
    )

    sets = root_of(response.text).findall("LinkSet")
    assert [each.findtext("IdList/Id") for each in sets] == ["99900101", "99900102"]
    assert [each.findtext("LinkSetDb/Link/Id") for each in sets] == ["99900109", None]


def test_link_mixes_ids_of_one_list(visitor: Visitor) -> None:
    response = visitor.get(
        "elink.fcgi", dbfrom="pubmed", linkname="pubmed_pubmed_citedin", id="99900101,99900103"
    )

    (link_set,) = root_of(response.text).findall("LinkSet")
    assert [node.text for node in link_set.iterfind("LinkSetDb/Link/Id")] == ["99900109"]


def test_summary_answers_in_json(visitor: Visitor) -> None:
    result = visitor.get("esummary.fcgi", db="pubmed", id="22319650,5", retmode="json").json()["result"]

    assert result["uids"] == ["22319650", "5"]
    assert result["22319650"]["title"] == "Surgical Treatment of Neuroendocrine Liver Metastases"
    assert {"idtype": "pmc", "value": "PMC3272804"} in result["22319650"]["articleids"]
    assert result["5"] == {"uid": "5", "error": "cannot get document summary"}


def test_summary_answers_in_xml(visitor: Visitor) -> None:
    root = root_of(visitor.get("esummary.fcgi", db="pubmed", id="22319650").text)

    assert root.findtext("DocSum/Id") == "22319650"
    assert root.findtext("DocSum/Item[@Name='Source']") == "Int J Hepatol"


def test_summary_refuses_more_than_five_hundred_in_json(visitor: Visitor) -> None:
    ids = ",".join(str(number) for number in range(1, 502))

    assert visitor.post("esummary.fcgi", db="pubmed", id=ids, retmode="json").json()["error"] == (
        "Too many UIDs in request. Maximum number of UIDs is 500 for JSON format output."
    )


@pytest.mark.parametrize(
    ("citation", "answer"),
    [
        ("Int J Hepatol|2012|2012|146590|lee sy|k1|", "22319650"),
        ("int j hepatol|2012|||wrong author|k1|", "22319650"),
        ("Ann Placeholder Med|2020|10|55||k1|", "AMBIGUOUS 99900114,99900115"),
        ("Ann Placeholder Med|2020|10|55|testa c|k1|", "99900115"),
        ("Ann Placeholder Med|1950|10|55||k1|", "NOT_FOUND"),
        ("Ann Placeholder Med|||||k1|", "NOT_FOUND"),
        ("No Such Journal|2020|10|55||k1|", "NOT_FOUND;INVALID_JOURNAL"),
    ],
)
def test_citation_is_matched(visitor: Visitor, citation: str, answer: str) -> None:
    response = visitor.get("ecitmatch.cgi", db="pubmed", retmode="xml", bdata=citation)

    assert response.headers.get_content_type() == "text/plain"
    assert response.text == f"{citation}{answer}\n"


def test_citations_are_parted_by_carriage_returns(visitor: Visitor) -> None:
    response = visitor.get("ecitmatch.cgi", db="pubmed", bdata="A|1|1|1||a|\rB|1|1|1||b|\rtoo|short")

    assert [line.split("|")[5] for line in response.text.splitlines()] == ["a", "b"]


def test_info_names_the_database_and_its_size(visitor: Visitor, store: Store) -> None:
    assert root_of(visitor.get("einfo.fcgi").text).findtext("DbList/DbName") == "pubmed"
    about = root_of(visitor.get("einfo.fcgi", db="pubmed").text)
    assert about.findtext("DbInfo/Count") == str(len(store))


def test_path_that_is_no_utility_is_not_found(visitor: Visitor) -> None:
    assert visitor.get("espell.fcgi", term="x").status == 404
