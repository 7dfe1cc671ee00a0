"""How far a run is, in numbers and in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from references.models import SearchHit, SearchRun


@dataclass(frozen=True)
class StateCount:
    """How many PMIDs of a run came to one state."""

    state: str
    label: str
    n: int


@dataclass(frozen=True)
class RunProgress:
    """A run's progress; `n_found` is None until PubMed has said how many there are."""

    n_done: int
    n_found: int | None
    sentence: str
    counts: tuple[StateCount, ...]
    n_trouble: int


def progress(run: SearchRun) -> RunProgress:
    """Return how far the run is, from its own counts."""
    n_done = run.n_fetched + run.n_missing
    counted = (
        (SearchHit.State.NEW, run.n_new),
        (SearchHit.State.UPDATED, run.n_updated),
        (SearchHit.State.UNCHANGED, run.n_unchanged),
        (SearchHit.State.MISSING, run.n_missing),
        (SearchHit.State.FAILED, run.n_failed),
    )
    return RunProgress(
        n_done=n_done,
        n_found=run.n_found,
        sentence=_sentence(run, n_done),
        counts=tuple(StateCount(state, state.label, n) for state, n in counted),
        n_trouble=run.n_missing + run.n_failed,
    )


def _sentence(run: SearchRun, n_done: int) -> str:
    if run.n_found is None:
        if run.is_finished:
            return "PubMed was not asked to the end."
        is_waiting = run.state == SearchRun.State.QUEUED and not run.error
        return "Waiting for a worker." if is_waiting else "PubMed has not answered yet."
    if run.is_active and run.listed_at is None:
        return f"Listing the {run.n_found:,} records that PubMed found."
    return f"{n_done:,} of {run.n_found:,} records done."
