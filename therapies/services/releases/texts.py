"""What a release says about itself: its README, its citation file and the sentence that cites it."""

from __future__ import annotations

import textwrap
from datetime import date

from django.utils.formats import date_format

SITE = "NELM Review"
TITLE = "a living evidence map of liver-directed therapies for neuroendocrine liver metastases"
AUTHORS = "The NELM Review authors"
LICENCE = "MIT"
REVIEW_TITLE = (
    "Liver-Directed Locoregional Therapies for Neuroendocrine Liver Metastases: Recent Advances and"
    " Management"
)
REVIEW = (
    f"Criss CR, Makary MS. {REVIEW_TITLE}. Curr Oncol. 2024;31(4):2076–2091. doi:10.3390/curroncol31040154"
)
# What each method of analysis (`therapies.analysis.METHOD`) was, for whoever follows an old link.
METHOD_WORDS = {
    "1": (
        "random effects on the logit scale (REML) with the Hartung–Knapp interval unless the link says"
        " otherwise; three studies or more of one definition, unit of analysis and time point, each patient"
        " once"
    ),
}
COUNTED = {
    "therapies": "therapies",
    "outcomes": "outcomes",
    "studies": "studies of patients",
    "reviews": "reviews, meta-analyses and guidelines, counted apart",
    "results": "results",
    "comparisons": "comparisons between arms",
    "cells": "filled cells of the map",
}

README = """\
# {site}, release {version}

{title}. Released on {day}.

{note}{counts}

## What is in here

| File | Holds |
| --- | --- |
| `evidence/*.json` | the published evidence, in the form in which the software loads it |
| `csv/results.csv` | one line a result: arm, outcome, value, interval, source |
| `csv/comparisons.csv` | one line a comparison between arms of a study |
| `csv/studies.csv` | one line a study or review |
| `csv/map.csv` | one line a cell of the map: counts, and the pooled proportion (in %) or why there is none |
| `records.json` | every row with its key, from which the site recomputes this release |
| `CITATION.cff` | how to cite this release, for software |
| `checksums.sha256` | the SHA-256 of every file; `sha256sum -c checksums.sha256` checks them |

Files are UTF-8. Numbers keep the digits their source prints. An empty field means that the source does not
say: “not reported” is never zero. Text that a spreadsheet would run as a formula is led by an apostrophe.

## How it is counted

A study counts once in a cell (therapy × outcome) if it has at least one published result of an arm treated
with that therapy or one below it in the tree. Reviews, meta-analyses and guidelines are counted apart.
Patients are those of the arms with such a result (the study's own number where no arm states one); studies
that share a cohort give their patients once, with the study that contributes most. Studies of mixed tumour
types are in the tables but stay out of the map's counts and of every pool.

Proportions are pooled on the logit scale by a random-effects model (REML, Hartung–Knapp interval), and only
where the results may be pooled: three studies or more, one definition, one unit of analysis, one time
point, no patient twice. Method of analysis: {method}.

## Licence and citation

{licence} licence. Please cite:

> {citation}

and the review it grew from:

> {review}

For education and research. It does not replace clinical judgement: check the source of a number before you
act on it.
"""

CITATION = """\
cff-version: 1.2.0
message: If you use this release, please cite it and the review it grew from.
title: "{site}: {title}"
type: dataset
version: "{version}"
date-released: "{iso_day}"
license: {licence}
authors:
  - name: {authors}
references:
  - type: article
    title: "{review_title}"
    authors:
      - given-names: Cody R
        family-names: Criss
      - given-names: Mina S
        family-names: Makary
    journal: Current Oncology
    year: 2024
    volume: 31
    issue: 4
    start: "2076"
    end: "2091"
    doi: 10.3390/curroncol31040154
"""


def citation(version: str, day: date) -> str:
    """Return the sentence that cites a release."""
    return f"{AUTHORS}. {SITE}: {TITLE}. Release {version}, {in_words(day)}."


def in_words(day: date) -> str:
    return date_format(day, "j F Y")


def readme(*, version: str, day: date, note: str, counts: dict[str, int], method: str) -> str:
    said = textwrap.fill(" ".join(note.split()), 115)
    return README.format(
        site=SITE,
        title=TITLE[:1].upper() + TITLE[1:],
        version=version,
        day=in_words(day),
        note=f"{said}\n\n" if said else "",
        counts="\n".join(f"- {counts[name]:,} {words}" for name, words in COUNTED.items()),
        method=method,
        licence=LICENCE,
        citation=citation(version, day),
        review=REVIEW,
    )


def citation_file(*, version: str, day: date) -> str:
    """Return the release as a Citation File Format 1.2.0 file (https://citation-file-format.github.io/)."""
    return CITATION.format(
        site=SITE,
        title=TITLE,
        version=version,
        iso_day=day.isoformat(),
        licence=LICENCE,
        authors=AUTHORS,
        review_title=REVIEW_TITLE,
    )
