"""The tasks of the evidence: scheduled, and doing what their service does."""

from __future__ import annotations

import pytest
from django.conf import settings

from nelm_review.celery import app
from tests.builders import make_result
from therapies import tasks
from therapies.models import CellSummary
from therapies.services import summaries


@pytest.mark.django_db
def test_recalculate_summaries_computes_them() -> None:
    make_result()

    tasks.recalculate_summaries()

    assert CellSummary.objects.current().count() == 1


def test_recalculate_summaries_is_swept_and_known_by_its_name() -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert summaries.TASK in scheduled
    assert summaries.TASK in app.tasks
