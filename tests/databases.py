"""The databases of the tests: how each worker gets its own, and how it is emptied after a test that commits.

The first worker that needs a database migrates one, and each worker copies it: a run migrates once. Copying and
dropping also serve tests/upgrade.
"""

import fcntl
import os
import time
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import TransactionTestCase
from psycopg2.sql import SQL, Identifier, Literal

SESSIONS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
LIMIT_S = 10
# A transaction that a test has left open fails the test instead of blocking the run.
LOCK_LIMIT_S = 60
# Rows that migrating makes and no test changes.
KEPT = {"django_content_type", "auth_permission"}
# Emptying larger tables row by row would take longer than replacing all of them.
SMALL_BYTES = 1 << 20


@contextmanager
def server():
    """An autocommit cursor on the test server, apart from Django's connections."""
    session = connect(os.environ["DATABASE_URL"])
    try:
        yield session.cursor()
    finally:
        session.close()


def connect(*args, **options):
    session = psycopg2.connect(*args, **options)
    session.autocommit = True
    return session


def create_database(template=None):
    name = f"vigie_test_{uuid4().hex[:12]}"
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
        cursor.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(name)))


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


def migrated_database():
    """Return the name of the migrated database of this run, which the first worker that needs it makes."""
    folder = Path(os.environ["VIGIE_TEST_FOLDER"])
    with open(folder / "migrating", "w") as file, server() as cursor:
        fcntl.flock(file, fcntl.LOCK_EX)
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [folder.name])
        if not cursor.fetchone():
            name = create_database()
            with use(name):
                call_command("migrate", interactive=False, verbosity=0)
            cursor.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(name), Identifier(folder.name)))
    return folder.name


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """Let this worker use a copy of the migrated database.

    Before it is dropped, the sessions of threads that are ending close: the browser is closed with it and leaves
    requests behind that the live server still finishes.
    """
    with django_db_blocker.unblock():
        name = create_database(migrated_database())
    emptier = Emptier()
    with pytest.MonkeyPatch.context() as patch, use(name):
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test_case: emptier.empty())
        yield
        emptier.close()
        with django_db_blocker.unblock():
            wait_for_sessions()
    drop_database(name)


@pytest.fixture(scope="module")
def once(django_db_setup, django_db_blocker):
    """`once(make)` calls it and keeps the rows that it stores for all tests of the module, which find them unchanged.

    They are stored in a transaction around those of the tests, which must not commit.
    """
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()

    def run(make):
        with django_db_blocker.unblock():
            return make()

    yield run
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


def wait_for_sessions():
    with connection.cursor() as cursor:
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline:
            cursor.execute(f"SELECT count(*) {SESSIONS}")
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.05)


class Emptier:
    """Empty the tables of the worker's database after a test that commits.

    Django truncates all tables and then makes content types and permissions again, which takes longer than most of
    these tests. Here, the rows are deleted by a session that stays, so it plans each statement once.
    """

    def __init__(self):
        self._session = None

    def empty(self):
        """Wait for transactions that still write, then delete all rows."""
        connections.close_all()
        if self._session is None:
            self._open()
        try:
            with self._session.cursor() as cursor:
                cursor.execute(self._measure)
                is_small = cursor.fetchone()[0] < SMALL_BYTES
                cursor.execute(self._delete if is_small else self._truncate)
        except psycopg2.Error:
            self.close()
            raise

    def close(self):
        if self._session is not None:
            self._session.close()
        self._session = None

    def _open(self):
        options = connection.get_connection_params()
        self._session = connect(
            **{key: options[key] for key in ("dbname", "user", "password", "host", "port")},
            options=f"-c lock_timeout={LOCK_LIMIT_S}s",
        )
        names = {*connection.introspection.django_table_names(only_existing=True, include_views=False)} - KEPT
        connections.close_all()
        tables = [Identifier(name) for name in sorted(names)]
        all_tables = SQL(", ").join(tables)
        lock = SQL("BEGIN; LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE;").format(all_tables)
        deletions = [SQL("DELETE FROM {};").format(table) for table in tables]
        self._delete = SQL("").join([lock, *deletions, SQL("COMMIT")]).as_string(self._session)
        self._truncate = SQL("TRUNCATE {}").format(all_tables).as_string(self._session)
        literals = SQL(", ").join(SQL("{}::regclass").format(Literal(name)) for name in sorted(names))
        self._measure = SQL("SELECT max(pg_relation_size(name)) FROM unnest(ARRAY[{}]) AS name").format(literals)
