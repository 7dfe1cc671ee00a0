"""The plot of one cell as a drawing that stands alone, in SVG and PNG."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse
from django.utils import timezone

from therapies.charts import plot, png, svg
from therapies.exports.evidence import file_name
from therapies.read_models import plot_rows, printed, questions
from therapies.read_models.evidence_cell import Evidence
from therapies.read_models.plot_rows import PlotRow, SectionRows
from therapies.read_models.plot_sections import Standing
from therapies.read_models.pool_view import PoolView

# A taller picture would not fit on anything; the CSV holds every row.
MOST_ROWS = 200
KEY = (
    "Values of single study arms, side by side: not a comparison. Mark: area by patients, shape by criteria,"
    " hollow where procedures or lesions are counted.",
    "Thin dashed line and c: interval computed, not printed. *: events reconstructed from percentage and n.",
)


def evidence_svg(evidence: Evidence) -> HttpResponse:
    """Return the plot of a cell as an SVG file."""
    content = svg.write(plot.draw(drawing(evidence)))
    return _attached(content.encode(), "image/svg+xml", f"{file_name(evidence)}.svg")


def evidence_png(evidence: Evidence) -> HttpResponse:
    """Return the plot of a cell as a PNG file."""
    return _attached(png.write(plot.draw(drawing(evidence))), "image/png", f"{file_name(evidence)}.png")


def drawing(evidence: Evidence) -> plot.Plot:
    """Return what the drawing holds: the rows of the page, its groups and pools, and what was changed."""
    page, _reviews = plot_rows.load(evidence, size=MOST_ROWS)
    rows: list[plot.Row] = [row for part in page.sections for row in _section(part)]
    if evidence.pool:
        rows.append(_pooled("All", evidence.pool))
    return plot.Plot(
        title=evidence.heading,
        subtitle=_subtitle(evidence),
        rows=rows,
        axis=evidence.axis,
        unit=evidence.outcome.unit,
        notes=tuple(_notes(evidence, n_more=page.n - page.last)),
    )


def _subtitle(evidence: Evidence) -> str:
    counts = evidence.cell
    words = [f"{counts.studies}, {counts.patients}, {counts.n_results:,} results"]
    changes = questions.changes(evidence.question, evidence.kinds, evidence.items)
    if changes:
        words.append(f"Changed: {'; '.join(change.words for change in changes)}")
    return ". ".join(words)


def _notes(evidence: Evidence, *, n_more: int) -> Iterator[str]:
    if n_more > 0:
        yield f"The first {MOST_ROWS} results; {n_more:,} more are in the CSV. Pools are those of all."
    if evidence.pool:
        how = evidence.pool.how
        yield f"{how[:1].upper()}{how[1:]}. {'; '.join(evidence.pool.heterogeneity)}."
    else:
        verdict = evidence.medians.verdict if evidence.medians else evidence.plot.overall.eligibility
        reasons = " ".join(refusal.words for refusal in verdict.refusals)
        yield f"No pooled number. {evidence.plot.overall.problem or reasons}".strip()
    yield from KEY
    yield f"NELM Review, {timezone.localdate():%d %B %Y}. {evidence.outcome.get_better_display()}."


def _section(part: SectionRows) -> Iterator[plot.Row]:
    if part.section.title:
        yield plot.Heading(part.section.title)
    for row in part.rows:
        yield _result(row)
    if part.pool:
        yield _pooled(part.section.title, part.pool)


def _result(row: PlotRow) -> plot.Result:
    line, item = row.line, row.item
    one, reading = item.candidate, line.reading
    year = f", {line.year}" if line.year and str(line.year) not in line.study.label else ""
    detail = (line.arm.label, one.definition_words, line.time and f"at {line.time}")
    counted = item.row.per if item.row.per != "patient" else ""
    value = row.words if item.derived else reading.words
    return plot.Result(
        study=f"{line.study.label}{year}",
        detail=", ".join(part for part in (*detail, counted and f"per {counted}") if part),
        counts=f"{one.events} / {one.total}{'*' if one.is_reconstructed else ''}" if one.total else "",
        value=f"{value} {_interval(row)}".strip(),
        note=_standing(row.standing),
        estimate=item.estimate if row.mark else None,
        is_faint=bool(row.standing.left_out),
    )


def _standing(standing: Standing) -> str:
    if standing.weight is not None:
        return f"{standing.weight:.1f}%"
    if standing.left_out:
        return f"Left out: {standing.left_out}"
    return "in the pool" if standing.is_in else ""


def _interval(row: PlotRow) -> str:
    low, high = row.item.ci_low, row.item.ci_high
    if low is None and high is None:
        return ""
    ends = ("?" if end is None else printed.rounded(end) for end in (low, high))
    return f"[{'–'.join(ends)}]{' c' if row.item.is_computed else ''}"


def _pooled(title: str, pool: PoolView) -> plot.Pooled:
    natural, factor = pool.pool.natural, pool.factor
    return plot.Pooled(
        label=f"Pooled: {title} (k = {pool.k}, {pool.n_studies} studies)",
        value=f"{pool.figures.estimate} [{pool.figures.interval}]",
        note=f"prediction {pool.figures.prediction}",
        estimate=natural.estimate * factor,
        ci=(natural.ci_low * factor, natural.ci_high * factor),
        prediction=(natural.pi_low * factor, natural.pi_high * factor),
    )


def _attached(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
