"""Nothing that a public page shows may change without its version: each model is counted, or says why not."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models
from pghistory.models import Event

from nelm_review.core.changes import counters_of

NOT_COUNTED: dict[str, str] = {
    "therapies.CellSummary": "Its rows change together with SummaryState, which is counted, and only then.",
}


def own_models() -> list[type[models.Model]]:
    every = [
        model
        for label in ("references", "therapies")
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]
    return [model for model in every if not issubclass(model, Event) and not model._meta.proxy]


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_model_is_counted_or_says_why_not(model):
    assert bool(counters_of(model)) != (model._meta.label in NOT_COUNTED)


def test_list_names_no_model_that_is_gone():
    assert set(NOT_COUNTED) <= {model._meta.label for model in own_models()}
