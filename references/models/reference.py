"""References, and the parts that come with one: authors, cited references, corrections, the raw record."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import (
    SearchQuery,
    SearchRank,
    SearchVector,
    SearchVectorField,
    TrigramWordSimilarity,
)
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower, Upper
from django.urls import reverse
from django.utils import timezone

from nelm_review.core.changes import counted
from nelm_review.core.constraints import all_or_nothing, enforce_choices

SEARCH_CONFIG = "nelm_english"
# RefTypes of the notices that mend an article: references.pubmed.codes.CORRECTION_TYPES says each in words.
CORRECTED_KINDS = ("ErratumIn", "CorrectedandRepublishedIn")
# Criss & Makary 2024, the review that this map grew from.
SOURCE_REVIEW_DOI = "10.3390/curroncol31040154"


class ReferenceQuerySet(models.QuerySet["Reference"]):
    def current(self) -> ReferenceQuerySet:
        """Leave out references that were merged into another."""
        return self.filter(merged_into__isnull=True)

    def matching(self, text: str) -> ReferenceQuerySet:
        """Keep references whose words match (websearch syntax: quotes, or, minus), best first."""
        query = SearchQuery(text, config=SEARCH_CONFIG, search_type="websearch")
        return self.filter(search_vector=query).annotate(rank=SearchRank(F("search_vector"), query))

    def source_review(self) -> ReferenceQuerySet:
        """Keep the review that this map grew from (one row or none)."""
        return self.filter(doi=SOURCE_REVIEW_DOI)

    def resembling(self, text: str) -> ReferenceQuerySet:
        """Keep references whose title nearly holds the text (typing errors); `rank` says how nearly."""
        # The index on titles is on their upper case; trigrams know no case.
        near = self.alias(upper_title=Upper("title")).filter(upper_title__trigram_word_similar=text)
        return near.annotate(rank=TrigramWordSimilarity(text, "title"))

    def by_authors_resembling(self, text: str) -> ReferenceQuerySet:
        """Keep references whose author names nearly hold the text, ranked alike; it reads every row."""
        near = self.filter(authors_text__trigram_word_similar=text)
        return near.annotate(rank=TrigramWordSimilarity(text, "authors_text"))

    def retracted(self) -> ReferenceQuerySet:
        return self.filter(is_retracted=True)

    def corrected(self) -> ReferenceQuerySet:
        """Keep references for which an erratum or a corrected version was published."""
        return self.filter(corrections__kind__in=CORRECTED_KINDS).distinct()

    def used_in_studies(self) -> ReferenceQuerySet:
        """Keep references that report a study of the evidence."""
        return self.filter(study_reports__isnull=False).distinct()

    def for_reading(self) -> ReferenceQuerySet:
        """Load what a page about one reference needs, without the bytes of its raw record."""
        return self.select_related("journal", "raw_record").defer(
            "search_vector", "abstract_text", "index_text", "raw_record__xml_zlib", "raw_record__sha256"
        )

    def publication_types(self) -> models.QuerySet[Reference, str]:
        """Return every publication type in use, by name."""
        kind = Func(F("publication_types"), function="unnest", set_returning=True)
        return self.order_by().annotate(kind=kind).values_list("kind", flat=True).distinct().order_by("kind")

    def cited_in_library(self, reference: Reference) -> ReferenceQuerySet:
        """Keep the references of this library that cite the given one, by PMID or DOI."""
        cites = Q(pk__in=[])
        if reference.pmid:
            cites |= Q(cited_references__pmid=reference.pmid)
        if reference.doi:
            cites |= Q(cited_references__doi=reference.doi)
        return self.filter(cites).exclude(pk=reference.pk).distinct()


@enforce_choices
@pghistory.track(
    # A PubMed import is recorded by its run and its raw record; history begins with the first change, and
    # keeps what that change replaced.
    pghistory.InsertEvent(condition=pgtrigger.Q(new__origin__in=["evidence", "manual", "import"])),
    pghistory.UpdateEvent(),
    pghistory.UpdateEvent(
        "replaced",
        row=pghistory.Old,
        condition=pgtrigger.Condition("OLD.origin = 'pubmed' AND OLD.* IS DISTINCT FROM NEW.*"),
    ),
    pghistory.DeleteEvent(),
    exclude=["search_vector", "updated_at"],
)
class Reference(models.Model):
    """One publication: a PubMed record, an imported record, one named by the evidence, or a manual one."""

    class Origin(models.TextChoices):
        PUBMED = "pubmed", "PubMed"
        EVIDENCE = "evidence", "Shipped evidence"
        IMPORT = "import", "Imported file"
        MANUAL = "manual", "Entered by hand"

    origin = models.CharField(max_length=10, choices=Origin)
    pmid = models.PositiveIntegerField("PMID", null=True, blank=True, unique=True)
    pmcid = models.CharField("PMCID", max_length=20, null=True, blank=True, unique=True)
    doi = models.CharField("DOI", max_length=500, null=True, blank=True, unique=True)
    other_ids = models.JSONField(
        default=dict, blank=True, help_text="Other identifiers, and those another reference already holds."
    )

    title = models.TextField(blank=True, help_text="Plain text; empty where no source shows it.")
    vernacular_title = models.TextField(blank=True)
    abstract = models.JSONField(
        default=list, blank=True, help_text="Sections: a list of {label, category, text}, plain text."
    )
    abstract_text = models.TextField(blank=True, editable=False)
    other_abstracts = models.JSONField(default=list, blank=True)
    authors_text = models.TextField(
        blank=True, editable=False, help_text="Names as a citation prints them, comma-separated."
    )
    has_more_authors = models.BooleanField(default=False, help_text="The source printed “et al.”.")

    journal = models.ForeignKey(
        "Journal", null=True, blank=True, on_delete=models.PROTECT, related_name="references"
    )
    volume = models.CharField(max_length=100, blank=True)
    issue = models.CharField(max_length=100, blank=True)
    pages = models.CharField(max_length=200, blank=True)
    published_year = models.PositiveSmallIntegerField(null=True, blank=True)
    published_month = models.PositiveSmallIntegerField(null=True, blank=True)
    published_day = models.PositiveSmallIntegerField(null=True, blank=True)
    published_text = models.CharField(
        max_length=200, blank=True, help_text="The date as printed where it is no plain date (MedlineDate)."
    )
    dates = models.JSONField(default=dict, blank=True, help_text="Electronic, received, accepted, PubMed …")

    languages = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    publication_types = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    mesh = models.JSONField(
        default=list, blank=True, help_text="Headings: a list of {ui, descriptor, is_major, qualifiers}."
    )
    keywords = ArrayField(models.TextField(), default=list, blank=True)
    index_text = models.TextField(blank=True, editable=False, help_text="MeSH and keywords, for search.")
    trial_ids = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    databanks = models.JSONField(default=list, blank=True)
    grants = models.JSONField(default=list, blank=True)
    coi_statement = models.TextField("conflict of interest", blank=True)
    copyright = models.TextField(blank=True)
    book = models.JSONField(null=True, blank=True, help_text="Details of a book record.")

    pubmed_status = models.CharField(max_length=30, blank=True)
    is_retracted = models.BooleanField(default=False)
    has_expression_of_concern = models.BooleanField(default=False)
    deleted_from_pubmed_at = models.DateTimeField(null=True, blank=True)

    curated_fields = ArrayField(
        models.CharField(max_length=50),
        default=list,
        blank=True,
        help_text="Fields an editor corrected: PubMed never overwrites them.",
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_references"
    )
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    merged_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    search_vector = models.GeneratedField(
        expression=(
            SearchVector("title", "vernacular_title", weight="A", config=SEARCH_CONFIG)
            + SearchVector("abstract_text", weight="B", config=SEARCH_CONFIG)
            + SearchVector("authors_text", "index_text", weight="C", config=SEARCH_CONFIG)
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = (F("published_year").desc(nulls_last=True), "-pk")
        constraints = [
            all_or_nothing("reference", "merged"),
            models.CheckConstraint(
                condition=Q(doi__isnull=True) | Q(doi=Lower("doi"), doi__startswith="10.", doi__contains="/"),
                name="reference_doi_is_normalised",
                violation_error_message="A DOI is stored in lower case, from “10.” on.",
            ),
            models.CheckConstraint(
                condition=Q(pmcid__isnull=True) | Q(pmcid__regex=r"^PMC[1-9][0-9]*$"),
                name="reference_pmcid_is_normalised",
                violation_error_message="A PMCID is PMC followed by digits.",
            ),
            models.CheckConstraint(
                condition=Q(pmid__isnull=True) | Q(pmid__gt=0),
                name="reference_pmid_is_positive",
                violation_error_message="A PMID is a positive number.",
            ),
            models.CheckConstraint(
                condition=Q(published_month__isnull=True) | Q(published_month__range=(1, 12)),
                name="reference_month_is_a_month",
                violation_error_message="The month must be 1–12.",
            ),
            models.CheckConstraint(
                condition=Q(published_day__isnull=True) | Q(published_day__range=(1, 31)),
                name="reference_day_is_a_day",
                violation_error_message="The day must be 1–31.",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True)
                | (~Q(merged_into=F("id")) & Q(merged_by__isnull=False)),
                name="reference_is_merged_into_another_by_someone",
                violation_error_message="A reference is merged into another one, by someone.",
            ),
        ]
        indexes = [
            GinIndex(fields=["search_vector"], name="reference_search"),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="reference_title_trigrams"),
            GinIndex(fields=["publication_types"], name="reference_publication_types"),
            # With the key in it, the years of ten thousand studies are read without their long rows.
            models.Index(fields=["published_year"], include=["id"], name="reference_by_year"),
            # Every count of the evidence leaves retracted studies out, and hardly a reference is retracted.
            models.Index(fields=["id"], condition=Q(is_retracted=True), name="reference_retracted"),
        ]
        triggers = counted("literature")

    def __str__(self) -> str:
        return self.title or f"Reference {self.pk} (title not known)"

    def get_absolute_url(self) -> str:
        return reverse("reference", args=[self.pk])


@enforce_choices
class Author(models.Model):
    """One author of a reference, a person or a group, at a position of the printed list."""

    class Role(models.TextChoices):
        AUTHOR = "author", "Author"
        EDITOR = "editor", "Editor"
        INVESTIGATOR = "investigator", "Investigator"

    reference = models.ForeignKey(Reference, on_delete=models.CASCADE, related_name="authors")
    role = models.CharField(max_length=12, choices=Role, default=Role.AUTHOR)
    position = models.PositiveSmallIntegerField(help_text="1 is first.")
    last_name = models.CharField(max_length=300, blank=True)
    fore_name = models.CharField(max_length=300, blank=True)
    initials = models.CharField(max_length=50, blank=True)
    suffix = models.CharField(max_length=50, blank=True)
    collective_name = models.TextField(blank=True)
    orcid = models.CharField("ORCID", max_length=19, blank=True)
    affiliations = ArrayField(models.TextField(), default=list, blank=True)
    is_corresponding = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ("reference", "role", "position")
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "role", "position"], name="author_position_is_taken_once"
            ),
            models.CheckConstraint(
                condition=~Q(last_name="", fore_name="", collective_name=""),
                name="author_has_a_name",
                violation_error_message="An author is a person with a name or a named group.",
            ),
        ]
        triggers = counted("literature")

    def __str__(self) -> str:
        person = " ".join(
            part for part in (self.last_name or self.fore_name, self.initials, self.suffix) if part
        )
        return self.collective_name or person


class CitedReference(models.Model):
    """One numbered entry of a reference's own reference list."""

    reference = models.ForeignKey(Reference, on_delete=models.CASCADE, related_name="cited_references")
    position = models.PositiveIntegerField(help_text="1 is first.")
    citation = models.TextField(blank=True)
    pmid = models.PositiveIntegerField("PMID", null=True, blank=True)
    doi = models.CharField("DOI", max_length=500, blank=True)
    pmcid = models.CharField("PMCID", max_length=20, blank=True)

    class Meta:
        ordering = ("reference", "position")
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "position"], name="cited_reference_position_is_taken_once"
            ),
        ]
        indexes = [
            models.Index(fields=["pmid"], condition=Q(pmid__isnull=False), name="cited_reference_by_pmid"),
            models.Index(fields=["doi"], condition=~Q(doi=""), name="cited_reference_by_doi"),
        ]
        triggers = counted("literature")

    def __str__(self) -> str:
        return f"{self.position}. {self.citation[:80]}"


