"""Import and export a project's feeds: as OPML, or by a list of URLs.

In: an OPML file, lines of text, or sources. Out: counts, or an OPML file. Called by the Sources page.
"""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.content.urls import url_from_input
from monitoring.feeds.errors import ParseError
from monitoring.feeds.opml import LeftOut, OpmlOutline, write_opml
from monitoring.models import Source
from monitoring.parsing.parsers import read_opml
from monitoring.polling.addresses import FreeUrls, sealed_urls_of
from monitoring.services.sources import Adding, insert_source, is_usable, new_source, wake_pollers
from monitoring.services.tags import TAG_SEPARATOR, read_tags
from outbound.secret_urls import hide, is_hidden


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Numbers of added and already known feeds, and the entries that are no source."""

    added: int
    known: int
    left_out: tuple[LeftOut, ...]


def import_opml(project: Project, user: User | None, content: bytes) -> ImportResult | ParseError:
    """Add every feed of an OPML file without a request; each is checked by the pollers. Its folders become tags."""
    feeds = read_opml(content)
    if isinstance(feeds, ParseError):
        return feeds
    usable = [outline for outline in feeds.outlines if not _problem(outline.url)]
    bad = [
        LeftOut(each.title or hide(each.url), problem) for each in feeds.outlines if (problem := _problem(each.url))
    ]
    named = [LeftOut(hide(each.name), each.reason) for each in feeds.left_out]
    return _import(Adding(project, user), "OPML", usable, (*named, *bad))


def import_addresses(project: Project, user: User | None, text: str, tags: str = "") -> ImportResult:
    """Add the feed of each line without a request, all with the same tags. Empty lines count for nothing."""
    found: dict[str, OpmlOutline] = {}
    left_out = []
    for number, line in enumerate(text.splitlines(), 1):
        url = url_from_input(line)
        if not line.strip():
            continue
        problem = _problem(url) if "." in line else "not_web"
        if problem or url in found:
            left_out.append(LeftOut(hide(line.strip())[:200], problem or "duplicate", number))
        else:
            found[url] = OpmlOutline(url, category=tags)
    return _import(Adding(project, user), "URLs", list(found.values()), tuple(left_out))


def _import(adding: Adding, name: str, usable: list[OpmlOutline], left_out: tuple[LeftOut, ...]) -> ImportResult:
    """Add the feeds of a list, all or none. Those that the project has keep their tags."""
    project, known = adding.project, sealed_urls_of(adding.project.pk)
    with transaction.atomic():
        before = project.sources.count()
        new = list({each.url: each for each in reversed(usable) if each.url not in known}.values())[::-1]
        plain = [each for each in new if hide(each.url) == each.url]
        free = FreeUrls(project.pk)
        Source.objects.bulk_create([_source(adding, each, free) for each in plain], ignore_conflicts=True)
        _insert_secret(adding, [each for each in new if hide(each.url) != each.url], free)
        added = project.sources.count() - before
        record(project, adding.user, "source.imported", name, added=added, left_out=len(left_out))
    wake_pollers()
    return ImportResult(added, len(usable) - added, left_out)


def _insert_secret(adding: Adding, new: list[OpmlOutline], free: FreeUrls) -> None:
    """Insert feeds whose URLs have secrets; those that differ only in their secrets get a number."""
    try:
        with transaction.atomic():
            Source.objects.bulk_create([_source(adding, each, free) for each in new])
    except IntegrityError:  # another request has just taken a number: one by one, which reads the table each time
        for each in new:
            source, created = insert_source(adding, each.url, each.title, each.site_url)
            if created:
                Source.objects.filter(pk=source.pk).update(tags=read_tags(each.category))


def _source(adding: Adding, outline: OpmlOutline, free: FreeUrls) -> Source:
    source = new_source(adding, outline.url, outline.title, outline.site_url, free)
    source.tags = read_tags(outline.category)
    return source


def _problem(url: str) -> str:
    """Return why a URL can't be a source, "" if it can."""
    if is_hidden(url):
        return "hidden_url"
    return "" if is_usable(url) else "bad_url"


def export_opml(project: Project, sources: QuerySet[Source]) -> bytes:
    """Return feeds as an OPML file, in folders by their tags, with "…" for the passwords and tokens in their URLs."""
    return write_opml(
        project.name,
        [
            OpmlOutline(source.url, source.title, source.site_url, category=TAG_SEPARATOR.join(source.tags))
            for source in sources
        ],
    )
