""".env.example names exactly the variables that the product reads, each with its meaning."""

from __future__ import annotations

import re

from django.conf import settings

from tests.repository.tree import PACKAGES, ROOT, python_files

EXAMPLE = ROOT / ".env.example"
OFFICIAL = {
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"),
    *("ENTREZ_EMAIL", "ENTREZ_API_KEY", "ENTREZ_BASE_URL", "NELM_VAR_DIR", "PORT"),
}
COMPOSE_ONLY = {"POSTGRES_PASSWORD"}
READ = re.compile(r"(?:env\.(?:text|flag|words)|_required)\(\s*\"([A-Z_]+)\"")


def example() -> dict[str, str]:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_example_holds_what_the_code_reads() -> None:
    read = {
        name for path in python_files(*PACKAGES) for name in READ.findall(path.read_text(encoding="utf-8"))
    }

    assert read | {"DATABASE_URL", "REDIS_URL"} == OFFICIAL
    assert set(example()) == OFFICIAL | COMPOSE_ONLY


def test_example_explains_each_variable() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for name in example():
        at = next(i for i, line in enumerate(lines) if line.startswith(f"{name}="))
        assert lines[at - 1].startswith("# "), name


def test_example_holds_no_secret() -> None:
    for name, value in example().items():
        if re.search("SECRET|PASSWORD|KEY", name):
            assert value == ""


def test_example_agrees_with_the_defaults_in_the_settings() -> None:
    source = (ROOT / "nelm_review" / "settings.py").read_text(encoding="utf-8")

    assert f'"ALLOWED_HOSTS", "{example()["ALLOWED_HOSTS"]}"' in source
    assert example()["ENTREZ_BASE_URL"] == settings.NCBI_BASE_URL


def test_code_reads_the_environment_in_one_module() -> None:
    """Only `env` reads variables of ours; the local runner also passes them on."""
    pattern = re.compile(r"os\.(?:environ\.get|getenv)\(|os\.environ\[\"(?!DJANGO)[A-Z_]+\"\](?! =)")
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in python_files(*PACKAGES)
        if pattern.search(path.read_text(encoding="utf-8"))
    ]

    assert set(readers) <= {"nelm_review/env.py", "nelm_review/local/commands.py"}
