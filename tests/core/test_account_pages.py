"""Account pages in the frame of the site: signing in and out, passwords, accounts by invitation."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from nelm_review.core.models import User
from tests.builders import PASSWORD

pytestmark = pytest.mark.django_db


def _text(client: Client, name: str) -> str:
    response = client.get(reverse(name))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "account_inactive"]
)
def test_account_page_stands_in_the_frame_of_the_site(client, name):
    text = _text(client, name)

    assert 'class="site-header"' in text
    assert "Menu:" not in text


def test_login_offers_no_account_to_strangers(client):
    text = _text(client, "account_login")

    assert "by invitation" in text
    assert reverse("account_signup") not in text


def test_login_opens_the_page_that_was_asked_for(client, editor_a):
    asked = reverse("references")

    response = client.post(
        reverse("account_login"), {"login": editor_a.username, "password": PASSWORD, "next": asked}
    )

    assert (response.status_code, response.headers["Location"]) == (302, asked)


def test_login_with_a_wrong_password_says_so(client, editor_a):
    response = client.post(reverse("account_login"), {"login": editor_a.username, "password": "wrong"})

    text = response.content.decode()
    assert response.status_code == 200
    assert 'class="notice notice-danger" role="alert"' in text
    assert "password you specified are not correct" in text


def test_signup_is_closed(client):
    response = client.post(reverse("account_signup"), {"username": "stranger", "password1": PASSWORD})

    assert "Accounts come by invitation" in response.content.decode()
    assert not User.objects.filter(username="stranger").exists()


def test_logout_asks_first_and_then_signs_out(client, reader):
    client.force_login(reader)

    assert "You are signed in as reader." in _text(client, "account_logout")
    assert "_auth_user_id" in client.session
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_password_change_keeps_the_session_and_takes_effect(client, reader):
    client.login(username="reader", password=PASSWORD)
    new = "another synthetic pass phrase"

    page = _text(client, "account_change_password")
    client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    assert 'class="stack account-form"' in page
    reader.refresh_from_db()
    assert reader.check_password(new)


def test_password_reset_sends_a_link_that_opens_a_form(client, reader):
    reader.email = "reader@example.org"
    reader.save(update_fields=["email"])

    client.post(reverse("account_reset_password"), {"email": "reader@example.org"})

    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    response = client.get(link, follow=True)
    assert 'name="password1"' in response.content.decode()


def test_password_reset_with_a_spent_link_says_so(client):
    response = client.get(reverse("account_reset_password_from_key", args=["1", "spent-key"]))

    assert "password reset link was invalid" in response.content.decode()


def test_account_page_of_an_unreadable_field_ties_its_error_to_it(client):
    text = client.post(reverse("account_login"), {"login": "", "password": ""}).content.decode()

    assert 'aria-invalid="true"' in text
    assert 'aria-describedby="id_login_error"' in text
    assert 'id="id_login_error"' in text
