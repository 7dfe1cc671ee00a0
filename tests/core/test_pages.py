"""What the head of every page says of it: its own address, its title and what it is about."""

from __future__ import annotations

import json
import re

import pytest

from tests.builders import make_journal, make_outcome, make_reference, make_release, make_result, make_therapy

pytestmark = pytest.mark.django_db


def head(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode().split("</head>")[0]


def linked(client, address: str) -> dict[str, object]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', head(client, address))
    return json.loads(found[1])


def test_canonical_address_is_whole_and_tells_nothing_of_where_a_visitor_came_from(client):
    found = head(client, "/?utm_source=mail&view=table&gclid=1&n_min=10")

    assert '<link rel="canonical" href="http://testserver/?view=table&amp;n_min=10">' in found
    assert '<meta property="og:url" content="http://testserver/?view=table&amp;n_min=10">' in found


def test_shared_page_has_its_own_title_and_description(client):
    therapy = make_therapy("tace", name='Chemo "embolization" <b>')

    found = head(client, therapy.get_absolute_url())

    assert '<meta property="og:title" content="Chemo &quot;embolization&quot; &lt;b&gt;">' in found
    assert "<title>Chemo &quot;embolization&quot; &lt;b&gt; · NELM Review</title>" in found
    assert 'og:description" content="Chemo &quot;embolization&quot; &lt;b&gt; in neuroendocrine' in found


def test_map_is_a_data_set_with_downloads(client):
    make_result(outcome=make_outcome("orr"))

    found = linked(client, "/")

    assert found["@type"] == "Dataset"
    assert {"name", "description", "url", "license", "version", "dateModified", "creator"} <= set(found)
    assert [one["contentUrl"] for one in found["distribution"]] == [
        "http://testserver/map.csv",
        "http://testserver/api/v1/results",
    ]
    assert all(client.get(one["contentUrl"]).status_code == 200 for one in found["distribution"])


@pytest.mark.parametrize("address", ["/releases/", "/releases/2026.01.02/"])
def test_release_is_a_data_set_of_its_version(client, address):
    make_result(outcome=make_outcome("orr"))
    release = make_release("2026.01.02")

    found = linked(client, address)

    assert (found["@type"], found["version"]) == ("Dataset", "2026.01.02")
    assert found["dateModified"].startswith("2026-01-02")
    assert found["identifier"]["value"] == release.sha256
    assert client.get(found["distribution"][0]["contentUrl"])["Content-Type"] == "application/zip"


def test_reference_is_an_article_whatever_its_title_says(client):
    title = 'Made-up study </script><script>alert("1")</script>'
    reference = make_reference(
        title,
        pmid=99000001,
        doi="10.99999/made.up",
        authors_text="Writer A, Writer B",
        published_year=2020,
        published_month=3,
        published_day=None,
        journal=make_journal(),
    )

    found = linked(client, reference.get_absolute_url())

    assert found["@type"] == "MedicalScholarlyArticle"
    assert found["headline"] == title
    assert [one["name"] for one in found["author"]] == ["Writer A", "Writer B"]
    assert found["datePublished"] == "2020-03"
    assert {one["propertyID"]: one["value"] for one in found["identifier"]} == {
        "DOI": "10.99999/made.up",
        "PMID": "99000001",
    }
    assert found["isPartOf"]["name"] == str(reference.journal)


def test_reference_without_a_title_is_not_described(client):
    reference = make_reference("", pmid=99000002)

    assert "application/ld+json" not in head(client, reference.get_absolute_url())


def test_therapy_page_says_what_it_is_about_and_for_whom(client):
    therapy = make_therapy("tace", name="Chemoembolization", abbreviation="TACE", synonyms=["Chemo-emb"])

    found = linked(client, therapy.get_absolute_url())

    assert found["@type"] == "MedicalWebPage"
    assert found["about"]["@type"] == "MedicalTherapy"
    assert found["about"]["alternateName"] == ["TACE", "Chemo-emb"]
    assert found["audience"]["audienceType"] == "Clinician"
