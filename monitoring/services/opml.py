"""Import and export a project's feeds as OPML.

In: an OPML file, or sources. Out: counts, or an OPML file. Called by the Sources page.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.feeds.errors import ParseError
from monitoring.feeds.opml import LeftOut, OpmlOutline, write_opml
from monitoring.http import host_key
from monitoring.models import Source
from monitoring.parsing.parsers import read_opml
from monitoring.services.sources import MAX_URL, is_usable, wake_pollers


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Numbers of added and already known feeds, and the entries that are no source."""

    added: int
    known: int
    left_out: tuple[LeftOut, ...]


def import_opml(project: Project, user: User | None, content: bytes) -> ImportResult | ParseError:
    """Add every feed of an OPML file without a request; each is checked by the pollers."""
    feeds = read_opml(content)
    if isinstance(feeds, ParseError):
        return feeds
    usable = [outline for outline in feeds.outlines if is_usable(outline.url)]
    bad = [LeftOut(each.title or each.url, "bad_url") for each in feeds.outlines if not is_usable(each.url)]
    left_out = (*feeds.left_out, *bad)
    with transaction.atomic():
        before = project.sources.count()
        Source.objects.bulk_create(
            [
                Source(
                    project=project,
                    url=outline.url,
                    host=host_key(outline.url),
                    title=outline.title[:300],
                    site_url=outline.site_url[:MAX_URL],
                )
                for outline in usable
            ],
            ignore_conflicts=True,
        )
        added = project.sources.count() - before
        record(project, user, "source.imported", "OPML", added=added, left_out=len(left_out))
    wake_pollers()
    return ImportResult(added, len(usable) - added, left_out)


def export_opml(project: Project, sources: QuerySet[Source]) -> bytes:
    """Return feeds as an OPML file, without the passwords in their URLs."""
    return write_opml(
        project.name,
        [
            OpmlOutline(url=source.shown_url, title=source.title, site_url=source.site_url, category="")
            for source in sources
        ],
    )
