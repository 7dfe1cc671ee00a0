"""References: what PubMed states is shown, what a person corrects is kept and marked as corrected."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.search import SearchQuery
from django.core.exceptions import ValidationError
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from nelm_review.core.administration.base import CuratedAdmin, CuratedForm
from nelm_review.core.administration.inlines import EditedInline, ListedInline
from nelm_review.core.administration.site import Section
from references.admin import readable
from references.admin.fetching import FetchingMixin
from references.models import Author, CitedReference, Correction, RawPubmedRecord, Reference, SearchHit
from references.models.reference import SEARCH_CONFIG
from references.pubmed.identifiers import normal_doi, normal_pmcid, normal_pmid

# A date is one thing: a corrected year must not be joined to PubMed's month.
DATE = ("published_year", "published_month", "published_day", "published_text")
CORRECTABLE = (
    "pmid",
    "doi",
    "pmcid",
    "title",
    "vernacular_title",
    "journal",
    "volume",
    "issue",
    "pages",
    *DATE,
    "coi_statement",
    "copyright",
    "has_more_authors",
    "is_retracted",
    "has_expression_of_concern",
)


class ReferenceForm(CuratedForm):
    """Identifiers are taken in any printed form and stored in one."""

    corrected = forms.MultipleChoiceField(
        label="Corrected by hand",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="PubMed never overwrites these; untick one to take PubMed's value at the next fetch.",
    )
    doi = forms.CharField(label="DOI", required=False, max_length=500, empty_value=None)
    pmcid = forms.CharField(label="PMCID", required=False, max_length=20, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = self.instance.curated_fields
        if names:
            self.fields["corrected"].choices = [(name, self._label(name)) for name in names]
            self.initial["corrected"] = names
        else:
            del self.fields["corrected"]

    def clean_doi(self) -> str | None:
        return self._identifier("doi", normal_doi, "This is no DOI: it begins with “10.” and has a slash.")

    def clean_pmcid(self) -> str | None:
        return self._identifier("pmcid", normal_pmcid, "This is no PMCID: it is PMC followed by digits.")

    def _identifier(self, name: str, normal: Any, complaint: str) -> str | None:
        printed = self.cleaned_data[name]
        if not printed:
            return None
        if not (identifier := normal(printed)):
            raise ValidationError(complaint)
        return identifier

    @staticmethod
    def _label(name: str) -> str:
        names = {field.name: str(field.verbose_name) for field in Reference._meta.fields}
        return names.get(name, name.replace("_", " ")).capitalize()


class IdentifierFilter(admin.SimpleListFilter):
    title = "identifiers"
    parameter_name = "identified"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("pmid", "With PMID"), ("doi", "With DOI but no PMID"), ("none", "With neither")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        wanted = {
            "pmid": Q(pmid__isnull=False),
            "doi": Q(pmid__isnull=True, doi__isnull=False),
            "none": Q(pmid__isnull=True, doi__isnull=True),
        }
        return queryset.filter(wanted.get(self.value(), Q()))


class CorrectedFilter(admin.SimpleListFilter):
    title = "corrected by hand"
    parameter_name = "corrected"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "yes":
            return queryset.exclude(curated_fields=[])
        return queryset.filter(curated_fields=[]) if self.value() == "no" else queryset


class AuthorInline(ListedInline):
    model = Author
    path = "reference"
    fields = ("position", "role", "name", "orcid", "affiliation_list")
    show_change_link = False

    @admin.display(description="Name")
    def name(self, author: Author) -> str:
        given = author.fore_name or author.initials
        return author.collective_name or " ".join(filter(None, (given, author.last_name, author.suffix)))

    @admin.display(description="Affiliations")
    def affiliation_list(self, author: Author) -> str:
        return readable.lines(author.affiliations)


class EnteredAuthorInline(EditedInline):
    """Authors of a reference that PubMed does not know; a person entered them, so a person may remove one."""

    model = Author
    fields = (
        "position",
        "role",
        "last_name",
        "fore_name",
        "initials",
        "suffix",
        "collective_name",
        "orcid",
        "is_corresponding",
    )
    can_delete = True
    show_change_link = False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("reference")


class CitedReferenceInline(ListedInline):
    model = CitedReference
    per_page = 25
    path = "reference"
    fields = ("position", "citation", "doi", "pmcid", "pmid")
    show_change_link = False


class CorrectionInline(ListedInline):
    model = Correction
    path = "reference"
    fields = ("kind", "source", "pmid", "doi", "note")
    show_change_link = False


class HitInline(ListedInline):
    model = SearchHit
    path = "reference"
    per_page = 20
    fields = ("run", "state", "reason")
    verbose_name_plural = "found by searches"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("run").order_by("-run_id")


@admin.register(Reference)
class ReferenceAdmin(FetchingMixin, CuratedAdmin):
    section = Section.LITERATURE
    form = ReferenceForm
    list_display = ("title_text", "published_year", "journal", "pmid", "doi", "origin", "is_retracted")
    list_display_links = ("title_text",)
    list_filter = (
        "origin",
        IdentifierFilter,
        CorrectedFilter,
        "is_retracted",
        "has_expression_of_concern",
        ("merged_into", admin.EmptyFieldListFilter),
        ("deleted_from_pubmed_at", admin.EmptyFieldListFilter),
        "pubmed_status",
    )
    list_select_related = ("journal",)
    search_fields = ("title", "pmid", "doi", "pmcid")
    search_help_text = "Words of title, abstract, authors, MeSH and keywords; or a PMID, DOI or PMCID."
    date_hierarchy = "created_at"
    autocomplete_fields = ("journal",)
    actions = ("fetch_now", "reparse_selected")
    readonly_fields = (
        "origin",
        "abstract_read",
        "other_abstracts_read",
        "authors_text",
        "languages_read",
        "publication_types_read",
        "mesh_read",
        "keywords_read",
        "trial_ids_read",
        "databanks_read",
        "grants_read",
        "book_read",
        "other_ids_read",
        "dates_read",
        "pubmed_status",
        "deleted_from_pubmed_at",
        "merged_into",
        "merged_by",
        "merged_at",
        "created_at",
        "updated_at",
    )
    fieldsets = (
        (None, {"fields": ("title", "vernacular_title", ("pmid", "doi", "pmcid"), "origin")}),
        ("Where it appeared", {"fields": ("journal", ("volume", "issue", "pages"), DATE)}),
        ("Warnings", {"fields": (("is_retracted", "has_expression_of_concern"),)}),
        ("Authors", {"fields": ("authors_text", "has_more_authors")}),
        ("Abstract", {"fields": ("abstract_read", "other_abstracts_read", "copyright")}),
        ("Indexing", {"fields": ("publication_types_read", "mesh_read", "keywords_read", "languages_read")}),
        ("Interests and funding", {"fields": ("coi_statement", "grants_read")}),
        (
            "Identifiers and dates",
            {
                "classes": ("collapse",),
                "fields": (
                    "other_ids_read",
                    "trial_ids_read",
                    "databanks_read",
                    "book_read",
                    "dates_read",
                    "pubmed_status",
                    "deleted_from_pubmed_at",
                    ("created_at", "updated_at"),
                ),
            },
        ),
        ("Merged", {"classes": ("collapse",), "fields": ("merged_into", ("merged_by", "merged_at"))}),
    )
    inlines = (AuthorInline, CorrectionInline, CitedReferenceInline, HitInline)

    abstract_read = readable.shown("abstract", readable.sections)
    other_abstracts_read = readable.shown("other_abstracts", readable.tree)
    languages_read = readable.shown("languages", readable.lines)
    publication_types_read = readable.shown("publication_types", readable.lines)
    mesh_read = readable.shown("mesh", readable.headings, "MeSH")
    keywords_read = readable.shown("keywords", readable.lines)
    trial_ids_read = readable.shown("trial_ids", readable.lines, "Trial registrations")
    databanks_read = readable.shown("databanks", readable.tree)
    grants_read = readable.shown("grants", readable.tree)
    book_read = readable.shown("book", readable.tree)
    other_ids_read = readable.shown("other_ids", readable.tree, "Other identifiers")
    dates_read = readable.shown("dates", readable.tree)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        record = RawPubmedRecord.objects.filter(reference=OuterRef("pk"))
        references = super().get_queryset(request).annotate(has_record=Exists(record))
        return references.defer("search_vector", "abstract_text", "index_text")

    def get_fieldsets(self, request: HttpRequest, obj: Reference | None = None) -> list[Any]:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and obj.curated_fields:
            fieldsets.insert(-1, ("Kept from PubMed", {"fields": ("corrected",)}))
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Reference | None = None) -> tuple[str, ...]:
        # The PMID that PubMed itself sent is what ties the row to its record.
        return self.readonly_fields + (("pmid",) if obj is not None and obj.has_record else ())

    def get_inlines(self, request: HttpRequest, obj: Reference | None) -> tuple[type, ...]:
        if obj is None:
            return (EnteredAuthorInline,)
        return self.inlines if obj.has_record else (EnteredAuthorInline, *self.inlines[1:])

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Find by identifier in any printed form, by the start of words in titles, or by full text."""
        term = search_term.replace("\x00", "").strip()
        if not term:
            return queryset, False
        wanted = Q(title__icontains=term)
        wanted |= Q(search_vector=SearchQuery(term, config=SEARCH_CONFIG, search_type="websearch"))
        for name, normal in (("pmid", normal_pmid), ("doi", normal_doi), ("pmcid", normal_pmcid)):
            if identifier := normal(term):
                wanted |= Q(**{name: identifier})
        return queryset.filter(wanted), False

    def save_model(self, request: HttpRequest, obj: Reference, form: Any, change: bool) -> None:
        if not change:
            obj.origin = Reference.Origin.MANUAL
        else:
            obj.curated_fields = self._corrected(obj, form)
        obj.updated_at = timezone.now()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if any(
            formset.model is Author
            and (formset.new_objects or formset.changed_objects or formset.deleted_objects)
            for formset in formsets
        ):
            self._print_authors(form.instance)

    def _corrected(self, reference: Reference, form: Any) -> list[str]:
        kept = list(reference.curated_fields)
        if "corrected" in form.fields:
            kept = [name for name in kept if name in form.cleaned_data["corrected"]]
        changed = [name for name in form.changed_data if name in CORRECTABLE]
        if set(changed) & set(DATE):
            changed += DATE
        return list(dict.fromkeys([*kept, *changed]))

    def _print_authors(self, reference: Reference) -> None:
        authors = reference.authors.filter(role=Author.Role.AUTHOR).order_by("position")
        reference.authors_text = ", ".join(str(author) for author in authors)
        reference.curated_fields = list(dict.fromkeys([*reference.curated_fields, "authors"]))
        reference.save(update_fields=["authors_text", "curated_fields"])

    @admin.display(description="Title", ordering="title")
    def title_text(self, reference: Reference) -> str:
        return str(reference)
