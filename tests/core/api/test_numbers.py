from __future__ import annotations

import json
from decimal import Decimal

import pytest

from nelm_review.core.api.numbers import DigitKeepingRenderer


def rendered(data):
    return DigitKeepingRenderer().render(None, data, response_status=200)


@pytest.mark.parametrize(
    "printed", ["0.80", "26.0", "26", "0", "-1.50", "0.000001", "100.00", "12345678901234567890.1"]
)
def test_renderer_keeps_the_digits_of_a_decimal(printed):
    assert rendered({"value": Decimal(printed)}) == f'{{"value":{printed}}}'


def test_renderer_writes_no_exponents():
    assert rendered([Decimal("1E+2"), Decimal("1E-7")]) == "[100,0.0000001]"


@pytest.mark.parametrize("text", ["12.0", '"12.0"', "\\u000012.0", "a\0b", 'x"\0', "0.80 (5 years)"])
def test_renderer_leaves_text_alone(text):
    assert json.loads(rendered({"p": text})) == {"p": text}


def test_renderer_keeps_letters_readable():
    assert rendered(["177Lu ≥ ½ “ñ”"]) == '["177Lu ≥ ½ “ñ”"]'


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_renderer_refuses_what_json_does_not_know(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        rendered([number])
