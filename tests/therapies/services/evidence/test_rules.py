"""Every rule of the evidence files: broken alone, it is named with file, entry and field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import evidence_files as files
from therapies.services import evidence

Contents = dict[str, Any]
Break = Callable[[Contents], None]


def problems_of(directory: Path) -> list[str]:
    try:
        evidence.check(directory)
    except evidence.EvidenceError as error:
        return [str(problem) for problem in error.problems]
    return []


def broken(tmp_path: Path, change: Break) -> list[str]:
    contents = files.files()
    change(contents)
    return problems_of(files.write(tmp_path, contents))


def study(contents: Contents) -> dict[str, Any]:
    return contents["studies"][0]


def result(**values: Any) -> Break:
    return lambda c: study(c)["results"].__setitem__(0, files.result_entry(**values))


def median(**values: Any) -> Break:
    return lambda c: study(c)["results"].__setitem__(0, files.median_entry(**values))


def comparison(**values: Any) -> Break:
    return lambda c: study(c)["comparisons"].__setitem__(0, files.comparison_entry(**values))


def publication(**values: Any) -> Break:
    return lambda c: study(c).update(references=[files.publication_entry(**values)])


def in_study(**values: Any) -> Break:
    return lambda c: study(c).update(values)


def in_review(**values: Any) -> Break:
    return lambda c: c["review"].update(values)


def in_therapy(index: int, **values: Any) -> Break:
    return lambda c: c["therapies"][index].update(values)


def in_outcome(index: int, **values: Any) -> Break:
    return lambda c: c["outcomes"][index].update(values)


def removed(key: str) -> Break:
    return lambda c: study(c).pop(key)


STUDY = "studies.json, study “first-2020”, "
RULES: list[tuple[Break, str, str]] = [
    # therapies.json
    (in_therapy(1, code="alpha"), "therapies.json, therapy “alpha”, code", "used more than once"),
    (in_therapy(1, name="Therapy alpha"), "therapies.json, therapy “beta”, name", "used more than once"),
    (in_therapy(0, parent="nowhere"), "therapies.json, therapy “alpha”, parent", "is no therapy"),
    (in_therapy(0, parent="beta"), "therapies.json, therapy “alpha”, parent", "alpha → beta → alpha"),
    (in_therapy(0, parent="alpha"), "therapies.json, therapy “alpha”, parent", "alpha → alpha"),
    (in_therapy(0, kind="locoregionl"), "therapies.json, therapy “alpha”, kind", "mean “locoregional”?"),
    (in_therapy(0, code="Two Words"), "therapies.json, therapy “Two Words”, code", "is no code"),
    (in_therapy(0, synonyms="one"), "therapies.json, therapy “alpha”, synonyms", "a list is required"),
    (in_therapy(0, synonyms=[1]), "therapies.json, therapy “alpha”, synonyms[0]", "text is required"),
    # outcomes.json
    (in_outcome(1, code="rate"), "outcomes.json, outcome “rate”, code", "used more than once"),
    (in_outcome(1, name="Outcome rate"), "outcomes.json, outcome “time”, name", "used more than once"),
    (in_outcome(0, domain="cost"), "outcomes.json, outcome “rate”, domain", "must be one of"),
    (in_outcome(0, measure="share"), "outcomes.json, outcome “rate”, measure", "must be one of"),
    (in_outcome(0, better="more"), "outcomes.json, outcome “rate”, better", "must be one of"),
    (in_outcome(0, unit="months"), "outcomes.json, outcome “rate”, unit", "no unit of a proportion"),
    (in_outcome(1, unit="%"), "outcomes.json, outcome “time”, unit", "no unit of a median-time"),
    # studies.json: shape
    (lambda c: c["studies"][1].update(key="first-2020"), STUDY + "key", "used more than once"),
    (removed("design"), STUDY + "design", "the key is missing"),
    (in_study(desing="registry"), STUDY + "desing", "not known. Did you mean “design”?"),
    (in_study(design="cohort"), STUDY + "design", "must be one of"),
    (in_study(centres="two"), STUDY + "centres", "must be one of"),
    (in_study(histology="other"), STUDY + "histology", "must be one of"),
    (in_study(design_stated="yes"), STUDY + "design_stated", "true or false is required"),
    (in_study(design_stated=None), STUDY + "design_stated", "null stands here"),
    (in_study(n_patients=True), STUDY + "n_patients", "true stands here; a whole number is required"),
    (in_study(n_patients=12.5), STUDY + "n_patients", "a whole number is required"),
    (in_study(n_patients=0), STUDY + "n_patients", "outside 1–"),
    (in_study(n_patients=10**12), STUDY + "n_patients", "outside 1–"),
    (in_study(label=""), STUDY + "label", "the text is blank"),
    (in_study(label="x" * 201), STUDY + "label", "at most 200 fit"),
    (in_study(label="a\u0000b"), STUDY + "label", "a control character"),
    (in_study(label=["x"]), STUDY + "label", "a list stands here; text is required"),
    (in_study(references={}), STUDY + "references", "an object stands here; a list is required"),
    (in_study(arms=["a1"]), STUDY + "arms[0]", "“a1” stands here; an object is required"),
    # studies.json: arms and references
    (in_study(references=[]), STUDY + "references", "exactly one reference is primary; 0 are"),
    (
        in_study(references=[files.publication_entry(), files.publication_entry()]),
        STUDY + "references",
        "exactly one reference is primary; 2 are",
    ),
    (
        in_study(arms=[files.arm_entry("a1"), files.arm_entry("a1"), files.arm_entry("a2")]),
        STUDY + "arms[1].id",
        "used more than once",
    ),
    (
        in_study(arms=[files.arm_entry("a1"), files.arm_entry("a2", "gamma")]),
        STUDY + "arms[1].therapy",
        "“gamma” is no therapy",
    ),
    (publication(year=1492), STUDY + "references[0].year", "outside 1900–"),
    (publication(year=2999), STUDY + "references[0].year", "outside 1900–"),
    (publication(role="main"), STUDY + "references[0].role", "must be one of"),
    (publication(pmid="12a"), STUDY + "references[0].pmid", "no PMID"),
    (publication(pmid=99000001), STUDY + "references[0].pmid", "text is required"),
    (publication(pmcid="99000001"), STUDY + "references[0].pmcid", "no PMCID"),
    (publication(doi="https://doi.org/10.9999/x"), STUDY + "references[0].doi", "no DOI"),
    (publication(doi="11.9999/x"), STUDY + "references[0].doi", "no DOI"),
    (publication(authors=["et al.", "Writer A"]), STUDY + "references[0].authors[0]", "ends a list"),
    # studies.json: what a number may be
    (result(arm="a9"), STUDY + "results[0].arm", "no arm of this study (it has a1, a2)"),
    (result(outcome="size"), STUDY + "results[0].outcome", "“size” is no outcome"),
    (result(unit="months"), STUDY + "results[0].unit", "does not fit rate, a proportion; use %"),
    (median(unit="%"), STUDY + "results[0].unit", "use years or months or days"),
    (result(unit="weeks"), STUDY + "results[0].unit", "must be one of"),
    (result(per="organ"), STUDY + "results[0].per", "must be one of"),
    (result(value="50"), STUDY + "results[0].value", "“50” stands here; a number is required"),
    (result(value=-1), STUDY + "results[0].value", "-1 is negative"),
    (result(value=100.5), STUDY + "results[0].value", "more than 100 %"),
    (result(value=1e9), STUDY + "results[0].value", "lies outside"),
    (result(value=0.12345678), STUDY + "results[0].value", "more than 6 decimals"),
    (result(ci_low=60), STUDY + "results[0].ci_low", "starts at 60, above the value 50"),
    (result(ci_high=40), STUDY + "results[0].ci_high", "ends at 40, below the value 50"),
    (result(value=None, ci_low=60, ci_high=40), STUDY + "results[0].ci_low", "backwards, from 60 to 40"),
    (result(range_low=60), STUDY + "results[0].range_low", "the range starts at 60"),
    (result(range_high=40), STUDY + "results[0].range_high", "the range ends at 40"),
    (result(ci_high=101), STUDY + "results[0].ci_high", "more than 100 %"),
    (result(ci_low=40, ci_level=100), STUDY + "results[0].ci_level", "100 is no level"),
    (result(ci_level=95), STUDY + "results[0].ci_level", "a level but no interval"),
    (result(timepoint_months=-1), STUDY + "results[0].timepoint_months", "no plausible time point"),
    (result(timepoint_months=5000), STUDY + "results[0].timepoint_months", "no plausible time point"),
    (result(events=11, total=10), STUDY + "results[0].events", "11 events are more than the total of 10"),
    (result(total=0), STUDY + "results[0].total", "outside 1–"),
    (result(events=9, total=20), STUDY + "results[0].value", "50 % contradicts 9 of 20 (45.0 %)"),
    (median(not_reached=True), STUDY + "results[0].value", "was not reached has no value"),
    (result(override_reason=" "), STUDY + "results[0].override_reason", "the text is blank"),
    (
        in_study(results=[files.result_entry(), files.result_entry()]),
        STUDY + "results[1]",
        "the same line stands at [0] already",
    ),
    # studies.json: sources
    (
        result(source=files.source_entry(reported_in="gone-1999")),
        STUDY + "results[0].source.reported_in",
        "“gone-1999” is no study",
    ),
    (
        result(source=files.source_entry(reported_in="first-2020")),
        STUDY + "results[0].source.reported_in",
        "not reported in itself",
    ),
    (
        result(source=files.source_entry(reported_in="second-2021")),
        STUDY + "results[0].source.reported_in",
        "is no review",
    ),
    (
        result(source=files.source_entry(reference=2)),
        STUDY + "results[0].source.reference",
        "there is no number 2",
    ),
    (result(source={"where": "abstract"}), STUDY + "results[0].source.reported_in", "the key is missing"),
    # studies.json: comparisons
    (comparison(arms=[]), STUDY + "comparisons[0].arms", "names the arms"),
    (comparison(arms=["a1", "a1"]), STUDY + "comparisons[0].arms[1]", "stands twice"),
    (comparison(arms=["a1", "a3"]), STUDY + "comparisons[0].arms[1]", "“a3” is no arm"),
    (comparison(measure="ARR"), STUDY + "comparisons[0].measure", "must be one of"),
    (comparison(measure=None), STUDY + "comparisons[0].measure", "a value needs its measure"),
    (comparison(value=0, ci_low=None), STUDY + "comparisons[0].value", "is not positive"),
    (comparison(ci_low=-0.1), STUDY + "comparisons[0].ci_low", "below 0"),
    (comparison(ci_low=0.9), STUDY + "comparisons[0].ci_low", "above the value 0.8"),
    (comparison(p="1.2"), STUDY + "comparisons[0].p", "no p value"),
    (comparison(p="maybe"), STUDY + "comparisons[0].p", "no p value"),
    # review.json
    (in_review(doi="10.9999/other"), "review.json, doi", "is not the source review"),
    (in_review(covers=["alpha", "gamma"]), "review.json, covers[1]", "“gamma” is no therapy"),
    (in_review(covers=["alpha", "alpha"]), "review.json, covers[1]", "used more than once"),
    (in_review(published_on="2024-13-05"), "review.json, published_on", "is no date"),
    (in_review(published_on="last year"), "review.json, published_on", "is no date"),
    (in_review(published_on="1066-10-14"), "review.json, published_on", "not plausible"),
    (in_review(references=[files.cited_entry(2)]), "review.json, references", "numbered 1, 2, 3"),
    (
        in_review(references=[files.cited_entry(citation="Whole.")]),
        "review.json, references[0]",
        "not both",
    ),
    (
        in_review(references=[files.cited_entry(authors=["Writer A.B."])]),
        "review.json, references[0]",
        "cannot be told apart in print",
    ),
    (in_review(references=[files.cited_entry(doi="x")]), "review.json, references[0].doi", "no DOI"),
    (in_review(authors=[{"last_name": "W"}]), "review.json, authors[0].fore_name", "the key is missing"),
]  # fmt: skip


def test_check_accepts_valid_files(tmp_path: Path) -> None:
    assert problems_of(files.write(tmp_path)) == []


@pytest.mark.parametrize(("change", "address", "rule"), RULES)
def test_check_names_file_entry_field_and_rule(
    tmp_path: Path, change: Break, address: str, rule: str
) -> None:
    problems = broken(tmp_path, change)

    assert [problem for problem in problems if problem.startswith(f"{address}: ") and rule in problem], (
        problems
    )


@pytest.mark.parametrize(
    "change",
    [
        result(events=10, total=20),
        result(value=33.3, events=1, total=3),
        result(value=66, events=2, total=3),
        result(events=9, total=20, override_reason="Printed so."),
        result(value=None, events=9, total=20),
        result(value=None, ci_low=10),
        result(value=0),
        result(value=100),
        median(unit="days"),
        median(value=None, not_reached=True, ci_low=9),
        comparison(value=None, ci_low=None, ci_high=None, measure=None, p="P < 0.001"),
        comparison(p=".03"),
        comparison(p="0.85 (5 years)"),
        comparison(p="not significant"),
        comparison(measure="MD", value=-3, ci_low=-5, ci_high=-1),
        publication(doi="10.9999/UPPER(99)x"),
        in_study(arms=[], results=[], comparisons=[]),
        in_review(published_on="2024"),
        in_review(published_on="2024-04"),
        in_review(references=[]),
    ],
)
def test_check_accepts(tmp_path: Path, change: Break) -> None:
    assert broken(tmp_path, change) == []


def test_check_refuses_one_identifier_of_two_publications(tmp_path: Path) -> None:
    directory = files.write_studies(
        tmp_path,
        files.study_entry("first-2020", references=[files.publication_entry(pmid="99000001", title="One")]),
        files.study_entry("second-2021", references=[files.publication_entry(pmid="99000001", title="Two")]),
    )

    (problem,) = problems_of(directory)

    assert problem.startswith("studies.json, study “second-2021”, references[0].pmid: “99000001”")
    assert "also that of first-2020, references[0], but their title differs" in problem


def test_check_accepts_one_publication_of_two_studies(tmp_path: Path) -> None:
    shared = files.publication_entry(doi="10.9999/Shared", pmid="99000001")
    other_case = {**shared, "doi": "10.9999/shared"}

    directory = files.write_studies(
        tmp_path,
        files.study_entry("first-2020", references=[shared]),
        files.study_entry("second-2021", references=[other_case]),
    )

    assert problems_of(directory) == []


@pytest.mark.parametrize(
    ("stem", "rule"),
    [
        ("therapies", "the file must hold one list"),
        ("outcomes", "the file must hold one list"),
        ("studies", "the file must hold one list"),
        ("review", "an object is required"),
    ],
)
@pytest.mark.parametrize("content", ["null", "7", '"text"'])
def test_check_of_a_file_of_another_shape(tmp_path: Path, stem: str, rule: str, content: str) -> None:
    problems = problems_of(files.write(tmp_path, files.files(**{stem: content})))

    assert problems[0].startswith(f"{stem}.json: ")
    assert rule in problems[0]


def test_check_names_every_problem_in_one_run(tmp_path: Path) -> None:
    problems = broken(
        tmp_path,
        lambda c: (result(value=-1)(c), in_therapy(0, kind="x")(c), in_review(doi="10.9999/other")(c)),
    )

    assert len(problems) == 3


def test_check_of_a_broken_entry_does_not_blame_those_that_name_it(tmp_path: Path) -> None:
    (problem,) = broken(tmp_path, in_therapy(0, kind="x"))

    assert "kind" in problem


def test_evidence_error_shows_fifty_problems_and_counts_the_rest(tmp_path: Path) -> None:
    results = [files.result_entry(value=-1 - number) for number in range(60)]

    with pytest.raises(evidence.EvidenceError) as raised:
        evidence.check(files.write_studies(tmp_path, files.study_entry(results=results)))

    lines = str(raised.value).splitlines()
    assert lines[0] == f"The evidence in {tmp_path} has 60 problems; nothing was written."
    assert lines[-1] == "  … and 10 more."
    assert len(lines) == 52
