"""An installation of 21 November 2026 upgrades with its data: rows, schema, permissions, killed runs, big tables."""

import json
import re
from collections import Counter, deque
from importlib import import_module
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ActivityEntry, Project, User
from accounts.tokens import create_token
from delivery.models import Delivery
from monitoring.models import Keyword, Mention, Source
from monitoring.polling.poller import poll_one
from tests.lookalikes.feeds import FeedServer
from tests.monitoring.conftest import rss
from tests.upgrade.conftest import new_database

keywords_migration = import_module("monitoring.migrations.0002_keywords")

TABLES = {
    "accounts_auditline": "accounts_activityentry",
    "alerts_delivery": "delivery_delivery",
    "monitoring_topic": "monitoring_keyword",
}
COLUMNS = {
    ("monitoring_topic", "kind"): "type",
    ("monitoring_mention", "topic_id"): "keyword_id",
    ("alerts_rule", "topic_id"): "keyword_id",
    ("monitoring_mention", "judged_by"): "analyzed_by",
    ("monitoring_sentimentstate", "judged_by"): "analyzed_by",
    ("alerts_rule", "with_unsure"): "with_uncertain",
}
STATUSES = {"to_answer": "needs_reply", "answered": "replied"}
SENTIMENTS = {"unsure": "uncertain"}
VALUES = {
    ("monitoring_topic", "kind"): {"subject": "topic"},
    ("monitoring_mention", "status"): STATUSES,
    ("monitoring_mention", "sentiment"): SENTIMENTS,
    ("monitoring_correction", "shown"): SENTIMENTS,
}
# Django's own, which have tests below.
OWN = {"django_migrations", "django_content_type", "auth_permission"}


def migrate():
    output = StringIO()
    call_command("migrate", interactive=False, stdout=output)
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


def upgraded(table, row):
    """Return a row of the old schema as it should be afterwards."""
    row = {
        COLUMNS.get((table, column), column): VALUES.get((table, column), {}).get(value, value)
        if isinstance(value, str)
        else value
        for column, value in row.items()
    }
    if table == "monitoring_source":
        names = ("etag", "last_modified", "body_hash")
        state = {name: row.pop(name).removeprefix("\\x") for name in names}
        row["resume_state"] = state if row["last_success_at"] else {}
    if table == "alerts_incident":
        row["settings"] = renamed(row["settings"], "with_unsure", "with_uncertain")
    if table == "accounts_auditline":
        row["action"] = re.sub("^topic[.]", "keyword.", row["action"])
        row["detail"] = upgraded_detail(row["action"], row["detail"])
    return row


def upgraded_detail(action, detail):
    if action == "keyword.created":
        return upgraded_type(detail)
    if action == "keyword.changed":
        return {moment: upgraded_type(values) for moment, values in detail.items()}
    if action in ("rule.created", "rule.changed"):
        return renamed(detail, "with_unsure", "with_uncertain")
    if action in ("mention.status", "mention.sentiment"):
        values = STATUSES | SENTIMENTS
        before = {mention: values.get(value, value) for mention, value in detail["before"].items()}
        field = action.removeprefix("mention.")
        return {field: values.get(detail[field], detail[field]), "before": before}
    return detail


def upgraded_type(values):
    values = renamed(values, "kind", "type")
    return values | {"type": "topic"} if values.get("type") == "subject" else values


def renamed(values, old, new):
    return {new if key == old else key: value for key, value in values.items()}


def expected_rows():
    """{table: its rows after the upgrade}, read before it."""
    return {
        TABLES.get(table, table): [upgraded(table, row) for row in rows_of(table)] for table in sorted(tables() - OWN)
    }


