"""The gallery of platforms on the page that adds sources: cards grouped by what each platform needs.

In: a project. Out: frozen groups of cards, and the recommended platforms, in one query. Called by
dashboards/views/source_add.py; templates/sources/_gallery.html shows them.
"""

from collections import Counter
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from monitoring.messages.labels import translated
from monitoring.platforms.base import Can, Needs, Platform
from monitoring.platforms.registry import PLATFORMS
from monitoring.platforms.unwatchable import UNWATCHABLE, Unwatchable
from monitoring.services.platform_sources import addable_platforms, recommended_platforms

GROUPS: dict[Needs, tuple[str | Promise, str | Promise]] = {
    Needs.NOTHING: (_("Nothing to prepare"), _("Public posts and searches, without an account.")),
    Needs.KEY: (_("With your own key or account"), _("Free on the platform’s site.")),
    Needs.APPROVAL: (_("With an approved app"), _("The platform reviews each app before it may read.")),
    Needs.PAYMENT: (_("Paid access"), _("The platform charges for what Vigie reads.")),
}
ABILITIES: dict[Can, str | Promise] = {
    Can.BACKFILL: _("Past items"),
    Can.ENGAGEMENT: _("Engagement"),
}


@dataclass(frozen=True)
class Card:
    """A platform: `abilities` are short labels, `sources` how many sources of it the project has."""

    name: str
    label: str
    initials: str
    summary: str
    abilities: tuple[str, ...]
    sources: int


@dataclass(frozen=True)
class Group:
    """The platforms that need the same."""

    code: str
    title: str
    text: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class ClosedPlatform:
    """A platform that can't be watched by keyword, and why; `instead` are names and labels of what comes nearest."""

    label: str
    reason: str
    instead: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Gallery:
    """Groups with a card. One click adds all of `recommended`; `closed` platforms can't be watched."""

    groups: tuple[Group, ...]
    recommended: tuple[Card, ...]
    closed: tuple[ClosedPlatform, ...]


def gallery(project: Project) -> Gallery:
    """Return the gallery of a project."""
    counts = Counter(project.sources.exclude(platform="feed").values_list("platform", flat=True))
    platforms = sorted(addable_platforms(), key=lambda platform: translated(platform.label).casefold())
    groups = (
        Group(
            needs.value,
            str(title),
            str(text),
            tuple(_card(platform, counts) for platform in platforms if platform.needs == needs),
        )
        for needs, (title, text) in GROUPS.items()
    )
    wanted = {platform.name for platform in recommended_platforms() if not counts[platform.name]}
    recommended = tuple(_card(platform, counts) for platform in platforms if platform.name in wanted)
    closed = tuple(_closed(one) for one in UNWATCHABLE)
    return Gallery(tuple(group for group in groups if group.cards), recommended, closed)


def initials_of(label: str) -> str:
    """Return two letters that stand for a platform: of its two words, or the start of the only one."""
    words = [word for word in label.replace("-", " ").split() if word[0].isalnum()]
    capitals = [word[0] for word in words if word[0].isupper()]
    return "".join(capitals[:2]) if len(capitals) > 1 else label[:2]


def _closed(one: Unwatchable) -> ClosedPlatform:
    instead = [(name, translated(PLATFORMS[name].label)) for name in one.instead if name in PLATFORMS]
    return ClosedPlatform(translated(one.name), translated(one.reason), tuple(instead))


def _card(platform: Platform, counts: Counter[str]) -> Card:
    label = translated(platform.label)
    reads = _("Searches for your keywords") if Can.SEARCH in platform.can else _("Filtered by your keywords")
    abilities = [reads, *(text for can, text in ABILITIES.items() if can in platform.can)]
    return Card(
        platform.name,
        label,
        initials_of(platform.label),
        translated(platform.summary),
        tuple(str(text) for text in abilities),
        counts[platform.name],
    )
