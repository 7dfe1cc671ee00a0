"""Raw records in the administration."""

from __future__ import annotations

import zlib

import pytest
from django.test import Client
from django.urls import reverse

from nelm_review.core.models import User
from references.admin.raw_record import SHOWN_BYTES, UNREADABLE, opening
from references.models import RawPubmedRecord
from tests.builders import make_raw_record, make_reference
from tests.core.administration.forms import act, address_of, messages_of


@pytest.fixture
def administration(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def _record(xml: bytes) -> RawPubmedRecord:
    return make_raw_record(make_reference(pmid=99_000_001), xml_zlib=zlib.compress(xml))


def _page(client: Client, record: RawPubmedRecord) -> str:
    return client.get(address_of(RawPubmedRecord, "change", record.pk)).content.decode()


def test_page_shows_the_xml_escaped(administration: Client) -> None:
    page = _page(administration, _record(b"<PMID>99000001</PMID><script>alert(1)</script>"))

    assert "&lt;PMID&gt;99000001&lt;/PMID&gt;&lt;script&gt;" in page
    assert "<script>alert(1)" not in page


def test_page_cuts_a_long_record_and_says_so(administration: Client) -> None:
    page = _page(administration, _record(b"x" * SHOWN_BYTES + b"THE END"))

    assert "THE END" not in page
    assert "Only the first 200 kB are shown." in page


def test_page_says_when_the_bytes_are_damaged(administration: Client) -> None:
    record = make_raw_record(make_reference(), xml_zlib=b"not zlib at all")

    assert UNREADABLE in _page(administration, record)


def test_opening_decompresses_no_more_than_it_shows() -> None:
    bomb = zlib.compress(b"0" * 50_000_000)

    text, is_cut = opening(bomb, limit=1_000)

    assert (len(text), is_cut) == (1_000, True)


def test_opening_of_a_record_of_just_the_limit_is_whole() -> None:
    assert opening(zlib.compress(b"0" * 1_000), limit=1_000) == ("0" * 1_000, False)


def test_download_sends_the_whole_record_as_a_file(administration: Client) -> None:
    xml = b"x" * SHOWN_BYTES + b"THE END"
    record = _record(xml)

    response = administration.get(reverse("admin:references_rawpubmedrecord_xml", args=[record.pk]))

    assert response.content == xml
    assert response["Content-Disposition"] == 'attachment; filename="pubmed-99000001.xml"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_download_of_damaged_bytes_says_so(administration: Client) -> None:
    record = make_raw_record(make_reference(), xml_zlib=b"not zlib at all")
    address = reverse("admin:references_rawpubmedrecord_xml", args=[record.pk])

    assert UNREADABLE in messages_of(administration.get(address, follow=True))


def test_download_is_for_administrators(client: Client, editor_a: User) -> None:
    address = reverse("admin:references_rawpubmedrecord_xml", args=[_record(b"<PMID/>").pk])

    as_stranger = client.get(address)
    client.force_login(editor_a)
    as_editor = client.get(address, follow=True)

    assert as_stranger["Location"].startswith(reverse("account_login"))
    assert as_editor.status_code == 403


def test_reparse_action_reports_what_cannot_be_read(administration: Client) -> None:
    record = make_raw_record(make_reference("Damaged"), xml_zlib=b"not zlib at all")

    response = act(administration, "reparse_selected", record)

    assert [message for message in messages_of(response) if "“Damaged” cannot be read" in message]
