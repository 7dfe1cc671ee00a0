"""The OpenAPI description of an API, true for every answer it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ninja.openapi.schema import OpenAPISchema

from nelm_review.core.api.problems import Problem

if TYPE_CHECKING:
    from ninja import NinjaAPI

SCHEMAS = "#/components/schemas/"
# What every operation can answer beside its own.
ANSWERS_OF_ALL = {
    304: {"description": "The answer that If-None-Match names is still right."},
    429: {
        "description": "The address asked too often.",
        "headers": {"Retry-After": {"description": "In seconds.", "schema": {"type": "integer"}}},
        "content": {"application/json": {"schema": {"$ref": f"{SCHEMAS}Problem"}}},
    },
}


class Description(OpenAPISchema):
    """The description as ninja makes it, with lists of choices where they are used.

    ninja names a list of choices by its class alone, so the last `Measure` of several would stand for all.
    """

    def __init__(self, api: NinjaAPI, path_prefix: str) -> None:
        super().__init__(api, path_prefix)
        self["components"]["schemas"].setdefault("Problem", Problem.model_json_schema())
        for operations in self["paths"].values():
            for operation in operations.values():
                operation["responses"] |= ANSWERS_OF_ALL

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        """Keep the definitions of one answer; raises ValueError where one contradicts another of its name."""
        choices = {f"{SCHEMAS}{name}": found for name, found in definitions.items() if "enum" in found}
        for name, found in definitions.items():
            if "enum" in found:
                continue
            written_out = _with_choices(found, choices)
            if self.schemas.setdefault(name, written_out) != written_out:
                raise ValueError(f"Two different schemas of the API are called {name}.")


def _with_choices(part: Any, choices: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_with_choices(each, choices) for each in part]
    if not isinstance(part, dict):
        return part
    written_out = {name: _with_choices(value, choices) for name, value in part.items()}
    if (found := choices.get(part.get("$ref", ""))) is None:
        return written_out
    del written_out["$ref"]
    return {**found, **written_out}
