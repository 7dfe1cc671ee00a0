"""Forms of the literature: what readers may ask, and what editors may send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from references.models import Journal, Reference
from references.pubmed.identifiers import normal_doi, normal_pmid

YEARS = {"min_value": 1500, "max_value": 2200}
CORRECTION_STATES = (
    ("retracted", "Retracted"),
    ("concern", "Expression of concern"),
    ("corrected", "Corrected"),
)
GAPS = (
    ("identifiers", "No PMID and no DOI"),
    ("title", "Title not known"),
    ("year", "Year not known"),
)
YES_OR_NO = (("yes", "yes"), ("no", "no"))
PMID_FILE_BYTES = 5 * 1024 * 1024
SORTS = (("relevance", "Best match"), ("newest", "Newest first"), ("oldest", "Oldest first"))


class ReferenceSearchForm(forms.Form):
    """What the library is asked for: words and facets, the state of the page's URL.

    A value that cannot be read is reported and ignored; the others still apply.
    """

    q = forms.CharField(label="Words, PMID, DOI or PMCID", required=False, max_length=500)
    year_from = forms.IntegerField(label="From year", required=False, **YEARS)
    year_to = forms.IntegerField(label="To year", required=False, **YEARS)
    type = forms.MultipleChoiceField(label="Publication type", required=False)
    journal = forms.ModelChoiceField(
        label="Journal",
        queryset=Journal.objects.all(),
        required=False,
        error_messages={"invalid_choice": "There is no such journal in this library."},
    )
    status = forms.MultipleChoiceField(label="Corrections", choices=CORRECTION_STATES, required=False)
    used = forms.ChoiceField(label="Used in a study", choices=YES_OR_NO, required=False)
    abstract = forms.ChoiceField(label="Abstract", choices=YES_OR_NO, required=False)
    origin = forms.MultipleChoiceField(label="Where it comes from", choices=Reference.Origin, required=False)
    gap = forms.MultipleChoiceField(label="What is missing", choices=GAPS, required=False)
    sort = forms.ChoiceField(label="Order", choices=SORTS, required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="search-%s")
        self.fields["q"].widget.input_type = "search"
        for name in ("year_from", "year_to"):
            # A number field would hide what could not be read from the person who typed it.
            self.fields[name].widget = forms.TextInput({"inputmode": "numeric", "size": 4})
        if "type" in data:
            self.fields["type"].choices = [(kind, kind) for kind in Reference.objects.publication_types()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("year_from"), cleaned.get("year_to")
        if first and last and first > last:
            years = {"first": first, "last": last}
            message = "The years %(first)s to %(last)s run backwards; the last one is ignored."
            self.add_error("year_to", forms.ValidationError(message, code="backwards", params=years))
        return cleaned

    def readable(self, name: str) -> Any:
        """Return the cleaned value of a field, or None where it is empty or could not be read."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    def pairs(self) -> list[tuple[str, str]]:
        """Return what could be read as (name, value) pairs in the order of the fields: the URL's state."""
        pairs: list[tuple[str, str]] = []
        for name in self.fields:
            value = self.readable(name)
            if isinstance(value, list):
                pairs += [(name, item) for item in value]
            elif value is not None:
                pairs.append((name, str(getattr(value, "pk", value))))
        return pairs


class ReferenceFilterForm(ReferenceSearchForm):
    """The search of the page, and the identifiers that one reference bears: what the API filters by."""

    pmid = forms.CharField(label="PMID", required=False)
    doi = forms.CharField(label="DOI", required=False)

    def clean_pmid(self) -> int | None:
        """Return the PMID as a number."""
        printed = self.cleaned_data["pmid"]
        pmid = normal_pmid(printed)
        if printed and not pmid:
            raise forms.ValidationError("A PMID is a number of at most nine digits.")
        return pmid

    def clean_doi(self) -> str:
        """Return the DOI in its normal form, which is in lower case and without an address before it."""
        printed = self.cleaned_data["doi"]
        doi = normal_doi(printed)
        if printed and not doi:
            raise forms.ValidationError("A DOI begins with “10.” and holds a slash.")
        return doi


class SearchRunForm(forms.Form):
    """What PubMed is to be asked: a query, or PMIDs typed or in a file; the service decides if it can be."""

    query = forms.CharField(
        label="Query",
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 4, "spellcheck": "false"}),
        help_text="In PubMed’s own syntax: embolization[tiab] AND neuroendocrine[tiab]",
    )
    pmids = forms.CharField(
        label="or PMIDs",
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 4, "spellcheck": "false"}),
        help_text="One or several a line.",
    )
    pmid_file = forms.FileField(
        label="or a file of PMIDs",
        required=False,
        allow_empty_file=True,
        help_text=f"Plain text, at most {PMID_FILE_BYTES // 2**20} MB.",
    )

    def clean_pmid_file(self) -> str:
        """Return the text of the file."""
        file = self.cleaned_data["pmid_file"]
        if file is None:
            return ""
        if file.size > PMID_FILE_BYTES:
            raise forms.ValidationError(f"The file is larger than {PMID_FILE_BYTES // 2**20} MB.")
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError("The file is not plain text.") from error

    def asked(self) -> dict[str, str]:
        """Return what was filled in, as arguments of `searches.start`."""
        pmids = "\n".join(filter(None, (self.cleaned_data["pmids"].strip(), self.cleaned_data["pmid_file"])))
        given = {"query": self.cleaned_data["query"].strip(), "pmids": pmids}
        return {name: text for name, text in given.items() if text}


class SearchStrategyForm(forms.Form):
    """A query to be saved under a name."""

    name = forms.CharField(label="Name", max_length=200)
    query = forms.CharField(label="Query", widget=forms.Textarea({"rows": 4, "spellcheck": "false"}))
    description = forms.CharField(
        label="What it is for", required=False, widget=forms.Textarea({"rows": 2}), max_length=5_000
    )
