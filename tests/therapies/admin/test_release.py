"""Releases in the administration: made there, looked at, never changed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nelm_review.core.models import User
from tests.builders import make_release, make_result, make_user
from therapies.models import Release
from therapies.services import evidence

ADD = "admin:therapies_release_add"


@pytest.fixture
def administration(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.mark.django_db(transaction=True)
def test_adding_a_release_makes_one_in_the_name_of_the_administrator(administration: Client) -> None:
    evidence.load()

    response = administration.post(reverse(ADD), {"note": " First  one. "}, follow=True)

    release = Release.objects.get()
    assert (release.released_by.username, release.note) == ("admin", "First one.")
    assert f"Made release {release.version}." in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_release_that_is_refused_says_why(administration: Client) -> None:
    evidence.load()
    administration.post(reverse(ADD), {"note": ""})

    response = administration.post(reverse(ADD), {"note": ""}, follow=True)

    assert "it holds the same evidence" in response.content.decode()
    assert Release.objects.count() == 1


def test_a_library_without_its_review_is_refused_in_words(administration: Client) -> None:
    make_result()

    response = administration.post(reverse(ADD), {"note": ""}, follow=True)

    assert "does not hold the source review" in response.content.decode()
    assert not Release.objects.exists()


def test_a_release_is_shown_and_not_changed(administration: Client) -> None:
    release = make_release()
    address = reverse("admin:therapies_release_change", args=[release.pk])

    shown = administration.get(address)
    changed = administration.post(address, {"note": "Other words."})

    assert release.sha256 in shown.content.decode()
    assert changed.status_code == 403


def test_only_administrators_make_releases(client: Client, db: None) -> None:
    client.force_login(make_user())

    response = client.post(reverse(ADD), {"note": ""})

    assert response.status_code in (302, 403)
    assert not Release.objects.exists()
