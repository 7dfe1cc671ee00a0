"""How a result is drawn: shape by criteria, area by patients, hollow where it does not count patients."""

from __future__ import annotations

from collections.abc import Iterable

from therapies.charts.strip import Mark, Shape
from therapies.derivation import Derived
from therapies.models import Criteria, Result

# Criteria that are not named here are drawn as circles.
SHAPES: dict[str, Shape] = {
    Criteria.MRECIST: Shape.DIAMOND,
    Criteria.WHO: Shape.SQUARE,
    Criteria.EASL: Shape.TRIANGLE,
    Criteria.SEVERAL: Shape.TRIANGLE,
}


def mark(value: float, *, criteria: str, per: str, arm_n: int | None, total: int | None) -> Mark:
    """Return the mark of a value in its outcome's unit."""
    return Mark(
        value=value,
        n=total if arm_n is None else arm_n,
        shape=SHAPES.get(criteria, Shape.CIRCLE),
        is_hollow=per != Result.Per.PATIENT,
    )


def derived(one: Derived) -> Mark:
    """Return the mark of a derived value; it is drawn in outline, whatever it counts."""
    return mark(float(one.value), criteria=one.criteria, per=one.per, arm_n=one.arm_n, total=one.total)


def traits(results: Iterable[int]) -> dict[int, dict[str, object]]:
    """Return what `mark` needs beside the value, by the key of the result: one query."""
    fields = ("pk", "criteria", "per", "arm__n", "total")
    rows = Result.objects.filter(pk__in=list(results)).values_list(*fields)
    return {
        pk: {"criteria": criteria, "per": per, "arm_n": arm_n, "total": total}
        for pk, criteria, per, arm_n, total in rows
    }
