"""The analysis of one cell as a script for R: the same data, method and figures, for anybody to check.

The functions called are those of metafor (https://wviechtb.github.io/metafor/reference/): escalc, rma,
rma.glmm, predict, confint, leave1out and forest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpResponse
from django.utils import timezone

from therapies.analysis import METHOD, Analysis
from therapies.exports.evidence import file_name
from therapies.read_models import questions
from therapies.read_models.evidence_cell import Evidence
from therapies.read_models.median_pool import MedianVerdict
from therapies.read_models.plot_items import Item
from therapies.synthesis.eligibility import Candidate, Refusal
from therapies.synthesis.pooling import Method, Pool

METHODS = {Method.REML: "REML", Method.DL: "DL", Method.PM: "PM"}
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
NOT_AVAILABLE = "NA"


def evidence_script(evidence: Evidence) -> HttpResponse:
    """Return the script of a cell, to be run as it stands."""
    response = HttpResponse(script(evidence), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(evidence)}.R"'
    return response


def script(evidence: Evidence) -> str:
    """Return the script: the whole cell first, then each subgroup that the page pools by itself."""
    lines = [*_head(evidence)]
    if evidence.medians:
        lines += _medians(evidence, evidence.medians)
    elif evidence.is_proportion:
        lines += _analysis("all", "All results", evidence.plot.overall, with_others=True)
        for number, section in enumerate(evidence.plot.subgroups, start=1):
            if section.analysis:
                lines += _analysis(f"group_{number}", section.title, section.analysis)
        lines += _between(evidence)
    else:
        lines += [comment("Values of this kind are not pooled.")]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return an R string that holds the text and nothing else: no part of it can end the string."""
    return '"' + "".join(_letter(letter) for letter in text if letter != "\0") + '"'


