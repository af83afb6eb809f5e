"""Remove collected items from the messages of a project: what the delivery log shows, and what waits to be sent.

Called by alerts/deletions.py when a platform has deleted items. The messages that were sent stay in their mailboxes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple, replace

from django.conf import settings
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts.models import User
from delivery.message import Message
from delivery.models import Delivery, Destination
from delivery.notice import Notice
from delivery.passages import Passage, without

# A passage is a list; its second value is the item.
_SHOWS = """
EXISTS (SELECT FROM jsonb_array_elements(delivery_delivery.passages) AS one WHERE (one->>1)::bigint = ANY(%s))
"""


def remove_items(project_id: int, items: Collection[int]) -> None:
    """Cut these items out of the stored messages of a project, row by row in the order of their ids."""
    rows = Delivery.objects.filter(project_id=project_id).exclude(passages=[])
    rows = rows.filter(RawSQL(_SHOWS, [list(items)], BooleanField()))
    for delivery in rows.select_for_update(of=("self",)).select_related("user", "destination").order_by("pk"):
        language = _language(delivery.user, delivery.destination, delivery.headers)
        passages = [Passage(*one) for one in delivery.passages]
        delivery.text, delivery.html, left = _cut(delivery.text, delivery.html, passages, items, language)
        delivery.passages = [astuple(one) for one in left]
        if delivery.notice:
            delivery.notice = Notice.from_json(delivery.notice).without(items).to_json()
        delivery.save(update_fields=["text", "html", "passages", "notice"])


def without_items(message: Message, items: Collection[int]) -> Message:
    """Return a message that isn't stored yet without these items."""
    language = _language(message.user, message.destination, message.headers)
    text, html, left = _cut(message.text, message.html, message.passages, items, language)
    notice = message.notice.without(items) if message.notice else None
    return replace(message, text=text, html=html, passages=tuple(left), notice=notice)


def _language(user: User | None, destination: Destination | None, headers: Mapping[str, str]) -> str:
    if destination:
        return destination.language
    if "Content-Language" in headers:  # not that of its recipient
        return headers["Content-Language"]
    return user.language if user else settings.LANGUAGE_CODE


def _cut(
    text: str, html: str, passages: Iterable[Passage], items: Collection[int], language: str
) -> tuple[str, str, list[Passage]]:
    passages = list(passages)
    with translation.override(language):
        placeholder = _("(no longer available)")
    text, in_text = without(text, [one for one in passages if one.body == "text"], items, placeholder)
    html, in_html = without(html, [one for one in passages if one.body == "html"], items, escape(placeholder))
    return text, html, [*in_text, *in_html]
