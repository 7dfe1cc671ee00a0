"""A table as a CSV file to download."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from nelm_review.core import csv_text


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return the rows as a CSV download; text that a spreadsheet would run as a formula is quoted."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    csv_text.write(response, header, rows)
    return response
