"""Actions on a post, from its page and the calendar: move it, change its status, comment on it, delete it."""

from datetime import date, time
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.posts import DEFAULT_TIME, CommentForm, read_day, read_time
from dashboards.presenters.post_accounts import Entered
from dashboards.views.calendar import calendar_context
from dashboards.views.posts import post_of, post_page
from monitoring.content.values import read_id
from workplace import posts
from workplace.calendar.statuses import STEPS
from workplace.calendar.text_limits import PLATFORMS
from workplace.calendar.wall_clock import moved_day
from workplace.models import Post
from workplace.post_accounts import PostPlace, choose_accounts

DONE = {
    "draft": gettext_lazy("Draft created from the idea."),
    "request": gettext_lazy("Approval requested."),
    "approve": gettext_lazy("Post approved."),
    "return": gettext_lazy("Post returned to draft."),
    "schedule": gettext_lazy("Post scheduled."),
    "unschedule": gettext_lazy("Post taken out of the schedule."),
    "publish": gettext_lazy("Post marked as published."),
    "fail": gettext_lazy("Post marked as failed."),
    "cancel": gettext_lazy("Post canceled."),
    "reopen": gettext_lazy("Post reopened as a draft."),
}
CHANGED = gettext_lazy("Another person changed this post meanwhile. Check it and try again.")


@project_view(Role.MANAGER)
@require_POST
def post_move(request: SignedInRequest, membership: Membership, post_id: int) -> HttpResponse:
    """POST `day` of your calendar and `version`, and `at` for another time of the post's own zone.

    A script of the calendar gets the calendar of `view` and `shown` back; a form returns to the post.
    """
    found, day = post_of(membership, post_id), read_day(request.POST.get("day", ""))
    if day:
        at = read_time(request.POST.get("at", "")) or found.due_time or DEFAULT_TIME
        try:
            _move(request, found, day, at)
            if not request.htmx:
                messages.success(request, _("Post moved."))
        except posts.PostChanged:
            messages.error(request, CHANGED)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    else:
        messages.error(request, _("Enter a date."))
    if request.htmx:
        params = {"view": request.POST.get("view", ""), "day": request.POST.get("shown", "")}
        return render(request, "calendar/_main.html", calendar_context(request, membership, params))
    return redirect("post", membership.project_id, found.pk)


def _move(request: SignedInRequest, found: Post, day: date, at: time) -> None:
    clock = found.wall_clock
    if clock and "at" not in request.POST:
        day = moved_day(clock, day, request.user.zone)
    posts.move_post(found, request.user, _version(request), day, at)


@project_view(Role.MANAGER)
@require_POST
def post_step(request: SignedInRequest, membership: Membership, post_id: int) -> HttpResponse:
    """POST `step`, `version`, a `comment` if there is something to say, and `link_PLATFORM` for a published post."""
    found, step = post_of(membership, post_id), request.POST.get("step", "")
    comment = request.POST.get("comment", "")
    links = {name: request.POST[f"link_{name}"] for name in PLATFORMS if f"link_{name}" in request.POST}
    try:
        if step == "link":
            posts.change_links(found, request.user, _version(request), links)
            messages.success(request, _("Links saved."))
        elif step in STEPS:
            posts.take_step(found, request.user, _version(request), step, links=links, comment=comment)
            messages.success(request, str(DONE[step]))
    except posts.PostChanged:
        messages.error(request, CHANGED)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("post", membership.project_id, found.pk)


@project_view(Role.MANAGER)
@require_POST
def post_accounts(request: SignedInRequest, membership: Membership, post_id: int) -> HttpResponse:
    """POST `version`, and `account_PLATFORM`: the id of an account with which Vigie publishes there, "" for by hand.

    `place_PLATFORM` and `title_PLATFORM` for the platforms that need them. What is refused is shown to be corrected,
    and what another person has chosen meanwhile next to it.
    """
    found = post_of(membership, post_id)
    given = {name: request.POST[f"account_{name}"] for name in PLATFORMS if f"account_{name}" in request.POST}
    places = {
        name: PostPlace(request.POST[f"place_{name}"], request.POST.get(f"title_{name}", ""))
        for name in given
        if f"place_{name}" in request.POST
    }
    accounts = {name: read_id(text) if text else None for name, text in given.items()}
    entered = {name: Entered(pk, places.get(name)) for name, pk in accounts.items()}
    try:
        choose_accounts(found, request.user, _version(request), accounts, places)
    except posts.PostChanged:
        messages.error(request, CHANGED)
        found = post_of(membership, post_id)
        return post_page(request, membership, found, CommentForm(), HTTPStatus.CONFLICT, entered)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return post_page(request, membership, found, CommentForm(), HTTPStatus.BAD_REQUEST, entered)
    messages.success(request, _("Accounts saved."))
    return redirect("post", membership.project_id, found.pk)


@project_view(Role.MANAGER)
@require_POST
def post_comment(request: SignedInRequest, membership: Membership, post_id: int) -> HttpResponse:
    """POST `comment`."""
    found, form = post_of(membership, post_id), CommentForm(request.POST)
    if not form.is_valid():
        return post_page(request, membership, found, form, HTTPStatus.BAD_REQUEST)
    try:
        posts.add_comment(found, request.user, form.cleaned_data["comment"])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("post", membership.project_id, found.pk)


@project_view(Role.MANAGER)
@require_POST
def post_delete(request: SignedInRequest, membership: Membership, post_id: int) -> HttpResponse:
    found = post_of(membership, post_id)
    try:
        posts.delete_post(found, request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("post", membership.project_id, found.pk)
    messages.success(request, _("Post “%(title)s” deleted.") % {"title": found.title})
    return redirect("calendar", membership.project_id)


def _version(request: SignedInRequest) -> int:
    return read_id(request.POST.get("version", "")) or 0
