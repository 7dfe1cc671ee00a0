"""A pool in words: every figure is the one of the synthesis."""

from __future__ import annotations

import pytest

from therapies.analysis import Analysis, Choices, with_other_models
from therapies.charts.scale import Scale
from therapies.read_models import pool_view
from therapies.synthesis import eligibility, pooling
from therapies.synthesis.effects import Counts, Measure
from therapies.synthesis.eligibility import Candidate
from therapies.synthesis.pooling import Method, Pool

PERCENT = Scale(100, 0, 200)
# Synthetic: four studies of about a half, and four of about one in a hundred.
HALVES = ((9, 20), (14, 25), (12, 22), (20, 32))
RARE = ((1, 100), (2, 150), (1, 120), (3, 200))


def pool(counts: tuple[tuple[int, int], ...] = HALVES, **options: object) -> Pool:
    data = [Counts(f"Study {n}", *pair) for n, pair in enumerate(counts)]
    return pooling.pool(data, measure=Measure.PLO, **options)


def analysis(counts: tuple[tuple[int, int], ...] = HALVES, method: Method = Method.REML) -> Analysis:
    candidates = [
        Candidate(key=n, study=f"s{n}", label=f"Study {n}", arm=n, size=total, events=events, total=total)
        for n, (events, total) in enumerate(counts, start=1)
    ]
    found = pool(counts, method=method)
    return Analysis(Choices(method=method), eligibility.judge(candidates), found)


def test_view_prints_the_figures_of_the_pool_in_percent():
    found = analysis()

    shown = pool_view.view(found, PERCENT)

    natural = found.pool.natural
    assert shown.figures.estimate == f"{100 * natural.estimate:.1f}%"
    assert shown.figures.interval == f"{100 * natural.ci_low:.1f}–{100 * natural.ci_high:.1f}"
    assert (shown.k, shown.n_studies, shown.n) == (4, 4, 99)
    assert "Hartung–Knapp" in shown.how


def test_view_of_no_pool_is_none():
    assert pool_view.view(Analysis(Choices(), eligibility.judge([])), PERCENT) is None


def test_frequency_speaks_of_a_hundred_patients():
    natural = pool().natural

    words = pool_view.frequency(pool())

    assert words.startswith(f"About {round(100 * natural.estimate)} of 100 patients, 95% interval")
    assert "a new study would be expected to find between" in words


def test_frequency_of_a_rare_event_speaks_of_a_thousand():
    assert pool_view.frequency(pool(RARE), "procedure").startswith("About 13 of 1,000 procedures")


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0"), (0.001, "fewer than 1"), (0.755, "76"), (0.999, "more than 99"), (1, "100")],
)
def test_share_is_never_rounded_onto_none_or_all(share: float, words: str):
    assert pool_view.among(share, 100) == words


def test_heterogeneity_names_tau_i_and_q():
    found = pool()

    tau2, i2, q = pool_view.heterogeneity(found)

    assert tau2.startswith("τ² = ")
    assert "Q-profile" in tau2
    assert i2.startswith("I² = ")
    assert q.startswith(f"Q = {found.q:.2f} on 3 df, p = ")


def test_sensitivity_shows_the_chosen_first_and_each_other_once():
    rows = pool_view.sensitivity(with_other_models(analysis()))

    assert [row.is_main for row in rows] == [True, False, False, False]
    assert [
        word in row.label for row, word in zip(rows, ("REML", "GLMM", "Freeman", "DerS"), strict=True)
    ] == [True] * 4
    chosen_dl = pool_view.sensitivity(with_other_models(analysis(method=Method.DL)))
    assert len(chosen_dl) == 3


def test_sensitivity_says_where_the_binomial_model_cannot_be_fitted():
    rows = pool_view.sensitivity(with_other_models(analysis(((5, 5), (7, 7), (9, 9), (4, 4)))))

    assert any("cannot be fitted" in row.problem for row in rows)


def test_leave_one_out_is_the_pool_of_the_others():
    found = analysis()

    first, *_others = pool_view.leave_one_out(found)

    assert first.label == "Study 1"
    assert first.estimate == f"{100 * pool(HALVES[1:]).natural.estimate:.1f}%"


@pytest.mark.parametrize("found", [analysis(HALVES[:3]), analysis(method=Method.GLMM)])
def test_leave_one_out_needs_four_studies_and_a_method_that_is_quick(found: Analysis):
    assert pool_view.leave_one_out(found) == ()


def test_difference_between_groups_is_in_words():
    assert pool_view.difference([pool(), pool(RARE)]).startswith("Q between groups = ")
    assert pool_view.difference([pool()]) == ""


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0"), (1.5, "1.50"), (0.0123, "0.0123"), (1e-9, "< 0.0001"), (1234.5, "1234.50")]
)
def test_figure_has_digits_enough(value: float, words: str):
    assert pool_view.figure(value) == words


@pytest.mark.parametrize(("p", "words"), [(0.0001, "p < 0.001"), (0.0126, "p = 0.013"), (0.4, "p = 0.40")])
def test_p_value_is_rounded_as_readers_expect(p: float, words: str):
    assert pool_view.p_value(p) == words


def test_proportion_is_never_rounded_onto_all():
    assert pool_view.number(0.99997, pool_view.PERCENTAGE) == "> 99.9"
    assert pool_view.number(1.0, pool_view.PERCENTAGE) == "100.0"
