"""Raw PubMed records, to be read, downloaded and parsed again; and the parts of references, to be found."""

from __future__ import annotations

import zlib

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from nelm_review.core.administration.base import ReadOnlyAdmin
from nelm_review.core.administration.site import Section
from references.admin import readable
from references.admin.fetching import FetchingMixin
from references.models import Author, CitedReference, Correction, RawPubmedRecord, Reference

SHOWN_BYTES = 200_000
UNREADABLE = "The stored bytes cannot be decompressed."


def opening(compressed: bytes, limit: int = SHOWN_BYTES) -> tuple[str, bool]:
    """Return the first `limit` bytes of the record as text, and whether there are more.

    Only so much is ever decompressed, however large the record. Raises zlib.error on damaged bytes.
    """
    reader = zlib.decompressobj()
    xml = reader.decompress(bytes(compressed), limit + 1)
    return xml[:limit].decode("utf-8", errors="replace"), len(xml) > limit


@admin.register(RawPubmedRecord)
class RawPubmedRecordAdmin(FetchingMixin, ReadOnlyAdmin):
    section = Section.LITERATURE
    list_display = ("pmid", "reference", "size", "fetched_at", "search_run")
    list_filter = ("fetched_at",)
    list_select_related = ("reference", "search_run")
    search_fields = ("=reference__pmid", "reference__title")
    search_help_text = "A PMID, or words of the title."
    date_hierarchy = "fetched_at"
    ordering = ("-fetched_at", "-pk")
    actions = ("reparse_selected",)
    fields = ("reference", "fetched_at", "search_run", "digest", "download", "xml")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        records = super().get_queryset(request).annotate(n_bytes=Length("xml_zlib"))
        is_list = request.resolver_match.url_name.endswith("_changelist")
        return records.defer("xml_zlib", "reference__search_vector") if is_list else records

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.download_view)
        return [
            path("<path:object_id>/xml/", view, name="references_rawpubmedrecord_xml"),
            *super().get_urls(),
        ]

    def download_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the whole record as a file."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        try:
            xml = zlib.decompress(bytes(record.xml_zlib))
        except zlib.error:
            self.report(request, [], [UNREADABLE])
            return HttpResponseRedirect(reverse("admin:references_rawpubmedrecord_change", args=[record.pk]))
        name = f"pubmed-{record.reference.pmid or record.reference_id}.xml"
        return HttpResponse(
            xml,
            content_type="application/xml; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @admin.action(description="Re-parse stored record")
    def reparse_selected(self, request: HttpRequest, queryset: QuerySet[RawPubmedRecord]) -> None:
        self.reparse(request, Reference.objects.filter(raw_record__in=queryset))

    @admin.display(description="PMID", ordering="reference__pmid")
    def pmid(self, record: RawPubmedRecord) -> int | None:
        return record.reference.pmid

    @admin.display(description="Compressed bytes", ordering="n_bytes")
    def size(self, record: RawPubmedRecord) -> int:
        return record.n_bytes

    @admin.display(description="SHA-256")
    def digest(self, record: RawPubmedRecord) -> str:
        return bytes(record.sha256).hex()

    @admin.display(description="File")
    def download(self, record: RawPubmedRecord) -> SafeString:
        address = reverse("admin:references_rawpubmedrecord_xml", args=[record.pk])
        return format_html('<a href="{}">Download the whole record</a>', address)

    @admin.display(description="XML")
    def xml(self, record: RawPubmedRecord) -> SafeString | str:
        try:
            text, is_cut = opening(record.xml_zlib)
        except zlib.error:
            return UNREADABLE
        note = f"Only the first {SHOWN_BYTES // 1000} kB are shown." if is_cut else ""
        return format_html('<pre class="raw-record" tabindex="0">{}</pre><p>{}</p>', text, note)


class PartAdmin(ReadOnlyAdmin):
    """Parts are written with their reference; here they can be found and read."""

    section = Section.LITERATURE
    list_select_related = ("reference",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("reference__search_vector", "reference__abstract_text")


@admin.register(Author)
class AuthorAdmin(PartAdmin):
    list_display = ("last_name", "fore_name", "initials", "collective_name", "orcid", "role", "reference")
    list_display_links = ("last_name", "collective_name")
    list_filter = ("role", ("orcid", admin.EmptyFieldListFilter))
    search_fields = ("last_name", "collective_name", "=orcid", "=reference__pmid")
    search_help_text = "A name, an ORCID, or the PMID of the reference."
    affiliation_list = readable.shown("affiliations", readable.lines)
    fields = (
        "reference",
        "role",
        "position",
        "last_name",
        "fore_name",
        "initials",
        "suffix",
        "collective_name",
        "orcid",
        "is_corresponding",
        "affiliation_list",
    )


@admin.register(CitedReference)
class CitedReferenceAdmin(PartAdmin):
    list_display = ("position", "citation", "pmid", "doi", "pmcid", "reference")
    list_display_links = ("position", "citation")
    search_fields = ("=pmid", "=doi", "=pmcid", "citation")
    search_help_text = "A PMID, DOI or PMCID, or words of the citation."


@admin.register(Correction)
class CorrectionAdmin(PartAdmin):
    list_display = ("kind", "source", "pmid", "doi", "reference")
    list_filter = ("kind",)
    search_fields = ("=pmid", "=doi", "source", "=reference__pmid")
