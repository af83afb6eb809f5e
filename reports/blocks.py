"""The content of a report: frozen parts without layout, which HTML, PDF and the API write each in its own way.

Pure. Sections make them in the language of the report; an edition stores them as JSON. `documents` and `names` say
which collected item or author a row shows, so it can be cut out later (reports/redaction.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sentence:
    """A sentence; `is_lead` is the one that says what the section is about."""

    text: str
    is_lead: bool = False
    kind: str = "sentence"


@dataclass(frozen=True)
class Number:
    """A number that belongs to others: its name, its value, and what it was before, in words."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Numbers:
    items: Sequence[Number]
    kind: str = "numbers"


@dataclass(frozen=True)
class Bar:
    """A bar: how many, how many of them negative, and its name."""

    total: int
    negative: int
    label: str


@dataclass(frozen=True)
class Chart:
    """Bars over time. `words` is the chart as a sentence; `first` and `last` name the ends of the axis."""

    title: str
    bars: Sequence[Bar]
    words: str
    first: str
    last: str
    kind: str = "chart"


@dataclass(frozen=True)
class Table:
    """A table whose first column names the rows and whose others are numbers. `names` are the authors of the rows."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    names: Sequence[str] = ()
    kind: str = "table"


@dataclass(frozen=True)
class Item:
    """A collected item: `facts` is where, when and how often. `url` is "" if none is safe to open."""

    document: int
    title: str
    url: str
    facts: str


@dataclass(frozen=True)
class Items:
    items: Sequence[Item]
    kind: str = "items"


@dataclass(frozen=True)
class Markup:
    """A text that a person wrote in Markdown (reports/markup.py)."""

    text: str
    kind: str = "markup"


Block = Sentence | Numbers | Chart | Table | Items | Markup


@dataclass(frozen=True)
class Section:
    """A section: its name in the registry, its heading, and its blocks."""

    name: str
    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)


def to_json(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Return sections as they are stored."""
    return [asdict(section) for section in sections]


def from_json(stored: Sequence[Mapping[str, Any]]) -> list[Section]:
    """Return stored sections."""
    return [Section(one["name"], one["title"], tuple(_block(block) for block in one["blocks"])) for one in stored]


def _block(stored: Mapping[str, Any]) -> Block:
    values = dict(stored)
    kind = values.pop("kind")
    parts = {"numbers": ("items", Number), "chart": ("bars", Bar), "items": ("items", Item)}
    if kind in parts:
        name, part = parts[kind]
        values[name] = tuple(part(**one) for one in values[name])
    return _KINDS[kind](**values)


_KINDS: dict[str, Any] = {
    "sentence": Sentence,
    "numbers": Numbers,
    "chart": Chart,
    "table": Table,
    "items": Items,
    "markup": Markup,
}
