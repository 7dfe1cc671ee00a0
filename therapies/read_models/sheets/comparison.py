"""The sheet of a comparison: outcome by therapy, what studies compared directly before single arms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from therapies.evidence_map import Row
from therapies.forms import CompareForm
from therapies.read_models.comparison import page
from therapies.read_models.comparison.direct import Direct
from therapies.read_models.comparison.page import ComparisonPage, OutcomeBlock, SingleArms
from therapies.read_models.comparison.per_hundred import Pair
from therapies.read_models.map_page import KEY_OUTCOMES
from therapies.read_models.sheets import foot, outcome_lines
from therapies.read_models.sheets.foot import Foot

# By the number of therapies: narrower columns make taller rows.
MOST_OUTCOMES = {2: 15, 3: 11, 4: 8}
MOST_DIRECT = 7


@dataclass(frozen=True)
class SheetRow:
    """One outcome, and what single arms of each therapy report of it with the natural frequency in brief."""

    block: OutcomeBlock
    cells: tuple[tuple[SingleArms, str], ...]


@dataclass(frozen=True)
class ComparisonSheet:
    """A comparison as a page of paper holds it; without two therapies there is no `page`."""

    page: ComparisonPage | None
    direct: tuple[tuple[OutcomeBlock, Direct], ...]
    pairs: tuple[tuple[OutcomeBlock, Pair], ...]
    n_more_direct: int
    rows: tuple[SheetRow, ...]
    n_more: int
    foot: Foot

    @property
    def title(self) -> str:
        return self.page.title if self.page else "Compare therapies"


def read(
    form: CompareForm, rows: Sequence[Row], path: str, absolute: Callable[[str], str]
) -> ComparisonSheet:
    """Return the sheet of the therapies that the form chose; `rows` are the whole tree."""
    feet = foot.of_page(path + form.address(form.codes), absolute)
    if len(form.codes) < 2:
        return ComparisonSheet(None, (), (), 0, (), 0, feet)
    found = page.read(form, rows)
    direct = [(block, one) for block in found.blocks for one in block.direct]
    pairs = [(block, one) for block in found.blocks for one in block.pairs]
    shown_direct = direct[:MOST_DIRECT]
    shown_pairs = pairs[: MOST_DIRECT - len(shown_direct)]
    blocks, most = _key_first(found.blocks), MOST_OUTCOMES[len(form.codes)]
    return ComparisonSheet(
        page=found,
        direct=tuple(shown_direct),
        pairs=tuple(shown_pairs),
        n_more_direct=len(direct) + len(pairs) - len(shown_direct) - len(shown_pairs),
        rows=tuple(_row(block) for block in blocks[:most]),
        n_more=max(0, len(blocks) - most),
        foot=feet,
    )


def _row(block: OutcomeBlock) -> SheetRow:
    arms = block.single_arms
    return SheetRow(block, tuple((single, outcome_lines.in_brief(single.per_100)) for single in arms))


def _key_first(blocks: Sequence[OutcomeBlock]) -> tuple[OutcomeBlock, ...]:
    """Return the outcomes that a board asks for before all others, each group in the order of the page."""
    return tuple(sorted(blocks, key=lambda block: block.outcome.code not in KEY_OUTCOMES))
