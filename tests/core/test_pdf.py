"""PDF files: one page, with what readers and their software need, and nothing fetched."""

from __future__ import annotations

import sys
from threading import Lock
from urllib.request import OpenerDirector

import pytest

from nelm_review.core import pdf
from tests import pdf_files

pytestmark = pytest.mark.skipif(not pdf.is_possible(), reason="This machine has no Pango, or no font.")
BASE = "http://nelm.example/here/"


def page(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><title>Sheet 99</title><meta name="author" content="Somebody">'
        f"</head><body>{body}</body></html>"
    )


def write(body: str) -> bytes:
    return pdf.write(page(body), style_sheets=["css/sheet.css"], base_url=BASE)


def test_file_has_title_author_language_and_tags():
    found = pdf_files.content(write("<main><h1>Words</h1></main>"))

    assert b"Sheet 99" in found
    assert b"Somebody" in found
    assert b"/Lang (en)" in found
    assert b"/Marked true" in found
    assert b"pdfuaid" in found


def test_links_are_made_whole():
    assert b"http://nelm.example/studies/" in pdf_files.content(write('<a href="/studies/">all</a>'))


def test_nothing_is_fetched(monkeypatch):
    asked = []
    monkeypatch.setattr(OpenerDirector, "open", lambda _self, request, *_args, **_more: asked.append(request))

    found = write(
        '<img src="http://192.0.2.1/a.png"><img src="file:///etc/hostname">'
        '<link rel="stylesheet" href="/b.css">'
        '<object data="http://192.0.2.1/c.svg"></object><p>Still written</p>'
    )

    assert pdf_files.n_pages(found) == 1
    assert asked == []


def test_type_is_made_smaller_until_the_page_holds_it(monkeypatch):
    lines = "<p>line</p>" * 72
    monkeypatch.setattr(pdf, "TYPE_SIZES", ("9pt",))
    assert pdf_files.n_pages(write(f"<main>{lines}</main>")) == 2
    monkeypatch.setattr(pdf, "TYPE_SIZES", ("9pt", "7.4pt"))

    assert pdf_files.n_pages(write(f"<main>{lines}</main>")) == 1


def test_machine_without_the_library_says_so(monkeypatch):
    monkeypatch.setattr(pdf, "_weasyprint", lambda: None)

    assert not pdf.is_possible()
    with pytest.raises(pdf.NoLibrary, match="Pango"):
        write("<p>words</p>")


def test_library_that_cannot_be_imported_is_no_library(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    assert pdf._weasyprint.__wrapped__() is None
    assert "cannot be made" in caplog.text


def test_server_that_makes_others_says_that_it_is_busy(monkeypatch):
    taken = Lock()
    monkeypatch.setattr(pdf, "_one_at_a_time", taken)
    monkeypatch.setattr(pdf, "LONGEST_WAIT", 0.01)

    with taken, pytest.raises(pdf.Busy):
        write("<p>words</p>")


def test_style_sheet_that_does_not_exist_is_no_empty_one():
    with pytest.raises(FileNotFoundError, match=r"css/none\.css"):
        pdf.write(page(""), style_sheets=["css/none.css"], base_url=BASE)
