"""The replies that Vigie sends to a mention: what became of them, cancel one, and say whether an unknown one is there.

Sending is a button of the reply field (views/answer.py).
"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.sent_replies import shown_replies, under_way
from dashboards.views.triage import back
from monitoring.models import Mention
from workplace import outgoing, reply_outcomes
from workplace.models import OutgoingReply

MAX_URL = 2_000
# An event of the page: the reply is published, failed or canceled, so its draft and its item have changed.
DONE = "vigie:reply-done"


@project_view()
def sent_replies(request: SignedInRequest, membership: Membership, mention_id: int) -> HttpResponse:
    """The list for htmx, while a reply is under way; a browser without it gets the page of the mention."""
    if not request.htmx:
        return redirect("mention", membership.project_id, mention_id)
    mention = Mention.objects.filter(pk=mention_id, keyword__project=membership.project).first()
    if mention is None:
        raise Http404
    return _list(request, membership, mention)


@project_view(Role.MANAGER)
@require_POST
def reply_cancel(request: SignedInRequest, membership: Membership, outgoing_id: int) -> HttpResponse:
    """POST to cancel a reply that isn't being sent yet."""
    reply = _own(membership, outgoing_id)
    try:
        outgoing.cancel(membership.project, request.user, reply.pk)
        said = _("Sending canceled. The draft is open again.")
    except outgoing.NotCancelable:
        said = _("This reply can’t be canceled anymore.")
    return _changed(request, membership, reply, said)


@project_view(Role.MANAGER)
@require_POST
def reply_resolve(request: SignedInRequest, membership: Membership, outgoing_id: int) -> HttpResponse:
    """POST `published` ("yes" or "no") for a reply whose outcome is unknown."""
    reply, answer = _own(membership, outgoing_id), request.POST.get("published")
    if answer not in ("yes", "no"):
        return HttpResponse(status=400)
    try:
        was_published = answer == "yes"
        reply_outcomes.resolve(membership.project, request.user, reply.pk, was_published=was_published)
        said = _("Marked as replied.") if was_published else _("The draft is open again.")
    except OutgoingReply.DoesNotExist:
        said = _("The outcome of this reply is known.")
    return _changed(request, membership, reply, said)


def _changed(request: SignedInRequest, membership: Membership, reply: OutgoingReply, said: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, said)
        return back(request, membership)
    mention = Mention.objects.filter(document_id=reply.document_id, keyword__project=membership.project).first()
    if mention is None:
        raise Http404
    return _list(request, membership, mention, said)


def _list(request: SignedInRequest, membership: Membership, mention: Mention, said: str = "") -> HttpResponse:
    replies = shown_replies(membership.project, mention.document_id)
    context = {
        "project": membership.project,
        "mention_id": mention.pk,
        "replies": replies,
        "pending": under_way(replies),
        "may_edit": membership.may(Role.MANAGER),
        "said": said,
        "next": request.POST.get("next", ""),
    }
    response = render(request, "mentions/_sent_replies.html", context)
    if not context["pending"]:
        response.headers["HX-Trigger-After-Swap"] = DONE
    return response


def _own(membership: Membership, outgoing_id: int) -> OutgoingReply:
    reply = OutgoingReply.objects.filter(project=membership.project, pk=outgoing_id).first()
    if reply is None:
        raise Http404
    return reply
