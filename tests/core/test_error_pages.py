"""Error pages: in the frame of the site where that is possible, standing alone where it is not."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views import defaults

pytestmark = pytest.mark.django_db


def _raise(*_args: object, **_kwargs: object) -> None:
    raise RuntimeError("a fault of ours")


def test_unknown_address_is_a_page_with_a_search(client):
    response = client.get("/no/such/page/")

    text = response.content.decode()
    assert response.status_code == 404
    assert "There is nothing at this address" in text
    assert "Resolver404" not in text
    assert f'action="{reverse("search")}"' in text


def test_forbidden_page_says_what_the_account_may_not_do(client, reader):
    request = RequestFactory().get("/desk/")
    request.user, request.resolver_match, request.htmx = reader, None, False

    response = defaults.permission_denied(request, PermissionDenied("Your account may not run searches."))

    text = response.content.decode()
    assert response.status_code == 403
    assert "Your account may not run searches." in text
    assert "You are signed in as reader." in text


def test_form_without_its_token_is_refused_in_words(editor_a):
    client = Client(enforce_csrf_checks=True)

    response = client.post(reverse("account_login"), {"login": editor_a.username, "password": "x"})

    assert response.status_code == 403
    assert "This form was not accepted" in response.content.decode()


def test_fault_of_ours_is_a_page_without_a_trace(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("references.read_models.library_page.build", _raise)

    response = client.get(reverse("references"))

    text = response.content.decode()
    assert response.status_code == 500
    assert "Something went wrong on our side" in text
    assert "a fault of ours" not in text


def test_page_of_a_fault_needs_nothing_that_may_be_broken():
    source = (settings.BASE_DIR / "templates" / "500.html").read_text()

    assert "{%" not in source
    assert "{{" not in source
    assert not re.search(r"\b(?:src|style)=|<link|<style|<script", source)
