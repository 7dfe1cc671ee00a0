"""A drawing as a PNG picture, by the same geometry; letters come from a font that is part of the product."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from therapies.charts.figure import Disc, Figure, Item, Point, Polygon, Stroke, Tone, Words

# Pixels a unit: sharp on a slide and in print.
ZOOM = 2
# Outlines are drawn this much larger and shrunk, because Pillow's own edges are not smooth.
FINER = 4
EDGE = round(1.2 * ZOOM * FINER)
FONTS = Path(__file__).parent / "fonts"


def write(figure: Figure) -> bytes:
    """Return the picture, two pixels a unit, with its title and description as text inside the file."""
    size = round(figure.width * ZOOM), round(figure.height * ZOOM)
    image = Image.new("RGB", size, Tone.PAPER)
    canvas = ImageDraw.Draw(image)
    for item in figure.items:
        _paint(item, image, canvas)
    # A drawing has few colours: a palette makes a small file.
    picture = image.quantize(64, dither=Image.Dither.NONE)
    texts = PngInfo()
    texts.add_itxt("Title", figure.title)
    texts.add_itxt("Description", figure.description)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", pnginfo=texts, dpi=(192, 192))
    return buffer.getvalue()


def _paint(item: Item, image: Image.Image, canvas: ImageDraw.ImageDraw) -> None:
    match item:
        case Stroke():
            _stroke(item, canvas)
        case Polygon():
            _outline(item.points, item.tone, image, is_hollow=item.is_hollow)
        case Disc():
            _disc(item, image)
        case Words():
            place = item.at[0] * ZOOM, item.at[1] * ZOOM
            font = _font(item.size, is_bold=item.is_bold)
            anchor = {"start": "ls", "middle": "ms", "end": "rs"}[item.anchor]
            canvas.text(place, item.text, fill=item.tone.value, font=font, anchor=anchor)


def _stroke(item: Stroke, canvas: ImageDraw.ImageDraw) -> None:
    (x1, y1), (x2, y2) = item.start, item.stop
    width = max(1, round(item.width * ZOOM))
    if item.dash is None or y1 != y2:
        canvas.line((x1 * ZOOM, y1 * ZOOM, x2 * ZOOM, y2 * ZOOM), fill=item.tone.value, width=width)
        return
    line, gap = item.dash
    x = x1
    while x < x2:
        stop = min(x + line, x2)
        canvas.line((x * ZOOM, y1 * ZOOM, stop * ZOOM, y2 * ZOOM), fill=item.tone.value, width=width)
        x += line + gap


def _outline(points: tuple[Point, ...], tone: Tone, image: Image.Image, *, is_hollow: bool) -> None:
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    corner = int(min(xs)) - 2, int(min(ys)) - 2
    size = int(max(xs)) + 3 - corner[0], int(max(ys)) + 3 - corner[1]
    fine = [_finer(x - corner[0], y - corner[1]) for x, y in points]

    def draw(canvas: ImageDraw.ImageDraw, fill: int) -> None:
        canvas.polygon(fine, fill=fill, outline=255, width=EDGE)

    _stamp(image, corner, size, tone, draw, is_hollow=is_hollow)


def _disc(item: Disc, image: Image.Image) -> None:
    (x, y), r = item.centre, item.radius
    corner = int(x - r) - 2, int(y - r) - 2
    side = int(2 * r) + 6
    box = (*_finer(x - r - corner[0], y - r - corner[1]), *_finer(x + r - corner[0], y + r - corner[1]))

    def draw(canvas: ImageDraw.ImageDraw, fill: int) -> None:
        canvas.ellipse(box, fill=fill, outline=255, width=EDGE)

    _stamp(image, corner, (side, side), item.tone, draw, is_hollow=item.is_hollow)


def _stamp(
    image: Image.Image,
    corner: tuple[int, int],
    size: tuple[int, int],
    tone: Tone,
    draw: Callable[[ImageDraw.ImageDraw, int], None],
    *,
    is_hollow: bool,
) -> None:
    """Draw an outline large, shrink it, and lay it on the picture: in its tone, or as a ring on paper."""
    for ink, fill in ((Tone.PAPER, 255), (tone, 0)) if is_hollow else ((tone, 255),):
        mask = Image.new("L", (size[0] * ZOOM * FINER, size[1] * ZOOM * FINER))
        draw(ImageDraw.Draw(mask), fill)
        image.paste(ink.value, (corner[0] * ZOOM, corner[1] * ZOOM), mask.reduce(FINER))


def _finer(x: float, y: float) -> Point:
    return x * ZOOM * FINER, y * ZOOM * FINER


@lru_cache(maxsize=32)
def _font(size: float, *, is_bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if is_bold else "DejaVuSans.ttf"
    return ImageFont.truetype(FONTS / name, size * ZOOM)
