"""Render a digest: a DigestContent and a subscription in; a subject, text, HTML and headers out.

Called by alerts/digests/send.py and the digest preview. The output is in the person's language and time zone;
templates/emails/ has the words.
"""

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number
from alerts.digests.content import DigestContent, FailingSource, Section, Story
from alerts.digests.read import filter_of
from alerts.digests.unsubscribe import unsubscribe_url
from alerts.models import Digest
from delivery.links import absolute, mail_domain
from delivery.message import Rendered
from delivery.passages import Marks
from monitoring.content.excerpts import plain
from monitoring.insights.sentiment import Split
from monitoring.insights.sentiment_words import MINUS, signed, split_words
from monitoring.messages.labels import platform_name
from monitoring.messages.source_errors import error_text
from monitoring.models import Mention

PREHEADER_STORIES = 3
# Gmail clips messages at 102 kB, and the unsubscribe link is at the end.
MAX_HTML_BYTES = 99_000
FAILING_SOURCES_SHOWN = 5
# Shown with the label, for people who cannot tell the colors apart: the shortcut keys that correct a sentiment.
SIGNS = {"positive": "+", "neutral": "=", "negative": MINUS, "uncertain": "?"}


def render_digest(content: DigestContent, digest: Digest) -> Rendered:
    """Return the digest as an email to its subscriber, with fewer items if it were too large for mailboxes."""
    return _fit(content, digest)[1]


def fit_to_mailbox(content: DigestContent, digest: Digest) -> DigestContent:
    """Return what the email to this subscriber contains."""
    return _fit(content, digest)[0]


def _fit(content: DigestContent, digest: Digest) -> tuple[DigestContent, Rendered]:
    while True:
        rendered = _render(content, digest)
        size = len(rendered.html.encode())
        if size <= MAX_HTML_BYTES or not content.sections:
            return content, rendered
        parts = len(content.stories) or len(content.sections)
        content = content.shortened(max((size - MAX_HTML_BYTES) * parts // size, 1))


def _render(content: DigestContent, digest: Digest) -> Rendered:
    unsubscribe, marks = unsubscribe_url(digest), Marks()
    with translation.override(digest.user.language), timezone.override(digest.user.zone):
        first = content.stories[:PREHEADER_STORIES]
        titles = [f"{marks.start(story.document_id)}{plain(story.title)}{marks.end}" for story in first]
        context = digest_context(content, marks) | {
            "subject": _subject(content),
            "preheader": " · ".join(titles),
            "digest": digest,
            "settings_url": absolute(reverse("digest", args=[content.project_id])),
            "unsubscribe_url": unsubscribe,
            "language": digest.user.language,
        }
        return Rendered.unmarked(
            marks,
            subject=context["subject"],
            text=render_to_string("emails/digest.txt", context),
            html=render_to_string("emails/digest.html", context),
            headers=_list_headers(digest, unsubscribe),
        )


def digest_context(content: DigestContent, marks: Marks | None = None) -> dict[str, Any]:
    """Return the context of templates/emails/_digest.html and digest.txt, in the active language and time zone.

    `marks` enclose everything that they show of an item; a page needs none.
    """
    return {
        "content": content,
        "headline": _headline(content),
        "comparison": _comparison(content),
        "sections": [_section(content, section, marks) for section in content.sections],
        "failing_sources": [
            _failing_source(content, failing) for failing in content.failing_sources[:FAILING_SOURCES_SHOWN]
        ],
        "failing_rest": max(len(content.failing_sources) - FAILING_SOURCES_SHOWN, 0),
        "sources_url": absolute(reverse("sources", args=[content.project_id])),
        "all_url": _list_url(content),
    }


def _subject(content: DigestContent) -> str:
    return f"Vigie · {_headline(content)}"


def _headline(content: DigestContent) -> str:
    if not content.total:
        return _("%(project)s: no new mentions") % {"project": content.project}
    text = ngettext("%(project)s: %(count)s new mention", "%(project)s: %(count)s new mentions", content.total)
    return text % {"project": content.project, "count": number(content.total)}


def _comparison(content: DigestContent) -> str:
    if content.previous is None:
        return ""
    return _("Previous period: %(count)s.") % {"count": number(content.previous)}


def _section(content: DigestContent, section: Section, marks: Marks | None) -> dict[str, Any]:
    return {
        "section": section,
        "stories": [_story(content, story, marks) for story in section.stories],
        "url": _list_url(content, section.keyword_id),
        "sentiment": _sentiment(section.split),
    }


def _sentiment(split: Split) -> str:
    """ "12 negative, 30 neutral, 8 positive, 5 uncertain · 24% negative, 16% positive, net sentiment −8"."""
    if split.net is None:
        return split_words(split)
    shares = _("%(negative)s%% negative, %(positive)s%% positive, net sentiment %(net)s") % {
        "negative": split.percent("negative"),
        "positive": split.percent("positive"),
        "net": signed(split.net),
    }
    return f"{split_words(split)} · {shares}"


def _story(content: DigestContent, story: Story, marks: Marks | None) -> dict[str, Any]:
    details = absolute(reverse("mention", args=[content.project_id, story.mention_id]))
    return {
        "story": story,
        "url": story.url or details,
        "title": plain(story.title) or story.url,
        "source": story.source or platform_name(story.platform),
        "snippet": plain(story.snippet),
        "start": marks.start(story.document_id) if marks else "",
        "end": marks.end if marks else "",
        "sign": SIGNS.get(story.sentiment, ""),
        "sentiment": str(Mention.Sentiment(story.sentiment).label) if story.sentiment else "",
    }


def _failing_source(content: DigestContent, failing: FailingSource) -> dict[str, Any]:
    return {
        "source": failing,
        "reason": str(error_text(failing.code).message),
        "url": absolute(reverse("source", args=[content.project_id, failing.source_id])),
    }


def _list_url(content: DigestContent, keyword_id: int | None = None) -> str:
    """Return the URL of the list of exactly the counted mentions."""
    shown = filter_of(content.project_id, content.window, timezone.get_current_timezone())
    shown = shown.replace(keywords=(keyword_id,)) if keyword_id else shown
    return absolute(f"{reverse('mentions', args=[content.project_id])}?{shown.to_query()}")


def _list_headers(digest: Digest, unsubscribe: str) -> dict[str, str]:
    """Return the list headers (RFC 2369, RFC 2919), with one-click unsubscribe for mailboxes (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"<digest.{digest.project_id}.{mail_domain()}>",
    }
