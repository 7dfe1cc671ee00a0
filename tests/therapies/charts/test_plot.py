"""The standing-alone plot: its geometry, its words, and both files made of it."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import pytest
from PIL import Image

from therapies.charts import figure, forest, plot, png, svg
from therapies.charts.figure import Disc, Figure, Polygon, Stroke, Words
from therapies.charts.forest import Estimate
from therapies.charts.strip import Shape

SVG = "{http://www.w3.org/2000/svg}"
ESTIMATES = (
    Estimate(value=50, ci_low=40, ci_high=60, n=20),
    Estimate(value=20, ci_low=5, ci_high=45, n=9, is_computed=True, shape=Shape.SQUARE, is_hollow=True),
)
AXIS = forest.axis_for([*ESTIMATES, Estimate(value=100)], is_percentage=True)


def result(estimate: Estimate | None = None, **words: str) -> plot.Result:
    made = {"study": "Synthetic 2020", "detail": "", "counts": "", "value": "50%", "note": "", **words}
    return plot.Result(**made, estimate=estimate)


def drawn(*rows: plot.Row, title: str = "Made-up outcome") -> Figure:
    return plot.draw(plot.Plot(title, "3 studies", rows, AXIS, "%", notes=("Not a comparison",)))


def pooled() -> plot.Pooled:
    return plot.Pooled("Pooled: All", "45% [35–55]", "prediction 10–80", 45, (35, 55), (10, 80))


def test_mark_stands_at_its_value():
    (disc,) = [item for item in drawn(result(ESTIMATES[0])).items if isinstance(item, Disc)]

    assert disc.centre[0] == pytest.approx(plot.LEFT + (plot.RIGHT - plot.LEFT) / 2)


def test_computed_interval_is_thin_and_dashed():
    strokes = [item for item in drawn(*map(result, ESTIMATES)).items if isinstance(item, Stroke)]
    whiskers = [item for item in strokes if item.start[1] == item.stop[1] and item.tone is figure.Tone.MARK]

    printed, computed = whiskers
    assert (printed.dash, computed.dash) == (None, plot.COMPUTED)
    assert computed.width < printed.width


def test_pool_is_a_diamond_between_the_ends_of_its_interval():
    (diamond,) = [item for item in drawn(pooled()).items if isinstance(item, Polygon)]

    xs = [x for x, _y in diamond.points]
    width = plot.RIGHT - plot.LEFT
    assert (min(xs), max(xs)) == (
        pytest.approx(plot.LEFT + 0.35 * width),
        pytest.approx(plot.LEFT + 0.55 * width),
    )


def test_result_without_numbers_keeps_its_line_and_words():
    found = drawn(result(None, study="Silent 1999", note="Left out: no denominator"))

    words = [item.text for item in found.items if isinstance(item, Words)]
    assert "Silent 1999" in words
    assert not [item for item in found.items if isinstance(item, Disc)]
    assert "Silent 1999, 50%, Left out: no denominator" in found.description


def test_drawing_grows_with_its_rows():
    assert drawn(result(), result()).height - drawn(result()).height == plot.ROW


def test_long_words_are_cut_where_their_column_ends():
    assert figure.fitted("a" * 100, 62, 10) == f"{'a' * 10}…"
    assert figure.fitted("short\nwords", 200, 10) == "short words"


@pytest.mark.parametrize("shape", list(Shape))
def test_every_shape_can_be_drawn_in_both_files(shape: Shape):
    found = drawn(result(Estimate(value=50, n=40, shape=shape, is_hollow=shape is Shape.DIAMOND)))

    assert ElementTree.fromstring(svg.write(found))
    assert Image.open(io.BytesIO(png.write(found))).size == (found.width * 2, found.height * 2)


def test_svg_has_title_description_and_the_words_of_the_table():
    root = ElementTree.fromstring(svg.write(drawn(*map(result, ESTIMATES), pooled())))

    assert root.findtext(f"{SVG}title") == "Made-up outcome"
    assert "Pooled: All: 45% [35–55], prediction 10–80" in root.findtext(f"{SVG}desc")
    assert "Synthetic 2020" in [text.text for text in root.iter(f"{SVG}text")]


def test_svg_needs_nothing_from_elsewhere():
    content = svg.write(drawn(*map(result, ESTIMATES), pooled()))

    assert "href" not in content
    assert "<script" not in content
    assert "<style" not in content


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a & b", 'q"uote', "bell\x07 \x00", "]]>"])
def test_svg_says_any_text_from_outside_and_stays_well_formed(text: str):
    content = svg.write(drawn(result(study=text), title=text))

    assert "<script" not in content
    assert ElementTree.fromstring(content)


def test_png_is_drawn_in_its_own_letters():
    words = drawn(result(study="é – ² τ ≥ × “ğ”"))
    blank = drawn(result(study=""))

    assert png.write(words) != png.write(blank)
    assert Image.open(io.BytesIO(png.write(words))).text["Title"] == "Made-up outcome"
