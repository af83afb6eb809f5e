"""Access to projects: every view, API call, feed and export calls one of these functions before it loads a row.

Non-members get 404, so they cannot learn whether a project exists; members whose role is too low get 403. Rows below a
project are then loaded with `project=membership.project`.
"""

from collections.abc import Callable, Collection
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from accounts.models import Membership, Project, Role, User


class SignedInRequest(HttpRequest):
    """The type of a request after `login_required`: its user has an account."""

    user: User
    htmx: HtmxDetails


LAST_PROJECT = "last_project"  # session key: the id of the last project shown in this browser


def membership_of(user: User, project_id: int, role: str = Role.VIEWER) -> Membership:
    """Return the user's membership (with its `project` and `user`) if it has at least `role`.

    Raises Http404 for non-members and PermissionDenied for members with a lower role.
    """
    membership = Membership.objects.select_related("project").filter(user=user, project_id=project_id).first()
    if membership is None:
        raise Http404
    if not membership.may(role):
        raise PermissionDenied
    membership.user = user  # which would be read again
    return membership


def manager_of(project_id: int, user_id: int) -> Membership | None:
    """Return the membership of an active person who is a manager or admin now; None for anybody else.

    For links in emails and for messages, where nobody is signed in.
    """
    members = Membership.objects.select_related("project", "user").filter(project=project_id, user=user_id)
    membership = members.filter(user__is_active=True).first()
    return membership if membership and membership.may(Role.MANAGER) else None


def managers_among(project_id: int, user_ids: Collection[int]) -> set[int]:
    """Return which of these people `manager_of` has a membership of."""
    members = Membership.objects.filter(project=project_id, user__in=user_ids, user__is_active=True)
    return {member.user_id for member in members if member.may(Role.MANAGER)}


def project_view(role: str = Role.VIEWER) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Decorate a project page: call the view as `view(request, membership, ...)` instead of with `project_id`."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @login_required
        @wraps(view)
        def checked(request: SignedInRequest, project_id: int, **kwargs: object) -> HttpResponse:
            membership = membership_of(request.user, project_id, role)
            if request.session.get(LAST_PROJECT) != project_id:
                request.session[LAST_PROJECT] = project_id
            return view(request, membership, **kwargs)

        # Read by the access test, which requests every URL.
        checked.required_role = role  # type: ignore[attr-defined]  # a function has no declared attributes
        return checked

    return decorate


def projects_of(user: User) -> QuerySet[Project]:
    """Return the projects that a user is a member of, by name."""
    return Project.objects.filter(memberships__user=user).order_by("name", "id")
