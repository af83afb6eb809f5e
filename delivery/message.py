"""What callers hand to the outbox: a rendered message and its recipient."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Project, User


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to but not including `end`, both UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """One message to one address. Without `project` it is about an account and only operators see it."""

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
