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
from monitoring.http.secret_urls import hide, is_hidden
from monitoring.models import Source
from monitoring.parsing.parsers import read_opml
from monitoring.polling.addresses import sealed_urls_of
from monitoring.services.sources import Adding, insert_source, is_usable, new_source, wake_pollers


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
    usable = [outline for outline in feeds.outlines if not _problem(outline.url)]
    bad = [
        LeftOut(each.title or hide(each.url), problem) for each in feeds.outlines if (problem := _problem(each.url))
    ]
    named = [LeftOut(hide(each.name), each.reason) for each in feeds.left_out]
    left_out = (*named, *bad)
    adding, known = Adding(project, user), sealed_urls_of(project.pk)
    with transaction.atomic():
        before = project.sources.count()
        plain = [each for each in usable if hide(each.url) == each.url and each.url not in known]
        Source.objects.bulk_create(
            [new_source(adding, each.url, each.title, each.site_url) for each in plain], ignore_conflicts=True
        )
        for each in usable:
            # One by one: those that differ only in their secrets get a number.
            if hide(each.url) != each.url and each.url not in known:
                insert_source(adding, each.url, each.title, each.site_url)
        added = project.sources.count() - before
        record(project, user, "source.imported", "OPML", added=added, left_out=len(left_out))
    wake_pollers()
    return ImportResult(added, len(usable) - added, left_out)


def _problem(url: str) -> str:
    """Return why a URL can't be a source, "" if it can."""
    if is_hidden(url):
        return "hidden_url"
    return "" if is_usable(url) else "bad_url"


def export_opml(project: Project, sources: QuerySet[Source]) -> bytes:
    """Return feeds as an OPML file, with "…" for the passwords and tokens in their URLs."""
    return write_opml(
        project.name,
        [OpmlOutline(url=source.url, title=source.title, site_url=source.site_url, category="") for source in sources],
    )
