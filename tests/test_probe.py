"""The probe, against a real server."""

from __future__ import annotations

import pytest

from nelm_review import probe
from nelm_review.local.servers import free_port


def test_is_ready_believes_a_ready_server(live_server):
    assert probe.is_ready(live_server.thread.port)


def test_is_ready_is_false_where_nobody_listens():
    assert not probe.is_ready(free_port())


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ("", "127.0.0.1"),
        ("nelm.example.org,www.example.org", "nelm.example.org"),
        (".example.org", "example.org"),
        ("*", "127.0.0.1"),
    ],
)
def test_probe_uses_a_host_name_that_django_accepts(hosts, expected, monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", hosts)

    assert probe._accepted_host() == expected
