"""A tag that prints what it holds and keeps it: a block of a template can stand only once in it."""

from __future__ import annotations

from django import template
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context

register = template.Library()


class CapturingNode(Node):
    """Renders its content once, prints it and remembers it under a name."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name = name
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        context[self.name] = self.nodelist.render(context)
        return context[self.name]


@register.tag
def capture(parser: Parser, token: Token) -> CapturingNode:
    """Print the content, escaped as ever, and keep it: {% capture words %}…{% endcapture %} {{ words }}."""
    try:
        _tag, name = token.split_contents()
    except ValueError as problem:
        raise template.TemplateSyntaxError("“capture” takes one name.") from problem
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CapturingNode(name, nodelist)
