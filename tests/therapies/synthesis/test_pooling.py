"""Pooling: every figure against metafor, and what must hold whatever the numbers."""

from __future__ import annotations

import math
import random

import pytest

from tests.therapies.synthesis import published
from tests.therapies.synthesis.published import Reference
from therapies.synthesis import pooling
from therapies.synthesis.effects import Counts, Estimate, Measure
from therapies.synthesis.errors import CannotPool
from therapies.synthesis.pooling import Method, Test


@pytest.mark.parametrize("reference", published.references(), ids=str)
def test_pool_equals_metafor(reference: Reference) -> None:
    found = published.flat(
        pooling.pool(
            published.studies(reference.file),
            measure=reference.measure,
            method=reference.method,
            test=reference.test,
        )
    )

    # lme4 takes its standard errors from coarse differences, coarsest where the likelihood is flat; the rest
    # is limited by the printed digits.
    near = 1e-6
    if reference.method is Method.GLMM:
        near = 5e-4 if "flat" in reference.file else 3e-5
    assert set(found) == set(reference.figures)
    for name, wanted in reference.figures.items():
        if wanted is None:
            assert found[name] is None, name
        else:
            assert found[name] == pytest.approx(wanted, rel=near, abs=2e-6), name


def test_pool_equals_what_is_published_of_pritz() -> None:
    data = published.studies("pritz1997")

    found = pooling.pool(data, measure=Measure.PLO)

    assert sum(study.events for study in data if isinstance(study, Counts)) == 246
    assert (found.k, found.method, found.test) == (14, Method.REML, Test.KNHA)
    assert [round(value, 4) for value in vars(found.natural).values()] == [
        0.7575,
        0.6481,
        0.8412,
        0.4333,
        0.9273,
    ]
    assert round(found.tau2, 4) == 0.3646
    assert (round(found.tau2_low or 0, 4), round(found.tau2_high or 0, 4)) == (0.0414, 2.0510)
    assert round(found.i2, 1) == 56.6
    assert round(pooling.pool(data, measure=Measure.PLO, method=Method.DL).natural.estimate, 4) == 0.7573


def test_pool_equals_what_is_published_of_de_bruin() -> None:
    found = pooling.pool(published.studies("debruin2009"), measure=Measure.PLO, test=Test.Z)

    assert [round(value, 4) for value in vars(found.natural).values()][:3] == [0.4720, 0.3800, 0.5660]
    assert (round(found.tau2, 4), round(found.i2, 1)) == (0.4014, 90.9)


def test_pool_equals_stijnen_2010_table_2() -> None:
    # https://doi.org/10.1002/sim.4040
    found = pooling.pool(published.studies("nielweise2007-control"), measure=Measure.PLO, test=Test.Z)

    assert round(found.natural.estimate, 4) == 0.0355
    assert (round(found.model.estimate, 2), round(found.model.se, 3)) == (-3.30, 0.238)


def test_pool_of_ratios_equals_what_metafor_prints_of_the_bcg_trials() -> None:
    # https://wviechtb.github.io/metafor/reference/rma.uni.html, dat.bcg, log risk ratio
    found = pooling.pool(published.bcg(), measure=Measure.LOG_RATIO, test=Test.Z)

    assert [round(value, 4) for value in vars(found.model).values()][:4] == [
        -0.7145,
        0.1798,
        -1.0669,
        -0.3622,
    ]
    assert (round(found.tau2, 4), round(found.i2, 2), round(found.q or 0, 4)) == (0.3132, 92.22, 152.2330)
    assert (round(found.tau2_low or 0, 4), round(found.tau2_high or 0, 4)) == (0.1197, 1.1115)
    assert (round(found.natural.estimate, 4), round(found.natural.pi_low, 4)) == (0.4894, 0.1546)


@pytest.mark.parametrize(("method", "tau2"), [(Method.DL, 0.3088), (Method.PM, 0.3181)])
def test_pool_of_the_bcg_trials_by_other_methods(method: Method, tau2: float) -> None:
    assert round(pooling.pool(published.bcg(), measure=Measure.LOG_RATIO, method=method).tau2, 4) == tau2


@pytest.mark.parametrize("method", Method)
def test_pool_does_not_depend_on_the_order(method: Method) -> None:
    data = list(published.studies("pritz1997"))
    shuffled = random.Random(3).sample(data, len(data))

    first, second = (pooling.pool(rows, measure=Measure.PLO, method=method) for rows in (data, shuffled))

    for name, figure in published.flat(first).items():
        other = published.flat(second)[name]
        assert figure == (None if other is None else pytest.approx(other, rel=1e-7)), name


@pytest.mark.parametrize("measure", [Measure.PLO, Measure.PFT])
def test_pool_weighs_in_percent_in_the_order_given(measure: Measure) -> None:
    data = published.studies("debruin2009")

    weights = pooling.pool(data, measure=measure).weights

    assert sum(weights) == pytest.approx(100)
    assert weights.index(max(weights)) == 2
    assert weights.index(min(weights)) == 7


def test_pool_by_the_mixed_model_has_no_weights() -> None:
    assert pooling.pool(published.studies("pritz1997"), measure=Measure.PLO, method=Method.GLMM).weights == ()


