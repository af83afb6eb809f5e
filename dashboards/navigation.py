"""The navigation around every page: the projects of a person, the entries of the current one, and the theme.

In: the request. Out: `navigation` for the templates (a context processor, config/settings.py), evaluated only if a
template uses it: four queries, independent of the number of rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.formats import number
from accounts.models import Membership, Project, Role
from alerts.models import Incident
from monitoring.models import Source
from website.connecting import count_rejected

THEMES: list[tuple[str, str | Promise]] = [("", _("Auto")), ("light", _("Light")), ("dark", _("Dark"))]
THEME_COOKIE = "theme"

# Navigation entries: URL name, icon, label, group, URL names of its other pages.
WATCH, ACT, CONFIGURE = "", pgettext_lazy("navigation", "Act"), pgettext_lazy("navigation", "Configure")
ENTRIES: list[tuple[str, str, str | Promise, str | Promise, tuple[str, ...]]] = [
    ("overview", "layout-dashboard", _("Overview"), WATCH, ("response_times",)),
    ("mentions", "inbox", _("Mentions"), WATCH, ("mention", "mention_reply", "mention_saved_replies", "story")),
    ("search", "search", _("All content"), WATCH, ()),
    ("themes", "tag", _("Themes"), WATCH, ("names",)),
    ("compare", "scale", _("Compare"), WATCH, ("compare_side", "compare_details")),
    ("website", "globe", _("Website"), WATCH, ("website_link",)),
    ("authors", "contact", _("Authors"), WATCH, ("author", "welcome", "author_rules", "author_erase")),
    ("columns", "columns-3", _("Columns"), WATCH, ()),
    ("saved_views", "bookmark", _("Saved views"), WATCH, ()),
    ("incidents", "siren", _("Alerts"), ACT, ("incident", "rules", "rule_new", "rule_edit", "rule_delete")),
    ("goals", "target", _("Goals"), ACT, ("goal", "goal_new", "goal_edit", "goal_delete")),
    ("digest", "mail", _("Digest"), ACT, ("digest_preview", "digest_other", "digest_other_preview")),
    (
        "calendar",
        "calendar-days",
        _("Calendar"),
        ACT,
        (
            "post",
            "post_new",
            "post_edit",
            "post_templates",
            "calendar_settings",
            "calendar_files",
            "calendar_import",
            "calendar_address_new",
        ),
    ),
    (
        "reports",
        "file-text",
        _("Reports"),
        ACT,
        ("report", "report_edit"),
    ),
    (
        "curation",
        "newspaper",
        _("Curation"),
        ACT,
        ("collection", "collection_change", "issue", "collection_readers", "issue_suggestions", "issue_fetch"),
    ),
    ("team", "users", _("Team"), ACT, ()),
    ("outbox", "send", _("Delivery log"), ACT, ("delivery",)),
    (
        "keywords",
        "text-search",
        _("Keywords"),
        CONFIGURE,
        ("keyword", "keyword_near_misses", "keyword_new", "keyword_edit", "keyword_delete", "explain"),
    ),
    (
        "sources",
        "rss",
        _("Sources"),
        CONFIGURE,
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
    (
        "project_settings",
        "sliders-horizontal",
        _("Settings"),
        CONFIGURE,
        (
            "sentiment_settings",
            "relevance_settings",
            "response_settings",
            "reply_rules",
            "saved_replies",
            "saved_reply_new",
            "saved_reply_edit",
            "channels",
            "channel_new",
            "channel_edit",
            "channel_secret",
            "websites",
            "website_new",
            "website_key",
            "website_google_property",
            "muted",
            "assistant_settings",
            "playbook",
            "statement_new",
            "statement_edit",
            "project_delete",
        ),
    ),
]
# Tabs at the bottom of phones, next to the menu with all entries, with names of at most 12 letters.
TABS: dict[str, str | Promise] = {
    "overview": pgettext_lazy("tab", "Overview"),
    "mentions": _("Mentions"),
    "incidents": _("Alerts"),
    "sources": _("Sources"),
}
ADMIN_ENTRIES = {"outbox"}


@dataclass(frozen=True)
class Badge:
    """A count on an entry; `label` is its text for screen readers, `tone` is "neg", "warn" or ""."""

    count: int
    label: str
    tone: str


@dataclass(frozen=True)
class Entry:
    """A link of the navigation."""

    name: str
    url: str
    icon: str
    label: str
    group: str
    is_current: bool
    badge: Badge | None


@dataclass(frozen=True)
class Group:
    """Entries under one label; the first group has none."""

    label: str
    entries: list[Entry]


@dataclass(frozen=True)
class Navigation:
    """The navigation of one page; `project` is None and `entries` empty on pages outside a project."""

    theme: str
    themes: list[tuple[str, str | Promise]]
    project: Project | None
    projects: list[Project]
    entries: list[Entry]

    @property
    def groups(self) -> list[Group]:
        return [Group(label, list(entries)) for label, entries in groupby(self.entries, lambda entry: entry.group)]

    @property
    def tabs(self) -> list[Entry]:
        return [replace(entry, label=str(TABS[entry.name])) for entry in self.entries if entry.name in TABS]


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
            name=name,
            url=reverse(name, args=[membership.project_id]),
            icon=icon,
            label=str(label),
            group=str(group),
            is_current=url_name == name or url_name in pages,
            badge=badges.get(name),
        )
        for name, icon, label, group, pages in ENTRIES
        if name not in ADMIN_ENTRIES or membership.may(Role.ADMIN)
    ]


def _badges(project: Project) -> Mapping[str, Badge]:
    """Return the badges by the URL name of their entry."""
    incidents = Incident.objects.filter(
        rule__project=project, closed_at=None, acknowledged_at=None, joined=None
    ).count()
    failing = Source.objects.failing().filter(project=project).count()
    incidents_text = ngettext("%(number)s open incident", "%(number)s open incidents", incidents)
    rejected = count_rejected(project)
    failing_text = ngettext("%(number)s failing source", "%(number)s failing sources", failing)
    rejected_text = ngettext("%(number)s website can’t be read", "%(number)s websites can’t be read", rejected)
    badges = {
        "incidents": Badge(incidents, incidents_text % {"number": number(incidents)}, "neg"),
        "website": Badge(rejected, rejected_text % {"number": number(rejected)}, "warn"),
        "sources": Badge(failing, failing_text % {"number": number(failing)}, "warn"),
    }
    return {name: badge for name, badge in badges.items() if badge.count}
