"""Ask the assistant for a summary, a draft reply or a query, and show the progress and what came of it.

Managers ask; members read finished summaries. assistant/requests.py stores what is asked, and a worker answers. With
htmx, the responses are the box of the page; without, pages of their own.
"""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from alerts.incident_list import leads_of
from assistant.messages import limit_text, not_allowed_text
from assistant.models import AssistantRequest
from assistant.queries import MAX_DESCRIPTION, request_query
from assistant.replies import request_reply
from assistant.requests import NotAllowed, TooManyRequests, request_of
from assistant.subjects import subject_of_incident, subject_of_query
from assistant.summaries import request_summary
from dashboards.presenters.assistant import QueryDraft, ReplyDraft, SummaryBox, box_of, form_url, query_of, reply_of
from monitoring.content.scrub import scrub
from monitoring.content.values import read_id
from monitoring.models import Mention

Kind, State = AssistantRequest.Kind, AssistantRequest.State
Box = SummaryBox | ReplyDraft | QueryDraft


@project_view(Role.MANAGER)
@require_POST
def assistant_summary(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST the `query` string of a page, or an `incident`."""
    project, fields = membership.project, {}
    if number := read_id(request.POST.get("incident", "")):
        subject = subject_of_incident(get_object_or_404(leads_of(project), pk=number))
        fields = {"incident": str(number)}
    else:
        subject = subject_of_query(project, request.POST.get("query", ""), request.user)
        fields = {"query": str(subject.about["query"])}
    asked = _ask(lambda: request_summary(project, request.user, subject))
    if isinstance(asked, str):
        return _shown(request, membership, Kind.SUMMARY, SummaryBox(fields, may_ask=True, error=asked))
    return _asked(request, membership, asked)


@project_view(Role.MANAGER)
@require_POST
def assistant_reply(request: SignedInRequest, membership: Membership, mention_id: int) -> HttpResponse:
    """POST `wishes` for the reply to a mention."""
    rows = Mention.objects.filter(keyword__project=membership.project).select_related("document")
    mention = get_object_or_404(rows, pk=mention_id)
    wishes = request.POST.get("wishes", "")
    asked = _ask(lambda: request_reply(membership.project, request.user, mention, wishes))
    if isinstance(asked, str):
        return _shown(request, membership, Kind.REPLY, ReplyDraft(mention_id, error=asked))
    return _asked(request, membership, asked)


@project_view(Role.MANAGER)
@require_POST
def assistant_query(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST a `description`, and the `keyword` whose form shows it."""
    keyword_id = read_id(request.POST.get("keyword", ""))
    if keyword_id is not None:
        get_object_or_404(membership.project.keywords, pk=keyword_id)
    text = scrub(request.POST.get("description", "")).strip()[:MAX_DESCRIPTION]
    asked: AssistantRequest | str = _("Describe what the keyword should find.")
    if text:
        asked = _ask(lambda: request_query(membership.project, request.user, text, keyword_id))
    if isinstance(asked, str):
        return _shown(request, membership, Kind.QUERY, QueryDraft(keyword_id, description=text, error=asked))
    return _asked(request, membership, asked)


@project_view()
def assistant_request(request: SignedInRequest, membership: Membership, request_id: int) -> HttpResponse:
    """The progress of a request and what came of it; htmx asks until it is finished."""
    found = request_of(membership.project, request_id)
    if found is None:
        raise Http404
    is_summary = found.kind == Kind.SUMMARY
    if not membership.may(Role.MANAGER) and not (is_summary and found.state == State.DONE):
        raise PermissionDenied
    if not is_summary and found.user_id != request.user.pk:
        raise PermissionDenied
    return _shown(request, membership, found.kind, _box(membership, found), is_new=found.state == State.DONE)


def _ask(request: Callable[[], AssistantRequest]) -> AssistantRequest | str:
    """Return the stored request, or the sentence that says why there is none."""
    try:
        return request()
    except NotAllowed:
        return not_allowed_text()
    except TooManyRequests as error:
        return limit_text(error)


def _asked(request: SignedInRequest, membership: Membership, asked: AssistantRequest) -> HttpResponse:
    if not request.htmx:
        return redirect("assistant_request", membership.project_id, asked.pk)
    return _shown(request, membership, asked.kind, _box(membership, asked))


def _box(membership: Membership, found: AssistantRequest) -> Box:
    if found.kind == Kind.SUMMARY:
        return box_of(membership, found)
    return reply_of(found.about["mention_id"], found) if found.kind == Kind.REPLY else query_of(found)


def _shown(
    request: SignedInRequest, membership: Membership, kind: str, box: Box, *, is_new: bool = False
) -> HttpResponse:
    """Return the box for htmx, else a page with it. `is_new` lets the script put a finished text into its field."""
    template = f"assistant/_{kind}.html"
    context = {"project": membership.project, "box": box, "is_new": is_new, "template": template}
    context["back_url"] = _back(membership, box)
    return render(request, template if request.htmx else "assistant/request.html", context)


def _back(membership: Membership, box: Box) -> str:
    """Return the page that a box is part of."""
    project_id = membership.project_id
    if isinstance(box, ReplyDraft):
        return f"{reverse('mention', args=[project_id, box.mention_id])}#reply"
    if isinstance(box, QueryDraft):
        return form_url(project_id, box.keyword_id)
    if "incident" in box.fields:
        return reverse("incident", args=[project_id, box.fields["incident"]])
    return f"{reverse('overview', args=[project_id])}?{box.fields['query']}"