@pytest.mark.parametrize("method", Method)
def test_pool_of_equal_studies_finds_no_heterogeneity(method: Method) -> None:
    found = pooling.pool(published.studies("synthetic-equal"), measure=Measure.PLO, method=method)

    assert (found.tau2, found.i2) == (0, 0)
    assert found.natural.estimate == pytest.approx(0.5)


def test_pool_mirrors_when_events_and_others_change_places() -> None:
    data = [study for study in published.studies("nielweise2007-treated") if isinstance(study, Counts)]
    mirrored = [Counts(study.study, study.total - study.events, study.total) for study in data]

    for method in Method:
        first, second = (pooling.pool(rows, measure=Measure.PLO, method=method) for rows in (data, mirrored))
        assert first.tau2 == pytest.approx(second.tau2, rel=1e-6, abs=1e-12)
        assert first.natural.estimate == pytest.approx(1 - second.natural.estimate, rel=1e-8)


@pytest.mark.parametrize("test", Test)
def test_pool_of_one_study_is_that_study(test: Test) -> None:
    found = pooling.pool([Counts("One", 16, 17)], measure=Measure.PLO, test=test)

    assert (found.k, found.test, found.tau2, found.tau2_low, found.q) == (1, Test.Z, 0, None, 0)
    assert found.natural.estimate == pytest.approx(16 / 17)
    assert found.weights == (100,)


def test_pool_of_one_study_by_the_mixed_model_is_that_study() -> None:
    found = pooling.pool([Counts("One", 16, 17)], measure=Measure.PLO, method=Method.GLMM)

    assert found.natural.estimate == pytest.approx(16 / 17)
    assert found.model.se == pytest.approx(math.sqrt(1 / 16 + 1))
    assert (found.tau2, found.q) == (0, None)


def test_pool_of_agreeing_studies_gives_an_empty_set_as_zero_to_zero() -> None:
    found = pooling.pool(published.studies("synthetic-equal"), measure=Measure.PLO)

    assert (found.tau2_low, found.tau2_high) == (0, 0)


def test_pool_of_two_far_apart_stops_the_interval_of_tau2_where_metafor_stops() -> None:
    data = [Estimate("A", 0.1, 0.09, 0.11), Estimate("B", 10, 9, 11)]

    found = pooling.pool(data, measure=Measure.LOG_RATIO)

    assert found.tau2_high == 100 or found.tau2_high == pytest.approx(10 * found.tau2)


def test_pool_at_another_level_is_narrower_below_95_percent() -> None:
    data = published.studies("pritz1997")

    wide, narrow = (pooling.pool(data, measure=Measure.PLO, level=level) for level in (0.95, 0.80))

    assert narrow.model.ci_low > wide.model.ci_low
    assert narrow.model.pi_high < wide.model.pi_high
    assert (narrow.tau2_low or 0) > (wide.tau2_low or 0)
    assert (narrow.tau2, narrow.model.estimate) == (wide.tau2, wide.model.estimate)


def test_pool_takes_the_level_of_each_published_interval() -> None:
    at_95 = Estimate("A", 2.0, 1.0, 4.0)
    half_width = math.log(2) / published.Z * 1.6448536269514722
    at_90 = Estimate("A", 2.0, 2 * math.exp(-half_width), 2 * math.exp(half_width), level=0.90)

    first, second = (pooling.pool([study], measure=Measure.LOG_RATIO) for study in (at_95, at_90))

    assert first.model.se == pytest.approx(second.model.se)


def test_pool_refuses_nothing() -> None:
    with pytest.raises(CannotPool, match="There is no study to pool"):
        pooling.pool([], measure=Measure.PLO)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, math.nan])
def test_pool_refuses_a_level_that_is_none(level: float) -> None:
    with pytest.raises(CannotPool, match="confidence level"):
        pooling.pool([Counts("A", 1, 2)], measure=Measure.PLO, level=level)


def test_pool_refuses_a_measure_that_does_not_fit() -> None:
    with pytest.raises(CannotPool, match="“A”: the measure log-ratio needs an estimate with its interval"):
        pooling.pool([Counts("A", 1, 2)], measure=Measure.LOG_RATIO)
    with pytest.raises(CannotPool, match="“A”: the measure pft needs events and a total"):
        pooling.pool([Estimate("A", 1, 0.5, 2)], measure=Measure.PFT)


def test_pool_by_the_mixed_model_refuses_hartung_knapp_and_other_measures() -> None:
    data = [Counts("A", 1, 4), Counts("B", 2, 4)]

    with pytest.raises(CannotPool, match="Hartung–Knapp is not defined"):
        pooling.pool(data, measure=Measure.PLO, method=Method.GLMM, test=Test.KNHA)
    with pytest.raises(CannotPool, match="pools logits"):
        pooling.pool(data, measure=Measure.PFT, method=Method.GLMM)


def test_leave_one_out_equals_pooling_the_rest() -> None:
    data = list(published.studies("pritz1997"))

    found = pooling.leave_one_out(data, measure=Measure.PLO)

    assert len(found) == 14
    assert found[0] == pooling.pool(data[1:], measure=Measure.PLO)
    assert found[13] == pooling.pool(data[:13], measure=Measure.PLO)


def test_leave_one_out_refuses_a_single_study() -> None:
    with pytest.raises(CannotPool, match="at least two"):
        pooling.leave_one_out([Counts("A", 1, 2)], measure=Measure.PLO)
