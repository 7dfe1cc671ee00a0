"""A drawing as an SVG file that needs nothing else: no style sheet, no script, no font of its own."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from therapies.charts.figure import Disc, Figure, Item, Polygon, Stroke, Tone, Words

FONTS = "'DejaVu Sans', Verdana, 'Segoe UI', Helvetica, Arial, sans-serif"


def write(figure: Figure) -> str:
    """Return the file; what its words say is escaped, and letters that XML forbids are left out."""
    size = f'width="{figure.width:g}" height="{figure.height:g}"'
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {figure.width:g} {figure.height:g}"'
            ' role="img" aria-labelledby="title description">',
            f'<title id="title">{_text(figure.title)}</title>',
            f'<desc id="description">{_text(figure.description)}</desc>',
            f'<rect {size} fill="{Tone.PAPER}"/>',
            f'<g font-family="{FONTS}">',
            *_items(figure),
            "</g></svg>\n",
        )
    )


def _items(figure: Figure) -> Iterator[str]:
    for item in figure.items:
        yield _item(item)


def _item(item: Item) -> str:
    match item:
        case Stroke():
            dash = f' stroke-dasharray="{item.dash[0]:g} {item.dash[1]:g}"' if item.dash else ""
            (x1, y1), (x2, y2) = item.start, item.stop
            return (
                f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" fill="none" stroke="{item.tone}"'
                f' stroke-width="{item.width:g}"{dash}/>'
            )
        case Polygon():
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in item.points)
            return f'<path d="M{path}z" {_paint(item.tone, is_hollow=item.is_hollow)}/>'
        case Disc():
            x, y = item.centre
            paint = _paint(item.tone, is_hollow=item.is_hollow)
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{item.radius:.1f}" {paint}/>'
        case Words():
            x, y = item.at
            bold = ' font-weight="bold"' if item.is_bold else ""
            anchor = "" if item.anchor == "start" else f' text-anchor="{item.anchor}"'
            return (
                f'<text x="{x:.1f}" y="{y:.1f}" font-size="{item.size:g}" fill="{item.tone}"{bold}{anchor}>'
                f"{_text(item.text)}</text>"
            )


def _paint(tone: Tone, *, is_hollow: bool) -> str:
    return f'fill="{Tone.PAPER if is_hollow else tone}" stroke="{tone}" stroke-width="1.2"'


def _text(words: str) -> str:
    return escape("".join(letter for letter in words if letter.isprintable() or letter == "\n"))
