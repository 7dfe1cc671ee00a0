"""The filters of a sheet in words: a sheet that is passed on must say what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from therapies.forms import ScopeForm


def words(form: ScopeForm) -> tuple[str, ...]:
    """Return each filter that narrows the evidence: “Design: Randomised controlled trial or Registry”."""
    return tuple(_words(form))


def _words(form: ScopeForm) -> Iterator[str]:
    for name in ScopeForm.base_fields:
        value = form.readable(name)
        if name == "unreported" or value in (None, "", []):
            continue
        field = form.fields[name]
        labels = {str(code): str(label) for code, label in getattr(field, "choices", ())}
        chosen = value if isinstance(value, list | tuple) else [value]
        shown = " or ".join(labels.get(str(code), str(code)) for code in chosen)
        yield f"{field.label}: {shown}"
    if form.with_unreported:
        yield "arms that do not report these traits included"
