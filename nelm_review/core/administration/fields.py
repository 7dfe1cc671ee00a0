"""Form fields and widgets of the administration."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.postgres.forms import SimpleArrayField
from django.db import models
from django.forms import Field, Textarea


class LinesField(SimpleArrayField):
    """A list of texts, one a line: items may hold commas, which Django's own field would split at."""

    def __init__(self, base_field: Field, **options: Any) -> None:
        super().__init__(
            base_field, **{**options, "delimiter": "\n", "widget": Textarea(attrs={"rows": 4, "cols": 60})}
        )
        self.help_text = self.help_text or "One a line."

    def to_python(self, value: Any) -> list[Any]:
        if isinstance(value, str):
            value = "\n".join(line.strip() for line in value.splitlines() if line.strip())
        return super().to_python(value)


class LoadedAutocompleteSelect(AutocompleteSelect):
    """An autocomplete that shows a row that is loaded already, where Django's asks the database per form."""

    loaded: models.Model | None = None

    def optgroups(self, name: str, value: list[str], attr: Any = None) -> list[tuple[None, list[Any], int]]:
        if self.loaded is None or value != [str(self.loaded.pk)]:
            return super().optgroups(name, value, attr)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        options.append(self.create_option(name, self.loaded.pk, str(self.loaded), True, len(options)))
        return [(None, options, 0)]