def comment(text: str) -> str:
    """Return the text as one line of comment."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"# {' '.join(printable.split())}"


def _letter(letter: str) -> str:
    if letter in ESCAPES:
        return ESCAPES[letter]
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


def _head(evidence: Evidence) -> Iterator[str]:
    yield comment(f"{evidence.heading} in neuroendocrine liver metastases")
    yield comment(f"NELM Review, {timezone.localdate():%Y-%m-%d}, method version {METHOD}")
    yield comment(f"Evidence: {evidence.cell.get_absolute_url()}{evidence.question.links.to()}")
    for change in questions.changes(evidence.question, evidence.kinds, evidence.items):
        yield comment(f"Changed from the published analysis: {change.words}")
    yield comment("Values of single study arms, side by side: not a comparison.")
    yield comment("Needs R with metafor 4.0 or newer: install.packages('metafor')")
    yield "library(metafor)"


def _analysis(name: str, title: str, found: Analysis, *, with_others: bool = False) -> Iterator[str]:
    kept = found.eligibility.kept
    yield ""
    yield comment(f"---- {title} ----")
    yield from _left_out(found)
    if not kept:
        yield from _refusals(found.eligibility.refusals)
        return
    yield f"dat_{name} <- data.frame("
    yield from _columns(
        study=map(quoted, (one.label for one in kept)),
        definition=map(quoted, (one.definition_words for one in kept)),
        months=map(_number, (one.timepoint for one in kept)),
        unit=map(quoted, (one.unit for one in kept)),
        xi=map(_number, (one.events for one in kept)),
        ni=map(_number, (one.total for one in kept)),
        reconstructed=("TRUE" if one.is_reconstructed else "FALSE" for one in kept),
    )
    yield ")"
    if found.pool is None:
        yield comment(f"Not pooled. {found.problem}")
        yield from _refusals(found.eligibility.refusals)
        return
    yield from _pool(name, found.pool)
    yield from _printed_figures(found.pool, 100, "%")
    if with_others:
        yield from _others(name, found)
    yield from _forest(name, title, "transf.ilogit")


def _pool(name: str, pool: Pool) -> Iterator[str]:
    dat, res = f"dat_{name}", f"res_{name}"
    yield (
        f'{dat} <- escalc(measure = "PLO", xi = xi, ni = ni, data = {dat}, slab = study,'
        ' add = 1/2, to = "only0")'
    )
    if pool.method is Method.GLMM:
        yield f'{res} <- rma.glmm(measure = "PLO", xi = xi, ni = ni, data = {dat}, slab = study)'
        yield f"print({res})"
    else:
        method = METHODS[pool.method]
        yield f'{res} <- rma(yi, vi, data = {dat}, slab = study, method = "{method}", test = "{pool.test}")'
        yield f"print({res})"
        yield f"print(confint({res}))"
    yield f"print(predict({res}, transf = transf.ilogit))"


def _printed_figures(pool: Pool, factor: float, unit: str) -> Iterator[str]:
    natural = pool.natural
    value, low, high, new_low, new_high = (
        figure * factor
        for figure in (natural.estimate, natural.ci_low, natural.ci_high, natural.pi_low, natural.pi_high)
    )
    yield comment(
        f"On the page: {value:.6g} {unit}, interval {low:.6g} to {high:.6g},"
        f" prediction interval {new_low:.6g} to {new_high:.6g}"
    )
    limits = ""
    if pool.tau2_low is not None and pool.tau2_high is not None:
        limits = f" (Q-profile {pool.tau2_low:.6g} to {pool.tau2_high:.6g})"
    yield comment(f"On the page: tau^2 {pool.tau2:.6g}{limits}, I^2 {pool.i2:.6g} %")
    if pool.q is not None and pool.q_p is not None:
        yield comment(f"On the page: Q {pool.q:.6g}, p {pool.q_p:.6g}, k {pool.k}")


def _others(name: str, found: Analysis) -> Iterator[str]:
    dat = f"dat_{name}"
    yield comment("Sensitivity: the same data by other methods")
    for pool, label, call, back in (
        (
            found.glmm,
            "glmm",
            f'rma.glmm(measure = "PLO", xi = xi, ni = ni, data = {dat})',
            "transf = transf.ilogit",
        ),
        (
            found.freeman_tukey,
            "pft",
            f'rma(measure = "PFT", xi = xi, ni = ni, data = {dat}, method = "REML", test = "knha")',
            f"transf = transf.ipft.hm, targs = list(ni = {dat}$ni)",
        ),
        (
            found.dersimonian_laird,
            "dl",
            f'rma(yi, vi, data = {dat}, method = "DL", test = "knha")',
            "transf = transf.ilogit",
        ),
    ):
        if pool:
            yield f"{label}_{name} <- {call}"
            yield f"print(predict({label}_{name}, {back}))"
            yield from _printed_figures(pool, 100, "%")
    if found.glmm_problem:
        yield comment(found.glmm_problem)
    if found.pool and found.pool.method is not Method.GLMM:
        yield comment("Without each result in turn (the page leaves out whole studies)")
        yield f"print(leave1out(res_{name}, transf = transf.ilogit))"


def _forest(name: str, title: str, back: str) -> Iterator[str]:
    yield f"forest(res_{name}, transf = {back}, addpred = TRUE, header = TRUE, xlab = {quoted(title)})"


def _between(evidence: Evidence) -> Iterator[str]:
    sections = evidence.plot.subgroups
    pooled = [number for number, one in enumerate(sections, start=1) if one.analysis and one.analysis.pool]
    if len(pooled) < 2 or len(pooled) < len(sections):
        return
    results = [f"res_group_{number}" for number in pooled]
    yield ""
    yield comment("Between the groups: an observation, as nobody was randomised to them")
    yield f"b <- c({', '.join(f'as.numeric({one}$beta)' for one in results)})"
    yield f"se <- c({', '.join(f'{one}$se' for one in results)})"
    yield 'print(rma(b, sei = se, mods = ~ factor(seq_along(b)), method = "FE"))'


def _medians(evidence: Evidence, found: MedianVerdict) -> Iterator[str]:
    by_key = {item.key: item for item in evidence.items}
    kept = [by_key[one.key] for one in found.verdict.kept]
    yield ""
    yield comment(found.rule)
    yield comment(found.reference)
    yield from _refusals(found.refusals)
    for reason in found.reasons:
        yield comment(f"Not pooled. {reason}")
    if kept:
        yield "dat_all <- data.frame("
        yield from _columns(**_printed_medians(kept))
        yield ")"
    if found.pool is None:
        return
    pool = found.pool.pool
    yield "dat_all$yi <- log(dat_all$value)"
    yield "z <- qnorm(1 - (1 - dat_all$level) / 2)"
    yield "dat_all$sei <- (log(dat_all$ci_high) - log(dat_all$ci_low)) / (2 * z)"
    yield (
        f'res_all <- rma(yi, sei = sei, data = dat_all, slab = study, method = "{METHODS[pool.method]}",'
        f' test = "{pool.test}")'
    )
    yield "print(res_all)"
    yield "print(confint(res_all))"
    yield "print(predict(res_all, transf = exp))"
    yield from _printed_figures(pool, 1, evidence.outcome.unit)
    yield from _forest("all", f"{evidence.outcome.name} ({evidence.outcome.unit})", "exp")


def _printed_medians(kept: Sequence[Item]) -> dict[str, Iterable[str]]:
    levels = (None if one.row.ci_level is None else float(one.row.ci_level) / 100 for one in kept)
    return {
        "study": map(quoted, (one.candidate.label for one in kept)),
        "origin": map(quoted, (one.candidate.definition_words for one in kept)),
        "n": map(_number, (one.candidate.size or None for one in kept)),
        "value": map(_number, (one.value for one in kept)),
        "ci_low": map(_number, (one.ci_low for one in kept)),
        "ci_high": map(_number, (one.ci_high for one in kept)),
        "level": map(_number, levels),
    }


def _left_out(found: Analysis) -> Iterator[str]:
    for left in found.eligibility.left_out:
        yield comment(f"Left out: {left.candidate.label} ({_counts(left.candidate)}): {left.words}")


def _counts(one: Candidate) -> str:
    return f"{one.events}/{one.total}" if one.total else "no fraction"


def _refusals(refusals: Iterable[Refusal]) -> Iterator[str]:
    for refusal in refusals:
        yield comment(f"Not pooled. {refusal.words} {refusal.fix}")


def _columns(**columns: Iterable[str]) -> Iterator[str]:
    for name, values in columns.items():
        yield f"  {name} = c({', '.join(values)}),"
    yield "  stringsAsFactors = FALSE"


def _number(value: float | None) -> str:
    return NOT_AVAILABLE if value is None else repr(value)
