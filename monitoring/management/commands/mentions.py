"""`manage.py mentions --project P [--since ISO]`: write the mentions of a project as JSON Lines, newest first.

Ignored ones are included. A document that matches two keywords gives two lines.
"""

from argparse import ArgumentParser
from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from monitoring.insights import mentions
from monitoring.insights.cursors import EPOCH
from monitoring.insights.filters import MentionFilter
from monitoring.management.shared import project_by_name, write_line
from monitoring.models import Mention


class Command(BaseCommand):
    help = "List the mentions of a project as JSON Lines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", required=True, help="name or number of the project")
        parser.add_argument("--since", type=_parse_utc, default=EPOCH, help="ISO 8601; UTC unless it has an offset")

    def handle(self, project: str, since: datetime, **options: object) -> None:
        f = MentionFilter(
            project_id=project_by_name(project).pk,
            since=since,
            until=max(since, timezone.now()),
            statuses=tuple(Mention.Status.values),
        )
        for row in mentions.all_rows(f):
            for mention in row.mentions:
                write_line(self.stdout, mention_row(mention))


def mention_row(mention: Mention) -> dict[str, object]:
    document = mention.document
    return {
        "id": mention.pk,
        "keyword": mention.keyword.name,
        "keyword_id": mention.keyword_id,
        "status": mention.status,
        "sentiment": mention.sentiment or None,
        "url": document.url,
        "title": document.title,
        "text": document.text,
        "author": document.author,
        "language": document.language or None,
        "platform": document.platform,
        "kind": document.kind or None,
        "rating": document.rating,
        "country": document.country or None,
        "source": str(mention.source) if mention.source else None,
        "published": document.published if document.published_is_known else None,
        "found_at": mention.found_at,
    }


def _parse_utc(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CommandError(f"--since: {text!r} is not an ISO 8601 date", returncode=2) from error
