"""Downloads: the same numbers as the pages, as tables, figures and scripts."""

from __future__ import annotations

from therapies.exports.comparison import comparison_csv
from therapies.exports.csv_file import csv_response
from therapies.exports.evidence import evidence_csv
from therapies.exports.evidence_map import map_csv
from therapies.exports.metafor import evidence_script
from therapies.exports.plot import evidence_png, evidence_svg

__all__ = [
    "comparison_csv",
    "csv_response",
    "evidence_csv",
    "evidence_png",
    "evidence_script",
    "evidence_svg",
    "map_csv",
]
