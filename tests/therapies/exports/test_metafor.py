"""The R script of a cell: its data read back give the figures of the page, and no text breaks out of it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict

from tests.builders import make_arm, make_outcome, make_result, make_study, make_therapy
from therapies.analysis_form import AnalysisForm
from therapies.exports import metafor
from therapies.models import Criteria, Outcome
from therapies.read_models import evidence_cell
from therapies.read_models.evidence_cell import Evidence
from therapies.synthesis import pooling
from therapies.synthesis.effects import Counts, Measure

pytestmark = pytest.mark.django_db

NASTY = 'He said "quit()"\n\\"); system("rm -rf /") # \u2028 \x07 \u202e'


@pytest.fixture
def outcome() -> Outcome:
    return make_outcome("orr")


def ask(query: str = "") -> Evidence:
    return evidence_cell.gather(AnalysisForm(QueryDict(query)).question(), "tace", "orr")


@pytest.fixture
def cell(outcome: Outcome) -> Any:
    therapy = make_therapy("tace")

    def add(*counts: tuple[int, int], label: str = "", **fields: Any) -> None:
        for events, total in counts:
            study = make_study(n_patients=total, **({"label": label} if label else {}))
            made = {"value": None, "events": events, "total": total, "criteria": Criteria.WHO, **fields}
            make_result(make_arm(study, therapy, n=total), outcome, **made)

    return add


def column(script: str, frame: str, name: str) -> list[str]:
    """Read one column of a data frame back, as R would see it for numbers and plain words."""
    body = re.search(rf"{frame} <- data\.frame\((.*?)\n\)", script, re.DOTALL)[1]
    values = re.search(rf"^  {name} = c\((.*)\),$", body, re.MULTILINE)[1]
    return re.findall(r'"(?:[^"\\]|\\.)*"|[^,\s]+', values)


def test_data_of_the_script_give_the_pool_of_the_page(cell):
    cell((10, 18), (12, 20), (32, 43), (9, 25))
    evidence = ask()

    script = metafor.script(evidence)

    pairs = zip(column(script, "dat_all", "xi"), column(script, "dat_all", "ni"), strict=True)
    data = [Counts(f"Study {n}", int(x), int(total)) for n, (x, total) in enumerate(pairs)]
    assert pooling.pool(data, measure=Measure.PLO).natural == evidence.pool.pool.natural
    assert f"On the page: {100 * evidence.pool.pool.natural.estimate:.6g} %" in script
    for call in (
        'escalc(measure = "PLO", xi = xi, ni = ni, data = dat_all, slab = study, add = 1/2, to = "only0")',
        'rma(yi, vi, data = dat_all, slab = study, method = "REML", test = "knha")',
        "print(confint(res_all))", "print(predict(res_all, transf = transf.ilogit))",
        'rma.glmm(measure = "PLO"', "transf.ipft.hm", "leave1out(res_all", "forest(res_all",
    ):  # fmt: skip
        assert call in script, call


@pytest.mark.parametrize(
    ("query", "call"),
    [
        ("method=dl&test=z", 'method = "DL", test = "z")'),
        ("method=pm", 'method = "PM", test = "knha")'),
        ("method=glmm", "res_all <- rma.glmm("),
    ],
)
def test_script_uses_the_method_chosen_and_says_what_was_changed(cell, query: str, call: str):
    cell((10, 18), (12, 20), (32, 43))

    script = metafor.script(ask(query))

    assert call in script
    assert "# Changed from the published analysis: " in script


def test_script_of_a_refusal_says_why_and_pools_nothing(cell):
    cell((10, 18), (12, 20))

    script = metafor.script(ask())

    assert "# Not pooled. 2 studies give numbers that may be pooled" in script
    assert "rma(" not in script
    assert column(script, "dat_all", "xi") == ["10", "12"]


def test_script_pools_each_group_and_the_difference_between_them(cell):
    cell((10, 18), (12, 20), (32, 43))
    cell((3, 18), (2, 20), (9, 43), criteria=Criteria.EASL)

    script = metafor.script(ask("group=criteria"))

    assert script.count('method = "REML", test = "knha")') == 2
    assert 'rma(b, sei = se, mods = ~ factor(seq_along(b)), method = "FE")' in script


def test_script_names_what_is_left_out(cell):
    cell((10, 18), (12, 20), (32, 43))
    cell((5, 20), label="Odd 1999", criteria=Criteria.NOT_STATED)

    assert "# Left out: Odd 1999 (5/20): criteria not stated" in metafor.script(ask())


def test_script_of_medians_takes_the_variance_from_the_printed_interval():
    outcome = make_outcome("orr", measure=Outcome.Measure.MEDIAN_TIME, unit="months")
    therapy = make_therapy("tace")
    for value in (20, 26, 31):
        make_result(
            make_arm(make_study(n_patients=90), therapy, n=90), outcome, value=Decimal(value),
            ci_low=Decimal(value - 4), ci_high=Decimal(value + 5), ci_level=Decimal(95),
            criteria=Criteria.FROM_TREATMENT,
        )  # fmt: skip

    script = metafor.script(ask("medians=pool"))

    assert sorted(column(script, "dat_all", "value")) == ["20.0", "26.0", "31.0"]
    assert column(script, "dat_all", "level") == ["0.95"] * 3
    assert "rma(yi, sei = sei, data = dat_all" in script
    assert "transf = exp" in script


def test_text_from_outside_stays_inside_its_string_or_comment(cell):
    cell((10, 18), (12, 20), (32, 43), label=NASTY)
    cell((1, 9), label=NASTY, criteria=Criteria.NOT_STATED)

    script = metafor.script(ask())

    code = [re.sub(r'"(?:[^"\\]|\\.)*"', '""', line).split("#")[0] for line in script.splitlines()]
    assert not [line for line in code if "system" in line or "quit" in line or line.count('"') % 2]
    assert all(letter.isprintable() or letter == "\n" for letter in script)


@pytest.mark.parametrize(
    ("text", "string"),
    [
        ("plain", '"plain"'),
        ('a"b', '"a\\"b"'),
        ("back\\slash", '"back\\\\slash"'),
        ("line\nbreak", '"line\\nbreak"'),
        ("nul\0", '"nul"'),
        ("\u2028", '"\\U00002028"'),
        ("≥ 50 %", '"≥ 50 %"'),
    ],
)
def test_string_holds_the_text_and_nothing_else(text: str, string: str):
    assert metafor.quoted(text) == string
