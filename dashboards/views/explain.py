"""The match explainer: why a text or an item matches a keyword or a query, or does not, condition by condition."""

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Project, Role
from dashboards.forms.explain import FIELDS, ExplainForm
from dashboards.presenters.explanation import Line, excluded_spans, lines, marked, met_spans
from dashboards.presenters.fetching import WAIT_S, show_progress, show_result, too_many_fetches
from monitoring.messages.explanations import DIFFERENCES, verdict
from monitoring.models import FetchRequest
from monitoring.query_tools import explain as explainer
from monitoring.services.fetches import TooManyFetches, fetch_of, request_fetch, wait_for
from outbound.secret_urls import hide

# All servers and mail programs accept URLs of this length; longer requests are answered without a link to share.
MAX_LINK_LENGTH = 1_800


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer with its reason in words; `lines` has the conditions if only one keyword or query was checked."""

    answer: explainer.Answer
    reason: str
    lines: list[Line]
    difference: str


@project_view()
def explain(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """GET answers requests that fit a link to share; POST answers longer texts and fetches pages."""
    asked = {name: values[-1] for name, values in (request.POST or request.GET).lists() if name in FIELDS}
    if "only" in request.POST:  # the button of one keyword, while the form still says "all"
        asked |= {"keyword": request.POST["only"], "query": ""}
    is_asked = request.method == "POST" or any(asked.get(name) for name in ("document", "url", "title", "text"))
    form = ExplainForm(membership.project, asked) if is_asked else ExplainForm(membership.project, initial=asked)
    found: dict[str, object] = {}
    if is_asked and form.is_valid():
        parameters = urlencode({name: value for name, value in asked.items() if value})
        link = f"{reverse('explain', args=[membership.project_id])}?{parameters}"
        may_fetch = request.method == "POST" and "fetch" in request.POST and membership.may(Role.MANAGER)
        is_link = len(link) <= MAX_LINK_LENGTH and hide(asked.get("url", "")) == asked.get("url", "")
        if request.method == "POST" and not may_fetch and is_link:
            return redirect(link)
        subject = _subject(membership.project, form.cleaned_data)
        if subject == "" and may_fetch:
            return _fetch(request, membership, form, asked)
        found = _answers(form, subject) if isinstance(subject, explainer.Subject) else {"unknown": subject}
    return _page(request, membership, form, found)


@project_view(Role.MANAGER)
def explain_fetch(request: SignedInRequest, membership: Membership, page_id: uuid.UUID) -> HttpResponse:
    """The progress of fetching a page, then its explanation. Another person's is not found."""
    fetch = fetch_of(membership.project, request.user, page_id, FetchRequest.Kind.PAGE)
    if fetch is None:
        raise Http404
    if fetch.state != FetchRequest.State.DONE:
        back = reverse("explain", args=[membership.project_id])
        return show_progress(request, fetch, _("Why does it match, or not?"), back)
    return show_result(request) or _fetched(request, membership, fetch)


def _fetch(request: SignedInRequest, membership: Membership, form: ExplainForm, asked: dict[str, str]) -> HttpResponse:
    """Let a worker fetch the page; answer if it takes a moment only, else show the progress."""
    try:
        url = form.cleaned_data["url"]
        fetch = request_fetch(membership.project, request.user, FetchRequest.Kind.PAGE, url, asked)
    except TooManyFetches:
        return _page(request, membership, form, {"unknown": too_many_fetches()})
    if wait_for(fetch, WAIT_S):
        return _fetched(request, membership, fetch)
    return redirect("explain_fetch", membership.project_id, fetch.pk)


def _fetched(request: SignedInRequest, membership: Membership, fetch: FetchRequest) -> HttpResponse:
    form = ExplainForm(membership.project, fetch.parameters)
    if not form.is_valid():  # its keyword was deleted in the meantime
        return _page(request, membership, form, {})
    subject = explainer.of_page(membership.project, explainer.FetchedPage(**fetch.result))
    found = _answers(form, subject) if isinstance(subject, explainer.Subject) else {"unknown": subject}
    return _page(request, membership, form, found)


def _page(
    request: SignedInRequest, membership: Membership, form: ExplainForm, answers: dict[str, object]
) -> HttpResponse:
    context = {"form": form, "project": membership.project, "may_fetch": membership.may(Role.MANAGER)}
    return render(request, "explain/explain.html", context | answers)


def _subject(project: Project, asked: dict[str, Any]) -> explainer.Subject | str:
    """Return the text to check, or a sentence why there is none; "" for a URL that is not stored."""
    if asked["text"].strip() or asked["title"]:
        return explainer.pasted(asked["text"].replace("\r\n", "\n"), asked["title"], asked["url"])
    if asked["url"]:
        document = explainer.stored_document(project, asked["url"])
    else:
        document = project.documents.select_related("source").filter(pk=asked["document"], deleted_at=None).first()
    if document:
        return explainer.of_document(document)
    if not asked["url"]:
        return _("This item is no longer stored.")
    return ""


def _answers(form: ExplainForm, subject: explainer.Subject) -> dict[str, object]:
    query, keyword_id = form.cleaned_data["query"], form.cleaned_data["keyword"]
    if query.strip():
        answers = [explainer.answer_query(subject, query)]
    else:
        keywords = [keyword for keyword in form.keywords if keyword_id in (None, keyword.pk)]
        answers = list(explainer.answers(subject, keywords))
    is_single = bool(query.strip()) or keyword_id is not None
    answers.sort(key=lambda answer: not answer.matches)
    marked_answers = answers if is_single else [answer for answer in answers if answer.matches]
    return {
        "subject": subject,
        "shown": [_shown(answer, is_single) for answer in answers],
        "is_single": is_single,
        "matching": sum(answer.matches for answer in answers),
        "title": _marked(subject.doc.title, "title", marked_answers),
        "text": _marked(subject.doc.text, "text", marked_answers),
    }


def _shown(answer: explainer.Answer, is_single: bool) -> ShownAnswer:
    if answer.condition is None:
        return ShownAnswer(answer, "", [], "")
    reason = verdict(answer.condition, answer.excluded_by)
    tree = lines(answer.condition) if is_single else []
    return ShownAnswer(answer, reason, tree, str(DIFFERENCES.get(answer.differs, "")))


def _marked(text: str, field: str, answers: list[explainer.Answer]) -> SafeString:
    conditions = [answer.condition for answer in answers if answer.condition]
    met = [(a, b) for condition in conditions for name, a, b in met_spans(condition) if name == field]
    excluded = [(a, b) for condition in conditions for name, a, b in excluded_spans(condition) if name == field]
    return marked(text, met, excluded)
