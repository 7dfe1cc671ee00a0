"""The small cast of people that tests share, as fixtures (a pytest plugin)."""

from __future__ import annotations

import pytest

from nelm_review.core.models import User
from nelm_review.core.roles import Role
from tests.builders import make_user


@pytest.fixture
def reader(db: None) -> User:
    return make_user("reader", role=Role.READER)


@pytest.fixture
def editor_a(db: None) -> User:
    return make_user("editor-a", role=Role.EDITOR)


@pytest.fixture
def editor_b(db: None) -> User:
    return make_user("editor-b", role=Role.EDITOR)


@pytest.fixture
def senior_editor(db: None) -> User:
    return make_user("senior-editor", role=Role.SENIOR_EDITOR)


@pytest.fixture
def admin(db: None) -> User:
    return make_user("admin", role=Role.ADMINISTRATOR)
