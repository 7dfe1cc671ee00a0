"""The style guide shows every component, and every component says what it takes."""

from __future__ import annotations

import pytest
from django.urls import reverse

from nelm_review.core import styleguide

NAMES = styleguide.component_names()


@pytest.mark.parametrize("name", NAMES)
def test_styleguide_has_an_example_of_every_component(name):
    assert styleguide.examples().get(name), f"Add an example of “{name}” to a component_examples module."


@pytest.mark.parametrize("name", NAMES)
def test_component_begins_with_a_comment_that_lists_its_inputs(name):
    assert "Inputs:" in styleguide.opening_comment(name)


def test_examples_are_of_components_that_exist():
    assert set(styleguide.examples()) <= set(NAMES)


@pytest.mark.django_db
def test_styleguide_draws_every_component(client):
    response = client.get(reverse("styleguide"))

    text = response.content.decode()
    assert response.status_code == 200
    assert all(f'id="component-{name}"' in text for name in NAMES)
    assert "No example yet." not in text
