"""The stories with the most items, and their first item."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number, short_day
from delivery.links import open_url
from monitoring.content.excerpts import excerpt, plain
from monitoring.insights.top_stories import TopStory, top_stories
from monitoring.messages.labels import platform_name
from reports.blocks import Block, Item, Items, Sentence
from reports.reader import Reader

STORIES = 8
MAX_TITLE = 200


def read(reader: Reader) -> list[Block]:
    """Return the stories."""
    found = top_stories(reader.f, STORIES)
    if not found.stories:
        return [Sentence(_("No story with several items in this period."))]
    return [Items([_item(story, reader) for story in found.stories])]


def _item(story: TopStory, reader: Reader) -> Item:
    document = story.first
    items = ngettext("%(count)s item", "%(count)s items", story.items) % {"count": number(story.items)}
    sources = ngettext("%(count)s source", "%(count)s sources", story.source_count)
    where = next((str(one.source) for one in story.sources if one.source), "") or platform_name(document.platform)
    day = short_day(document.published.astimezone(reader.zone)) if document.published_is_known else ""
    facts = [where, day, items, sources % {"count": number(story.source_count)}]
    is_gone = document.deleted_at is not None
    title = document.title or plain(excerpt(document.text, (), 100))
    return Item(
        document.pk,
        _("(no longer available)") if is_gone else title[:MAX_TITLE],
        "" if is_gone else open_url(document.url),
        " · ".join(filter(None, facts)),
    )