def schema():
    """The definitions of all columns, and of all constraints and indexes with their tables and names.

    A name that Django or Postgres generated from the table's is shown as "*": a rename leaves it as it is. Casts and
    parentheses are left out: Postgres writes them differently for a constraint that comes from a dump.
    """
    columns = query(
        "SELECT table_name || '.' || column_name, data_type, udt_name, character_maximum_length, is_nullable,"
        " column_default, is_identity, attstorage, attcompression FROM information_schema.columns"
        " JOIN pg_attribute ON attrelid = table_name::regclass AND attname = column_name WHERE table_schema = 'public'"
    )
    constraints = query(
        "SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid), convalidated, condeferrable, condeferred"
        " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
    )
    indexes = query(
        "SELECT relname, indrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid"
        " FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace"
    )
    prefixes = tuple(f"{table}_" for table in tables() | TABLES.keys())
    found = Counter()
    for name, table, definition, *rest in constraints + indexes:
        is_generated = name.startswith(prefixes) or re.search(r"_[0-9a-f]{8}(_(fk|uniq)\w*)?$", name)
        shown = "*" if is_generated else name
        definition = definition.replace(f"INDEX {name} ON", f"INDEX {shown} ON")
        definition = re.sub(r"::(character varying|text)|\[\]|[()]", "", definition)
        found[shown, table, definition, *rest] += 1
    return {row[0]: row[1:] for row in columns}, found


@pytest.fixture(scope="module")
def new_schema(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), new_database():
        migrate()
        return schema()


def file_nodes(*relations):
    return query("SELECT relname, relfilenode FROM pg_class WHERE relname = ANY(%s) ORDER BY 1", [*relations])


# --- the dump ----------------------------------------------------------------------------------------------


def test_dump_holds_rows_with_every_renamed_value(old_database):
    assert set(TABLES) <= tables() and not set(TABLES.values()) & tables()
    for (table, column), values in VALUES.items():
        assert set(values) <= {value for (value,) in query(f"SELECT {column} FROM {table}")}, (table, column)
    assert query("SELECT count(*) FROM alerts_rule WHERE with_unsure") == [(1,)]
    assert query("SELECT count(*) FROM alerts_incident WHERE (settings->>'with_unsure')::bool") == [(1,)]
    assert query("SELECT count(*) FROM alerts_delivery WHERE state = 'pending'")[0][0] >= 1
    details = " ".join(detail for (detail,) in query("SELECT detail FROM accounts_auditline"))
    assert all(f'"{value}"' in details for value in ["to_answer", "answered", "unsure", "subject"])
    empty = {"account_emailconfirmation", "accounts_user_groups", "accounts_user_user_permissions"}
    assert {table for table in tables() if not rows_of(table)} == empty


# --- a complete run ----------------------------------------------------------------------------------------


def test_upgrade_keeps_every_row_with_its_new_values(old_database):
    expected = expected_rows()
    migrate()
    for table, rows in expected.items():
        columns = rows[0] if rows else ()
        assert as_set({column: row[column] for column in columns} for row in rows_of(table)) == as_set(rows), table


def test_upgrade_renames_values_in_activity_log_but_no_names_and_no_queries(old_database):
    migrate()
    entries = {(entry.action, entry.target): entry.detail for entry in ActivityEntry.objects.order_by("pk")}
    assert entries["keyword.created", "Solis"] == {"type": "topic", "query": 'solis AND "unsure"'}
    assert entries["keyword.created", "subject"] == {"type": "topic", "query": '"subject" OR lampe OR lamp'}
    assert entries["keyword.deleted", "to_answer"] == {"query": "answered"}
    assert entries["project.renamed", "Maison Lumen"] == {"before": "subject"}
    assert entries["keyword.changed", "Solis"]["before"] == {"type": "topic", "query": 'solis AND "unsure"'}
    assert not ActivityEntry.objects.filter(action__startswith="topic.").exists()


def test_upgraded_schema_equals_that_of_a_new_database(new_schema, old_database):
    migrate()
    columns, rest = schema()
    assert columns == new_schema[0]
    assert rest == new_schema[1]


