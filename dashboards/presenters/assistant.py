"""The texts of the assistant, and where people ask for them: summary of a page, draft of a reply, first query.

In: a person's membership, and a subject, mention or request. Out: frozen boxes for templates/assistant/, None where
the server or the project has no assistant. Links are made here, from ids that belong to the project; the texts of the
assistant are plain text. Viewers see finished summaries only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from accounts.formats import date_range
from accounts.models import Membership, Role
from assistant.messages import error_text
from assistant.models import AssistantRequest
from assistant.prompts.fence import language_of
from assistant.queries import MAX_DESCRIPTION
from assistant.replies import MAX_WISHES, key_of, may_draft
from assistant.requests import latest, latest_of
from assistant.rules import is_offered
from assistant.shown import Cited, shown_sentences
from assistant.subjects import Period, Subject, summary_key
from dashboards.forms.query_problem import QueryProblem, query_problem
from monitoring.models import Document

Kind, State = AssistantRequest.Kind, AssistantRequest.State

# A summary of "the last 7 days" is no longer about these days after a day.
SHOWN_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Citation:
    """A mention that a sentence rests on: its number in the summary, its page, and its title."""

    number: int
    url: str
    title: str


@dataclass(frozen=True)
class LinkedSentence:
    """A sentence with links to its mentions."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Written:
    """A finished summary. `days` is its period, `sent` of `total` mentions were read."""

    request: AssistantRequest
    sentences: tuple[LinkedSentence, ...]
    days: str
    sent: int
    total: int
    is_capped: bool


@dataclass(frozen=True)
class SummaryBox:
    """The summary of a page. `fields` are those of the form that asks for one; `open` is a request in progress."""

    fields: Mapping[str, str]
    may_ask: bool
    written: Written | None = None
    open: AssistantRequest | None = None
    error: str = ""


@dataclass(frozen=True)
class ReplyDraft:
    """The assistant below the reply field. `text` is a finished draft, `use_url` puts it there without a script."""

    mention_id: int
    max_wishes: int = MAX_WISHES
    open: AssistantRequest | None = None
    request: AssistantRequest | None = None
    text: str = ""
    has_lost_links: bool = False
    use_url: str = ""
    error: str = ""


@dataclass(frozen=True)
class QueryDraft:
    """The assistant above the keyword form. `problem` is the error in a finished query, None if it can be parsed."""

    keyword_id: int | None = None
    max_description: int = MAX_DESCRIPTION
    description: str = ""
    open: AssistantRequest | None = None
    request: AssistantRequest | None = None
    query: str = ""
    problem: QueryProblem | None = None
    use_url: str = ""
    error: str = ""


def summary_box(membership: Membership, subject: Subject, error: str = "") -> SummaryBox | None:
    """Return the summary of a subject: the newest one in the person's language, else in the other."""
    if not is_offered(membership.project):
        return None
    language = language_of(get_language() or "en")
    own, other = (summary_key(subject, one) for one in (language, "fr" if language == "en" else "en"))
    rows = latest_of(membership.project, Kind.SUMMARY, [own, other])
    asked = max((row for row in rows if row.about_key == own), key=lambda row: row.pk, default=None)
    done = [row for row in rows if row.state == State.DONE and _is_current(row, timezone.now())]
    found = max(done, key=lambda row: (row.about_key == own, row.pk), default=None)
    return _box(membership, subject.about, found, asked, error)


def box_of(membership: Membership, request: AssistantRequest, error: str = "") -> SummaryBox:
    """Return the summary that a request asks for."""
    return _box(membership, request.about, request if request.state == State.DONE else None, request, error)


def _box(
    membership: Membership,
    about: Mapping[str, object],
    found: AssistantRequest | None,
    asked: AssistantRequest | None,
    error: str,
) -> SummaryBox:
    may_ask = membership.may(Role.MANAGER)
    if asked and asked.state == State.FAILED and may_ask and _is_current(asked, timezone.now()):
        error = error or error_text(asked.error, asked.retry_after_s)
    names = {"query": about.get("query"), "incident": about.get("incident_id")}
    return SummaryBox(
        fields={name: str(value) for name, value in names.items() if value is not None},
        may_ask=may_ask,
        written=_written(found) if found else None,
        open=asked if asked and asked.is_open and may_ask else None,
        error=error,
    )


def _is_current(request: AssistantRequest, now: datetime) -> bool:
    """Return whether a summary still belongs on its page: one of an incident does."""
    return request.about["subject"] != Period.name or request.created_at > now - SHOWN_FOR


def _written(request: AssistantRequest) -> Written:
    numbers: dict[int, int] = {}
    sentences = []
    for one in shown_sentences(request):
        for cited in one.cited:
            numbers.setdefault(cited.mention_id, len(numbers) + 1)
        links = (_citation(request, numbers[cited.mention_id], cited) for cited in one.cited)
        sentences.append(LinkedSentence(one.text, tuple(links)))
    result = request.result
    since, until = (timezone.localtime(datetime.fromisoformat(result[name])) for name in ("since", "until"))
    days = date_range(since.date(), max(since, until - timedelta(microseconds=1)).date())
    return Written(request, tuple(sentences), days, result["sent"], result["total"], result["is_capped"])


def _citation(request: AssistantRequest, number: int, cited: Cited) -> Citation:
    return Citation(number, reverse("mention", args=[request.project_id, cited.mention_id]), cited.title)


def reply_draft(membership: Membership, mention_id: int, document: Document, error: str = "") -> ReplyDraft | None:
    """Return the assistant below the reply field of a mention, with the person's last request about it."""
    if not membership.may(Role.MANAGER) or not may_draft(document) or not is_offered(membership.project):
        return None
    request = latest(membership.project, Kind.REPLY, key_of(document.pk, membership.user))
    return reply_of(mention_id, request, error)


def reply_of(mention_id: int, request: AssistantRequest | None, error: str = "") -> ReplyDraft:
    """Return the assistant below the reply field, with what came of a request."""
    if request is None:
        return ReplyDraft(mention_id, error=error)
    if request.state != State.DONE:
        error = error or error_text(request.error, request.retry_after_s)
        return ReplyDraft(mention_id, open=request if request.is_open else None, error=error)
    page = reverse("mention", args=[request.project_id, mention_id])
    return ReplyDraft(
        mention_id,
        request=request,
        text=request.result["text"],
        has_lost_links=request.result["has_lost_links"],
        use_url=f"{page}?assistant={request.pk}#reply",
        error=error,
    )


def query_draft(membership: Membership, keyword_id: int | None, error: str = "") -> QueryDraft | None:
    """Return the assistant above the keyword form."""
    return QueryDraft(keyword_id, error=error) if is_offered(membership.project) else None


def query_of(request: AssistantRequest, error: str = "") -> QueryDraft:
    """Return the assistant above the keyword form, with what came of a request."""
    keyword_id, description = request.about["keyword_id"], request.about["description"]
    if request.state != State.DONE:
        error = error or error_text(request.error, request.retry_after_s)
        waiting = request if request.is_open else None
        return QueryDraft(keyword_id, description=description, open=waiting, error=error)
    query = request.result["query"]
    return QueryDraft(
        keyword_id,
        description=description,
        request=request,
        query=query,
        problem=query_problem(query),
        use_url=f"{form_url(request.project_id, keyword_id)}?{urlencode({'query': query})}",
        error=error,
    )


def form_url(project_id: int, keyword_id: int | None) -> str:
    """Return the form of a new keyword, or of one that is edited."""
    if keyword_id is None:
        return reverse("keyword_new", args=[project_id])
    return reverse("keyword_edit", args=[project_id, keyword_id])
