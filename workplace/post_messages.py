"""The emails about posts: the reminder at the hour, a failure, the request for approval, and the decision.

Called in the transaction of the change that they are about. The reminder has the texts to copy, since its reader
publishes them by hand.
"""

from collections.abc import Iterable, Sequence

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from delivery import outbox
from delivery.links import absolute
from delivery.message import Message
from delivery.models import Delivery
from monitoring.messages.post_errors import post_error_text
from workplace.calendar.text_limits import PLATFORMS
from workplace.models import Post
from workplace.post_pictures import stored
from workplace.post_texts import links_of
from workplace.post_words import place_name

ASKED = gettext_noop("%(person)s asks you to approve the post “%(title)s”")
APPROVED = gettext_noop("%(person)s approved the post “%(title)s”")
RETURNED = gettext_noop("%(person)s returned the post “%(title)s”")


def write_reminders(post: Post, people: Iterable[User]) -> None:
    """Write to these people that the time of a scheduled post has come: once per person and planned time."""
    at = int(post.due_at.timestamp()) if post.due_at else 0
    for user in people:
        with translation.override(user.language), timezone.override(user.zone):
            headline = _("Publish now: “%(title)s”") % {"title": post.title}
            text = _text("emails/post_reminder.txt", post, headline)
        _write(f"post:{post.pk}:{at}:{user.pk}", Delivery.Kind.POST, post, user, headline, text)


def write_problem(post: Post, people: Iterable[User], reasons: Sequence[tuple[str, str]]) -> None:
    """Write to these people that a post was not published, or that nobody knows, with the reason per platform."""
    for user in people:
        with translation.override(user.language), timezone.override(user.zone):
            headline = _("Not published: “%(title)s”") % {"title": post.title}
            named = [(place_name(platform), post_error_text(code)) for platform, code in reasons]
            url = absolute(reverse("post", args=[post.project_id, post.pk]))
            context = {"headline": headline, "post": post, "reasons": named, "url": url}
            text = render_to_string("emails/post_problem.txt", context)
        platforms = "+".join(platform for platform, _code in reasons)
        key = f"post-problem:{post.pk}:{post.version}:{platforms}:{user.pk}"
        _write(key, Delivery.Kind.POST, post, user, headline, text)


def write_request(post: Post, user: User) -> None:
    """Write to the second reader of a post that they are asked to approve."""
    if post.reviewer and post.reviewer != user:
        _write_approval(post, post.reviewer, ASKED, user)


def write_decision(post: Post, user: User, *, is_approved: bool) -> None:
    """Write to the person who wrote the text that it was approved or sent back."""
    if post.written_by is None or post.written_by == user:
        return
    _write_approval(post, post.written_by, APPROVED if is_approved else RETURNED, user)


def _write_approval(post: Post, to: User, pattern: str, by: User) -> None:
    with translation.override(to.language), timezone.override(to.zone):
        headline = _(pattern) % {"person": by.name, "title": post.title}
        text = _text("emails/post_approval.txt", post, headline)
    _write(f"post-approval:{post.pk}:{post.version}:{to.pk}", Delivery.Kind.APPROVAL, post, to, headline, text)


def _text(template: str, post: Post, headline: str) -> str:
    by_hand = [one for one in post.variants.all() if one.credential_id is None]
    variants = sorted(by_hand or post.variants.all(), key=lambda one: PLATFORMS.index(one.platform))
    links = links_of(post.project)
    texts = [(place_name(one.platform), links.text_of(post, one)) for one in variants]
    url = absolute(reverse("post", args=[post.project_id, post.pk]))
    pictures = [
        (absolute(reverse("post_picture", args=[post.project_id, one.pk])) + "?download", one.alt)
        for one in stored(post)
    ]
    context = {"headline": headline, "post": post, "texts": texts, "pictures": pictures, "url": url}
    return render_to_string(template, context)


def _write(key: str, kind: str, post: Post, user: User, subject: str, text: str) -> None:
    outbox.write(
        Message(
            key=key,
            kind=kind,
            recipient=user.email,
            subject=subject[:300],
            text=text,
            project=post.project,
            user=user,
        )
    )
