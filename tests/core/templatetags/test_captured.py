"""A block that stands twice: printed where it is, kept for later, escaped once."""

from __future__ import annotations

import pytest
from django.template import Context, Template, TemplateSyntaxError


def test_capture_prints_and_keeps_what_it_holds_escaped_once():
    template = Template(
        "{% load captured %}<a>{% capture words %}{{ title }}{% endcapture %}</a><b>{{ words }}</b>"
    )

    assert template.render(Context({"title": 'x < "y"'})) == (
        "<a>x &lt; &quot;y&quot;</a><b>x &lt; &quot;y&quot;</b>"
    )


@pytest.mark.parametrize("tag", ["{% capture %}", "{% capture two words %}"])
def test_capture_takes_one_name(tag):
    with pytest.raises(TemplateSyntaxError, match="one name"):
        Template("{% load captured %}" + tag + "{% endcapture %}")
