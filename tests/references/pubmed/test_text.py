"""Element text as plain Unicode."""

from __future__ import annotations

import pytest

from references.pubmed.text import clean, plain
from tests.references.pubmed.documents import element


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<sup>177</sup>Lu-DOTATATE", "¹⁷⁷Lu-DOTATATE"),
        ("177Lu", "177Lu"),
        ("<sup>99m</sup>Tc", "⁹⁹ᵐTc"),
        ("Ca<sup>2+</sup> and 10<sup>−3</sup> m<sup>2</sup>", "Ca²⁺ and 10⁻³ m²"),
        ("H<sub>2</sub><sup>18</sup>O", "H₂¹⁸O"),
        ("x<sup><i>n</i>+1</sup>", "xⁿ⁺¹"),
        ("V<sub>max</sub>", "Vₘₐₓ"),
        ("p<sub>trend</sub>=0.04", "p_trend=0.04"),
        ("BL<sub>R</sub>Ts", "BL_(R)Ts"),
        ("LE<sub>min+1mM</sub>", "LE_(min+1mM)"),
        ("PrP<sup>Sc</sup> types", "PrP^Sc types"),
        ("the 18<sup>th</sup> day", "the 18th day"),
        ("Brand<sup>®</sup>", "Brand®"),
        ("T<sub>1/2</sub>", "T₁/₂"),
        ("TiO<sub>2 </sub>grains", "TiO₂ grains"),
        ("a<sup> </sup>b<sub/>c", "a bc"),
        ("<b>bold <u>under <i>italic</i></u></b> end", "bold under italic end"),
        ("one<br/>two", "one two"),
        ("kept <unknown>word</unknown>", "kept word"),
        ("a<!-- no -->b<?no no?>c", "abc"),
    ],
)
def test_plain_turns_markup_into_unicode(xml: str, text: str) -> None:
    assert plain(element(f"<t>{xml}</t>")) == text


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        (None, ""),
        ("", ""),
        (" \n ", ""),
        ("word", "word"),
        (" two\n  words\t", "two words"),
        ("37\u00a0°C\u2009±\u202f1\u3000K", "37 °C ± 1 K"),
        ("hy\u00adphen, zero\u200bwidth, \ufeffmark", "hyphen, zerowidth, mark"),
        ("12\u202e34\u202c", "1234"),
        ("1990\u00961995 \u0093x\u0094", "1990–1995 “x”"),
        ("Mu\u0308ller", "Müller"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("p &lt; 0.05", "p < 0.05"),
        ("&amp;lt;", "&lt;"),
        ("&#8804; &#x2264; &alpha;", "≤ ≤ α"),
        ("R&D; AT&T; &notit; &x", "R&D; AT&T; &notit; &x"),
        ("<sup>90</sup>Y, <i>n</i>", "⁹⁰Y, n"),
        ("a <b and b> c", "a <b and b> c"),
        ("x < 5 and y > 3", "x < 5 and y > 3"),
        ("<sup>open", "<sup>open"),
    ],
)
def test_clean_normalises_text(printed: str | None, text: str) -> None:
    assert clean(printed) == text


def test_clean_takes_any_number_of_nested_literal_tags() -> None:
    nested = "<i>" * 100_000 + "x" + "</i>" * 100_000
    assert "x" in clean(nested)
