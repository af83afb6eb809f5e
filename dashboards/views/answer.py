"""The reply to a mention: save, request approval, approve, request changes, discard, send, mark as replied.

Managers only; workplace/drafts.py makes the changes, workplace/outgoing.py sends.
"""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role, User
from dashboards.presenters.answer_box import AnswerBox, answer_box
from dashboards.views.changed_row import changed_row
from dashboards.views.triage import back
from monitoring.content.scrub import scrub
from monitoring.content.values import read_id, read_ids
from monitoring.models import Mention
from monitoring.services.triage_log import last_changes
from workplace import drafts, outgoing
from workplace.models import Draft
from workplace.saved_replies import replies_for

SHOWN_REPLIES = 20
MAX_SHOWN = 50  # mentions of one item, one for each keyword that matches it


@project_view(Role.MANAGER)
def mention_reply(request: SignedInRequest, membership: Membership, mention_id: int) -> HttpResponse:
    """GET shows the reply field, for the script. POST `action` with `text` and the `version` that the person saw.

    The script receives the field again; a text that could not be saved stays in it.
    """
    mention = _mention(membership, mention_id)
    if request.method != "POST":
        if not request.htmx:
            return redirect("mention", membership.project_id, mention_id)
        return _shown(request, membership, answer_box(membership.project, mention_id, mention.document, request.user))
    text = scrub(request.POST.get("text", "").replace("\r\n", "\n"))
    failure: dict[str, object] = {}
    closed = ""
    try:
        draft = _act(request, membership, mention, text)
    except drafts.DraftChanged:
        failure = {"typed": text, "is_changed": True}
    except ValidationError as error:
        failure = {"error": " ".join(error.messages), "typed": text if "text" in error.error_dict else None}
    else:
        closed = draft.state if draft.state not in Draft.OPEN else ""
        if not request.htmx:
            messages.success(request, _done(draft))
            return back(request, membership)
    box = answer_box(
        membership.project,
        mention_id,
        mention.document,
        request.user,
        closed=closed,
        **failure,  # type: ignore[arg-type]
    )
    response = _shown(request, membership, box)
    if closed == Draft.State.SENT and "list" in request.POST:
        response.write(_replied_row(request, membership, mention).content)
    return response


def _replied_row(request: SignedInRequest, membership: Membership, mention: Mention) -> HttpResponse:
    """Return the row of the list that the script shows, with what undoes the reply."""
    entry = last_changes([mention.document_id], drafts.SENT).get(mention.document_id)
    own = entry.pk if entry and entry.user == request.user else None
    ids = read_ids(request.POST.getlist("shown")[:MAX_SHOWN])
    of_item = Mention.objects.filter(document=mention.document_id, pk__in=ids).values_list("pk", flat=True)
    return changed_row(request, membership, [*of_item] or [mention.pk], own, _("Marked as replied."))


@project_view(Role.MANAGER)
def mention_saved_replies(request: SignedInRequest, membership: Membership, mention_id: int) -> HttpResponse:
    """The saved replies that have the words `q`, filled in for the mention, those in its language first."""
    document = _mention(membership, mention_id).document
    found = replies_for(document, request.user, scrub(request.GET.get("q", "")))
    context = {
        "project": membership.project,
        "mention_id": mention_id,
        "rows": found[:SHOWN_REPLIES],
    }
    return render(request, "mentions/_saved_replies.html" if request.htmx else "mentions/saved_replies.html", context)


def _act(request: SignedInRequest, membership: Membership, mention: Mention, text: str) -> Draft:
    """Do what the pressed button says. Those that send a text on save it first."""
    post, project, user, item = request.POST, membership.project, request.user, mention.document_id
    action, version = post.get("action", "save"), read_id(post.get("version", "")) or 0
    decisions: dict[str, Callable[[], Draft]] = {
        "approve": lambda: drafts.approve(project, user, item, version),
        "changes": lambda: drafts.request_changes(project, user, item, version, post.get("comment", "")),
        "discard": lambda: drafts.discard(project, user, item, version),
    }
    if action in decisions:
        return decisions[action]()
    draft = drafts.save_draft(project, user, item, text, version)
    if action == "request":
        reviewer = User.objects.filter(pk=read_id(post.get("reviewer", "")) or 0).first() or user
        return drafts.request_approval(project, user, item, draft.version, reviewer)
    if action == "send":
        account = read_id(post.get("account", "")) or 0
        return outgoing.send_reply(project, user, item, draft.version, account).draft
    return drafts.mark_sent(project, user, item, draft.version) if action == "sent" else draft


def _done(draft: Draft) -> str:
    return {
        Draft.State.DRAFT: _("Draft saved."),
        Draft.State.REQUESTED: _("Approval requested."),
        Draft.State.CHANGES: _("Changes requested."),
        Draft.State.APPROVED: _("Draft approved."),
        Draft.State.SENDING: _("Your reply will be sent in a few seconds."),
        Draft.State.SENT: _("Marked as replied."),
        Draft.State.DISCARDED: _("Draft discarded."),
    }[Draft.State(draft.state)]


def _shown(request: SignedInRequest, membership: Membership, box: AnswerBox) -> HttpResponse:
    context = {"project": membership.project, "answer": box, "may_edit": True, "next": request.POST.get("next", "")}
    return render(request, "mentions/_answer.html" if request.htmx else "mentions/answer.html", context)


def _mention(membership: Membership, mention_id: int) -> Mention:
    rows = Mention.objects.filter(pk=mention_id, keyword__project=membership.project)
    mention = rows.select_related("document__project").first()
    if mention is None:
        raise Http404
    return mention
