"""A message to a destination that is no person, in parts: each channel renders it in its own format and limits.

In: what alerts and others want to say, in the destination's language. Out: JSON for the outbox, the text of the
delivery log, and the parts for delivery/channels/. Pure.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from delivery.passages import Marks, Passage

ALERT, RESOLVED, INFO = "alert", "resolved", "info"


@dataclass(frozen=True, slots=True)
class Fact:
    """A value with its label."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """A collected item: its id, title, URL, and where it was published. Title and source come from the web."""

    item: int
    title: str
    url: str
    source: str


@dataclass(frozen=True, slots=True)
class Link:
    """A page of Vigie."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A message: a title and a sentence, then facts, items below their heading, and links, the most important first.

    `event` is its name for programs ("incident.opened") and `data` what they read. `tone` is one of ALERT, RESOLVED
    and INFO.
    """

    event: str
    title: str
    sentence: str
    tone: str = INFO
    facts: tuple[Fact, ...] = ()
    heading: str = ""
    items: tuple[NoticeItem, ...] = ()
    links: tuple[Link, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Notice":
        return cls(
            **{
                **stored,
                "facts": tuple(Fact(**fact) for fact in stored["facts"]),
                "items": tuple(NoticeItem(**item) for item in stored["items"]),
                "links": tuple(Link(**link) for link in stored["links"]),
            }
        )

    def without(self, items: Collection[int]) -> "Notice":
        """Return the notice without these items."""
        return replace(self, items=tuple(item for item in self.items if item.item not in items))


def plain_text(notice: Notice) -> tuple[str, tuple[Passage, ...]]:
    """Return the notice as text for the delivery log, and the passages about its items."""
    marks = Marks()
    blocks = [notice.sentence]
    if notice.facts:
        blocks.append("\n".join(f"{fact.label} {fact.value}" for fact in notice.facts))
    if notice.items:
        lines = [f"{marks.start(one.item)}{one.title} ({one.source})\n  {one.url}{marks.end}" for one in notice.items]
        blocks.append("\n".join([notice.heading, *(f"- {line}" for line in lines)]))
    blocks += [f"{link.label}\n{link.url}" for link in notice.links]
    return marks.unmarked("text", "\n\n".join(blocks) + "\n")
