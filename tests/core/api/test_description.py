from __future__ import annotations

from enum import StrEnum

import pytest
from django.http import HttpRequest
from pydantic import BaseModel, create_model

from nelm_review.core.api import PublicAPI


class Colours:
    class Kind(StrEnum):
        RED = "red"


class Shapes:
    class Kind(StrEnum):
        ROUND = "round"


class Colour(BaseModel):
    kind: Colours.Kind


class Shape(BaseModel):
    kind: Shapes.Kind | None


def described(*models: type[BaseModel]) -> dict:
    api = PublicAPI(title="Small", urls_namespace="small")
    for number, model in enumerate(models):

        def read(request: HttpRequest) -> None:
            """Answer nothing."""

        read.__name__ = f"read_{number}"
        api.get(f"/{number}", response=model)(read)
    return api.get_openapi_schema(path_prefix="")["components"]["schemas"]


def test_lists_of_choices_of_one_name_stay_apart():
    schemas = described(Colour, Shape)

    assert schemas["Colour"]["properties"]["kind"]["enum"] == ["red"]
    assert schemas["Shape"]["properties"]["kind"]["anyOf"][0]["enum"] == ["round"]
    assert "Kind" not in schemas


def test_two_schemas_of_one_name_are_refused():
    with pytest.raises(ValueError, match="Two different schemas of the API are called Same"):
        described(create_model("Same", one=int), create_model("Same", two=int))


def test_one_schema_may_be_used_twice():
    assert set(described(Colour, Colour)) == {"Colour", "Problem"}
