"""Fills in the forms of the administration as a browser would: what the page shows, with some changes."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from lxml import html

REASON = "The page prints another number."


def address_of(model: type[models.Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def shown(client: Client, address: str, form_id: str) -> dict[str, str]:
    """Open the page and return what its form would send unchanged."""
    page = html.fromstring(client.get(address).content.decode())
    return dict(page.get_element_by_id(form_id).form_values())


def change(client: Client, row: models.Model, **changes: Any) -> HttpResponse:
    """Open the row's page, make the changes, give a reason and save."""
    address = address_of(type(row), "change", row.pk)
    values = shown(client, address, f"{row._meta.model_name}_form")
    return client.post(address, {**values, "change_reason": REASON, **changes})


def add(client: Client, model: type[models.Model], prefilled: str = "", /, **values: Any) -> HttpResponse:
    address = address_of(model, "add") + prefilled
    return client.post(address, {**shown(client, address, f"{model._meta.model_name}_form"), **values})


def act(client: Client, action: str, *rows: models.Model, **values: Any) -> HttpResponse:
    """Choose the action of the list for the rows, and follow to the page it ends on."""
    address = address_of(type(rows[0]), "changelist")
    data = {"action": action, "_selected_action": [row.pk for row in rows], **values}
    return client.post(address, data, follow=True)


def errors_of(response: HttpResponse) -> str:
    """Return every sentence by which the form refuses to save."""
    page = html.fromstring(response.content.decode())
    return "\n".join(node.text_content().strip() for node in page.find_class("errorlist"))


def messages_of(response: HttpResponse) -> list[str]:
    page = html.fromstring(response.content.decode())
    return [item.text_content().strip() for menu in page.find_class("messagelist") for item in menu]
