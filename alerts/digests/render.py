"""Render a digest: a DigestContent and a subscription in; a subject, text, HTML and headers out.

Called by alerts/digests/send.py and the digest preview. The output is in the person's language and time zone;
templates/emails/ has the layout, alerts/digests/words.py the sentences.
"""

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from alerts.digests.actions import ASSIGN, IGNORE, action_url, may_act
from alerts.digests.bars import chart_of
from alerts.digests.content import BEST, NEEDS_REPLY, NEGATIVE, DigestContent, Item, Section
from alerts.digests.recipients import unsubscribe_url as recipients_unsubscribe_url
from alerts.digests.scope import Scope, filter_of
from alerts.digests.unsubscribe import unsubscribe_url
from alerts.digests.words import figures, headline, lead, reason_words, unseen_lines, unseen_summary
from alerts.models import Digest, DigestRecipient
from delivery.html_email import MAX_HTML_BYTES, inline_styles
from delivery.links import absolute, mail_domain
from delivery.message import Rendered
from delivery.passages import Marks
from monitoring.content.excerpts import plain
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sentiment import Split
from monitoring.insights.sentiment_words import MINUS, signed, split_words
from monitoring.messages.labels import platform_name
from monitoring.models import Mention

PREHEADER_ITEMS = 3
UNSEEN_SHOWN = 5
SHORT = 20  # items
# Shown with the label, for people who cannot tell the colors apart: the shortcut keys that correct a sentiment.
SIGNS = {"positive": "+", "neutral": "=", "negative": MINUS, "uncertain": "?"}


def render_digest(
    content: DigestContent, digest: Digest, scope: Scope, web_url: str = "", recipient: DigestRecipient | None = None
) -> Rendered:
    """Return the digest as an email to its subscriber, with fewer items if it were too large for mailboxes.

    `web_url` is the link to its web version, "" for a preview. To a `recipient` without an account, it is in their
    language, without what needs an account.
    """
    while True:
        rendered = _render(content, digest, scope, web_url, recipient)
        size = len(rendered.html.encode())
        if size <= MAX_HTML_BYTES or not content.sections:
            return rendered
        parts = len(content.items) or len(content.sections)
        content = content.shortened(max((size - MAX_HTML_BYTES) * parts // size, 1))


def _render(
    content: DigestContent, digest: Digest, scope: Scope, web_url: str, recipient: DigestRecipient | None
) -> Rendered:
    unsubscribe = recipients_unsubscribe_url(recipient) if recipient else unsubscribe_url(digest)
    language, marks = recipient.external.language if recipient else digest.user.language, Marks()
    with translation.override(language), timezone.override(digest.user.zone):
        titles = [
            f"{marks.start(item.document_id)}{plain(item.title)}{marks.end}"
            for item in content.items[:PREHEADER_ITEMS]
        ]
        context = _context(content, digest, scope, marks, has_account=recipient is None) | {
            "subject": f"Vigie · {headline(content)}",
            "preheader": " · ".join(titles),
            "digest": digest,
            "settings_url": "" if recipient else absolute(settings_path(digest)),
            "unsubscribe_url": unsubscribe,
            "web_url": web_url,
            "language": language,
        }
        return Rendered.unmarked(
            marks,
            subject=context["subject"],
            text=render_to_string("emails/digest.txt", context),
            html=inline_styles(render_to_string("emails/digest.html", context)),
            headers=_list_headers(digest, unsubscribe),
        )


def _context(
    content: DigestContent, digest: Digest, scope: Scope, marks: Marks, *, has_account: bool
) -> dict[str, Any]:
    """Return the context of templates/emails/_digest.html and digest.txt, in the active language and time zone.

    The marks enclose everything that they show of an item. The URLs of pages that need an account are "" without one.
    """
    links = ListLinks(content, scope, has_account=has_account)
    actor = digest if has_account and may_act(digest) else None
    return {
        "content": content,
        "headline": headline(content),
        "lead": lead(content, marks),
        "figures": figures(content),
        "chart": chart_of(content.history),
        "sections": [_section(content, section, links, marks, actor) for section in content.sections],
        "unseen": unseen_lines(content, UNSEEN_SHOWN, links.page),
        "unseen_summary": unseen_summary(content),
        "unseen_rest": max(len(content.unseen) - UNSEEN_SHOWN, 0),
        "sources_url": links.page("sources"),
        "all_url": links.list_of(),
        "folded_url": links.list_of(stories="fold") if content.folded < content.total else "",
    }


def settings_path(digest: Digest) -> str:
    """Return the path of the page with the settings of a digest."""
    if digest.is_main:
        return reverse("digest", args=[digest.project_id])
    return reverse("digest_other", args=[digest.project_id, digest.pk])


class ListLinks:
    """The URLs of the project's pages, and of the lists of exactly the counted mentions; "" without an account."""

    def __init__(self, content: DigestContent, scope: Scope, *, has_account: bool = True) -> None:
        self._project_id, self._has_account = content.project_id, has_account
        self._filter: MentionFilter = filter_of(scope, content.window, timezone.get_current_timezone())

    def page(self, name: str, *args: int) -> str:
        return absolute(reverse(name, args=[self._project_id, *args])) if self._has_account else ""

    def list_of(self, **selection: Any) -> str:
        path = self.page("mentions")
        return f"{path}?{self._filter.replace(**selection).to_query()}" if path else ""


def _section(
    content: DigestContent, section: Section, links: ListLinks, marks: Marks, actor: Digest | None
) -> dict[str, Any]:
    # Action links take half a kilobyte per item: in long digests, what needs attention has them.
    is_short = len(content.items) <= SHORT or section.key in (NEEDS_REPLY, NEGATIVE, BEST)
    return {
        "section": section,
        "is_reply": section.key == NEEDS_REPLY,
        "is_negative": section.key == NEGATIVE,
        "is_best": section.key == BEST,
        "items": [_item(content, item, links, marks, actor if is_short else None) for item in section.items],
        "url": links.list_of(**section.selection),
        "sentiment": _sentiment(section.split) if section.split else "",
    }


def _sentiment(split: Split) -> str:
    """ "12 negative, 30 neutral, 8 positive, 5 uncertain · net sentiment −8"."""
    if split.net is None:
        return split_words(split)
    net = _("net sentiment %(net)s") % {"net": signed(split.net)}
    return f"{split_words(split)} · {net}"


def _item(content: DigestContent, item: Item, links: ListLinks, marks: Marks, actor: Digest | None) -> dict[str, Any]:
    details = links.page("mention", item.mention_id)
    return {
        "item": item,
        "url": item.url or details,
        "details": details,
        "title": plain(item.title) or item.url,
        "source": item.source or platform_name(item.platform),
        "snippet": plain(item.snippet),
        "start": marks.start(item.document_id),
        "end": marks.end,
        "sign": SIGNS.get(item.sentiment, ""),
        "sentiment": str(Mention.Sentiment(item.sentiment).label) if item.sentiment else "",
        "reasons": reason_words(item),
        "ignore_url": action_url(IGNORE, actor, item.mention_id) if actor else "",
        "assign_url": action_url(ASSIGN, actor, item.mention_id) if actor else "",
        "story_url": links.list_of(story_ids=(item.story_id,)) if item.others else "",
    }


def _list_headers(digest: Digest, unsubscribe: str) -> dict[str, str]:
    """Return the list headers (RFC 2369, RFC 2919), with one-click unsubscribe for mailboxes (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"<digest.{digest.project_id}.{mail_domain()}>",
    }
