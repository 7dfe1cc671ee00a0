"""What is stated about a study's patients, in fields, for a page and the API."""

from __future__ import annotations

from dataclasses import dataclass

from therapies.models import CRITERIA, Arm, Criterion, Population, Study
from therapies.models.population import Part
from therapies.read_models.patients import words_of


@dataclass(frozen=True)
class Field:
    """One criterion on which the text states something."""

    criterion: Criterion
    parts: tuple[Part, ...]

    @property
    def words(self) -> str:
        return words_of(self.parts)


@dataclass(frozen=True)
class PopulationFields:
    """What is stated of all patients of the study (no arm), or of one arm's."""

    population: Population
    arm: Arm | None
    fields: tuple[Field, ...]

    @property
    def is_shown(self) -> bool:
        """Say whether there is anything to show: a text that was read and states nothing says so itself."""
        return bool(self.fields or self.population.ki67)


def of_study(study: Study) -> tuple[PopulationFields, ...]:
    """Return what is stated, the whole study first; empty where nobody has structured its text: one query."""
    rows = Population.objects.filter(study=study).select_related("arm")
    return tuple(PopulationFields(row, row.arm, tuple(_fields(row))) for row in rows)


def _fields(row: Population) -> list[Field]:
    found = [Field(criterion, tuple(row.parts(criterion))) for criterion in CRITERIA.values()]
    return [field for field in found if field.parts]
