from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from tests.unit.web.ward import Ward, busy_hospital, small_hospital


@pytest.fixture(autouse=True)
def _cheap_passwords(settings) -> None:
    """Signing in is tested; how long a hash takes is not."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def empty_ward(db: None, home: Path) -> Ward:
    """A facility with its people, no visit yet, nowhere to send to."""
    return small_hospital()


@pytest.fixture
def ward(db: None, home: Path) -> Ward:
    """Visits in every state that needs somebody, and in those that do not."""
    return busy_hospital()


@pytest.fixture
def as_role() -> Callable[[Ward, str], Client]:
    """A browser in which somebody of this role is signed in."""

    def sign_in(ward: Ward, role: str) -> Client:
        client = Client()
        client.force_login(ward.people[role], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
