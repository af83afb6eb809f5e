"""Why a text is a mention of a keyword, or is not: the text or the kept item in, one `Answer` a keyword out.

Called by the page "Why?" (dashboards/views/explain.py) and by the API (api_why.py). Nothing here is stored.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Project
from monitoring.content.urls import canonical_address, normalise
from monitoring.content.web_page import read_page
from monitoring.http.default import http_client
from monitoring.ingest.keys import key_of
from monitoring.matching.keyword_index import TrackedKeyword, doc_of
from monitoring.messages.source_errors import error_text
from monitoring.models import Document, Keyword, Mention
from monitoring.query import Doc, QueryError
from monitoring.query.document import View
from monitoring.query.explain import Clause, explain_within

MAX_TEXT = 200_000  # a book chapter; ten times the longest article
MAX_TITLE = 1_000
MAX_ADDRESS = 2_000
MAX_QUERY = 10_000  # of a keyword, monitoring/models/keywords.py
# A person waits, and a worker is held. 200,000 characters and 800 alternatives take 0.5 s; one word of which there are
# 100,000, asked for in 800 groups, would take 20 s.
SECONDS = 2.0
_PAGE_TYPES = "text/html, application/xhtml+xml, text/plain;q=0.8, */*;q=0.1"
# Where the words for feeds do not fit a page.
_PAGE_WORDS = {
    "too_large": _("The page is too large."),
    "gone": _("The site says this page is permanently gone (410)."),
    "not_a_page": _("This URL doesn’t lead to a page with text."),
    "no_text": _("This page has no text until its scripts run."),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about. `document` is set where it is kept; `is_fetched`: taken from the web now, and not kept.

    `is_cut`: only the first MAX_TEXT characters are looked at.
    """

    doc: Doc
    document: Document | None = None
    is_fetched: bool = False
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """`matches` is the verdict: the query holds and the keyword wants such items. `clause` is None where the query
    cannot be read (`error`) or time was up. `mention` is what is stored, for a kept item and a saved keyword.
    """

    subject: Subject
    query: str
    keyword: Keyword | None = None
    clause: Clause | None = None
    error: QueryError | None = None
    ruled_out: tuple[str, ...] = ()
    mention: Mention | None = None

    @property
    def matches(self) -> bool:
        return self.clause is not None and self.clause.held and not self.ruled_out

    @property
    def differs(self) -> str:
        """Why what is stored is not what the query says now: a code of why_words.DIFFERENCES; "" where it is."""
        document, keyword = self.subject.document, self.keyword
        if document is None or keyword is None or self.clause is None or self.matches == bool(self.mention):
            return ""
        if self.mention and self.mention.status != Mention.Status.TO_REVIEW:
            return "decided"
        if keyword.is_paused:
            return "paused"
        if keyword.backfilled_to is not None and document.pk < keyword.backfilled_to:
            return "backfill"
        return "earlier"


def pasted(
    text: str, title: str = "", url: str = "", author: str = "", language: str = "", platform: str = ""
) -> Subject:
    """A text as it was given. Raises ValidationError by field where it is too long."""
    refuse_long(text=(text, MAX_TEXT), title=(title, MAX_TITLE), url=(url, MAX_ADDRESS))
    return Subject(Doc(title, text, url=url, author=author, language=language, platform=platform))


def kept_document(project: Project, url: str) -> Document | None:
    """The kept item at an address, however the address is spelled."""
    address = canonical_address(normalise(url))
    if not address:
        return None
    return Document.objects.select_related("source").filter(project=project, address_key=key_of(address)).first()


def of_document(document: Document) -> Subject:
    return _subject(doc_of(document), document=document)


def fetch(project: Project, url: str) -> Subject | str:
    """The page at an address, asked for now through the guarded door: its text, or in one sentence why not.

    Where its redirects lead to a kept item, that is the answer.
    """
    result = http_client().fetch(normalise(url), accept=_PAGE_TYPES)
    if result.error:
        return _unread(result.error.code)
    if kept := kept_document(project, result.url):
        return of_document(kept)
    page = read_page(result.body, result.content_type)
    if page is None:
        return _unread("not_a_page")
    if not page.text.strip():
        return _unread("no_text")
    return _subject(Doc(page.title[:MAX_TITLE], page.text, url=result.url, language=page.language), is_fetched=True)


def answer(subject: Subject, keyword: Keyword, seconds: float = SECONDS) -> Answer:
    """What a saved keyword says about it."""
    return next(answers(subject, [keyword], seconds))


def answer_query(subject: Subject, query: str) -> Answer:
    """What a query says about it. Raises ValidationError where it is too long, QueryError where it is none."""
    refuse_long(query=(query, MAX_QUERY))
    return Answer(subject, query, clause=explain_within(query, View(subject.doc), SECONDS))


def answers(subject: Subject, keywords: Iterable[Keyword], seconds: float = SECONDS) -> Iterator[Answer]:
    """One answer a keyword; those that come after the time is up have no clause."""
    latest = time.monotonic() + seconds
    view = View(subject.doc)
    mentions = {}
    if subject.document is not None:
        mentions = {mention.keyword_id: mention for mention in Mention.objects.filter(document=subject.document)}
    for keyword in keywords:
        clause, error = None, None
        try:
            clause = explain_within(keyword.query, view, latest - time.monotonic())
        except QueryError as problem:
            error = problem
        found = mentions.get(keyword.pk)
        yield Answer(subject, keyword.query, keyword, clause, error, ruled_out(keyword, subject.doc), found)


def ruled_out(keyword: Keyword, doc: Doc) -> tuple[str, ...]:
    """Which of "language" and "platform" keep such an item from a keyword whatever its words; unknown ones do not."""
    languages = TrackedKeyword.unsaved("", languages=keyword.languages)
    platforms = TrackedKeyword.unsaved("", platforms=keyword.platforms)
    found = () if languages.accepts(doc.language, "") else ("language",)
    return found if not doc.platform or platforms.accepts("", doc.platform) else (*found, "platform")


def refuse_long(**fields: tuple[str, int]) -> None:
    """Raises ValidationError that names each field whose text is longer than its limit, and what to do."""
    errors = {}
    for name, (text, limit) in fields.items():
        if (over := len(text) - limit) > 0:
            message = ngettext(
                "The limit is %(limit)s characters: remove %(over)s character.",
                "The limit is %(limit)s characters: remove %(over)s characters.",
                over,
            )
            told = {
                "limit": number_format(limit, force_grouping=True),
                "over": number_format(over, force_grouping=True),
            }
            errors[name] = ValidationError(message % told, code="too_long")
    if errors:
        raise ValidationError(errors)


def _subject(doc: Doc, **more: object) -> Subject:
    if len(doc.text) <= MAX_TEXT:
        return Subject(doc, **more)
    return Subject(replace(doc, text=doc.text[:MAX_TEXT]), is_cut=True, **more)


def _unread(code: str) -> str:
    what = _PAGE_WORDS.get(code) or error_text(code).message
    return _("%(what)s Paste the page’s text instead.") % {"what": what}
