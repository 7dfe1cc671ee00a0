"""Pages of the literature: the library with its search, and one reference."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from nelm_review.core.kept import kept
from nelm_review.core.pages import render_page
from nelm_review.core.roles import Permission
from references.forms import ReferenceSearchForm
from references.models import Reference
from references.read_models import library_page, linked_data, reference_page
from references.read_models.identifying import identifier_in


@login_not_required
@require_safe
@kept
def index(request: HttpRequest) -> HttpResponse:
    """Show the references inside a search; an identifier leads straight to its reference."""
    form = ReferenceSearchForm(request.GET)
    identifier = identifier_in(form.readable("q") or "")
    if identifier and (reference := library_page.known(identifier)):
        address = reference.get_absolute_url()
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    library = library_page.build(form, page=request.GET.get("page", ""))
    may_fetch = request.user.is_authenticated and request.user.may(Permission.RUN_SEARCHES)
    context = {"form": form, "library": library, "may_fetch": may_fetch}
    return render_page(request, "references/references.html", context, partial="results")


@login_not_required
@require_safe
@kept
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one reference with everything its record says; a merged one leads to what it became."""
    reference = Reference.objects.for_reading().filter(pk=pk).first()
    if reference is None:
        raise Http404(f"This library has no reference number {pk}.")
    if reference.merged_into_id:
        return redirect("reference", pk=reference.merged_into_id)
    context = {
        "page": reference_page.build(reference),
        "linked_data": linked_data.of_reference(reference, request.build_absolute_uri),
    }
    return render_page(request, "references/reference.html", context)
