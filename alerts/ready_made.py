"""Ready-made rules in plain words, for people who don't want to choose conditions and numbers.

Called by the rules page and by the setup of a project. A rule made from one is a rule like any other.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from alerts.conditions.base import BELOW, NORMAL, UNUSUAL
from alerts.models import Rule
from alerts.rules import save_rule
from monitoring.models import Keyword

# Measured by tests/alerts/test_bad_buzz.py; docs/alerts.md has the figures.
BAD_BUZZ: dict[str, Any] = {
    "condition": UNUSUAL,
    "sentiment": "negative",
    "minimum": 5,
    "sensitivity": NORMAL,
    "counts_stories": True,
    "counts_authors": True,
}


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """A rule in plain words, and its fields."""

    name: str
    title: Promise | str
    window_s: int
    fields: dict[str, Any]


READY_MADE = (
    ReadyMade("bad_buzz", _("Alert me to a wave of negative mentions"), Rule.Window.HOUR_6, BAD_BUZZ),
    ReadyMade(
        "more_than_usual",
        _("Alert me to more mentions than usual"),
        Rule.Window.HOUR_6,
        BAD_BUZZ | {"sentiment": "", "minimum": 10},
    ),
    ReadyMade(
        "silence",
        _("Alert me when mentions stop"),
        Rule.Window.DAY_7,
        {"condition": BELOW, "threshold": 1, "counts_stories": True},
    ),
)


def main_keyword(project: Project) -> Keyword | None:
    """Return the keyword that ready-made rules are about: the first brand, else the first that is no competitor."""
    keywords = list(project.keywords.order_by("pk"))
    brands = [one for one in keywords if one.type == Keyword.Type.BRAND]
    others = [one for one in keywords if one.type != Keyword.Type.COMPETITOR]
    return next(iter(brands or others or keywords), None)


def rule_from(ready: ReadyMade, keyword: Keyword) -> Rule:
    """Return an unsaved rule."""
    return Rule(project=keyword.project, keyword=keyword, window_s=ready.window_s, **ready.fields)


def add_ready_made(project: Project, user: User, name: str) -> Rule | None:
    """Create a ready-made rule for the main keyword, or return the equal one that exists. None without a keyword.

    Raises KeyError for an unknown name.
    """
    ready = {one.name: one for one in READY_MADE}[name]
    keyword = main_keyword(project)
    if keyword is None:
        return None
    same = Rule.objects.filter(project=project, keyword=keyword, window_s=ready.window_s, **ready.fields).first()
    return same or save_rule(rule_from(ready, keyword), user, [])