def test_upgraded_models_have_no_missing_migration_and_second_run_does_nothing(old_database):
    migrate()
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())
    before = {table: as_set(rows_of(table)) for table in tables()}
    assert "No migrations to apply." in migrate()
    assert {table: as_set(rows_of(table)) for table in tables()} == before


def test_upgrade_renames_content_types_and_keeps_granted_permissions(old_database):
    [(old_id,)] = query("SELECT id FROM django_content_type WHERE app_label = 'monitoring' AND model = 'topic'")
    permissions = set(query("SELECT id FROM auth_permission"))
    migrate()
    types = {f"{app}.{model}": pk for pk, app, model in query("SELECT id, app_label, model FROM django_content_type")}
    assert types["monitoring.keyword"] == old_id
    assert {"accounts.activityentry", "delivery.delivery"} <= types.keys()
    assert not {"accounts.auditline", "monitoring.topic", "alerts.delivery"} & types.keys()
    assert set(query("SELECT id FROM auth_permission")) >= permissions
    assert query("SELECT codename, content_type_id FROM auth_permission GROUP BY 1, 2 HAVING count(*) > 1") == []
    granted = Group.objects.get(name="Topic editors").permissions.order_by("codename")
    assert list(granted.values_list("codename", "name")) == [
        ("change_keyword", "Can change keyword"),
        ("view_activityentry", "Can view activity entry"),
        ("view_delivery", "Can view delivery"),
    ]
    assert query("SELECT model FROM django_admin_log JOIN django_content_type c ON c.id = content_type_id") == [
        ("keyword",)
    ]


def test_upgrade_of_one_app_at_a_time_renames_content_types_too(old_database):
    for app in ("accounts", "delivery", "monitoring", "alerts"):
        call_command("migrate", app, interactive=False, stdout=StringIO())
    migrate()
    models = {f"{app}.{model}" for app, model in query("SELECT app_label, model FROM django_content_type")}
    assert not {"accounts.auditline", "monitoring.topic", "alerts.delivery"} & models


# --- the application on the upgraded database --------------------------------------------------------------


