"""MathML as one readable line of text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lxml.etree import _Element

from references.pubmed.superscripts import lowered, raised

_TOKENS = frozenset({"mi", "mn", "mo", "mtext", "ms"})
_UNSEEN = frozenset({"annotation", "annotation-xml", "mphantom", "mprescripts", "none", "malignmark"})
# Function application, invisible times, invisible separator, invisible plus.
_INVISIBLE = dict.fromkeys((0x2061, 0x2062, 0x2063, 0x2064))
# What is printed over or under a letter, as the combining character that does the same in text.
_OVER = {
    **dict.fromkeys(".˙", "\u0307"),
    **dict.fromkeys("¨", "\u0308"),
    **dict.fromkeys("-¯‾−_̅", "\u0304"),
    **dict.fromkeys("^ˆ", "\u0302"),
    **dict.fromkeys("~˜∼", "\u0303"),
    **dict.fromkeys("→⃗", "\u20d7"),
}


def math_text(element: _Element) -> str:
    """Return a MathML element as text, for instance `V̇O₂ₘₐₓ`, `¹²⁹Xe` or `(a+b)/2`."""
    name = _local_name(element)
    if name in _TOKENS:
        return "".join(map(str, element.itertext())).translate(_INVISIBLE)
    if name in _UNSEEN:
        return ""
    if name == "mspace":
        return " "
    layout = _LAYOUTS.get(name)
    if layout is None:
        return "".join(map(math_text, element))
    return layout(element, [math_text(child) for child in element])


def _local_name(element: _Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else "none"


def _grouped(text: str) -> str:
    text = text.strip()
    return text if text.isalnum() or len(text) <= 1 else f"({text})"


def _part(parts: Sequence[str], index: int) -> str:
    return parts[index] if index < len(parts) else ""


def _subscript(_: _Element, parts: Sequence[str]) -> str:
    return _part(parts, 0) + lowered(_part(parts, 1).strip())


def _superscript(_: _Element, parts: Sequence[str]) -> str:
    return _part(parts, 0) + raised(_part(parts, 1).strip())


def _sub_and_superscript(_: _Element, parts: Sequence[str]) -> str:
    upper = raised(_part(parts, 2).strip())
    return _part(parts, 0) + lowered(_part(parts, 1).strip(), after=upper[:1]) + upper


def _fraction(_: _Element, parts: Sequence[str]) -> str:
    return f"{_grouped(_part(parts, 0))}/{_grouped(_part(parts, 1))}"


def _square_root(_: _Element, parts: Sequence[str]) -> str:
    return f"√{_grouped(''.join(parts))}"


def _root(_: _Element, parts: Sequence[str]) -> str:
    return f"{raised(_part(parts, 1).strip())}√{_grouped(_part(parts, 0))}"


def _over(_: _Element, parts: Sequence[str]) -> str:
    base, above = _part(parts, 0).strip(), _part(parts, 1).strip()
    if above in _OVER and len(base) <= 2:
        return "".join(letter + _OVER[above] for letter in base)
    return base + (raised(above) if above else "")


def _under(_: _Element, parts: Sequence[str]) -> str:
    return _part(parts, 0).strip() + lowered(_part(parts, 1).strip())


def _fenced(element: _Element, parts: Sequence[str]) -> str:
    separators = "".join((element.get("separators") or ",").split())[:1]
    return f"{element.get('open') or '('}{separators.join(parts)}{element.get('close') or ')'}"


def _table(_: _Element, parts: Sequence[str]) -> str:
    return "; ".join(part.strip() for part in parts)


def _row(_: _Element, parts: Sequence[str]) -> str:
    return " ".join(part.strip() for part in parts)


def _semantics(_: _Element, parts: Sequence[str]) -> str:
    return _part(parts, 0)


def _multiscripts(element: _Element, parts: Sequence[str]) -> str:
    names = [_local_name(child) for child in element]
    split = names.index("mprescripts") if "mprescripts" in names else len(names)
    after, before = parts[1:split], parts[split + 1 :]
    return _pairs(before) + _part(parts, 0) + _pairs(after)


def _pairs(scripts: Sequence[str]) -> str:
    lower = "".join(scripts[0::2]).strip()
    upper = "".join(scripts[1::2]).strip()
    return (lowered(lower) if lower else "") + (raised(upper) if upper else "")


_LAYOUTS: dict[str, Callable[[_Element, Sequence[str]], str]] = {
    "msub": _subscript,
    "msup": _superscript,
    "msubsup": _sub_and_superscript,
    "mfrac": _fraction,
    "msqrt": _square_root,
    "mroot": _root,
    "mover": _over,
    "munder": _under,
    "munderover": _sub_and_superscript,
    "mfenced": _fenced,
    "mtable": _table,
    "mtr": _row,
    "semantics": _semantics,
    "mmultiscripts": _multiscripts,
}
