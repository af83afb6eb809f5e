"""The rows of an installation of 21 November 2026 after its upgrade, with new names of tables, columns and values."""

import re

from tests.upgrade.database import rows_of, tables

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
