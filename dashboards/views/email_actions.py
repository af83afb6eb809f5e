"""The page behind an action link of a digest: a button that makes the change, and one that undoes it.

The signature in the link replaces signing in; GET changes nothing, and a repeated POST changes nothing more.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import ActivityEntry
from alerts.digests.actions import IGNORE, EmailAction, action_of_token, entry_of_undo, undo_token
from monitoring.models import Mention
from monitoring.services import triage
from monitoring.services.triage_log import Change
from workplace.assignment import assign


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def email_action(request: HttpRequest, signed: str) -> HttpResponse:
    """POST makes the change, or undoes it with `undo` from the page before."""
    action = action_of_token(signed)
    if action is None:
        return render(request, "alerts/email_action.html", {"action": None}, status=404)
    context: dict[str, object] = {"action": action, "is_ignore": action.kind == IGNORE, "step": "ask"}
    with translation.override(action.membership.user.language):
        if request.method == "POST":
            context |= _undo(action, signed, request.POST["undo"]) if "undo" in request.POST else _do(action, signed)
        return render(request, "alerts/email_action.html", context)


def _do(action: EmailAction, signed: str) -> dict[str, object]:
    project, user, ids = action.membership.project, action.membership.user, [action.mention.pk]
    change: Change
    if action.kind == IGNORE:
        change = triage.set_status(project, user, ids, Mention.Status.IGNORED)
    else:
        change = assign(project, user, ids, user)
    return {"step": "done", "undo": undo_token(signed, change.entry_id) if change.entry_id else ""}


def _undo(action: EmailAction, signed: str, undo: str) -> dict[str, object]:
    entry_id = entry_of_undo(signed, undo)
    try:
        change = triage.undo(action.membership.project, action.membership.user, entry_id or 0)
    except ActivityEntry.DoesNotExist:
        return {"step": "ask"}
    return {"step": "undone" if change.entry_id else "changed"}
