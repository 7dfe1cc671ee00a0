"""Closed by default: the addresses that need no account are listed here, literally, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from nelm_review.core import pdf
from tests.builders import (
    make_arm,
    make_outcome,
    make_reference,
    make_release,
    make_result,
    make_study,
    make_therapy,
)

PUBLIC = {
    "",
    "map.csv",
    "evidence/<slug:therapy>/<slug:outcome>/",
    "evidence/<slug:therapy>/<slug:outcome>/data.csv",
    "evidence/<slug:therapy>/<slug:outcome>/plot.svg",
    "evidence/<slug:therapy>/<slug:outcome>/plot.png",
    "evidence/<slug:therapy>/<slug:outcome>/analysis.R",
    "evidence/<slug:therapy>/<slug:outcome>/permanent/",
    "evidence/<slug:therapy>/<slug:outcome>/sheet/",
    "evidence/<slug:therapy>/<slug:outcome>/sheet.pdf",
    "therapies/<slug:code>/sheet/",
    "therapies/<slug:code>/sheet.pdf",
    "compare/sheet/",
    "compare/sheet.pdf",
    "compare/",
    "compare/data.csv",
    "search/",
    "patients/",
    "therapies/",
    "therapies/<slug:code>/",
    "outcomes/<slug:code>/",
    "studies/",
    "studies/<slug:key>/",
    "references/",
    "references/<int:pk>/",
    "review/",
    "methods/",
    "updates/",
    "updates/count/",
    "updates/feed/",
    "updates/feed/<slug:therapy>/",
    "evidence/<slug:therapy>/<slug:outcome>/feed/",
    "releases/",
    "releases/compare/",
    "releases/<str:version>/",
    "releases/<str:version>/archive.zip",
    "releases/<str:version>/evidence/<slug:therapy>/<slug:outcome>/",
    "styleguide/",
    "healthz",
    "readyz",
}
# django-allauth's own pages decide for themselves: sign-in and password reset are for strangers.
ACCOUNTS = "accounts/"
API = "api/v1/"
VALUES = {"therapy": "tace", "outcome": "orr", "code": "tace", "key": "one-2020", "version": "2026.01.01"}


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, address)
        else:
            yield address


def filled(address: str, pk: int) -> str:
    for name, value in VALUES.items():
        address = address.replace(f"<slug:{name}>", value).replace(f"<str:{name}>", value)
    return "/" + address.replace("<int:pk>", str(pk)).replace("outcomes/tace", "outcomes/orr")


def own_addresses() -> list[str]:
    every = addresses(get_resolver().url_patterns)
    return [address for address in every if not address.startswith((ACCOUNTS, API, "admin/"))]


@pytest.fixture
def _evidence(db: None) -> None:
    arm = make_arm(make_study("one-2020"), make_therapy("tace"))
    make_result(arm, make_outcome("orr"))
    make_release("2026.01.01")


@pytest.mark.usefixtures("_evidence")
@pytest.mark.parametrize("address", own_addresses())
def test_address_is_open_exactly_when_it_is_listed(client, address):
    reference = make_reference()

    response = client.get(filled(address, reference.pk))

    if address in PUBLIC:
        is_missing = address.endswith(".pdf") and not pdf.is_possible()
        assert response.status_code == (501 if is_missing else 200)
    else:
        assert response.status_code in (302, 404, 405)
        if response.status_code == 302:
            assert response["Location"].startswith("/accounts/login/")


def test_list_names_no_address_that_is_gone():
    assert not PUBLIC - set(own_addresses())


@pytest.mark.usefixtures("_evidence")
def test_administration_asks_for_an_account(client):
    response = client.get("/admin/", follow=True)

    assert response.redirect_chain[-1][0].startswith("/accounts/login/")


@pytest.mark.usefixtures("_evidence")
@pytest.mark.parametrize("address", sorted(PUBLIC))
def test_public_page_asks_no_other_host_and_keeps_the_strict_policy(client, address):
    response = client.get(filled(address, make_reference().pk))

    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert "session" not in response.cookies
