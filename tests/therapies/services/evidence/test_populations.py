"""Who the patients are: read, checked, loaded and written back, and what the shipped file rests on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nelm_review.core.history import recorded
from nelm_review.core.models import User
from tests.therapies.services.evidence.conftest import Load
from therapies.models import CRITERIA, Population
from therapies.services import evidence

pytestmark = pytest.mark.django_db

STUDIES = json.loads((evidence.DATA / "studies.json").read_text())
POPULATIONS = json.loads((evidence.DATA / "populations.json").read_text())


def entry(**overrides: Any) -> dict[str, Any]:
    found = {"study": "first-2020", "arm": None, "structured_by": "hand", "quotes": ["a quote"]}
    return {**found, **overrides}


def written(tmp_path: Path) -> list[dict[str, Any]]:
    evidence.dump(tmp_path / "out")
    return json.loads((tmp_path / "out" / "populations.json").read_text())


# The shipped file


def test_every_shipped_study_was_read() -> None:
    wholes = [population["study"] for population in POPULATIONS if population["arm"] is None]

    assert wholes == [study["key"] for study in STUDIES]


def test_every_quote_of_the_shipped_file_stands_in_the_text() -> None:
    texts = {
        study["key"]: [study["population"] or "", *(arm["label"] for arm in study["arms"])]
        for study in STUDIES
    }

    astray = [
        (population["study"], quote)
        for population in POPULATIONS
        for quote in population["quotes"]
        if not any(quote in text for text in texts[population["study"]])
    ]
    assert astray == []


def test_whatever_the_shipped_file_states_rests_on_a_quote() -> None:
    stating = [population for population in POPULATIONS if population.keys() & CRITERIA.keys()]

    assert len(stating) > 100
    assert all(population["quotes"] for population in stating)


def test_shares_of_the_shipped_file_stand_in_the_quotes() -> None:
    """A number of patients is printed, or is that of an arm, or adds up what its words print."""
    sizes = {study["key"]: {str(arm["n"]) for arm in study["arms"]} for study in STUDIES}
    sums = {("marburg-tace-2003", "functional"), ("marburg-tace-2003", "non-functional")} | {
        ("gillams-2005", "other"),
        ("islet-cell-hae-1988", "functional"),
    }
    words = {"four": "4", "one": "1"}

    def is_printed(population: dict[str, Any], number: Any) -> bool:
        text = " ".join(population["quotes"])
        spelled = {digit for word, digit in words.items() if word in text}
        return str(number) in text or str(number) in spelled | sizes[population["study"]]

    unprinted = {
        (population["study"], part["value"])
        for population in POPULATIONS
        for code in population.keys() & CRITERIA.keys()
        for part in population[code]
        for name in ("n", "percent")
        if name in part and not is_printed(population, part[name])
    }
    assert (
        unprinted - sums - {("siperstein-1997", part) for part in ("thyroid", "pancreas", "non-functional")}
        == set()
    )


# Loading


def test_population_is_loaded_with_its_shares(load: Load) -> None:
    load(
        populations=[
            entry(
                primary=[{"value": "pancreas", "n": 7, "percent": 93.3, "words": "islet"}, {"value": "rest"}]
            )
        ]
    )

    row = Population.objects.get()
    assert (row.study.key, row.arm, row.structured_by, row.quotes) == (
        "first-2020",
        None,
        "hand",
        ["a quote"],
    )
    assert row.primary == {"pancreas": {"n": 7, "percent": 93.3, "words": "islet"}, "rest": {}}
    assert row.grade == {}


def test_population_of_an_arm_is_tied_to_it(load: Load) -> None:
    load(populations=[entry(arm="a2", grade=[{"value": "g1"}])])

    row = Population.objects.get()
    assert (row.arm.code, row.arm.study) == ("a2", row.study)


def test_second_load_changes_nothing(load: Load) -> None:
    contents = [entry(primary=[{"value": "pancreas", "percent": 93.3}]), entry(arm="a1")]
    load(populations=contents)

    assert load(populations=contents).is_unchanged


def test_changed_entry_updates_its_row(load: Load) -> None:
    load(populations=[entry(grade=[{"value": "g1"}])])

    ledger = load(populations=[entry(grade=[{"value": "g2"}])])

    assert ledger.tallies["populations"].updated == 1
    assert Population.objects.get().grade == {"g2": {}}


def test_row_that_an_editor_changed_is_kept(load: Load, editor_a: User) -> None:
    contents = [entry(grade=[{"value": "g1"}])]
    load(populations=contents)
    with recorded(by=editor_a, service="admin", reason="The full text says otherwise."):
        Population.objects.update(grade={"g3": {}})

    ledger = load(populations=contents)

    assert Population.objects.get().grade == {"g3": {}}
    assert ledger.tallies["populations"].kept == 1
    assert "population first-2020: kept as it was changed here" in str(ledger)


def test_entry_that_left_the_file_stays(load: Load) -> None:
    load(populations=[entry(), entry(arm="a1")])

    ledger = load(populations=[entry()])

    assert ledger.tallies["populations"].absent == 1
    assert Population.objects.count() == 2
    assert "population first-2020 a1: not in the files; it stays." in ledger.notes


def test_directory_without_the_file_leaves_what_there_is(load: Load, tmp_path: Path) -> None:
    load(populations=[entry()])
    (tmp_path / "populations.json").unlink()

    assert evidence.load(tmp_path).is_unchanged
    assert Population.objects.exists()


# Writing back


def test_dump_writes_what_was_loaded(load: Load, tmp_path: Path) -> None:
    parts = [{"value": "small-bowel", "n": 3, "percent": 30, "words": "midgut"}, {"value": "rest"}]
    contents = [
        entry(primary=parts, ki67="< 3 %"),
        entry(arm="a2", quotes=[], structured_by="source"),
        entry(study="second-2021"),
    ]
    load(populations=contents)

    assert written(tmp_path) == contents


def test_dump_orders_studies_arms_and_values(load: Load, tmp_path: Path) -> None:
    values = [{"value": "g2"}, {"value": "g1"}]
    load(populations=[entry(study="second-2021"), entry(arm="a2"), entry(arm="a1"), entry(grade=values)])

    found = written(tmp_path)

    assert [(one["study"], one["arm"]) for one in found] == [
        ("first-2020", None), ("first-2020", "a1"), ("first-2020", "a2"), ("second-2021", None),
    ]  # fmt: skip
    assert found[0]["grade"] == values[::-1]


def test_shipped_file_comes_back_byte_for_byte(tmp_path: Path) -> None:
    evidence.load()

    evidence.dump(tmp_path)

    shipped = (evidence.DATA / "populations.json").read_bytes()
    assert (tmp_path / "populations.json").read_bytes() == shipped


# Refusals

BROKEN = [
    (entry(study="gone"), "“gone” is no study of studies.json."),
    (entry(arm="a9"), "“a9” is no arm of this study (it has a1, a2)."),
    (entry(grade=[{"value": "g9"}]), "it must be one of: g1, g2"),
    (entry(grade=[{"value": "g1"}, {"value": "g1"}]), "“g1” stands here more than once."),
    (entry(grade=[{"value": "g1", "n": 0}]), "0 lies outside"),
    (entry(grade=[{"value": "g1", "percent": 100.5}]), "100.5 % is no share."),
    (entry(grade=[{"value": "g1", "count": 1}]), "the key “count” is not known."),
    (entry(stage=[]), "the key “stage” is not known."),
    (entry(structured_by="luck"), "it must be one of: hand, source"),
]


@pytest.mark.parametrize(("broken", "words"), BROKEN, ids=[words for _entry, words in BROKEN])
def test_broken_entry_is_refused_by_name(load: Load, broken: dict[str, Any], words: str) -> None:
    with pytest.raises(evidence.EvidenceError) as refusal:
        load(populations=[broken])

    (problem,) = refusal.value.problems
    assert problem.file == "populations.json"
    assert words in problem.sentence
    assert not Population.objects.exists()


def test_same_patients_twice_are_refused(load: Load) -> None:
    with pytest.raises(evidence.EvidenceError, match="the same patients are described above"):
        load(populations=[entry(), entry()])
