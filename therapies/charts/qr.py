"""A QR code (ISO/IEC 18004) as path data: dark modules in runs, with the quiet zone that readers need."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import segno

from therapies.charts.strip import PathData

QUIET_ZONE = 4
# Beyond this a code of an inch has modules too small for the camera of a telephone.
LONGEST = 350


@dataclass(frozen=True)
class Code:
    """The modules as one path; `size` is the side of the square in modules, the quiet zone included."""

    path: PathData
    size: int


def draw(text: str) -> Code | None:
    """Return the code of a text at error correction M, None for one too long to be read off paper."""
    if len(text) > LONGEST:
        return None
    matrix = segno.make(text, micro=False, error="m", boost_error=False).matrix
    path = "".join(
        _runs([bool(module) for module in row], y=place + QUIET_ZONE) for place, row in enumerate(matrix)
    )
    return Code(PathData(path), len(matrix) + 2 * QUIET_ZONE)


def _runs(row: list[bool], *, y: int) -> str:
    """Return the dark runs of one row of modules."""
    runs, x = [], QUIET_ZONE
    for is_dark, modules in groupby(row):
        length = len(list(modules))
        if is_dark:
            runs.append(f"M{x} {y}h{length}v1h-{length}z")
        x += length
    return "".join(runs)
