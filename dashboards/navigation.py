"""The navigation around every page: the projects of a person, the entries of the current one, and the theme.

In: the request. Out: `navigation` for the templates (a context processor, config/settings.py), evaluated only if a
template uses it: three queries, independent of the number of rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.formats import number
from accounts.models import Membership, Project, Role
from alerts.models import Incident
from monitoring.models import Source

THEMES: list[tuple[str, str | Promise]] = [("", _("Auto")), ("light", _("Light")), ("dark", _("Dark"))]
THEME_COOKIE = "theme"

# Navigation entries: URL name, icon, label, whether it is in the menu on phones, URL names of its other pages.
ENTRIES = [
    ("overview", "overview", _("Overview"), False, ()),
    ("mentions", "mentions", _("Mentions"), False, ("mention",)),
    (
        "keywords",
        "keywords",
        _("Keywords"),
        False,
        ("keyword", "keyword_new", "keyword_edit", "keyword_delete", "explain"),
    ),
    (
        "sources",
        "sources",
        _("Sources"),
        False,
        (
            "source",
            "source_add",
            "source_fetch",
            "source_delete",
            "source_settings",
            "source_credential",
            "opml_import",
            "platform_add",
            "platform_preview",
            "credentials",
            "credential_replace",
            "credential_connect",
            "credential_delete",
        ),
    ),
    ("incidents", "alerts", _("Alerts"), False, ("incident", "rules", "rule_new", "rule_edit", "rule_delete")),
    ("digest", "digest", _("Digest"), True, ("digest_preview",)),
    ("outbox", "outbox", _("Delivery log"), True, ("delivery",)),
    ("project_settings", "settings", _("Settings"), True, ("sentiment_settings", "project_delete")),
]
ADMIN_ENTRIES = {"outbox"}


@dataclass(frozen=True)
class Badge:
    """A count on an entry; `label` is its text for screen readers, `tone` its color class."""

    count: int
    label: str
    tone: str


@dataclass(frozen=True)
class Entry:
    """A link of the navigation; phones show secondary entries in the menu."""

    url: str
    icon: str
    label: str
    is_current: bool
    is_secondary: bool
    badge: Badge | None


@dataclass(frozen=True)
class Navigation:
    """The navigation of one page; `project` is None and `entries` empty on pages outside a project."""

    theme: str
    themes: list[tuple[str, str | Promise]]
    project: Project | None
    projects: list[Project]
    entries: list[Entry]


def navigation(request: HttpRequest) -> dict[str, object]:
    """Return the context of the navigation, evaluated on first use."""
    return {"navigation": SimpleLazyObject(lambda: _navigation(request))}


def theme_of(request: HttpRequest) -> str:
    """Return the theme that was chosen in this browser; "" follows the system."""
    value = request.COOKIES.get(THEME_COOKIE, "")
    return value if value in dict(THEMES) else ""


def _navigation(request: HttpRequest) -> Navigation:
    match, user = request.resolver_match, getattr(request, "user", None)
    memberships: list[Membership] = []
    if user is not None and user.is_authenticated:
        own = Membership.objects.filter(user=user).select_related("project")
        memberships = list(own.order_by("project__name", "id"))
    project_id = match.kwargs.get("project_id") if match else None
    current = next((membership for membership in memberships if membership.project_id == project_id), None)
    entries = _entries(current, match.url_name) if current and match else []
    projects = [membership.project for membership in memberships]
    return Navigation(theme_of(request), THEMES, current.project if current else None, projects, entries)


def _entries(membership: Membership, url_name: str | None) -> list[Entry]:
    badges = _badges(membership.project)
    return [
        Entry(
            url=reverse(name, args=[membership.project_id]),
            icon=icon,
            label=str(label),
            is_current=url_name == name or url_name in pages,
            is_secondary=is_secondary,
            badge=badges.get(name),
        )
        for name, icon, label, is_secondary, pages in ENTRIES
        if name not in ADMIN_ENTRIES or membership.may(Role.ADMIN)
    ]


def _badges(project: Project) -> Mapping[str, Badge]:
    """Return the badges by the URL name of their entry."""
    incidents = Incident.objects.filter(rule__project=project, closed_at=None, acknowledged_at=None).count()
    failing = Source.objects.failing().filter(project=project).count()
    incidents_text = ngettext("%(number)s open incident", "%(number)s open incidents", incidents)
    failing_text = ngettext("%(number)s failing source", "%(number)s failing sources", failing)
    badges = {
        "incidents": Badge(incidents, incidents_text % {"number": number(incidents)}, "alarm"),
        "sources": Badge(failing, failing_text % {"number": number(failing)}, "warn"),
    }
    return {name: badge for name, badge in badges.items() if badge.count}
