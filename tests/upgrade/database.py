"""Read and migrate the database that a test upgrades, and end a run at a statement."""

import json
import re
from io import StringIO

from django.core.management import call_command
from django.db import connection


def migrate(*target):
    """Upgrade, or only to a target: app and migration. Return what the command prints."""
    output = StringIO()
    call_command("migrate", *target, interactive=False, stdout=output)
    return output.getvalue()


def query(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def tables():
    return {name for (name,) in query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def rows_of(table):
    """The rows as dictionaries."""
    return [json.loads(row) for (row,) in query(f'SELECT to_jsonb(t) FROM "{table}" t')]


def as_set(rows):
    """Rows that compare in any order, with any order of columns."""
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


class Killed(BaseException):
    """Raised to end a run at a statement, like a killed process."""


def kill_at(pattern, occurrence=1):
    """A wrapper of the connection's statements that ends the run instead of the nth that begins like this."""
    seen = 0

    def run(execute, sql, params, many, context):
        nonlocal seen
        seen += bool(re.match(pattern, sql.strip()))
        if seen == occurrence and re.match(pattern, sql.strip()):
            raise Killed
        return execute(sql, params, many, context)

    return connection.execute_wrapper(run)
