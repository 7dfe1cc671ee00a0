"""Which therapies and outcomes a search names."""

from __future__ import annotations

import pytest

from therapies.models import Outcome, Therapy
from therapies.read_models.site_search import vocabulary
from therapies.read_models.site_search.words import words

HEADING = "Embolization, Therapeutic"
THERAPIES = vocabulary.of_therapies(
    [
        Therapy(code="tae", name="Bland embolization", abbreviation="TAE", synonyms=["HAE"], mesh=[HEADING]),
        Therapy(code="tace", name="Chemoembolization", abbreviation="TACE"),
        Therapy(code="deb-tace", name="Drug-eluting beads", abbreviation="DEB-TACE"),
        Therapy(
            code="tare", name="Radioembolization", abbreviation="TARE", synonyms=["SIRT"], mesh=[HEADING]
        ),
        Therapy(code="ablation", name="Ablation", abbreviation="ABL"),
        Therapy(code="rfa", name="Radiofrequency ablation", abbreviation="RFA"),
    ]
)
OUTCOMES = vocabulary.of_outcomes(
    [
        Outcome(code="os-median", name="Median overall survival", short_name="Median OS"),
        Outcome(code="pfs-rate", name="Progression-free survival rate", short_name="PFS rate"),
        Outcome(code="pd", name="Progressive disease", short_name="PD"),
        Outcome(code="major-ae", name="Major adverse event", short_name="Grade ≥3 / major"),
    ]
)


def codes(entries) -> list[str]:
    return [entry.item.code for entry in entries]


def find(entries, text: str) -> vocabulary.Named:
    return vocabulary.find(entries, words(text))


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("sirt", ["tare"]),
        ("TACE vs TAE", ["tace", "tae"]),
        ("survival after deb-tace", ["deb-tace"]),
        ("radiofrequency ablation", ["rfa"]),
        (HEADING, ["tae", "tare"]),
        ("microwaves", []),
    ],
)
def test_therapy_is_found_by_any_of_its_names(text, exact):
    assert codes(find(THERAPIES, text).exact) == exact


def test_therapy_is_found_by_a_word_of_its_name():
    named = find(THERAPIES, "bland")

    assert named.exact == ()
    assert codes(named.by_words) == ["tae"]


def test_rest_is_what_no_name_took_and_what_tells_something():
    assert find(THERAPIES, "progression after radiofrequency ablation").rest == ("progression",)


def test_words_find_the_outcomes_that_hold_most_of_them():
    assert codes(find(OUTCOMES, "progression").best) == ["pfs-rate", "pd"]
    assert codes(find(OUTCOMES, "progression free survival").best) == ["pfs-rate"]


@pytest.mark.parametrize(("text", "code"), [("toxicity", "major-ae"), ("OS", "os-median")])
def test_everyday_words_mean_outcomes(text, code):
    assert code in codes(vocabulary.find(OUTCOMES, vocabulary.everyday(words(text))).best)


def test_heading_shared_by_therapies_is_no_name_of_one():
    heading = words(HEADING)

    assert not any(vocabulary.is_called(entry, heading) for entry in THERAPIES)


def test_nothing_asked_names_nothing():
    assert find(THERAPIES, "") == vocabulary.Named()