def test_upgraded_overview_opens_for_a_member(old_database):
    migrate()
    client = Client()
    client.force_login(
        User.objects.get(email="vera@example.com"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    page = client.get(reverse("overview", args=[Project.objects.get(name="Maison Lumen").pk]))
    assert page.status_code == 200
    assert "Solis" in page.content.decode()


def test_upgraded_api_lists_keywords(old_database):
    migrate()
    token = create_token(User.objects.get(email="ada@example.com"), "test")
    project = Project.objects.get(name="Maison Lumen")
    answer = Client().get(f"/api/v1/projects/{project.pk}/keywords", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert {row["name"]: row["type"] for row in answer.json()["items"]} == {
        "Lumen": "brand",
        "Solis": "competitor",
        "subject": "topic",
        "En pause": "topic",
    }


def test_upgraded_database_stores_a_mention_from_a_poll(old_database):
    migrate()
    before = Mention.objects.count()
    with FeedServer() as web:
        web.put("/feed.xml", body=rss({"title": "Solis et Lumen", "link": "https://new.example/1", "guid": "new"}))
        source = Source.objects.get(title="Le Phare")
        Source.objects.filter(pk=source.pk).update(url=web.url("/feed.xml"), next_poll_at=timezone.now())
        saved = poll_one(source.pk)
    assert (saved.status, saved.new) == (200, 1)
    found = Mention.objects.filter(document__title="Solis et Lumen")
    assert Keyword.objects.get(name="Lumen", project=source.project) in {mention.keyword for mention in found}
    assert Mention.objects.count() == before + found.count()


def test_upgraded_pending_message_is_sent(old_database, settings):
    from delivery import outbox
    from delivery.channels.base import Result
    from tests.delivery.helpers import CallingChannel

    migrate()
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    pending = set(Delivery.objects.filter(state="pending").values_list("key", flat=True))
    sent = []

    def deliver(delivery):
        sent.append(delivery.key)
        return Result()

    outbox.send_due([CallingChannel(deliver)])
    assert pending and pending <= set(sent)


# --- killed runs, big tables, too old databases ------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("pattern", "occurrence"),
    [
        ("ALTER TABLE accounts_auditline", 1),
        ("UPDATE auth_permission", 2),
        ("ALTER TABLE alerts_delivery", 1),
        ("ALTER TABLE monitoring_topic", 1),
        ("UPDATE monitoring_mention", 1),
        ("UPDATE monitoring_mention", 2),
        ("ALTER TABLE monitoring_mention DROP", 1),
        ("ALTER TABLE monitoring_mention ADD", 2),
        ("ALTER TABLE monitoring_mention VALIDATE", 1),
        ("ALTER TABLE monitoring_mention VALIDATE", 2),
        ("ALTER TABLE alerts_rule", 1),
    ],
)
def test_killed_upgrade_completes_when_run_again(old_database, monkeypatch, pattern, occurrence):
    monkeypatch.setattr(keywords_migration, "BATCH", 3)
    expected = expected_rows()["monitoring_mention"]
    with pytest.raises(Killed), kill_at(pattern, occurrence):
        migrate()
    connection.close()
    migrate()
    rows = [{column: row[column] for column in expected[0]} for row in rows_of("monitoring_mention")]
    assert as_set(rows) == as_set(expected)
    assert query(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'monitoring_mention'::regclass AND contype = 'c'"
        " AND convalidated ORDER BY 1"
    ) == [("mention_sentiment_known",), ("mention_status_known",)]
    assert "No migrations to apply." in migrate()


def test_upgrade_changes_mentions_in_batches_and_rewrites_no_big_table(old_database, monkeypatch):
    monkeypatch.setattr(keywords_migration, "BATCH", 3)
    changed = []

    def watch(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.strip().startswith("UPDATE monitoring_mention"):
            changed.append((context["cursor"].rowcount, connection.in_atomic_block))
        return result

    # mention_by_keyword is built again, next to the former one (0014_mention_kinds_index).
    files = file_nodes("monitoring_mention", "mention_by_find", "monitoring_document")
    with connection.execute_wrapper(watch):
        migrate()
    rows, in_transaction = zip(*changed, strict=True)
    assert len(rows) == 4 and max(rows) <= 3 and sum(rows) > 3  # ten mentions in batches of three ids
    assert not any(in_transaction)
    now = file_nodes("monitoring_mention", "mention_by_find", "monitoring_document")
    assert sorted(node for _, node in files) == sorted(node for _, node in now)


def test_upgrade_after_the_keywords_reads_no_big_table(old_database):
    """A CHECK, a volatile default or a scan for nulls would read the whole table under an exclusive lock."""
    call_command("migrate", "monitoring", "0002_keywords", interactive=False, stdout=StringIO())
    query("SELECT set_config('client_min_messages', 'debug1', false)")
    connection.connection.notices = notices = deque()  # of a list, psycopg2 keeps the last 50
    migrate()
    query("SELECT set_config('client_min_messages', 'warning', false)")
    big = ("monitoring_document", "monitoring_documentsource", "monitoring_mention")
    read = [notice for notice in notices if re.search(r"(verifying|rewriting) table", notice)]
    assert any("verifying" in notice for notice in read)  # small tables are read, and it shows here
    assert not [notice for notice in read if any(f'"{table}"' in notice for table in big)]


@pytest.mark.parametrize("missing", ["0005_documents_by_time", "0002_rule_sentiment"])
def test_upgrade_refuses_older_database_and_changes_nothing(old_database, missing):
    query("DELETE FROM django_migrations WHERE name = %s RETURNING 1", missing)
    before = {table: as_set(rows_of(table)) for table in tables()}
    with pytest.raises(CommandError, match="older than 21 November 2026 and was not changed"):
        migrate()
    assert {table: as_set(rows_of(table)) for table in tables()} == before
