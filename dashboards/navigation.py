"""What the frame around every page shows: the person's projects, the rooms of this one, and what waits in them.

In: the request. Out: `shell`, evaluated only by templates that show a rail. Three queries, however many rows.
"""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Membership, Project, Role
from alerts.models import Incident
from monitoring.models import Source

THEMES = [("", _("Auto")), ("light", _("Light")), ("dark", _("Dark"))]
THEME_COOKIE = "theme"

# The room (its first page, icon, label, whether phones keep it in the menu) and the pages that belong to it.
ROOMS = [
    ("overview", "overview", _("Overview"), False, ()),
    ("mentions", "mentions", _("Mentions"), False, ("mention",)),
    (
        "keywords",
        "keywords",
        _("Keywords"),
        False,
        ("keyword", "keyword_new", "keyword_edit", "keyword_delete", "why"),
    ),
    ("sources", "sources", _("Sources"), False, ("source", "source_add", "source_delete", "opml_import")),
    ("incidents", "alerts", _("Alerts"), False, ("incident", "rules", "rule_new", "rule_edit", "rule_delete")),
    ("digest", "digest", _("Digest"), True, ("digest_preview",)),
    ("outbox", "outbox", _("Delivery log"), True, ("delivery",)),
    ("project_settings", "settings", _("Settings"), True, ("sentiment_settings", "project_delete")),
]
FOR_ADMINS = {"outbox"}


@dataclass(frozen=True)
class Room:
    url: str
    icon: str
    label: str
    is_here: bool
    is_secondary: bool
    count: int = 0
    count_label: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Shell:
    theme: str
    themes: list[tuple[str, str]]
    project: Project | None
    projects: list[Project]
    rooms: list[Room]


def shell(request: HttpRequest) -> dict[str, object]:
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def theme_of(request: HttpRequest) -> str:
    """The colors that this browser was told to show; "" follows the system."""
    value = request.COOKIES.get(THEME_COOKIE, "")
    return value if value in dict(THEMES) else ""


def _shell(request: HttpRequest) -> Shell:
    match, user = request.resolver_match, getattr(request, "user", None)
    memberships: list[Membership] = []
    if user is not None and user.is_authenticated:
        own = Membership.objects.filter(user=user).select_related("project")
        memberships = list(own.order_by("project__name", "id"))
    here = match.kwargs.get("project_id") if match else None
    member = next((membership for membership in memberships if membership.project_id == here), None)
    rooms = _rooms(member, match.url_name) if member else []
    projects = [membership.project for membership in memberships]
    return Shell(theme_of(request), THEMES, member and member.project, projects, rooms)


def _rooms(member: Membership, page: str) -> list[Room]:
    project = member.project
    incidents = Incident.objects.filter(rule__project=project, closed_at=None, acknowledged_at=None).count()
    failing = Source.objects.failing().filter(project=project).count()
    counts = {
        "incidents": (incidents, ngettext("%d open incident", "%d open incidents", incidents) % incidents, "alarm"),
        "sources": (failing, ngettext("%d failing source", "%d failing sources", failing) % failing, "warn"),
    }
    rooms = []
    for name, icon, label, secondary, pages in ROOMS:
        if name in FOR_ADMINS and not member.may(Role.ADMIN):
            continue
        count, count_label, tone = counts.get(name, (0, "", ""))
        is_here = page == name or page in pages
        rooms.append(
            Room(reverse(name, args=[project.id]), icon, str(label), is_here, secondary, count, count_label, tone)
        )
    return rooms
