"""Turns what a digest or an incident says into a subject, plain text, HTML and headers, in one person's language and
time zone. Called by digests.py, incidents.py and the pages that preview them; templates/emails/ has the words.
"""

from email.utils import parseaddr

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.digests.content import BlindSpot, DigestContent, Section, Story
from alerts.digests.read import filter_of
from alerts.digests.unsubscribe import unsubscribe_url
from alerts.models import Digest
from delivery.links import absolute
from delivery.message import Rendered
from monitoring.content.excerpts import plain
from monitoring.insights.sentiment import Split
from monitoring.insights.sentiment_words import MINUS, signed, split_words
from monitoring.messages.source_errors import words
from monitoring.models import Mention

PREHEADER_STORIES = 3
BLIND_SHOWN = 5
# Beside the word, for who sees no colours: the keys that correct a sentiment in the list.
SIGNS = {"positive": "+", "neutral": "=", "negative": MINUS, "uncertain": "?"}


def render_digest(content: DigestContent, digest: Digest) -> Rendered:
    unsubscribe = unsubscribe_url(digest)
    with translation.override(digest.user.language), timezone.override(digest.user.zone):
        context = digest_context(content) | {
            "subject": digest_subject(content),
            "preheader": " · ".join(plain(story.title) for story in _stories(content)[:PREHEADER_STORIES]),
            "digest": digest,
            "settings_url": absolute(reverse("digest", args=[content.project_id])),
            "unsubscribe_url": unsubscribe,
            "language": digest.user.language,
        }
        return Rendered(
            subject=context["subject"],
            text=render_to_string("emails/digest.txt", context),
            html=render_to_string("emails/digest.html", context),
            headers=_list_headers(digest, unsubscribe),
        )


def digest_context(content: DigestContent) -> dict[str, object]:
    """What templates/emails/_digest.html and digest.txt need, in the language and zone that are active."""
    return {
        "content": content,
        "headline": digest_headline(content),
        "comparison": _comparison(content),
        "sections": [_section(content, section) for section in content.sections],
        "blind": [_blind(content, spot) for spot in content.blind[:BLIND_SHOWN]],
        "blind_rest": max(len(content.blind) - BLIND_SHOWN, 0),
        "sources_url": absolute(reverse("sources", args=[content.project_id])),
        "all_url": _list_url(content),
    }


def digest_subject(content: DigestContent) -> str:
    return f"Vigie · {digest_headline(content)}"


def digest_headline(content: DigestContent) -> str:
    if not content.total:
        return _("%(project)s: no new mentions") % {"project": content.project}
    counted = ngettext("%(project)s: %(count)s new mention", "%(project)s: %(count)s new mentions", content.total)
    return counted % {"project": content.project, "count": content.total}


def _comparison(content: DigestContent) -> str:
    if content.before is None:
        return ""
    text = ngettext(
        "Previous period: %(count)s.",
        "Previous period: %(count)s.",
        content.before,
    )
    return text % {"count": content.before}


def _section(content: DigestContent, section: Section) -> dict[str, object]:
    stories = [_story(content, story) for story in section.stories]
    return {
        "section": section,
        "stories": stories,
        "url": _list_url(content, section.keyword_id),
        "sentiment": _sentiment(section.split),
    }


def _sentiment(split: Split) -> str:
    """ "12 negative, 30 neutral, 8 positive, 5 uncertain · 24% negative, 16% positive · net sentiment −8"."""
    if split.net is None:
        return split_words(split)
    shares = _("%(negative)s%% negative, %(positive)s%% positive, net sentiment %(net)s") % {
        "negative": split.percent("negative"),
        "positive": split.percent("positive"),
        "net": signed(split.net),
    }
    return f"{split_words(split)} · {shares}"


def _story(content: DigestContent, story: Story) -> dict[str, object]:
    details = absolute(reverse("mention", args=[content.project_id, story.mention_id]))
    return {
        "story": story,
        "url": story.url or details,
        "title": plain(story.title) or story.url,
        "snippet": plain(story.snippet),
        "sign": SIGNS.get(story.sentiment, ""),
        "sentiment": str(Mention.Sentiment(story.sentiment).label) if story.sentiment else "",
    }


def _blind(content: DigestContent, spot: BlindSpot) -> dict[str, object]:
    return {
        "spot": spot,
        "why": str(words(spot.code).what),
        "url": absolute(reverse("source", args=[content.project_id, spot.source_id])),
    }


def _stories(content: DigestContent) -> list[Story]:
    return [story for section in content.sections for story in section.stories]


def _list_url(content: DigestContent, keyword_id: int | None = None) -> str:
    """The list of exactly the mentions that were counted."""
    shown = filter_of(content.project_id, content.window, timezone.get_current_timezone())
    shown = shown.replace(keywords=(keyword_id,)) if keyword_id else shown
    return absolute(f"{reverse('mentions', args=[content.project_id])}?{shown.to_query()}")


def _list_headers(digest: Digest, unsubscribe: str) -> dict[str, str]:
    """RFC 2369, RFC 2919, and RFC 8058 for the one-click button of mailboxes."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return {
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"<digest.{digest.project_id}.{domain}>",
    }
