"""A post in pages: its tile in the calendar, its row in a list, its texts per platform with their lengths.

In: posts with their platforms. Out: frozen rows for templates/posts/. Called by dashboards/views/posts.py and
presenters/calendar.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import clock, number
from accounts.models import User
from dashboards.forms.posts import PostForm
from dashboards.presenters.dates import full_time
from dashboards.presenters.post_pictures import ShownPicture, picture_remarks
from workplace.calendar.charter import Charter, Findings, check
from workplace.calendar.links import CONTENT
from workplace.calendar.text_limits import PLATFORMS, WEBSITE, Count, count
from workplace.models import Post, PostVariant
from workplace.post_texts import OwnLinks
from workplace.post_words import place_name, place_words
from workplace.posts import is_late, steps_of

Status = Post.Status
SIGNS = {
    Status.IDEA: "?",
    Status.DRAFT: "○",
    Status.TO_APPROVE: "◐",
    Status.APPROVED: "◉",
    Status.SCHEDULED: "●",
    Status.PUBLISHING: "…",
    Status.PUBLISHED: "✓",
    Status.FAILED: "✕",
    Status.CANCELED: "–",
}
SHORT = {"bluesky": "Bs", "mastodon": "Ma", "facebook": "Fb", "instagram": "Ig", "linkedin": "Li", "threads": "Th"}
SHORT |= {
    "x": "X",
    "tiktok": "Tk",
    "youtube": "Yt",
    "pinterest": "Pi",
    "reddit": "Re",
    "discourse": "Di",
    "telegram": "Te",
    WEBSITE: "W",
}


@dataclass(frozen=True)
class Tile:
    """A post in the calendar; `at` is its time in the reader's zone, None without one."""

    post: Post
    at: datetime | None
    sign: str
    status: str
    platforms: str
    is_late: bool

    @property
    def time(self) -> str:
        return clock(self.at.time()) if self.at else ""

    @property
    def places(self) -> list[tuple[str, str]]:
        """The platforms as two letters and a name."""
        return [(SHORT[one.platform], place_name(one.platform)) for one in variants_of(self.post)]


@dataclass(frozen=True)
class PlatformText:
    """The text of a post on a platform, how long it is there, and where it was published."""

    platform: str
    name: str
    text: str
    url: str
    length: str
    excess: str
    is_variable: bool
    remarks: tuple[str, ...] = ()
    pictures: Sequence[ShownPicture] = ()
    title: str = ""
    place: str = ""


def tile_of(post: Post, now: datetime) -> Tile:
    """Return a post as the calendar shows it, in the active language and time zone."""
    return Tile(
        post=post,
        at=timezone.localtime(post.due_at) if post.due_at else None,
        sign=SIGNS[Status(post.status)],
        status=_("Late") if is_late(post, now) else str(Status(post.status).label),
        platforms=get_text_list([place_name(one.platform) for one in variants_of(post)], _("and")),
        is_late=is_late(post, now),
    )


def variants_of(post: Post) -> list[PostVariant]:
    """Return the platforms of a post in the order of the form."""
    return sorted(post.variants.all(), key=lambda one: PLATFORMS.index(one.platform))


def texts_of(
    post: Post, charter: Charter, links: OwnLinks, pictures: Sequence[ShownPicture] = ()
) -> list[PlatformText]:
    """Return what is published on each platform."""
    return [
        replace(
            _platform_text(one.platform, links.text_of(post, one), one.url, charter, pictures),
            title=one.title,
            place=place_words(one.platform, one.place),
        )
        for one in variants_of(post)
    ]


def preview_of(
    texts: Mapping[str, str], charter: Charter, pictures: Sequence[ShownPicture] = ()
) -> list[PlatformText]:
    """Return what would be published on each platform, of a form that is being filled in."""
    return [_platform_text(name, text, "", charter, pictures) for name, text in texts.items()]


