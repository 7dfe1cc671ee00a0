"""MathML as a line of text."""

from __future__ import annotations

import pytest

from references.pubmed.mathml import math_text
from references.pubmed.text import plain
from tests.references.pubmed.documents import element

HYDROGEN = "<mmultiscripts><mi>H</mi><mprescripts/><none/><mn>1</mn></mmultiscripts>"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<mi>x</mi><mo>=</mo><mn>2</mn>", "x=2"),
        ("<mi>f</mi><mo>\u2061</mo><mi>x</mi>", "fx"),
        ("<msub><mi>A</mi><mn>0</mn></msub>", "A₀"),
        ("<msup><mi>m</mi><mn>2</mn></msup>", "m²"),
        ("<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>", "xᵢ²"),
        ("<mfrac><mi>a</mi><mn>2</mn></mfrac>", "a/2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a+b)/2"),
        ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√(x+1)"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "³√x"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", "x\u0304"),
        ("<mover><mi>x</mi><mi>y</mi></mover>", "xʸ"),
        ("<munder><mi>lim</mi><mi>n</mi></munder>", "limₙ"),
        ("<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>", "∑ᵢ₌₁ⁿ"),
        ("<mmultiscripts><mi>Xe</mi><mprescripts/><none/><mn>129</mn></mmultiscripts>", "¹²⁹Xe"),
        (HYDROGEN + "<mtext> </mtext><mi>MRI</mi>", "¹H MRI"),
        ("<mmultiscripts><mi>C</mi><mn>6</mn><none/></mmultiscripts>", "C₆"),
        ("<mfenced open='['><mi>a</mi><mi>b</mi></mfenced>", "[a,b)"),
        (
            "<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd><mn>3</mn></mtd></mtr></mtable>",
            "1 2; 3",
        ),
        ("<mi>a</mi><mspace/><mi>b</mi>", "a b"),
        ("<semantics><mi>x</mi><annotation>TeX x</annotation></semantics>", "x"),
        ("<mphantom><mi>x</mi></mphantom><mi>y</mi>", "y"),
        ("<msub/><mfrac/><mmultiscripts/>", "/"),
    ],
)
def test_math_text_reads_layouts(xml: str, text: str) -> None:
    namespace = "http://www.w3.org/1998/Math/MathML"
    assert math_text(element(f"<math xmlns='{namespace}'>{xml}</math>")) == text


def test_math_text_ignores_the_indentation_of_pretty_printed_mathml() -> None:
    oxygen = """<t>of <mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML">
        <mml:msub>
            <mml:mrow>
                <mml:mover> <mml:mrow> <mml:mi>V</mml:mi> </mml:mrow> <mml:mo>.</mml:mo> </mml:mover>
                <mml:mi>O</mml:mi>
            </mml:mrow>
            <mml:mrow> <mml:mn>2</mml:mn> <mml:mi>m</mml:mi> <mml:mi>a</mml:mi> <mml:mi>x</mml:mi> </mml:mrow>
        </mml:msub>
    </mml:math> here</t>"""

    assert plain(element(oxygen)) == "of V̇O₂ₘₐₓ here"
