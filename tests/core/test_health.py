"""Alive and ready: what load balancers and containers ask."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder

from nelm_review.core import health

pytestmark = pytest.mark.django_db


def test_healthz_answers_anybody(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


def test_readyz_says_that_everything_is_there(client):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "checks": {"database": "ok", "migrations": "ok", "broker": "ok"},
    }


def test_readyz_names_a_migration_that_is_not_applied(client):
    MigrationRecorder.Migration.objects.filter(app="sessions").delete()

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "1 not applied"


def test_readyz_tells_strangers_nothing_about_the_cause(client, settings, caplog):
    settings.CELERY_BROKER_URL = "redis://:a-password@127.0.0.1:1/0"

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"] == {"database": "ok", "migrations": "ok", "broker": "unreachable"}
    assert "a-password" not in response.content.decode()
    assert "“broker” failed" in caplog.text


def test_readyz_without_a_database_is_an_answer_not_an_error(client, monkeypatch):
    def gone():
        raise OperationalError("connection refused")

    monkeypatch.setitem(health.CHECKS, "database", gone)

    assert client.get("/readyz").json()["checks"]["database"] == "unreachable"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_never_kept(path, client):
    assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_only_for_reading(path, client):
    assert client.post(path).status_code == 405
