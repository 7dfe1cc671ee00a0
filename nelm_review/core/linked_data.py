"""What a page is about, for machines: JSON-LD (https://www.w3.org/TR/json-ld11/) in words of schema.org.

It stands in a script element as a block of data, which no browser runs and no content security policy need
allow; `templates/components/linked_data.html` is the only place that writes one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

VOCABULARY = "https://schema.org"
# Letters that could end the element or begin another; JSON may spell any letter as a number.
ESCAPES = {ord(letter): f"\\u{ord(letter):04X}" for letter in "<>&"}


class JsonText(str):
    """JSON without any letter that means something in HTML, which a template need not escape."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def text(data: Mapping[str, Any]) -> JsonText:
    """Return the data as JSON-LD, without what is empty, in ASCII and safe inside a script element."""
    found = {"@context": VOCABULARY, **_filled(data)}
    return JsonText(json.dumps(found, cls=DjangoJSONEncoder).translate(ESCAPES))


def _filled(value: Any) -> Any:
    """Leave out names without a value: “not known” is said by silence."""
    if isinstance(value, Mapping):
        return {name: _filled(one) for name, one in value.items() if one not in (None, "", [], {})}
    return [_filled(one) for one in value] if isinstance(value, list) else value
