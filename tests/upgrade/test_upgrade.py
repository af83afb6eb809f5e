"""An installation of 21 November 2026 upgrades with its data: rows, schema, permissions, pages."""

import re
from collections import Counter
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ActivityEntry, Project, User
from accounts.tokens import create_token
from delivery.models import Delivery
from monitoring.models import Keyword, Mention, Source
from monitoring.polling.poller import poll_one
from tests.databases import use
from tests.lookalikes.feeds import FeedServer
from tests.monitoring.conftest import rss
from tests.upgrade.database import as_set, migrate, query, rows_of, tables
from tests.upgrade.expected import TABLES, VALUES, expected_rows


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
    """The schema of the worker's database, which was empty before it was migrated."""
    with django_db_blocker.unblock():
        return schema()


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


def test_upgrade_keeps_every_row_with_its_new_values(dump, upgraded_database):
    with use(dump):
        expected = expected_rows()
    for table, rows in expected.items():
        columns = rows[0] if rows else ()
        assert as_set({column: row[column] for column in columns} for row in rows_of(table)) == as_set(rows), table


def test_upgrade_renames_values_in_activity_log_but_no_names_and_no_queries(upgraded_database):
    entries = {(entry.action, entry.target): entry.detail for entry in ActivityEntry.objects.order_by("pk")}
    assert entries["keyword.created", "Solis"] == {"type": "topic", "query": 'solis AND "unsure"'}
    assert entries["keyword.created", "subject"] == {"type": "topic", "query": '"subject" OR lampe OR lamp'}
    assert entries["keyword.deleted", "to_answer"] == {"query": "answered"}
    assert entries["project.renamed", "Maison Lumen"] == {"before": "subject"}
    assert entries["keyword.changed", "Solis"]["before"] == {"type": "topic", "query": 'solis AND "unsure"'}
    assert not ActivityEntry.objects.filter(action__startswith="topic.").exists()


def test_upgraded_schema_equals_that_of_a_new_database(new_schema, upgraded_database):
    columns, rest = schema()
    assert columns == new_schema[0]
    assert rest == new_schema[1]


def test_upgraded_models_have_no_missing_migration_and_second_run_does_nothing(upgraded_database):
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


def test_upgraded_overview_opens_for_a_member(upgraded_database):
    client = Client()
    client.force_login(
        User.objects.get(email="vera@example.com"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    page = client.get(reverse("overview", args=[Project.objects.get(name="Maison Lumen").pk]))
    assert page.status_code == 200
    assert "Solis" in page.content.decode()


def test_upgraded_api_lists_keywords(upgraded_database):
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


def test_upgraded_database_stores_a_mention_from_a_poll(upgraded_database):
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


def test_upgraded_pending_message_is_sent(upgraded_database, settings):
    from delivery import outbox
    from delivery.channels.base import Result
    from tests.delivery.helpers import CallingChannel

    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    pending = set(Delivery.objects.filter(state="pending").values_list("key", flat=True))
    sent = []

    def deliver(delivery):
        sent.append(delivery.key)
        return Result()

    outbox.send_due([CallingChannel(deliver)])
    assert pending and pending <= set(sent)
