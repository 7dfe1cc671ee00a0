"""Superscripts and subscripts as plain Unicode text."""

from __future__ import annotations

# Characters with a raised or lowered form of their own:
# https://www.unicode.org/charts/PDF/U2070.pdf and the modifier letters of https://www.unicode.org/charts/PDF/U1D00.pdf
_RAISED = str.maketrans(
    "0123456789+-−–=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδφχθ",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᵠᵡᶿ",
)
_LOWERED = str.maketrans(
    "0123456789+-−–=()aehijklmnoprstuvxβγρφχ",
    "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
)
# Marks that read the same wherever they stand, and forms that are raised or lowered already.
_AS_THEY_ARE = ",;:./·×±*†‡§¶#°′″'®™©℠ªº∞"
_MAY_RISE = frozenset(map(chr, _RAISED)) | frozenset(_AS_THEY_ARE + "".join(map(chr, _RAISED.values())))
_MAY_SINK = frozenset(map(chr, _LOWERED)) | frozenset(
    _AS_THEY_ARE + "".join(map(chr, _LOWERED.values())) + "²³¹"
)
_ORDINALS = frozenset({"st", "nd", "rd", "th"})
# Longer words would be hard to read, and to find, in small letters.
_MOST_SMALL_LETTERS = 3


def raised(text: str, *, before: str = "", after: str = "") -> str:
    """Return a superscript as text: `177` becomes `¹⁷⁷`, an ordinal's `th` stays, `Sc` becomes `^Sc`.

    `before` and `after` are the neighbouring characters; they decide whether `^(…)` needs its brackets.
    """
    if text in _ORDINALS and before.isdigit():
        return text
    if _MAY_RISE.issuperset(text) and _is_short(text):
        return text.translate(_RAISED)
    return _marked("^", text, after)


def lowered(text: str, *, after: str = "") -> str:
    """Return a subscript as text: `2` becomes `₂`, `max` becomes `ₘₐₓ`, `trend` stays as `_trend`."""
    if _MAY_SINK.issuperset(text) and _is_short(text):
        return text.translate(_LOWERED)
    return _marked("_", text, after)


def _is_short(text: str) -> bool:
    return sum(map(str.isalpha, text)) <= _MOST_SMALL_LETTERS


def _marked(mark: str, text: str, after: str) -> str:
    return f"{mark}{text}" if text.isalnum() and not after.isalnum() else f"{mark}({text})"
