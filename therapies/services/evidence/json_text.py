"""JSON in and out with every printed digit kept, and with errors that say where."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from therapies.services.evidence.problems import BAD, Place

MOST_BYTES = 100_000_000


class _RepeatedKey(ValueError):
    pass


def read(path: Path, place: Place) -> Any:
    """Return the content of a JSON file, or BAD after noting what is wrong with it.

    Numbers with a decimal point become Decimals as printed, others int.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            place.note(f"the file is larger than {MOST_BYTES // 1_000_000} MB; this is no evidence file.")
            return BAD
        return _parse(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        place.note("the file is missing.")
    except OSError as error:
        place.note(f"the file cannot be read ({error.strerror}).")
    except UnicodeDecodeError as error:
        place.note(f"the file is not UTF-8 (byte {error.start}).")
    except json.JSONDecodeError as error:
        place.note(f"line {error.lineno}, column {error.colno}: not well-formed JSON ({error.msg}).")
    except RecursionError:
        place.note("the file is nested too deeply; this is no evidence file.")
    except (ValueError, ArithmeticError) as error:
        place.note(f"{error}.")
    return BAD


def _parse(text: str) -> Any:
    return json.loads(
        text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"),
        parse_float=Decimal,
        parse_int=_whole,
        parse_constant=_refuse_constant,
        object_pairs_hook=_object,
    )


def _whole(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError(f"the number {digits[:20]}… is out of all bounds")
    return int(digits)


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is not a number in JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        name = found.get("key") or found.get("code") or found.get("id") or found.get("doi")
        raise _RepeatedKey(
            f"“{twice}” stands twice in one object" + (f" (the one of “{name}”)" if name else "")
        )
    return found


def write(value: Any, *, depth: int = 0) -> str:
    """Return the value as JSON, one space a level and no newline at the end; Decimals keep their digits."""
    inside, edge = "\n" + " " * (depth + 1), "\n" + " " * depth
    if isinstance(value, dict) and value:
        items = [f"{_scalar(key)}: {write(item, depth=depth + 1)}" for key, item in value.items()]
        return "{" + inside + ("," + inside).join(items) + edge + "}"
    if isinstance(value, list | tuple) and value:
        items = [write(item, depth=depth + 1) for item in value]
        return "[" + inside + ("," + inside).join(items) + edge + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False)
