"""Real Postgres and Redis for every test, and the fixed people of the tests.

Without DATABASE_URL or REDIS_URL, embedded servers start once per run, in a folder that is removed at the end. xdist
workers share them, each with its own database (databases.py).
"""

import contextlib
import gc
import importlib
import os
import pkgutil
import secrets
import shutil
import tempfile
from pathlib import Path
from uuid import uuid4

import django
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

# The same examples every time, so a failure comes from the change; HYPOTHESIS_PROFILE=explore finds new ones. No test
# depends on the time that an example takes: the machine may be busy.
timeless = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
hypothesis_settings.register_profile("same", derandomize=True, **timeless)
hypothesis_settings.register_profile("explore", derandomize=False, **timeless)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


# The files of the longest tests, one to three minutes each.
LONGEST = [
    "tests/e2e/test_accessibility_fr.py",
    "tests/config/launcher/test_runner.py",
    "tests/e2e/test_accessibility_en.py",
    "tests/dashboards/test_direction.py",
    "tests/config/test_web_server.py",
    "tests/config/test_slow_fetches.py",
    "tests/dashboards/test_query_counts.py",
    "tests/upgrade/test_upgrade.py",
]

pytest_plugins = [
    "tests.databases",
    "tests.lookalikes.json_channel",
    "tests.lookalikes.smtp",
    "tests.pages",
    "tests.vectors",
]


def pytest_configure(config):
    """Start the servers before Django reads its settings (so pyproject.toml must not name DJANGO_SETTINGS_MODULE)."""
    if hasattr(config, "workerinput"):
        return
    started = []
    folder = Path(tempfile.mkdtemp(prefix="vigie-test-"))
    folder.chmod(0o755)
    os.environ["VIGIE_TEST_FOLDER"] = str(folder)
    os.environ.setdefault("VIGIE_DATA_DIR", str(folder / "data"))
    # The tests serve all feeds and pages on loopback.
    os.environ["FETCH_ALLOWED_HOSTS"] = "127.0.0.0/8"
    # No process starts without one.
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
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
        from tests.databases import drop_database  # pytest rewrites the assertions of plugins, so it loads them first

        drop_database(folder.name)
        for service in reversed(started):
            service.stop()
        shutil.rmtree(folder, ignore_errors=True)

    config.add_cleanup(stop)


def pytest_collection():
    """Collect without the garbage collector, which would go through 9,000 tests again and again: a quarter faster."""
    gc.disable()


def pytest_collection_modifyitems(items):
    """Begin with the files of the longest tests, so no worker is left with one when the others are done."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(LONGEST)))


def pytest_collection_finish():
    load_all_modules()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def own_counts(worker_id):
    """Let each worker count requests for itself: the ids in its database are also those of the others."""
    from django.conf import settings

    settings.CACHES["default"]["KEY_PREFIX"] = worker_id


def load_all_modules():
    """Import the whole project: Hypothesis tries the constants of loaded modules, and which are, depends on the tests
    that a worker has run. With all of them, a test fails on every run or on none.
    """
    for package in Path(__file__).parent.parent.glob("*/__init__.py"):
        name = package.parent.name
        for module in pkgutil.walk_packages([str(package.parent)], f"{name}."):
            if name != "tests":
                # Training needs packages that only `make lock` knows; config.gunicorn exits if a setting is unsafe.
                with contextlib.suppress(ImportError, SystemExit):
                    importlib.import_module(module.name)


@pytest.fixture(scope="session", autouse=True)
def settings_of_tests():
    """Render pages without the manifest of collectstatic, and hash passwords quickly (by design, in 0.25 s)."""
    from django.conf import settings
    from django.test import override_settings

    static_files = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": static_files},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(autouse=True)
def no_model_status(monkeypatch):
    """Give each test its own key for the model status, which workers report in the Redis that all tests share."""
    monkeypatch.setattr("monitoring.enrichment.model_status.KEY", f"sentiment-model-{uuid4()}")


def make_person(email, project=None, role=None, **fields):
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
    return make_person("ada@example.com", project, "admin", language="en")


@pytest.fixture
def manager(project):
    """Marc, manager: triages mentions, edits keywords and sources. French."""
    return make_person("marc@example.com", project, "manager", language="fr")


@pytest.fixture
def english_manager(manager):
    """Return Marc, who reads English: for pages whose words a test compares."""
    manager.language = "en"
    manager.save()
    return manager


@pytest.fixture
def viewer(project):
    """Vera, viewer: reads only."""
    return make_person("vera@example.com", project, "viewer", language="en")


@pytest.fixture
def stranger(db):
    """Sam, admin of another project."""
    from accounts.models import Project

    return make_person("sam@example.com", Project.objects.create(name="Ailleurs"), "admin", language="en")


@pytest.fixture
def as_person():
    """`as_person(user)`: a test client signed in as that user."""
    from django.test import Client

    def sign_in(user):
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
