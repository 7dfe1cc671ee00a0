from __future__ import annotations

import re
from math import pi

import pytest

from therapies.charts import strip
from therapies.charts.scale import Scale
from therapies.charts.strip import Mark, Shape

SCALE = Scale(top=100, left=strip.MARGIN, right=strip.WIDTH - strip.MARGIN)


def test_strip_draws_filled_and_hollow_marks_in_paths_of_their_own():
    drawing = strip.draw([Mark(10, 20), Mark(60, 20, is_hollow=True)], middle=35, scale=SCALE)

    assert drawing.filled.count("M") == 1
    assert drawing.hollow.count("M") == 1
    assert drawing.middle == "29.2"


def test_strip_points_to_values_beyond_the_axis():
    inside = strip.draw([Mark(100)], middle=100, scale=SCALE)
    beyond = strip.draw([Mark(101)], middle=101, scale=SCALE)

    assert not inside.beyond
    assert beyond.beyond


def test_strip_fans_out_equal_values():
    path = strip.draw([Mark(50)] * 3, middle=50, scale=SCALE).filled

    heights = re.findall(r"M[\d.]+ ([\d.]+)", path)

    assert len(set(heights)) == 3


def test_strip_of_many_values_is_a_histogram_of_fixed_size():
    drawing = strip.draw_many([value / 100 for value in range(10_000)], middle=50, scale=SCALE)

    assert drawing.bars.count("M") == strip.N_BINS
    assert not drawing.filled


def test_histogram_counts_a_value_beyond_the_axis_in_the_last_bar():
    bars = strip.draw_many([1.0] * 30 + [500.0] * 15, middle=1, scale=SCALE).bars

    heights = [float(height) for height in re.findall(r"v-([\d.]+)", bars)]

    assert heights == [20.0, 10.0]


@pytest.mark.parametrize(("n", "radius"), [(None, 1.4), (0, 1.4), (1, 1.4), (100, 3.6), (100_000, 5.0)])
def test_radius_grows_with_patients_between_its_bounds(n, radius):
    assert strip.radius(n) == pytest.approx(radius)


@pytest.mark.parametrize("shape", [Shape.SQUARE, Shape.DIAMOND, Shape.TRIANGLE])
def test_shapes_cover_about_the_area_of_the_circle(shape):
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", strip.outline(shape, 0, 0, 10))]
    width = {Shape.SQUARE: lambda: numbers[2], Shape.DIAMOND: lambda: 2 * numbers[2]}
    area = {
        Shape.SQUARE: lambda: width[shape]() ** 2,
        Shape.DIAMOND: lambda: width[shape]() ** 2 / 2,
        Shape.TRIANGLE: lambda: numbers[2] * numbers[3],
    }[shape]()

    assert area == pytest.approx(pi * 100, rel=0.01)


def test_strip_draws_derived_values_beside_the_reported_ones():
    reported = strip.draw([Mark(10, 20)], middle=10, scale=SCALE)

    drawing = strip.with_derived(reported, [Mark(40), Mark(140)], scale=SCALE)

    assert drawing.derived.count("M") == 2
    assert drawing.filled == reported.filled
    assert drawing.beyond


def test_strip_draws_the_pooled_estimate_as_wide_as_its_interval():
    drawing = strip.with_pooled(strip.Strip(), low=25, estimate=50, high=100, scale=SCALE)

    assert drawing.pooled == "M22.0 11L40.0 5 76.0 11 40.0 17z"


def test_strip_of_a_narrow_interval_can_still_be_seen():
    drawing = strip.with_pooled(strip.Strip(), low=50, estimate=50, high=50, scale=SCALE)

    assert drawing.pooled == "M38.0 11L40.0 5 42.0 11 40.0 17z"


def test_strip_shares_the_bar_of_designs():
    drawing = strip.with_mix(strip.Strip(), [1, 0, 3])

    assert drawing.mix == ("M4.0 25h18.0", "", "M22.0 25h54.0")
    assert strip.with_mix(strip.Strip(), [0, 0]).mix == ("", "")


def test_path_data_is_made_of_path_letters_and_numbers_only():
    few = strip.draw(
        [Mark(v, v, shape, v > 50) for v in (0, 7.25, 99, 140) for shape in Shape], middle=7, scale=SCALE
    )
    many = strip.draw_many([float(v) for v in range(120)], middle=60, scale=SCALE)

    extra = strip.with_derived(strip.Strip(), [Mark(3, 5), Mark(200)], scale=SCALE)
    extra = strip.with_pooled(strip.with_mix(extra, [1, 2, 3]), low=1, estimate=2, high=3, scale=SCALE)

    for drawing in (few, many, extra):
        paths = (drawing.filled, drawing.hollow, drawing.bars, drawing.beyond, drawing.middle)
        for path in (*paths, drawing.derived, drawing.pooled, *drawing.mix):
            assert re.fullmatch(r"[MLlHhVvAaz0-9 .,-]*", path)
            assert path.__html__() == path
