"""What is new in the evidence: a page, a count for the map, and Atom feeds of all, a therapy or a cell."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import condition, require_safe

from nelm_review.core import changes
from nelm_review.core.kept import kept
from nelm_review.core.pages import render_page
from therapies.read_models.updates import events
from therapies.read_models.updates import page as updates
from therapies.read_models.updates.page import Entry, Place
from therapies.services.releases.texts import AUTHORS, SITE
from therapies.updates_form import UpdatesForm

PER_PAGE = 20
N_IN_FEED = 50


class _Entries:
    """The entries of a filter, as a paginator reads them: counted, and loaded a page at a time."""

    def __init__(self, wanted: events.Filter, where: Place) -> None:
        self._wanted, self._where = wanted, where

    def count(self) -> int:
        return events.count_groups(self._wanted)

    def __getitem__(self, part: slice) -> list[Entry]:
        size = part.stop - part.start
        return updates.entries(self._wanted, self._where, offset=part.start, limit=size)


@login_not_required
@require_safe
@kept
def show(request: HttpRequest) -> HttpResponse:
    """Show what entered, left and was corrected, the newest first."""
    form = UpdatesForm(request.GET)
    where = Place(form.readable("therapy"), form.readable("outcome"))
    query = request.GET.copy()
    query.pop("page", None)
    context: dict[str, Any] = {
        "section": "updates",
        "form": form,
        "place": where,
        "page": _page(request, form, where),
        "query": f"?{query.urlencode()}",
    }
    return render_page(request, "therapies/updates.html", context, partial="results")


def _page(request: HttpRequest, form: UpdatesForm, where: Place) -> Page:
    wanted = updates.wanted(where, kinds=form.kinds, since=form.readable("since"))
    return Paginator(_Entries(wanted, where), PER_PAGE).get_page(request.GET.get("page"))


@login_not_required
@require_safe
@kept
def count(request: HttpRequest) -> HttpResponse:
    """Return how many changes there were since a moment (or ever), for a reader who comes back."""
    form = UpdatesForm(request.GET)
    since = form.readable("since")
    if form.errors:
        return JsonResponse({"problem": "Say since when: ?since=2026-11-03."}, status=400)
    return JsonResponse({"n": events.count(updates.wanted(Place(), since=since))})


def _etag(request: HttpRequest, **place: str) -> str:
    state = f"{changes.stamp()} {request.build_absolute_uri()}"
    return f'"{hashlib.sha256(state.encode()).hexdigest()[:32]}"'


@login_not_required
@require_safe
@condition(etag_func=_etag)
def feed(request: HttpRequest, therapy: str = "", outcome: str = "") -> HttpResponse:
    """Send the newest entries as Atom: of everything, of a therapy, or of one cell."""
    try:
        where = updates.place(therapy, outcome)
    except ObjectDoesNotExist as missing:
        raise Http404(str(missing)) from missing
    found = updates.entries(updates.wanted(where), where, limit=N_IN_FEED)
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    _atom(request, where, found).write(response, "utf-8")
    return response


def _atom(request: HttpRequest, where: Place, found: list[Entry]) -> Atom1Feed:
    own, of = request.build_absolute_uri(), f": {where.words}" if where.words else ""
    atom = Atom1Feed(
        title=f"{SITE}, updates{of}",
        subtitle=f"What entered, left and was corrected in the evidence{of}.",
        link=request.build_absolute_uri(_address(where)),
        description="",
        language="en",
        author_name=AUTHORS,
        feed_url=own,
        feed_guid=_identity(request, "updates"),
    )
    for entry in found:
        # An entry of a cell says less than the same one of everything: each feed names its own.
        atom.add_item(
            title=_printable(entry.headline),
            link=request.build_absolute_uri(f"{_address(where)}#{entry.anchor}"),
            description=_printable(render_to_string("therapies/updates_feed_entry.html", {"entry": entry})),
            unique_id=_identity(request, entry.key),
            pubdate=entry.at,
            updateddate=entry.at,
        )
    return atom


def _address(where: Place) -> str:
    if where.therapy and where.outcome:
        return reverse("evidence", args=[where.therapy.code, where.outcome.code])
    return reverse("updates") + (f"?therapy={where.therapy.code}" if where.therapy else "")


def _identity(request: HttpRequest, name: str) -> str:
    """Return a name for good (RFC 4151), whatever becomes of the address."""
    return f"tag:{request.get_host().partition(':')[0]},2026:{request.path.strip('/')}/{name}"


def _printable(text: str) -> str:
    """Return the text on one line, without the control characters that XML cannot hold."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())
