"""A digest as a short message to a channel, in its language: headline, figures, the first items, a link to the list.

Called by alerts/digests/send.py; alerts/digests/render.py has the email.
"""

from itertools import chain, islice

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from alerts.digests.body import ListLinks
from alerts.digests.content import DigestContent, Item
from alerts.digests.scope import Scope
from alerts.digests.words import change_sentences, figures, headline
from alerts.models import Digest
from delivery.models import Destination
from delivery.notice import Fact, Link, Notice, NoticeItem
from monitoring.content.excerpts import plain
from monitoring.messages.labels import platform_name

ITEMS = 5


def digest_notice(content: DigestContent, digest: Digest, scope: Scope, destination: Destination) -> Notice:
    """Return the message, with times in the time zone of the member whose digest it is."""
    with translation.override(destination.language), timezone.override(digest.user.zone):
        links = ListLinks(content, scope)
        shown = islice(chain.from_iterable(section.items for section in content.sections), ITEMS)
        title = headline(content)
        window = {"start": content.window.start.isoformat(), "end": content.window.end.isoformat()}
        return Notice(
            event="digest",
            title=title,
            sentence=" ".join(change_sentences(content)) or title,
            facts=tuple(Fact(f"{figure.name}:", _value(figure.value, figure.note)) for figure in figures(content)),
            heading=_("First items"),
            items=tuple(_item(item, links) for item in shown),
            links=(Link(_("View all in Vigie"), links.list_of()),),
            data={
                "project": {"id": digest.project_id, "name": digest.project.name},
                "digest": {"id": digest.pk, "name": scope.name, "total": content.total, **window},
            },
        )


def _value(value: str, note: str) -> str:
    return f"{value} ({note})" if note else value


def _item(item: Item, links: ListLinks) -> NoticeItem:
    return NoticeItem(
        item=item.document_id,
        title=plain(item.title) or plain(item.snippet) or item.url,
        url=item.url or links.page("mention", item.mention_id),
        source=item.source or platform_name(item.platform),
    )
