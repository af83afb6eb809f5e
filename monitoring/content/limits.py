"""Limit the markup that is parsed: bytes in, the reason to refuse them out. Pure.

Parsers need up to 150 times the memory of the bytes they read, and some take quadratic time for long tags, so the size
alone says little. Used by feeds/parse.py before each parser and by parsing/, which decides where to parse.
"""

import re
from dataclasses import dataclass

# The characters that start or separate markup: each one may cost an object.
_MARKS = (b"<", b"&", b"=")


@dataclass(frozen=True, slots=True)
class MarkupLimits:
    """The most that one parser is given: `max_bytes`, `max_marks` (all of `<`, `&` and `=`), `max_tag` in bytes."""

    max_bytes: int
    max_marks: int
    max_tag: int | None = None

    def excess(self, body: bytes) -> str:
        """Return what exceeds the limits, for logs; "" if nothing does."""
        if len(body) > self.max_bytes:
            return f"{len(body)} bytes, {self.max_bytes} allowed"
        # Counting takes 4% of the time of parsing, and a shorter body cannot have as many.
        if len(body) > self.max_marks and (marks := sum(map(body.count, _MARKS))) > self.max_marks:
            return f"{marks} tags, references and attributes, {self.max_marks} allowed"
        if self.max_tag and re.search(rb"<[^<>]{%d}" % self.max_tag, body):
            return f"a tag of more than {self.max_tag} bytes"
        return ""


@dataclass(frozen=True, slots=True)
class ParserLimits:
    """The limits of each kind of parser."""

    lxml: MarkupLimits
    feedparser: MarkupLimits
    json: MarkupLimits
    html: MarkupLimits


# Parsed where it is needed, in a process with other work: at most about 40 MB and 2 s of CPU time for the worst body
# within these limits. Nearly all feeds and pages are.
IN_PROCESS = ParserLimits(
    lxml=MarkupLimits(2_000_000, 100_000),
    feedparser=MarkupLimits(300_000, 15_000, 20_000),
    json=MarkupLimits(1_000_000, 1_000_000),
    html=MarkupLimits(700_000, 50_000, 20_000),
)
# Parsed in a process of its own, which is killed if it needs too much memory or time; refused beyond these limits.
# The densest real feeds of 10 MB have about 800,000 marks.
IN_CHILD = ParserLimits(
    lxml=MarkupLimits(64_000_000, 2_000_000),
    feedparser=MarkupLimits(64_000_000, 1_200_000),
    json=MarkupLimits(64_000_000, 64_000_000),
    html=MarkupLimits(64_000_000, 4_000_000),
)
