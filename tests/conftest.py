"""Real Postgres and Redis for every test, and the people they speak as.

Without DATABASE_URL / REDIS_URL the embedded servers are started once for the whole run (xdist workers share them,
each with its own database) in a folder that is removed at the end.
"""

import os
import shutil
import tempfile
from pathlib import Path
from uuid import uuid4

import django
import pytest
from hypothesis import settings as hypothesis_settings

# The same examples every time, so that a change is judged by itself; HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis_settings.register_profile("same", derandomize=True)
hypothesis_settings.register_profile("explore", derandomize=False)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


pytest_plugins = ["tests.lookalikes.json_channel", "tests.lookalikes.smtp", "tests.pages"]


def pytest_configure(config):
    """Before Django's settings are read: pyproject.toml names no settings, or they would be read before this."""
    if hasattr(config, "workerinput"):
        return
    started = []
    folder = Path(tempfile.mkdtemp(prefix="vigie-test-"))
    folder.chmod(0o755)
    os.environ.setdefault("VIGIE_DATA_DIR", str(folder / "data"))
    # The outside world of the tests is served on loopback.
    os.environ["FETCH_ALLOWED_HOSTS"] = "127.0.0.0/8"
    if not os.environ.get("DATABASE_URL") or not os.environ.get("REDIS_URL"):
        from config.launcher.embedded import start_postgres, start_redis

        if not os.environ.get("DATABASE_URL"):
            started.append(start_postgres(folder, durable=False))
            os.environ["DATABASE_URL"] = started[-1].url
        if not os.environ.get("REDIS_URL"):
            started.append(start_redis(folder))
            os.environ["REDIS_URL"] = started[-1].url

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    def stop():
        for service in reversed(started):
            service.stop()
        shutil.rmtree(folder, ignore_errors=True)

    config.add_cleanup(stop)


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Pages are rendered without the manifest that collectstatic makes."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def no_model_status(monkeypatch):
    """Give each test its own key for the model status, which workers report in the Redis that all tests share."""
    monkeypatch.setattr("monitoring.enrichment.model_status.KEY", f"sentiment-model-{uuid4()}")


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """A real hash takes a quarter of a second a person on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _person(email, project=None, role=None, **fields):
    from accounts.models import Membership, User

    user = User.objects.create_user(email, "correct horse battery", **fields)
    if project is not None:
        Membership.objects.create(project=project, user=user, role=role)
    return user


@pytest.fixture
def project(db):
    from accounts.models import Project

    return Project.objects.create(name="Maison Lumen")


@pytest.fixture
def owner(project):
    """Ada, admin of the project."""
    return _person("ada@example.com", project, "admin", language="en")


@pytest.fixture
def manager(project):
    """Marc, manager: answers, edits keywords and sources."""
    return _person("marc@example.com", project, "manager", language="fr")


@pytest.fixture
def viewer(project):
    """Vera, viewer: reads only."""
    return _person("vera@example.com", project, "viewer", language="en")


@pytest.fixture
def stranger(db):
    """Sam, admin of another project."""
    from accounts.models import Project

    return _person("sam@example.com", Project.objects.create(name="Ailleurs"), "admin", language="en")


@pytest.fixture
def as_person():
    """`as_person(user)`: a browserless client signed in as that person."""
    from django.test import Client

    def sign_in(user):
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
