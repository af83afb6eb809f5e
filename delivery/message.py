"""The messages that callers pass to the outbox: a rendered message and its recipient.

Django-free at import, so pure modules can use `Window`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from delivery.notice import plain_text
from delivery.passages import Marks, Passage

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Project, User
    from delivery.models import Destination
    from delivery.notice import Notice


@dataclass(frozen=True, slots=True)
class Window:
    """The time span [start, end), in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Rendered:
    """A message in one person's language and time zone. `passages` are those about collected items."""

    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)
    passages: tuple[Passage, ...] = ()

    @classmethod
    def unmarked(cls, marks: Marks, subject: str, text: str, html: str, headers: dict[str, str]) -> Rendered:
        """Return a message whose bodies have marks around what they show of items."""
        text, in_text = marks.unmarked("text", text)
        html, in_html = marks.unmarked("html", html)
        return cls(subject, text, html, headers, (*in_text, *in_html))


@dataclass(frozen=True)
class Message:
    """One message to one recipient: an email address, or the target of another channel.

    With a `project`, `user` is the member who receives it; an `is_external` recipient is no member, but an address or
    target that somebody with the right entered. Without a project the message is about an account, and only server
    admins see it. `key` is unique: a second message with the same key is not written. A message to a `destination` has
    a `notice` (`to_destination`).
    """

    key: str
    kind: str
    recipient: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    project: Project | None = None
    user: User | None = None
    window: Window | None = None
    channel: str = "email"
    is_external: bool = False
    passages: tuple[Passage, ...] = ()
    destination: Destination | None = None
    notice: Notice | None = None


def to_destination(key: str, kind: str, destination: Destination, notice: Notice) -> Message:
    """Return the message that brings a notice to a destination."""
    text, passages = plain_text(notice)
    return Message(
        key=f"{key}:to:{destination.pk}",
        kind=kind,
        recipient=destination.name,
        subject=notice.title,
        text=text,
        project=destination.project,
        channel=destination.channel,
        is_external=True,
        passages=passages,
        destination=destination,
        notice=notice,
    )
