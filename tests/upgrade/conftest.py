"""Databases of earlier versions, restored on the test server. `use(name)` makes one the default connection's."""

import re
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from tests.databases import create_database, drop_database, new_database, use
from tests.upgrade.database import migrate

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def dump(django_db_setup, django_db_blocker):
    """The restored database of 21 November 2026; tests copy it."""
    with django_db_blocker.unblock():
        name = create_database()
        with use(name), connection.cursor() as cursor:
            cursor.execute(re.sub(r"^--.*$", "", (HERE / "schema_2026_11_21.sql").read_text(), flags=re.M))
        yield name
        drop_database(name)


@pytest.fixture(scope="session")
def upgraded(dump, django_db_blocker):
    """The same after a complete upgrade; tests copy it."""
    with django_db_blocker.unblock():
        name = create_database(dump)
        with use(name):
            migrate()
        yield name
        drop_database(name)


@pytest.fixture
def old_database(dump, django_db_blocker):
    """A copy of the dump, as the default connection's for one test."""
    with django_db_blocker.unblock(), new_database(template=dump):
        yield


@pytest.fixture
def upgraded_database(upgraded, django_db_blocker):
    """A copy of the upgraded dump, as the default connection's for one test."""
    with django_db_blocker.unblock(), new_database(template=upgraded):
        yield


@contextmanager
def migrated_to(dump, app, name):
    """A copy of the dump, upgraded to this migration, which tests copy. Return its name."""
    database = create_database(dump)
    with use(database):
        migrate(app, name)
    yield database
    drop_database(database)
