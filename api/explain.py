"""The API's "why?": what a query, or a watched keyword, finds in a text or an item, clause by clause.

Mounted by api/app.py beside api/mentions.py, with the same access and the same problem bodies.
"""

from typing import Literal

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import ValidationError
from pydantic import Field

from accounts.access import membership_of
from accounts.models import Membership, Role
from api.schemas import Body, MentionStatus, Text
from monitoring.messages import explanations
from monitoring.messages.query_errors import explain_error
from monitoring.models import Keyword
from monitoring.query import QueryError
from monitoring.query.explain import Clause
from monitoring.query_tools import explain

router = Router()
MAX_SPANS = 200  # a clause: a common word stands ten thousand times in a long text
Place = Literal["title", "text", "author", "url"]


class WhyIn(Body):
    """Ask either by `query` or by `keyword`, about either a `text` or the item at a `url`. Beside a text, `url`,
    `author`, `language` and `platform` are what the fields of a query read.
    """

    query: Text = Field("", description=f"in the query language, at most {explain.MAX_QUERY} characters")
    keyword: int | None = Field(None, description="the id of a watched keyword")
    text: Text = Field("", description=f"plain text, at most {explain.MAX_TEXT} characters")
    title: Text = ""
    url: Text = ""
    author: Text = ""
    language: Text = ""
    platform: Text = ""
    fetch: bool = Field(False, description="have an address that is not kept fetched now; for managers")


class SpanOut(Schema):
    """Where something was found, in characters of the text, the title, the author or the address."""

    field: Place
    start: int
    end: int


class ClauseOut(Schema):
    """`found` stands beside `number`: how far apart the nearest pair of a NEAR is (0: none), how often the counted
    occurs, how many of a MIN list hold; elsewhere the number of places, of which `spans` gives the first 200. `note`
    says it in your language.
    """

    kind: Literal["term", "and", "or", "not", "near", "onear", "count", "min"]
    text: str
    held: bool
    number: int | None = None
    found: int
    note: str
    spans: list[SpanOut]
    children: list["ClauseOut"]


class WhyItem(Schema):
    """What was looked at. `document_id` is null where it is not kept; `cut`: only its beginning was looked at."""

    document_id: int | None
    fetched: bool
    cut: bool
    url: str
    title: str
    text: str


class WhyKeyword(Schema):
    id: int
    name: str
    paused: bool = Field(alias="is_paused")


class StoredMention(Schema):
    id: int
    status: MentionStatus


class WhyOut(Schema):
    """`matches` is the verdict and `reason` says why. `ruled_out` names what keeps the item from the keyword whatever
    its words. `mention` is what is stored now; where that differs from the verdict, `difference` tells why.
    """

    matches: bool
    reason: str
    keyword: WhyKeyword | None
    query: str
    ruled_out: list[Literal["language", "platform"]]
    mention: StoredMention | None
    difference: str
    clause: ClauseOut
    item: WhyItem


@router.post("/projects/{int:project_id}/why", response=WhyOut, tags=["keywords"])
def ask_why(request: HttpRequest, project_id: int, asked: WhyIn) -> dict[str, object]:
    """Why a text, or the item at an address, matches a query or a watched keyword, or does not. Stores nothing."""
    membership = membership_of(request.user, project_id)
    if bool(asked.query) == (asked.keyword is not None):
        raise _refused("query", _("Provide either a query or a keyword ID."), "query_or_keyword")
    keyword = asked.keyword is not None and get_object_or_404(Keyword, project=membership.project, pk=asked.keyword)
    subject = _subject(membership, asked)
    try:
        answer = explain.answer(subject, keyword) if keyword else explain.answer_query(subject, asked.query)
        if answer.error:
            raise answer.error
    except QueryError as error:
        raise _refused("query", explain_error(error), error.code, position=error.position) from error
    if answer.clause is None:
        raise _refused(
            "text", _("Checking this query against this text takes too long. Shorten one of them."), "too_costly"
        )
    return _told(answer, answer.clause)


def _subject(membership: Membership, asked: WhyIn) -> explain.Subject:
    if asked.text or asked.title:
        return explain.pasted(asked.text, asked.title, asked.url, asked.author, asked.language, asked.platform)
    if not asked.url:
        raise _refused("text", _("Provide a text or an item URL."), "missing")
    explain.refuse_long(url=(asked.url, explain.MAX_ADDRESS))
    document = explain.kept_document(membership.project, asked.url)
    if document:
        return explain.of_document(document)
    if not asked.fetch:
        text = _("No stored item has this URL. Send its text, or set “fetch” to retrieve it.")
        raise _refused("url", text, "not_kept")
    if not membership.may(Role.MANAGER):
        raise PermissionDenied
    fetched = explain.fetch(membership.project, asked.url)
    if isinstance(fetched, str):
        raise _refused("url", fetched, "not_fetched")
    return fetched


def _told(answer: explain.Answer, clause: Clause) -> dict[str, object]:
    subject, doc = answer.subject, answer.subject.doc
    return {
        "matches": answer.matches,
        "reason": explanations.verdict(clause, answer.ruled_out),
        "keyword": answer.keyword,
        "query": answer.query,
        "ruled_out": answer.ruled_out,
        "mention": answer.mention,
        "difference": str(explanations.DIFFERENCES.get(answer.differs, "")),
        "clause": _clause(clause),
        "item": {
            "document_id": subject.document.pk if subject.document else None,
            "fetched": subject.is_fetched,
            "cut": subject.is_cut,
            "url": doc.url,
            "title": doc.title,
            "text": doc.text,
        },
    }


def _clause(clause: Clause) -> dict[str, object]:
    return {
        "kind": clause.kind,
        "text": clause.text,
        "held": clause.held,
        "number": clause.number or None,
        "found": clause.found,
        "note": explanations.note(clause),
        "spans": [{"field": field, "start": start, "end": end} for field, start, end in clause.spans[:MAX_SPANS]],
        "children": [_clause(child) for child in clause.children],
    }


def _refused(field: str, message: str, code: str, position: int | None = None) -> ValidationError:
    told = {} if position is None else {"position": position}
    return ValidationError([{"loc": ("body", field), "msg": str(message), "type": code, "ctx": told}])
