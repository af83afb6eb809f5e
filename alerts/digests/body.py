"""Render what the readers of a digest share: a DigestContent in; a subject, text and HTML with slots out.

Called by alerts/digests/render.py, which fills the slots with the links of each reader. Nothing here knows a person:
a `BodyKind` has all that the text depends on. templates/emails/ has the layout, alerts/digests/words.py the sentences.
"""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from alerts.digests.actions import ASSIGN, IGNORE
from alerts.digests.bars import chart_of
from alerts.digests.content import BEST, NEEDS_REPLY, NEGATIVE, DigestContent, Item, Section, ThemeLine
from alerts.digests.scope import Scope, filter_of
from alerts.digests.words import figures, headline, lead, reason_words, unseen_lines, unseen_summary
from alerts.models import Digest
from delivery.html_email import inline_styles
from delivery.links import absolute
from delivery.passages import Marks
from delivery.slots import Slots
from monitoring.content.excerpts import plain
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sentiment import Split
from monitoring.insights.sentiment_words import MINUS, signed, split_words
from monitoring.messages.labels import platform_name
from monitoring.messages.theme_words import difference_words, share_words
from monitoring.models import Mention

PREHEADER_ITEMS = 3
UNSEEN_SHOWN = 5
SHORT = 20  # items
# Shown with the label, for people who cannot tell the colors apart: the shortcut keys that correct a sentiment.
SIGNS = {"positive": "+", "neutral": "=", "negative": MINUS, "uncertain": "?"}
# The slots of a reader's own links; the actions on an item have one each (`action_slot`).
UNSUBSCRIBE, WEB, SETTINGS = "unsubscribe", "web", "settings"


@dataclass(frozen=True)
class BodyKind:
    """All that the text of a digest depends on except its content.

    `frequency`, `hour`, `weekday` and `month_day` are those of the subscription, for the line that says when it is
    sent. Without `has_account`, it has no links to pages that need one; `may_act`: items have links that change them.
    `has_web_version`: it links to it.
    """

    language: str
    zone: ZoneInfo
    frequency: str
    hour: int
    weekday: int
    month_day: int
    has_account: bool
    may_act: bool
    has_web_version: bool

    @property
    def weekday_name(self) -> str | Promise:
        return Digest.Weekday(self.weekday).label


@dataclass(frozen=True)
class Body:
    """A digest with marks around its items, and slots where each reader has links of their own.

    `acted` are the mentions that have links to change them.
    """

    content: DigestContent
    marks: Marks
    slots: Slots
    subject: str
    text: str
    html: str
    acted: tuple[int, ...]


def render_body(content: DigestContent, scope: Scope, kind: BodyKind) -> Body:
    """Return the digest in the language and time zone of a kind of reader."""
    marks, slots = Marks(), Slots()
    with translation.override(kind.language), timezone.override(kind.zone):
        titles = [
            f"{marks.start(item.document_id)}{plain(item.title)}{marks.end}"
            for item in content.items[:PREHEADER_ITEMS]
        ]
        context = _context(content, scope, kind, marks, slots) | {
            "subject": f"Vigie · {headline(content)}",
            "preheader": " · ".join(titles),
            "schedule": kind,
            "settings_url": slots.slot(SETTINGS) if kind.has_account else "",
            "unsubscribe_url": slots.slot(UNSUBSCRIBE),
            "web_url": slots.slot(WEB) if kind.has_web_version else "",
            "language": kind.language,
        }
        return Body(
            content,
            marks,
            slots,
            subject=context["subject"],
            text=render_to_string("emails/digest.txt", context),
            html=inline_styles(render_to_string("emails/digest.html", context)),
            acted=tuple(
                row["item"].mention_id
                for section in context["sections"]
                for row in section["items"]
                if row["ignore_url"]
            ),
        )


def action_slot(kind: str, mention_id: int) -> str:
    """Return the slot of the link that makes a change (IGNORE, ASSIGN) to an item."""
    return f"{kind}-{mention_id}"


def _context(content: DigestContent, scope: Scope, kind: BodyKind, marks: Marks, slots: Slots) -> dict[str, Any]:
    """Return the context of templates/emails/_digest.html and digest.txt, in the active language and time zone.

    The marks enclose everything that they show of an item. The URLs of pages that need an account are "" without one.
    """
    links = ListLinks(content, scope, has_account=kind.has_account)
    actions = slots if kind.has_account and kind.may_act else None
    return {
        "content": content,
        "headline": headline(content),
        "lead": lead(content, marks),
        "figures": figures(content),
        "chart": chart_of(content.history),
        "themes": [_theme(content, line, links) for line in content.themes],
        "sections": [_section(content, section, links, marks, actions) for section in content.sections],
        "unseen": unseen_lines(content, UNSEEN_SHOWN, links.page),
        "unseen_summary": unseen_summary(content),
        "unseen_rest": max(len(content.unseen) - UNSEEN_SHOWN, 0),
        "sources_url": links.page("sources"),
        "all_url": links.list_of(),
        "folded_url": links.list_of(stories="fold") if content.folded < content.total else "",
    }


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


def _theme(content: DigestContent, line: ThemeLine, links: ListLinks) -> dict[str, str]:
    words = [share_words(line.count, content.total)]
    if line.before is not None:
        words.append(difference_words(line.count, line.before))
    name = line.names[translation.get_language() or settings.LANGUAGE_CODE]
    return {"name": name, "words": " · ".join(words), "url": links.list_of(themes=(line.theme_id,))}


def _section(
    content: DigestContent, section: Section, links: ListLinks, marks: Marks, actions: Slots | None
) -> dict[str, Any]:
    # Action links take half a kilobyte per item: in long digests, what needs attention has them.
    is_short = len(content.items) <= SHORT or section.key in (NEEDS_REPLY, NEGATIVE, BEST)
    return {
        "section": section,
        "is_reply": section.key == NEEDS_REPLY,
        "is_negative": section.key == NEGATIVE,
        "is_best": section.key == BEST,
        "items": [_item(item, links, marks, actions if is_short else None) for item in section.items],
        "url": links.list_of(**section.selection),
        "sentiment": _sentiment(section.split) if section.split else "",
    }


def _sentiment(split: Split) -> str:
    """ "12 negative, 30 neutral, 8 positive, 5 uncertain · net sentiment −8"."""
    if split.net is None:
        return split_words(split)
    net = _("net sentiment %(net)s") % {"net": signed(split.net)}
    return f"{split_words(split)} · {net}"


def _item(item: Item, links: ListLinks, marks: Marks, actions: Slots | None) -> dict[str, Any]:
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
        "ignore_url": actions.slot(action_slot(IGNORE, item.mention_id)) if actions else "",
        "assign_url": actions.slot(action_slot(ASSIGN, item.mention_id)) if actions else "",
        "story_url": links.list_of(story_ids=(item.story_id,)) if item.others else "",
    }