def shown_texts(form: PostForm, links: OwnLinks, post_id: int) -> dict[str, str]:
    """Return the texts of a form by platform, with parameters in links; also of an invalid form."""
    text, platforms = form.shown_texts
    campaign = " ".join(str(form["campaign"].value() or "").split())
    return {
        name: links.tagged(_lines(own) or _lines(text), name, campaign, post_id) for name, own in platforms.items()
    }


def link_hint(form: PostForm, links: OwnLinks, post_id: int) -> str:
    """Return a hint on the links in the preview of a post: on its number, and on texts without parameters, else ""."""
    texts, tagged = shown_texts(form, links, post_id), shown_texts(form, replace(links, within_limits=False), post_id)
    hints = []
    if not post_id and any(f"utm_content={CONTENT}0" in text for text in texts.values()):
        hints.append(_("When the post is saved, its number replaces the 0 in “vigie-0”."))
    if left := [place_name(name) for name, text in texts.items() if text != tagged[name]]:
        text = _("Without campaign parameters on %(platforms)s: with them, the text would be too long.")
        hints.append(text % {"platforms": get_text_list(left, _("and"))})
    return " ".join(hints)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def steps_for(post: Post, user: User, *, needs_approval: bool) -> dict[str, bool]:
    """Return the steps that a person can take, by name, for the buttons of the page."""
    return dict.fromkeys(steps_of(post, user, needs_approval=needs_approval), True)


def own_time(post: Post) -> str:
    """Return the planned time in the post's own zone; "" if that is the reader's clock as well."""
    if post.due_at is None:
        return ""
    local = post.due_at.astimezone(post.zone)
    if local.utcoffset() == timezone.localtime(post.due_at).utcoffset():
        return ""
    return _("%(time)s in the time zone %(zone)s") % {"time": full_time(local), "zone": post.time_zone}


def missing_words(post: Post, user: User, *, needs_approval: bool) -> str:
    """Return what a post lacks before it can be scheduled, "" if nothing."""
    if post.status == Status.TO_APPROVE and post.written_by_id == user.pk:
        return _("Another person must approve a post that you wrote.")
    if post.status not in (Status.DRAFT, Status.APPROVED, Status.FAILED, Status.IDEA, Status.TO_APPROVE):
        return ""
    if post.due_at is None:
        return _("To schedule this post, give it a date.")
    if not post.variants.all():
        return _("To schedule this post, choose at least one platform.")
    if needs_approval and not post.is_approved:
        return _("Only approved posts can be scheduled in this project.")
    return ""


def _platform_text(
    platform: str, text: str, url: str, charter: Charter, pictures: Sequence[ShownPicture]
) -> PlatformText:
    counted = count(text, platform)
    return PlatformText(
        platform=platform,
        name=place_name(platform),
        text=text,
        url=url,
        length=_length_words(counted),
        excess=_excess_words(counted),
        is_variable=counted.is_variable,
        remarks=_remarks(check(text, charter)) + picture_remarks(pictures),
        pictures=pictures,
    )


def _remarks(found: Findings) -> tuple[str, ...]:
    """Return what does not follow the charter, in words."""
    remarks = []
    if found.forbidden:
        remarks.append(_("Forbidden words: %(words)s") % {"words": ", ".join(found.forbidden)})
    if found.hashtags:
        remarks.append(_("Missing hashtags: %(words)s") % {"words": " ".join(found.hashtags)})
    if found.lacks_signature:
        remarks.append(_("The signature is missing."))
    return tuple(remarks)


def _length_words(counted: Count) -> str:
    if not counted.limit:
        text = ngettext("%(number)s character", "%(number)s characters", counted.length)
        return text % {"number": number(counted.length)}
    # Translators: the length of a text and its limit, such as “120 of 300 characters”.
    text = _("%(length)s of %(limit)s characters")
    return text % {"length": number(counted.length), "limit": number(counted.limit)}


def _excess_words(counted: Count) -> str:
    if not counted.excess:
        return ""
    text = ngettext("%(number)s character too many", "%(number)s characters too many", counted.excess)
    return text % {"number": number(counted.excess)}
