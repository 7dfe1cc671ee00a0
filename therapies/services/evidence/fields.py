"""Readers of single JSON values: each returns the value in our shape, or notes why not and gives BAD."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar

from django.db import models

from therapies.services.evidence.problems import BAD, Place

REQUIRED: Final = object()
MOST_WHOLE = 2_147_483_647  # PostgreSQL's integer
MOST_NUMBER, MOST_DECIMALS = Decimal(1_000_000), 6

Shape = TypeVar("Shape")
Read = Callable[[Any, Place], Any]


@dataclass(frozen=True)
class Key:
    """How the value of one key is read; a key without a default must be there."""

    read: Read
    default: Any = REQUIRED


def nullable(read: Read) -> Read:
    def read_or_none(value: Any, place: Place) -> Any:
        return None if value is None else read(value, place)

    return read_or_none


def text(*, longest: int | None = None) -> Read:
    """Read words: not blank, without control characters, at most `longest` characters."""

    def read_text(value: Any, place: Place) -> Any:
        if not isinstance(value, str):
            return _bad(place, f"{_named(value)}; text is required.")
        if not value.strip():
            return _bad(place, "the text is blank; write null where nothing was seen.")
        if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
            return _bad(place, "the text holds a control character.")
        if longest is not None and len(value) > longest:
            return _bad(place, f"the text has {len(value)} characters; at most {longest} fit.")
        return value

    return read_text


def text_of(model: type[models.Model], field: str) -> Read:
    return text(longest=model._meta.get_field(field).max_length)


def code_of(model: type[models.Model], field: str) -> Read:
    """Read a code: lower-case letters, digits and single hyphens, as long as the model's field allows."""
    read = text_of(model, field)

    def read_code(value: Any, place: Place) -> Any:
        found = read(value, place)
        if found is BAD or is_code(found):
            return found
        return _bad(place, f"“{found}” is no code: lower-case letters a–z, digits and single hyphens.")

    return read_code


def is_code(value: Any) -> bool:
    return isinstance(value, str) and all(
        part.isascii() and part.isalnum() and part == part.lower() for part in value.split("-")
    )


def one_of(words: Iterable[str]) -> Read:
    choices = tuple(words)

    def read_word(value: Any, place: Place) -> Any:
        if isinstance(value, str) and value in choices:
            return value
        return _bad(
            place, f"{_named(value)}; it must be one of: {', '.join(choices)}.{_guess(value, choices)}"
        )

    return read_word


def choice_of(model: type[models.Model], field: str) -> Read:
    return one_of(value for value, _label in model._meta.get_field(field).flatchoices)


def yes_no(value: Any, place: Place) -> Any:
    return value if isinstance(value, bool) else _bad(place, f"{_named(value)}; true or false is required.")


def whole(*, low: int = 0, high: int = MOST_WHOLE) -> Read:
    def read_whole(value: Any, place: Place) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            return _bad(place, f"{_named(value)}; a whole number is required.")
        if not low <= value <= high:
            return _bad(place, f"{value} lies outside {low}–{high}.")
        return value

    return read_whole


def number(value: Any, place: Place) -> Any:
    """Read a number as a Decimal with its printed digits."""
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return _bad(place, f"{_named(value)}; a number is required.")
    found = Decimal(value)
    if found.is_zero() and found.is_signed():
        return _bad(place, "minus zero is no number that anybody printed.")
    if abs(found.adjusted()) > len(str(MOST_NUMBER)) or abs(found) > MOST_NUMBER:
        return _bad(place, f"{found:.3g} lies outside ±{MOST_NUMBER}.")
    if -int(found.as_tuple().exponent) > MOST_DECIMALS:
        return _bad(place, f"{found} has more than {MOST_DECIMALS} decimals.")
    return Decimal(format(found, "f"))


def list_of(read: Read) -> Read:
    """Read a list; items that cannot be read are noted and left out."""

    def read_list(value: Any, place: Place) -> Any:
        if not isinstance(value, list):
            return _bad(place, f"{_named(value)}; a list is required.")
        found = [read(item, place.item(index)) for index, item in enumerate(value)]
        return tuple(item for item in found if item is not BAD)

    return read_list


def record(shape: type[Shape], keys: Mapping[str, Key]) -> Read:
    """Read an object with exactly these keys into the dataclass."""

    def read_record(value: Any, place: Place) -> Any:
        if not isinstance(value, dict):
            return _bad(place, f"{_named(value)}; an object is required.")
        for unknown in [key for key in value if key not in keys]:
            place.key(unknown).note(f"the key “{unknown}” is not known.{_guess(unknown, keys)}")
        found = {name: _read_key(value, name, key, place) for name, key in keys.items()}
        return BAD if any(item is BAD for item in found.values()) else shape(**found)

    return read_record


def _read_key(value: dict[str, Any], name: str, key: Key, place: Place) -> Any:
    if name in value:
        return key.read(value[name], place.key(name))
    if key.default is REQUIRED:
        return _bad(place.key(name), "the key is missing.")
    return key.default


def _bad(place: Place, sentence: str) -> Any:
    place.note(sentence)
    return BAD


def _guess(value: Any, choices: Collection[str]) -> str:
    near = difflib.get_close_matches(value, choices, n=1) if isinstance(value, str) else []
    return f" Did you mean “{near[0]}”?" if near else ""


def _named(value: Any) -> str:
    """Name a JSON value in a sentence."""
    if value is None:
        return "null stands here"
    if isinstance(value, bool):
        return f"{str(value).lower()} stands here"
    if isinstance(value, str):
        return f"“{value[:60]}…” stands here" if len(value) > 60 else f"“{value}” stands here"
    if isinstance(value, int | Decimal):
        return f"the number {value} stands here"
    return "a list stands here" if isinstance(value, list) else "an object stands here"
