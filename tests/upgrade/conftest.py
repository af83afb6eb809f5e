"""Databases of earlier versions, restored on the test server. `use(name)` makes one the default connection's."""

import re
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest
from django.db import connection, connections
from psycopg2.sql import SQL, Identifier

HERE = Path(__file__).parent


@contextmanager
def server():
    """An autocommit cursor on the test server, apart from Django's connections."""
    options = connection.get_connection_params()
    session = psycopg2.connect(**{key: options[key] for key in ("dbname", "user", "password", "host", "port")})
    session.autocommit = True
    try:
        yield session.cursor()
    finally:
        session.close()


def create_database(template):
    name = f"vigie_upgrade_{uuid4().hex[:12]}"
    with server() as cursor:
        statement = SQL("CREATE DATABASE {}").format(Identifier(name))
        if template:
            statement += SQL(" TEMPLATE {}").format(Identifier(template))
        cursor.execute(statement)
    return name


def drop_database(name):
    """End our sessions, then drop: WITH (FORCE) is refused to ordinary roles while autovacuum is in the database."""
    with server() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
            [name],
        )
        cursor.execute(SQL("DROP DATABASE {}").format(Identifier(name)))


@contextmanager
def use(name):
    """Point the default connection, and those that threads open meanwhile, at this database."""
    former = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = former


@contextmanager
def new_database(template=None):
    """A database, empty or a copy, that is dropped at the end."""
    name = create_database(template)
    try:
        with use(name):
            yield name
    finally:
        drop_database(name)


@pytest.fixture(scope="module")
def dump(django_db_setup, django_db_blocker):
    """The restored database of 21 November 2026; tests copy it."""
    with django_db_blocker.unblock():
        name = create_database(None)
        with use(name), connection.cursor() as cursor:
            cursor.execute(re.sub(r"^--.*$", "", (HERE / "schema_2026_11_21.sql").read_text(), flags=re.M))
        yield name
        drop_database(name)


@pytest.fixture
def old_database(dump, django_db_blocker):
    """A copy of that database, as the default connection's for one test."""
    with django_db_blocker.unblock(), new_database(template=dump):
        yield
