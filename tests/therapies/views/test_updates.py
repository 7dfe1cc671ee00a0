"""The page of updates, the count for readers who come back, and the feeds."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from lxml import etree

from nelm_review.core.models import User
from tests.builders import make_arm, make_outcome, make_result, make_study, make_therapy
from therapies.services import publishing

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom"}
FEEDS = ["/updates/feed/", "/updates/feed/whole/", "/evidence/whole/rate/feed/"]


@pytest.fixture
def _published() -> None:
    arm = make_arm(make_study("one", label="Study <b>&\x01"), make_therapy("whole"))
    publishing.publish(
        make_result(arm, make_outcome("rate"), is_published=False), by=User.objects.evidence_loader()
    )


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_page_says_that_there_is_nothing_yet(client: Client) -> None:
    assert "Nothing has been published yet" in text(client.get("/updates/"))


@pytest.mark.usefixtures("_published")
def test_page_shows_the_newest_changes_escaped(client: Client) -> None:
    page = text(client.get("/updates/"))

    assert "1 result entered" in page
    assert "Study &lt;b&gt;&amp;" in page


@pytest.mark.usefixtures("_published")
def test_page_answers_htmx_with_its_part(client: Client) -> None:
    response = client.get("/updates/", headers={"HX-Request": "true"})

    assert "<h1>" not in response.content.decode()
    assert "1 result entered" in text(response)


@pytest.mark.usefixtures("_published")
@pytest.mark.parametrize("query", [{"kind": "left"}, {"since": "2999-01-01"}, {"since": "2199-01-01"}])
def test_page_says_that_nothing_fits(client: Client, query: dict[str, str]) -> None:
    page = text(client.get("/updates/", query))

    assert "Nothing happened that fits" in page or "It is ignored" in page


@pytest.mark.usefixtures("_published")
@pytest.mark.parametrize(
    "query",
    [{"since": "<yesterday>"}, {"kind": "gone"}, {"therapy": "none"}, {"outcome": "none"}, {"page": "99x"}],
)
def test_page_reports_what_it_cannot_read_and_shows_the_rest(client: Client, query: dict[str, str]) -> None:
    response = client.get("/updates/", query)

    assert response.status_code == 200
    assert "1 result entered" in text(response)
    assert "It is ignored" in text(response) or "page" in query


@pytest.mark.usefixtures("_published")
def test_page_offers_the_feed_of_the_place(client: Client) -> None:
    page = text(client.get("/updates/", {"therapy": "whole", "outcome": "rate"}))

    assert "/updates/feed/whole/" in page
    assert "/evidence/whole/rate/feed/" in page


@pytest.mark.usefixtures("_published")
def test_count_tells_how_many_changes_there_were(client: Client) -> None:
    assert client.get("/updates/count/", {"since": "2020-01-01"}).json() == {"n": 1}
    assert client.get("/updates/count/", {"since": "2199-01-01T00:00:00.000Z"}).json() == {"n": 0}


def test_count_refuses_a_moment_that_is_none(client: Client) -> None:
    response = client.get("/updates/count/", {"since": "soon"})

    assert response.status_code == 400
    assert "since" in response.json()["problem"]


@pytest.mark.usefixtures("_published")
@pytest.mark.parametrize("address", FEEDS)
def test_feed_is_atom_with_what_the_format_requires(client: Client, address: str) -> None:
    response = client.get(address)

    feed = etree.fromstring(response.content)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    for scope in (feed, feed.find("a:entry", ATOM)):
        for name in ("id", "title", "updated"):
            assert scope.findtext(f"a:{name}", namespaces=ATOM)
    assert feed.find("a:author/a:name", ATOM) is not None
    assert feed.xpath("string(a:link[@rel='self']/@href)", namespaces=ATOM).endswith(address)


@pytest.mark.usefixtures("_published")
def test_feeds_name_their_entries_apart_and_for_good(client: Client) -> None:
    def names(address: str) -> list[str]:
        feed = etree.fromstring(client.get(address).content)
        return feed.xpath("//a:id/text()", namespaces=ATOM)

    every = [name for address in FEEDS for name in names(address)]
    assert len(set(every)) == len(every) == 6
    assert names(FEEDS[0]) == names(FEEDS[0])
    assert all(name.startswith("tag:testserver,2026:") for name in every)


@pytest.mark.usefixtures("_published")
def test_feed_escapes_text_twice_and_drops_what_xml_cannot_hold(client: Client) -> None:
    feed = etree.fromstring(client.get("/updates/feed/").content)

    summary = feed.findtext("a:entry/a:summary", namespaces=ATOM)
    assert "Study &lt;b&gt;&amp;" in summary
    assert "\x01" not in summary


@pytest.mark.usefixtures("_published")
def test_feed_is_not_sent_twice(client: Client) -> None:
    first = client.get("/updates/feed/")

    second = client.get("/updates/feed/", headers={"If-None-Match": first["ETag"]})

    assert second.status_code == 304


def test_feed_of_nothing_is_still_a_feed(client: Client) -> None:
    feed = etree.fromstring(client.get("/updates/feed/").content)

    assert feed.find("a:entry", ATOM) is None
    assert feed.findtext("a:updated", namespaces=ATOM)


@pytest.mark.parametrize("address", ["/updates/feed/nowhere/", "/evidence/nowhere/nothing/feed/"])
def test_feed_of_a_place_that_is_not_there(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404