class Correction(models.Model):
    """A notice that PubMed ties to a reference: erratum, retraction, update, comment …"""

    reference = models.ForeignKey(Reference, on_delete=models.CASCADE, related_name="corrections")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=40, help_text="RefType of CommentsCorrections in the NLM DTD.")
    source = models.TextField(blank=True, help_text="The citation of the other publication, as printed.")
    pmid = models.PositiveIntegerField("PMID of the other publication", null=True, blank=True)
    doi = models.CharField("DOI of the other publication", max_length=500, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("reference", "position")
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "position"], name="correction_position_is_taken_once"
            ),
        ]
        indexes = [
            models.Index(fields=["pmid"], condition=Q(pmid__isnull=False), name="correction_by_pmid"),
        ]
        triggers = counted("literature")

    def __str__(self) -> str:
        return f"{self.kind}: {self.source[:80]}"


class RawPubmedRecord(models.Model):
    """The XML that PubMed sent for a reference, compressed, so that it can be parsed again."""

    reference = models.OneToOneField(Reference, on_delete=models.CASCADE, related_name="raw_record")
    xml_zlib = models.BinaryField(help_text="The record's element as UTF-8 XML, zlib-compressed.")
    sha256 = models.BinaryField(max_length=32, help_text="Digest of the uncompressed XML.")
    fetched_at = models.DateTimeField(default=timezone.now)
    search_run = models.ForeignKey(
        "SearchRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="raw_records"
    )

    class Meta:
        verbose_name = "raw PubMed record"
        triggers = counted("literature")

    def __str__(self) -> str:
        return f"Raw record of {self.reference_id}"
