"""JSON that keeps printed digits: a Decimal becomes a number as its source prints it, 0.80 and not 0.8."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja.renderers import BaseRenderer
from ninja.responses import NinjaJSONEncoder
from pydantic import WithJsonSchema

# Pydantic describes a Decimal as a string; here it is a number on the wire.
PrintedNumber = Annotated[Decimal, WithJsonSchema({"type": "number"})]

# Python's encoder can write a Decimal only as a string. PostgreSQL holds no NUL character and the filters
# refuse one, so a string that consists of NUL and digits was a Decimal.
_MARK = "\0"
_MARKED = re.compile(r'"\\u0000(-?\d+(?:\.\d+)?)"')


class _Encoder(NinjaJSONEncoder):
    def default(self, o: Any) -> Any:
        return f"{_MARK}{o:f}" if isinstance(o, Decimal) else super().default(o)


class DigitKeepingRenderer(BaseRenderer):
    """Writes an answer as JSON; Decimals keep the digits they were printed with."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        """Return the data as JSON text; ValueError for NaN and infinity, which JSON does not know."""
        text = json.dumps(data, cls=_Encoder, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return _MARKED.sub(r"\1", text)
