"""The API's match explainer: what a query, or a tracked keyword, finds in a text or an item, condition by condition.

Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from typing import Literal

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Membership, Role
from api.problems import InvalidField
from api.schemas import Body, MentionStatus, Text
from monitoring.messages import explanations
from monitoring.messages.query_errors import explain_error
from monitoring.models import FetchRequest
from monitoring.query import QueryError
from monitoring.query.explain import Condition
from monitoring.query_tools import explain
from monitoring.services.fetches import fetch_here

router = Router(tags=["keywords"])
MAX_SPANS = 200  # per condition: a common word occurs ten thousand times in a long text
SearchedField = Literal["title", "text", "author", "url"]


class ExplainIn(Body):
    """Either `query` or `keyword`, and either a `text` or the `url` of an item. With a text, `url`, `author`,
    `language` and `platform` are the values that the fields of the query are checked against.
    """

    query: Text = Field("", description=f"in the query language, at most {explain.MAX_QUERY} characters")
    keyword: int | None = Field(None, description="the id of a tracked keyword")
    text: Text = Field("", description=f"plain text, at most {explain.MAX_TEXT} characters")
    title: Text = ""
    url: Text = ""
    author: Text = ""
    language: Text = ""
    platform: Text = ""
    fetch: bool = Field(False, description="fetch the page now if no stored item has this URL; for managers")


class SpanOut(Schema):
    """A place that a condition matches, in characters of the field."""

    field: SearchedField
    start: int
    end: int


class ConditionOut(Schema):
    """A part of the query. `number` is what the query requires and `found` what the text has: the distance of the
    nearest pair (`near`, `onear`; 0: none), the occurrences (`count`) or the entries found (`min`). For other kinds
    `number` is null and `found` counts the matches, of which `spans` has the first 200. `note` sums it up in your
    language.
    """

    kind: Literal["term", "and", "or", "not", "near", "onear", "count", "min"]
    text: str
    met: bool
    number: int | None = None
    found: int
    note: str
    spans: list[SpanOut]
    children: list["ConditionOut"]


class ExplainedItem(Schema):
    """The text that was checked. `document_id` is null unless it is stored; `truncated`: only its beginning was
    checked.
    """

    document_id: int | None
    fetched: bool
    truncated: bool
    url: str
    title: str
    text: str


class ExplainedKeyword(Schema):
    id: int
    name: str
    paused: bool = Field(alias="is_paused")


class StoredMention(Schema):
    id: int
    status: MentionStatus


class ExplanationOut(Schema):
    """`matches` is the result and `reason` explains it. `excluded_by` lists the keyword's limits that exclude the item
    even if the query matches. `mention` is what is stored now; if it differs from the result, `difference` says why.
    """

    matches: bool
    reason: str
    keyword: ExplainedKeyword | None
    query: str
    excluded_by: list[Literal["language", "platform"]]
    mention: StoredMention | None
    difference: str
    condition: ConditionOut
    item: ExplainedItem


@router.post("/projects/{int:project_id}/why", response=ExplanationOut)
def explain_match(request: SignedInRequest, project_id: int, asked: ExplainIn) -> dict[str, object]:
    """Explain why a text, or the item at a URL, matches a query or a tracked keyword, or does not. Stores nothing."""
    membership = membership_of(request.user, project_id)
    if bool(asked.query) == (asked.keyword is not None):
        raise InvalidField("query", _("Provide either a query or a keyword ID."), "query_or_keyword")
    keyword = None
    if asked.keyword is not None:
        keyword = get_object_or_404(membership.project.keywords, pk=asked.keyword)
    subject = _subject(membership, asked)
    try:
        answer = explain.answer(subject, keyword) if keyword else explain.answer_query(subject, asked.query)
        if answer.error:
            raise answer.error
    except QueryError as error:
        raise InvalidField("query", explain_error(error), error.code, position=error.position) from error
    if answer.condition is None:
        message = _("Checking this query against this text takes too long. Shorten one of them.")
        raise InvalidField("text", message, "too_costly")
    return _explanation(answer, answer.condition)


def _subject(membership: Membership, asked: ExplainIn) -> explain.Subject:
    """Return the text to check. Raises InvalidField if there is none, PermissionDenied for viewers who fetch."""
    if asked.text or asked.title:
        return explain.pasted(asked.text, asked.title, asked.url, asked.author, asked.language, asked.platform)
    if not asked.url:
        raise InvalidField("text", _("Provide a text or an item URL."), "missing")
    explain.refuse_long(url=(asked.url, explain.MAX_ADDRESS))
    document = explain.stored_document(membership.project, asked.url)
    if document:
        return explain.of_document(document)
    if not asked.fetch:
        message = _("No stored item has this URL. Send its text, or set “fetch” to retrieve it.")
        raise InvalidField("url", message, "not_stored")
    if not membership.may(Role.MANAGER):
        raise PermissionDenied
    with fetch_here(membership.project, membership.user, FetchRequest.Kind.PAGE, asked.url):
        page = explain.fetch_page(membership.project, asked.url)
    fetched = explain.of_page(membership.project, page)
    if isinstance(fetched, str):
        raise InvalidField("url", fetched, "not_fetched")
    return fetched


def _explanation(answer: explain.Answer, condition: Condition) -> dict[str, object]:
    subject, doc = answer.subject, answer.subject.doc
    return {
        "matches": answer.matches,
        "reason": explanations.verdict(condition, answer.excluded_by),
        "keyword": answer.keyword,
        "query": answer.query,
        "excluded_by": answer.excluded_by,
        "mention": answer.mention,
        "difference": str(explanations.DIFFERENCES.get(answer.differs, "")),
        "condition": _condition(condition),
        "item": {
            "document_id": subject.document.pk if subject.document else None,
            "fetched": subject.is_fetched,
            "truncated": subject.is_truncated,
            "url": doc.url,
            "title": doc.title,
            "text": doc.text,
        },
    }


def _condition(condition: Condition) -> dict[str, object]:
    return {
        "kind": condition.kind,
        "text": condition.text,
        "met": condition.met,
        "number": condition.number or None,
        "found": condition.found,
        "note": explanations.note(condition),
        "spans": [{"field": field, "start": start, "end": end} for field, start, end in condition.spans[:MAX_SPANS]],
        "children": [_condition(child) for child in condition.children],
    }
