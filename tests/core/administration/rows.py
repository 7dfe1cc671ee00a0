"""Rows of every model for the tests of the administration: many rows, and one parent with many parts."""

from __future__ import annotations

import zlib

from allauth.account.models import EmailAddress
from django.db import models
from django.utils import timezone

from nelm_review.core.models import ChangeCounter, User
from references.models import (
    Author,
    CitedReference,
    Correction,
    Journal,
    RawPubmedRecord,
    Reference,
    SearchHit,
    SearchRun,
    SearchStrategy,
)
from tests import builders as build
from therapies.models import (
    Appraisal,
    Arm,
    CellSummary,
    Certainty,
    ClaimCitation,
    ClaimSource,
    Cohort,
    Comparison,
    ComparisonArm,
    Outcome,
    Population,
    Release,
    Result,
    Study,
    StudyReport,
    SummaryState,
    Therapy,
    TherapyClaim,
)

XML = "<PubmedArticle><PMID>99000001</PMID><ArticleTitle>Tumour & <b>bed</b></ArticleTitle></PubmedArticle>"
CURATED = (
    SearchStrategy,
    Therapy,
    Outcome,
    Study,
    StudyReport,
    Arm,
    Population,
    Cohort,
    Result,
    Comparison,
    ComparisonArm,
    Appraisal,
    Certainty,
    TherapyClaim,
    ClaimSource,
    ClaimCitation,
    Reference,
)
SERVICE_OWNED = (
    ChangeCounter,
    CellSummary,
    SummaryState,
    SearchRun,
    SearchHit,
    RawPubmedRecord,
    Author,
    CitedReference,
    Correction,
)


class Crowd:
    """One parent of each kind; each call of `grow` adds rows everywhere, and parts to those parents."""

    def __init__(self) -> None:
        self.study = build.make_study(cohort=build.make_cohort())
        self.reference = build.make_reference(pmid=99_000_000, journal=build.make_journal())
        self.raw = build.make_raw_record(self.reference, xml_zlib=zlib.compress(XML.encode()))
        self.strategy = build.make_search_strategy()
        self.run = build.make_search_run(strategy=self.strategy)
        self.therapy = build.make_therapy()
        self.arm = build.make_arm(self.study, self.therapy)
        self.comparison = build.make_comparison(self.arm)
        self.claim = build.make_claim(self.therapy)
        SummaryState.objects.create(evidence_version=1, method="1", computed_at=timezone.now())

    def grow(self, n: int) -> None:
        for _ in range(n):
            self._literature()
            self._evidence()
            user = build.make_user()
            EmailAddress.objects.create(user=user, email=f"{user.username}@example.org")

    def parents(self) -> dict[type[models.Model], models.Model]:
        """Return the row of each model whose page is opened: a parent, or else any row."""
        own = (self.study, self.reference, self.raw, self.strategy, self.run, self.therapy, self.arm)
        return {type(row): row for row in (*own, self.comparison, self.claim, self.study.cohort)}

    def _literature(self) -> None:
        build.make_author(self.reference)
        build.make_correction(self.reference)
        build.make_cited_reference(self.reference)
        other = build.make_reference(journal=build.make_journal())
        build.make_raw_record(other)
        build.make_search_hit(self.run, reference=other)
        build.make_search_hit(build.make_search_run(strategy=self.strategy), reference=self.reference)
        build.make_search_run(strategy=build.make_search_strategy())

    def _evidence(self) -> None:
        report = build.make_report(self.study)
        arm = build.make_arm(self.study)
        build.make_population(arm, primary={"pancreas": {}})
        review = build.make_study(design=Study.Design.META_ANALYSIS, cohort=self.study.cohort)
        result = build.make_result(self.arm, source_report=report, reported_in=review)
        build.make_result(arm)
        build.make_comparison(self.arm, arm)
        position = self.comparison.comparison_arms.count() + 1
        ComparisonArm.objects.create(comparison=self.comparison, arm=arm, position=position)
        build.make_appraisal(self.study, result=result)
        build.make_not_applicable()
        self._computed(arm, result)
        build.make_certainty(build.make_therapy(parent=self.therapy))
        build.make_claim(self.therapy)
        position = self.claim.citations.count() + 1
        ClaimCitation.objects.create(claim=self.claim, source=build.make_claim_source(), position=position)

    def _computed(self, arm: Arm, result: Result) -> None:
        build.make_cell_summary(arm.therapy, result.outcome)
        build.make_release(f"2026.01.01.{Release.objects.count() + 2}")


def every_model() -> tuple[type[models.Model], ...]:
    return (User, EmailAddress, Journal, *CURATED, *SERVICE_OWNED)
