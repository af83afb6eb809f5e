"""Save, change and delete views of mentions, and list those of a person with their counts.

In: a project, a person and a query string. Out: SavedViews. Every member sees the shared views of the project and
their own; the owner of a view changes it, and an admin any shared one. Called by the pages and the API.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.activity_log import record
from accounts.models import Membership, Project, Role, User
from monitoring.content.scrub import is_storable
from monitoring.insights.filter_lists import CappedCount, count_documents, read_filters
from monitoring.insights.filters import MentionFilter
from workplace.models import SavedView
from workplace.models.saved_views import MAX_NAME, MAX_QUERY

MAX_VIEWS = 50  # of one person in a project: all of them are counted together


@dataclass(frozen=True)
class CountedView:
    """A view, its filter now, and its count: None for a search."""

    view: SavedView
    filter: MentionFilter
    count: CappedCount | None


def views_of(user: User, project_id: int) -> QuerySet[SavedView]:
    """Return the views that a member sees, in their order: their own and those shared with the project."""
    visible = SavedView.objects.filter(Q(owner=user) | Q(is_shared=True), project=project_id)
    return visible.order_by("position", "pk")


def shared_views(project_id: int) -> QuerySet[SavedView]:
    """Return the views that all members see, in their order."""
    return SavedView.objects.filter(project=project_id, is_shared=True).order_by("position", "pk")


def may_change(membership: Membership, view: SavedView) -> bool:
    """Return whether a member may change a view."""
    is_own = view.owner_id == membership.user_id
    return membership.may(Role.MANAGER) if is_own else view.is_shared and membership.may(Role.ADMIN)


def counted_views(project: Project, user: User, views: Iterable[SavedView], now: datetime) -> list[CountedView]:
    """Return views with their filters and counts, in at most four queries."""
    views = list(views)
    filters = read_filters(project, [view.query for view in views], now, user.zone, person_id=user.pk) if views else []
    return [CountedView(*row) for row in zip(views, filters, count_documents(filters), strict=True)]


def create_view(
    project: Project, user: User, name: str, query: str, now: datetime, *, is_shared: bool = False
) -> SavedView:
    """Save a filter after the last view of the person. Raises ValidationError by field."""
    with transaction.atomic():
        # One person's views are saved one after the other, so their names and their number are checked.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        own = SavedView.objects.filter(project=project, owner=user)
        if own.count() >= MAX_VIEWS:
            text = ngettext("You can save %(number)s view.", "You can save up to %(number)s views.", MAX_VIEWS)
            raise ValidationError({"name": ValidationError(text % {"number": MAX_VIEWS}, code="too_many")})
        last = own.aggregate(last=Max("position"))["last"]
        view = SavedView.objects.create(
            project=project,
            owner=user,
            name=_valid_name(own, name),
            query=_valid_query(project, user, query, now),
            is_shared=is_shared,
            position=0 if last is None else last + 1,
        )
        if is_shared:
            record(project, user, "view.created", view.name, query=view.query)
    return view


def update_view(view: SavedView, user: User, now: datetime, **changes: object) -> SavedView:
    """Change `name`, `query`, `is_shared` or `position`. Raises ValidationError by field.

    A view whose owner's account is deleted becomes the person's if it is no longer shared: nobody would see it.
    """
    with transaction.atomic():
        stored = SavedView.objects.select_for_update(no_key=True).get(pk=view.pk)
        was_shared = stored.is_shared
        stored.is_shared = bool(changes.get("is_shared", stored.is_shared))
        is_taken = stored.owner_id is None and not stored.is_shared
        if is_taken:
            stored.owner = user
        if "name" in changes or is_taken:
            others = SavedView.objects.filter(project=stored.project, owner=stored.owner_id).exclude(pk=stored.pk)
            stored.name = _valid_name(others, str(changes.get("name", stored.name)))
        if "query" in changes:
            stored.query = _valid_query(stored.project, user, str(changes["query"]), now)
        stored.position = int(str(changes.get("position", stored.position)))
        stored.save()
        if was_shared or stored.is_shared:
            record(stored.project, user, "view.changed", stored.name, query=stored.query, is_shared=stored.is_shared)
    return stored


def delete_view(view: SavedView, user: User) -> None:
    """Delete a view, and the columns that show it."""
    with transaction.atomic():
        if view.is_shared:
            record(view.project, user, "view.deleted", view.name, query=view.query)
        view.delete()


def _valid_name(others: QuerySet[SavedView], name: str) -> str:
    name = " ".join(name.split())
    if not name or not is_storable(name):
        raise ValidationError({"name": ValidationError(_("Enter a name."), code="required")})
    if len(name) > MAX_NAME:
        text = _("This name is longer than %(number)s characters.") % {"number": MAX_NAME}
        raise ValidationError({"name": ValidationError(text, code="too_long")})
    if others.filter(name__iexact=name).exists():
        text = _("You already have a view with this name.")
        raise ValidationError({"name": ValidationError(text, code="taken")})
    return name


def _valid_query(project: Project, user: User, query: str, now: datetime) -> str:
    """Return the query string in its only form. Raises ValidationError if it has values that cannot be used."""
    f = MentionFilter.from_query(project, QueryDict(query.removeprefix("?")), now, user.zone, person_id=user.pk)
    if f.problems:
        text = " ".join(problem.message for problem in f.problems)
        raise ValidationError({"query": ValidationError(text, code=f.problems[0].code)})
    if len(f.to_query()) > MAX_QUERY:
        raise ValidationError({"query": ValidationError(_("This filter is too long."), code="too_long")})
    return f.to_query()
