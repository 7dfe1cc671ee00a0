"""The actions that ask PubMed again, or read again what PubMed once sent."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.html import format_html

from references.models import Reference, SearchRun
from references.services import ingest, searches

N_NAMED = 5
BATCH_SIZE = 500


class FetchingMixin:
    """Give an admin of references the two actions, and every admin the words that report them."""

    @admin.action(description="Fetch from PubMed now")
    def fetch_now(self, request: HttpRequest, queryset: QuerySet[Reference]) -> None:
        pmids = list(queryset.filter(pmid__isnull=False).order_by("pk").values_list("pmid", flat=True))
        without = list(queryset.filter(pmid__isnull=True))
        if without:
            names = "; ".join(f"“{str(reference)[:80]}”" for reference in without[:N_NAMED])
            more = f" and {len(without) - N_NAMED} more" if len(without) > N_NAMED else ""
            self.message_user(request, f"Without a PMID, so not fetched: {names}{more}.", messages.WARNING)
        if pmids:
            try:
                run = searches.start(pmids=pmids, by=request.user)
            except searches.SearchError as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.announce(
                    request, run, f"PubMed is asked for {len(pmids):,} record{pluralize(len(pmids))}."
                )

    @admin.action(description="Re-parse stored record")
    def reparse_selected(self, request: HttpRequest, queryset: QuerySet[Reference]) -> None:
        self.reparse(request, queryset)

    def reparse(self, request: HttpRequest, references: QuerySet[Reference]) -> None:
        """Read the stored records of the references again and report what became of each."""
        fates: Counter[ingest.State] = Counter()
        refused = []
        rows = references.order_by("pk").defer("search_vector").iterator(chunk_size=BATCH_SIZE)
        while batch := list(islice(rows, BATCH_SIZE)):
            report = ingest.reparse_all(batch, by=request.user)
            fates.update(outcome.state for outcome in report.outcomes)
            refused += [fate.note for fate in report.outcomes if fate.state == ingest.State.FAILED]
        counts = [f"{n} {state.value}" for state, n in sorted(fates.items()) if state != ingest.State.FAILED]
        self.report(request, [f"Re-parsed: {', '.join(counts)}."] if counts else [], refused)

    def announce(self, request: HttpRequest, run: SearchRun, sentence: str) -> None:
        """Link the run that an action queued."""
        address = reverse("admin:references_searchrun_change", args=[run.pk])
        self.message_user(
            request, format_html('{} <a href="{}">Run {}</a>', sentence, address, run.pk), messages.SUCCESS
        )
