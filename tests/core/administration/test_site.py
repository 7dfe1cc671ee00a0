"""The administration as a whole: every model is in it, for administrators only, and no page asks per row."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nelm_review.core.models import User
from tests.core.administration.rows import CURATED, SERVICE_OWNED, Crowd

APPS = ("core", "references", "therapies")
MOST_QUERIES = 25
SITE = django_admin.site


def _address(model: type[models.Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def _counted(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(queries)


def _grown(few: dict[str, int], many: dict[str, int]) -> dict[str, tuple[int, int]]:
    return {address: (n, many[address]) for address, n in few.items() if many[address] > n}


@pytest.fixture
def administration(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.mark.parametrize("label", APPS)
def test_admin_has_every_model_of(label: str) -> None:
    missing = [
        model._meta.label
        for model in apps.get_app_config(label).get_models()
        if not SITE.is_registered(model)
    ]

    assert missing == []


def test_changelists_ask_no_query_per_row(administration: Client) -> None:
    crowd = Crowd()
    crowd.grow(3)
    addresses = [_address(model, "changelist") for model in SITE._registry]

    few = {address: _counted(administration, address) for address in addresses}
    crowd.grow(9)
    many = {address: _counted(administration, address) for address in addresses}

    assert _grown(few, many) == {}
    assert max(many.values()) <= MOST_QUERIES, many


def test_change_pages_ask_no_query_per_part(administration: Client) -> None:
    crowd = Crowd()
    crowd.grow(3)
    rows = [crowd.parents().get(model) or model._base_manager.first() for model in SITE._registry]
    addresses = [_address(type(row), "change", row.pk) for row in rows]

    few = {address: _counted(administration, address) for address in addresses}
    crowd.grow(9)
    many = {address: _counted(administration, address) for address in addresses}

    assert _grown(few, many) == {}
    assert max(many.values()) <= MOST_QUERIES, many


@pytest.mark.parametrize("model", [*CURATED, *SERVICE_OWNED, User])
def test_admin_deletes_nothing(model: type[models.Model], administration: Client) -> None:
    crowd = Crowd()
    crowd.grow(1)
    row = model._base_manager.first()

    response = administration.post(_address(model, "delete", row.pk), {"post": "yes"})

    assert response.status_code == 403
    assert model._base_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", SERVICE_OWNED)
@pytest.mark.parametrize("page", ["add", "change"])
def test_admin_writes_no_row_that_services_own(
    model: type[models.Model], page: str, administration: Client
) -> None:
    crowd = Crowd()
    crowd.grow(1)
    address = _address(model, page, *([model._base_manager.first().pk] if page == "change" else []))

    assert administration.post(address, {}).status_code == 403


def test_admin_sends_strangers_to_the_sign_in_page(client: Client, db: None) -> None:
    response = client.get(reverse("admin:references_reference_changelist"), follow=True)

    address, _status = response.redirect_chain[-1]
    assert address.startswith(reverse("account_login"))
    assert "next=/admin/references/reference/" in address


@pytest.mark.parametrize("who", ["reader", "editor_a", "senior_editor"])
def test_admin_refuses_other_roles(who: str, client: Client, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))

    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_admin_refuses_staff_without_the_role(client: Client, editor_a: User) -> None:
    editor_a.is_staff = True
    editor_a.save()
    client.force_login(editor_a)

    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_index_names_the_site_and_its_sections(administration: Client) -> None:
    page = administration.get(reverse("admin:index")).content.decode()

    assert "NELM Review administration" in page
    sections = ["Searching PubMed", "Literature", "Evidence", "Judgements", "Vocabularies", "Accounts"]
    places = [page.index(f">{section}</a>") for section in sections]
    assert places == sorted(places)
    assert ">Groups<" not in page


def test_app_index_is_called_after_the_app(administration: Client) -> None:
    response = administration.get(reverse("admin:app_list", args=["therapies"]))

    assert response.context["title"] == apps.get_app_config("therapies").verbose_name


def test_app_index_of_an_unknown_app_is_not_found(administration: Client) -> None:
    assert administration.get("/admin/nothing-of-ours/").status_code == 404


@pytest.mark.parametrize("model", list(SITE._registry))
def test_search_copes_with_any_text(model: type[models.Model], administration: Client) -> None:
    if not SITE.get_model_admin(model).get_search_fields(None):
        pytest.skip("This list has no search.")

    for text in ("99000001", "a:b & | ! ( ' \\ %", "10.1000/x", "é" * 300, "-", '"'):
        assert administration.get(_address(model, "changelist"), {"q": text}).status_code == 200
