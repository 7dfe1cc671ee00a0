"""The limit of requests: shared by Redis, kept without it, and told in a sentence."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from nelm_review.core.api import throttling
from nelm_review.core.api.throttling import PerAddress, address_of
from therapies.api import api

NO_REDIS = "redis://127.0.0.1:9/0"


@pytest.fixture(autouse=True)
def _as_often_as_tests_like() -> None:
    """Keep the limit in these tests."""


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow two requests a minute."""
    item = throttling.RateLimitItemPerMinute(2)
    (throttle,) = api.throttle
    monkeypatch.setattr(throttle, "item", item)


def asked(address: str = "192.0.2.1", **headers: str):
    return RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)


def test_address_is_refused_beyond_its_rate_and_no_other_with_it():
    throttle = PerAddress(2)
    allowed = [throttle.allow_request(asked()) for _ in range(3)]

    assert allowed == [True, True, False]
    assert 1 <= throttle.wait() <= 61
    assert throttle.allow_request(asked("192.0.2.2"))


def test_processes_count_together():
    one, other = PerAddress(2), PerAddress(2)

    assert [each.allow_request(asked()) for each in (one, other, one, other)] == [True, True, False, False]


@pytest.fixture
def without_redis(settings) -> None:
    settings.CACHES = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": NO_REDIS}}


@pytest.mark.usefixtures("without_redis")
def test_process_counts_alone_without_redis():
    one, other = PerAddress(1), PerAddress(1)

    assert [each.allow_request(asked()) for each in (one, one, other)] == [True, False, True]


@pytest.mark.usefixtures("without_redis")
def test_redis_that_did_not_answer_is_left_alone_for_a_while(monkeypatch, settings):
    throttle = PerAddress(9)
    throttle.allow_request(asked())
    settings.CACHES["default"]["LOCATION"] = cache._servers[0]
    throttle._shared = None

    assert throttle._window() is throttle._own
    throttle._shared_again_at = 0
    assert throttle._window() is throttle._shared


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_address_is_that_of_a_household(address, counted):
    assert address_of(asked(address)) == counted


def test_address_behind_a_proxy_is_what_the_proxy_wrote(settings):
    request = asked("127.0.0.1", **{"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})

    settings.IS_LOCAL_ONLY = True
    assert address_of(request) == "127.0.0.1"
    settings.IS_LOCAL_ONLY = False
    assert address_of(request) == "203.0.113.9"


@pytest.mark.usefixtures("few")
def test_refused_reader_is_told_when_to_come_back(db, client):
    for _ in range(2):
        assert client.get("/api/v1/therapies").status_code == 200
    response = client.get("/api/v1/outcomes")

    assert response.status_code == 429
    assert 1 <= int(response["Retry-After"]) <= 61
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.json()["detail"].startswith("Your address asked more than 120 times within a minute.")


@pytest.mark.usefixtures("few")
def test_descriptions_are_not_counted(db, client):
    for _ in range(3):
        assert client.get("/api/v1/openapi.json").status_code == 200


@pytest.mark.usefixtures("few")
@pytest.mark.django_db(transaction=True)
def test_answer_that_the_reader_holds_is_not_counted(client):
    tag = client.get("/api/v1/therapies")["ETag"]

    for _ in range(5):
        response = client.get("/api/v1/therapies", headers={"If-None-Match": tag})
        assert response.status_code == 304
