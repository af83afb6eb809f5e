"""The sections of reports. A new one needs a file with a `read` function and an entry here.

`read` takes a Reader and returns blocks (reports/blocks.py) in the active language; HTML, PDF and the API follow.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.blocks import Block
from reports.reader import Reader
from reports.sections import (
    answers,
    authors,
    comment,
    compare,
    curation,
    goals,
    incidents,
    posts,
    sentiment,
    share_of_voice,
    stories,
    summary,
    team,
    themes,
    volume,
    website,
)


@dataclass(frozen=True)
class SectionKind:
    """A section: its heading, and how its blocks are read."""

    title: str | Promise
    read: Callable[[Reader], list[Block]]


# By the name that reports store, in the order that a new report has.
SECTIONS = {
    "summary": SectionKind(_("Summary"), summary.read),
    "comment": SectionKind(_("Comment"), comment.read),
    "volume": SectionKind(_("Mentions over time"), volume.read),
    "sentiment": SectionKind(_("Sentiment"), sentiment.read),
    "share_of_voice": SectionKind(_("Share of voice"), share_of_voice.read),
    "compare": SectionKind(_("Compare"), compare.read),
    "themes": SectionKind(_("Themes"), themes.read),
    "stories": SectionKind(_("Most repeated stories"), stories.read),
    "authors": SectionKind(_("Top authors"), authors.read),
    "answers": SectionKind(_("Response times"), answers.read),
    "goals": SectionKind(_("Goals"), goals.read),
    "posts": SectionKind(_("Published posts"), posts.read),
    "curation": SectionKind(_("Curation"), curation.read),
    "team": SectionKind(_("Work of the team"), team.read),
    "website": SectionKind(_("Website"), website.read),
    "incidents": SectionKind(_("Incidents"), incidents.read),
}
