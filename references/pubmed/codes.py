"""Code lists of PubMed that our reading depends on, with where each comes from."""

from __future__ import annotations

# RefType of CommentsCorrections, the union of all PubMed DTDs since 2001:
# https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/250101/el-CommentsCorrections.html
# Meanings: https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html#commentscorrectionslist
# "…In" points to a notice about this record; "…Of", "…For", "…On" and "…From" stand on the notice and point
# to what it is about.
CORRECTION_TYPES: dict[str, str] = {
    "AssociatedDataset": "Dataset associated with this article",
    "AssociatedPublication": "Publication associated with this dataset",
    "Cites": "Cited by this article",
    "CommentIn": "Comment on this article",
    "CommentOn": "Article this comment is about",
    "CorrectedandRepublishedFrom": "Original of this corrected and republished article",
    "CorrectedandRepublishedIn": "Corrected and republished version of this article",
    "ErratumFor": "Article this erratum corrects",
    "ErratumIn": "Erratum for this article",
    "ExpressionOfConcernFor": "Article this expression of concern is about",
    "ExpressionOfConcernIn": "Expression of concern about this article",
    "OriginalReportIn": "Original report this summary for patients is based on",
    "PartialRetractionIn": "Notice retracting part of this article",
    "PartialRetractionOf": "Article this notice retracts in part",
    "ReprintIn": "Reprint of this article",
    "ReprintOf": "Original of this reprint",
    "RepublishedFrom": "Original of this republished article",
    "RepublishedIn": "Republished version of this article",
    "RetractedandRepublishedFrom": "Retracted original of this republished article",
    "RetractedandRepublishedIn": "Republished version of this retracted article",
    "RetractionIn": "Retraction of this article",
    "RetractionOf": "Article this notice retracts",
    "SummaryForPatientsIn": "Summary of this article for patients",
    "UpdateIn": "Update of this article",
    "UpdateOf": "Article this one updates",
}

RETRACTION_REF_TYPES = frozenset({"RetractionIn", "RetractedandRepublishedIn"})

# MeSH publication type "Retracted Publication": https://meshb.nlm.nih.gov/record/ui?ui=D016441
RETRACTED_PUBLICATION_UI = "D016441"

# Trial registries among the DataBankName values, case-folded:
# https://www.nlm.nih.gov/bsd/medline_databank_source.html
TRIAL_REGISTRIES = frozenset(
    name.casefold()
    for name in (
        "ANZCTR",
        "ChiCTR",
        "ClinicalTrials.gov",
        "CRiS",
        "CTIS",
        "CTRI",
        "DRKS",
        "EudraCT",
        "IRCT",
        "ISRCTN",
        "ITMCTR",
        "JapicCTI",
        "JMACCT",
        "JPRN",
        "jRCT",
        "KCT",
        "LBCTR",
        "NTR",
        "PACTR",
        "ReBec",
        "REPEC",
        "RPCEC",
        "SLCTR",
        "TCTR",
        "UMIN CTR",
        "UMIN-CTR",
        "UMIN",
    )
)
