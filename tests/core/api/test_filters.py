from __future__ import annotations

import pytest
from django import forms
from django.http import QueryDict

from nelm_review.core.api import Filters
from nelm_review.core.api.problems import ParametersRefused
from nelm_review.core.models import User
from tests.builders import make_user


class Questions(forms.Form):
    colour = forms.MultipleChoiceField(choices=[("red", "Red"), ("blue", "Blue")], required=False)
    size = forms.ChoiceField(choices=[("", "Any"), ("s", "Small"), ("l", "Large")], required=False)
    year = forms.IntegerField(min_value=1900, max_value=2100, required=False)
    months = forms.FloatField(min_value=0, required=False)
    words = forms.CharField(max_length=5, required=False)
    who = forms.ModelChoiceField(queryset=User.objects.all(), to_field_name="username", required=False)
    hidden = forms.CharField(required=False)


FILTERS = Filters(Questions, {name: f"About {name}." for name in Questions.base_fields if name != "hidden"})
KNOWN = "colour, size, year, months, words, who, limit, offset"


def refusal(query):
    with pytest.raises(ParametersRefused) as refused:
        FILTERS.read(QueryDict(query))
    return {error.parameter: error.message for error in refused.value.refusal.errors}


def test_filters_read_what_is_given(db):
    make_user("ada")

    form = FILTERS.read(QueryDict("colour=red&colour=blue&size=s&year=2001&months=1.5&words=ab&who=ada"))

    assert form.cleaned_data["colour"] == ["red", "blue"]
    assert form.cleaned_data["who"].username == "ada"
    assert {name: form.cleaned_data[name] for name in ("size", "year", "months", "words")} == {
        "size": "s",
        "year": 2001,
        "months": 1.5,
        "words": "ab",
    }


def test_filters_take_no_value_for_no_filter():
    form = FILTERS.read(QueryDict("colour=&size=&year=&who=&limit=5&offset="))

    assert not any(form.cleaned_data.values())


@pytest.mark.parametrize(
    ("query", "name", "message"),
    [
        ("colour=red&colour=green", "colour", "“green” cannot be used. Choose from red, blue."),
        ("size=m", "size", "“m” cannot be used. Choose from s, l."),
        ("year=soon", "year", "“soon” cannot be used. Enter a whole number."),
        ("months=nan", "months", "“nan” cannot be used. Enter a number."),
        (
            "words=abcdef",
            "words",
            "“abcdef” cannot be used. Ensure this value has at most 5 characters (it has 6).",
        ),
        ("year=2001&year=2002", "year", "It takes one value and was given 2."),
        ("words=a%00b", "words", "A NUL character cannot be searched for."),
        ("who=%00", "who", "A NUL character cannot be searched for."),
        ("page=2", "page", f"There is no such parameter here; known are {KNOWN}."),
        ("hidden=x", "hidden", f"There is no such parameter here; known are {KNOWN}."),
    ],
)
def test_filters_refuse(query, name, message):
    assert refusal(query) == {name: message}


def test_filters_refuse_a_row_that_is_not_there(db):
    assert refusal("who=nobody")["who"].startswith("“nobody” cannot be used. ")


def test_filters_shorten_what_they_repeat():
    assert refusal(f"size={'x' * 10_000}")["size"] == f"“{'x' * 60}…” cannot be used. Choose from s, l."
    assert list(refusal(f"{'y' * 10_000}=1")) == [f"{'y' * 60}…"]


def test_filters_let_pass_what_is_named_beside_them():
    of_a_map = Filters(Questions, {"year": "About year."}, beside=("drawing",))

    assert of_a_map.read(QueryDict("drawing=large&year=2001")).cleaned_data["year"] == 2001
    with pytest.raises(ParametersRefused, match="limit"):
        of_a_map.read(QueryDict("limit=3"))


def test_filters_describe_themselves_as_parameters():
    described = {parameter["name"]: parameter for parameter in FILTERS.openapi()["parameters"]}

    assert described["colour"] == {
        "in": "query",
        "name": "colour",
        "required": False,
        "allowEmptyValue": True,
        "description": "About colour.",
        "style": "form",
        "explode": True,
        "schema": {"type": "array", "items": {"type": "string", "enum": ["red", "blue"]}},
    }
    assert {name: parameter["schema"] for name, parameter in described.items() if name != "colour"} == {
        "size": {"type": "string", "enum": ["s", "l"]},
        "year": {"type": "integer", "minimum": 1900, "maximum": 2100},
        "months": {"type": "number", "minimum": 0},
        "words": {"type": "string", "maxLength": 5},
        "who": {"type": "string"},
    }
