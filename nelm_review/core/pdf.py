"""A page as a PDF file, made by WeasyPrint without asking any address for anything.

WeasyPrint needs Pango (a library of the system, https://doc.courtbouillon.org/weasyprint/stable/first_steps.html)
and a font. A machine may lack either; then there are no PDFs, and whoever asks is told so.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from types import ModuleType

from django.contrib.staticfiles import finders

logger = logging.getLogger(__name__)

# What stands above a page is set smaller only until it fits: below this, nobody reads it.
TYPE_SIZES = ("8.4pt", "7.9pt", "7.4pt")
# Readable by assistive technology: headings, tables and reading order are marked in the file.
VARIANT = "pdf/ua-1"
LONGEST_WAIT = 20.0
# Laying out a page is all computation: two at once would take as long as one after the other.
_one_at_a_time = Lock()


class CannotWritePdf(Exception):
    """There is no PDF, and the words say why."""


class NoLibrary(CannotWritePdf):
    """This machine has no Pango, or no font to write with."""


class Busy(CannotWritePdf):
    """Others are being made, and the wait would be too long."""


def is_possible() -> bool:
    """Say whether this machine can write PDFs; the first answer takes a second or two."""
    return _weasyprint() is not None


def write(html: str, *, style_sheets: Sequence[str], base_url: str) -> bytes:
    """Return the page as one PDF, in the largest of TYPE_SIZES in which it fits on a single sheet of paper.

    `style_sheets` are names of static files, read from their source folder; nothing that the page itself
    refers to is fetched, and `base_url` only makes its links whole. Raises NoLibrary or Busy.
    """
    weasyprint = _weasyprint()
    if weasyprint is None:
        raise NoLibrary("This server cannot make PDF files: Pango, a library it needs, is not installed.")
    if not _one_at_a_time.acquire(timeout=LONGEST_WAIT):
        raise Busy("The server is making other PDF files.")
    try:
        sheets = [_sheet(weasyprint, _source(name)) for name in style_sheets]
        page = weasyprint.HTML(string=html, base_url=base_url, url_fetcher=_fetcher(weasyprint))
        for size in TYPE_SIZES:
            type_size = _sheet(weasyprint, f"html {{ font-size: {size} }}")
            document = page.render(stylesheets=[*sheets, type_size], pdf_variant=VARIANT)
            if len(document.pages) == 1:
                break
        return document.write_pdf(pdf_variant=VARIANT)
    finally:
        _one_at_a_time.release()


@cache
def _weasyprint() -> ModuleType | None:
    """Return the library, None where it cannot work; imported when first needed, for it takes a second."""
    # They tell every step, and complain of every property of CSS that only browsers know.
    for name in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            # The library only warns of it, and would write boxes for letters.
            warnings.filterwarnings("error", message="No fonts configured")
            import weasyprint
    except (ImportError, OSError, UserWarning) as problem:
        logger.warning("PDF files cannot be made on this machine: %s", problem)
        return None
    return weasyprint


def _fetcher(weasyprint: ModuleType) -> object:
    class Refusing(weasyprint.urls.URLFetcher):
        """Fetches nothing: a page comes whole."""

        def fetch(self, url: str, headers: object = None) -> object:
            raise ValueError(f"Not fetched: {url}")

    return Refusing()


def _sheet(weasyprint: ModuleType, css: str) -> object:
    return weasyprint.CSS(string=css, url_fetcher=_fetcher(weasyprint))


def _source(name: str) -> str:
    found = finders.find(name)
    if found is None:
        raise FileNotFoundError(f"There is no static file “{name}”.")
    return Path(found).read_text(encoding="utf-8")
