"""Places in the tree of therapies."""

from __future__ import annotations

import pytest

from therapies.evidence_map import Row
from therapies.models import Outcome, Therapy
from therapies.read_models import lineage


def row(code: str, parent: str | None, depth: int) -> Row:
    return Row(Therapy(pk=hash(code), code=code, name=code), parent, depth, False)


ROOT, LEFT, LEAF, RIGHT, OTHER = ROWS = (
    row("root", None, 0),
    row("left", "root", 1),
    row("leaf", "left", 2),
    row("right", "root", 1),
    row("other", None, 0),
)


def test_above_lists_the_root_first():
    assert lineage.above(ROWS, LEAF) == (ROOT, LEFT)
    assert lineage.above(ROWS, ROOT) == ()


def test_within_holds_the_row_and_everything_below_it():
    assert lineage.within(ROWS, ROOT) == (ROOT, LEFT, LEAF, RIGHT)
    assert lineage.within(ROWS, LEFT) == (LEFT, LEAF)
    assert lineage.within(ROWS, OTHER) == (OTHER,)


def test_directly_below_holds_children_only():
    assert lineage.directly_below(ROWS, ROOT) == (LEFT, RIGHT)


def test_unknown_therapy_is_said_in_words():
    with pytest.raises(Therapy.DoesNotExist, match="There is no therapy “nowhere” on the map"):
        lineage.row_of(ROWS, "nowhere")


def test_unknown_outcome_is_said_in_words():
    with pytest.raises(Outcome.DoesNotExist, match="There is no outcome “luck” on the map"):
        lineage.outcome_of([], "luck")
