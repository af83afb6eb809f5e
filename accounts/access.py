"""The only way to a project: every view, API call, feed and export asks here before it loads a row.

A stranger gets 404 (a project's existence is not theirs to learn); a member whose role is too small gets 403.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from accounts.models import Membership, Project, Role, User

LAST_PROJECT = "last_project"  # in the session: the id of the project that this browser showed last


def membership_of(user: User, project_id: int, role: str = Role.VIEWER) -> Membership:
    """The user's membership (with its `project`), if it allows at least `role`.

    Raises Http404 for people outside the project and PermissionDenied for members with a smaller role.
    """
    membership = Membership.objects.select_related("project").filter(user=user, project_id=project_id).first()
    if membership is None:
        raise Http404
    if not membership.may(role):
        raise PermissionDenied
    return membership


def project_view(role: str = Role.VIEWER) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """For a page of a project: the view is called as `view(request, membership, ...)` in place of `project_id`."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, project_id: int, **kwargs: object) -> HttpResponse:
            membership = membership_of(request.user, project_id, role)
            if request.session.get(LAST_PROJECT) != project_id:
                request.session[LAST_PROJECT] = project_id
            return view(request, membership, **kwargs)

        guarded.required_role = role  # read by the test that walks every URL
        return guarded

    return decorate


def projects_of(user: User) -> QuerySet[Project]:
    """The projects a user is a member of, by name."""
    return Project.objects.filter(memberships__user=user).order_by("name", "id")
