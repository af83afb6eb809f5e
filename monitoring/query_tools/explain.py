"""Explain why a text or a stored item matches keywords or a query, or does not.

In: a pasted text, a stored item or a web page, and keywords or a query. Out: one `Answer` per keyword. Stores nothing.
Called by the page "Explain a match" (dashboards/views/explain.py) and the API (api/explain.py).
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Project
from monitoring.content.native_keys import key_of
from monitoring.content.scrub import scrub
from monitoring.content.urls import canonical_url, fragment_of, url_from_input
from monitoring.feeds.errors import ParseError
from monitoring.ingest.documents import COMPARED
from monitoring.matching.keyword_index import TrackedKeyword, doc_of
from monitoring.messages.source_errors import error_text
from monitoring.models import Document, Keyword, Mention
from monitoring.parsing.parsers import read_page
from monitoring.query import Doc, QueryError, parse
from monitoring.query.document import View
from monitoring.query.explain import Condition, explain_within
from outbound.default import http_client
from outbound.secret_urls import hide

MAX_TEXT = 200_000  # a book chapter; ten times the longest article
MAX_TITLE = 1_000
MAX_ADDRESS = 2_000
MAX_QUERY = 10_000  # of a keyword, monitoring/models/keywords.py
# A person and a web worker wait. 200,000 characters and 800 alternatives take 0.5 s; a word that occurs 100,000 times,
# in 800 groups of a query, would take 20 s.
SECONDS = 2.0
_PAGE_TYPES = "text/html, application/xhtml+xml, text/plain;q=0.8, */*;q=0.1"
# Messages that replace those for feeds.
_PAGE_MESSAGES = {
    "too_large": _("The page is too large."),
    "gone": _("The site says this page is permanently gone (410)."),
    "not_a_page": _("This URL doesn’t lead to a page with text."),
    "no_text": _("This page has no text until its scripts run."),
    "interrupted": _("Vigie couldn’t finish fetching this page. Try again in a moment."),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The text to explain. `document` is the stored item, `is_fetched` a page fetched now and not stored.

    `is_truncated`: only the first MAX_TEXT characters are checked.
    """

    doc: Doc
    document: Document | None = None
    is_fetched: bool = False
    is_truncated: bool = False


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """The result of fetching a page, as a FetchRequest stores it: its text, the ID of a stored item, or an error code.

    Codes are those of outbound/records.py and of _PAGE_MESSAGES. `image` is the picture
    that the page names for previews.
    """

    title: str = ""
    text: str = ""
    url: str = ""
    language: str = ""
    document: int | None = None
    error: str = ""
    image: str = ""
    image_alt: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result for one keyword or query.

    `condition` is the tree, None if the query is malformed (`error`) or the deadline passed. `excluded_by` lists what
    excludes the item even if the query matches. `mention` is what is stored for a stored item and a keyword.
    """

    subject: Subject
    query: str
    keyword: Keyword | None = None
    condition: Condition | None = None
    error: QueryError | None = None
    excluded_by: tuple[str, ...] = ()
    mention: Mention | None = None

    @property
    def matches(self) -> bool:
        """Whether the query matches and the keyword tracks the item's language and platform."""
        return self.condition is not None and self.condition.met and not self.excluded_by

    @property
    def differs(self) -> str:
        """Why the stored mentions differ from the result: a code of messages/explanations.py; "" if they agree."""
        document, keyword = self.subject.document, self.keyword
        if document is None or keyword is None or self.condition is None or self.matches == bool(self.mention):
            return ""
        if self.mention and self.mention.unmatched_at:
            return "edited"
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
    """Return a pasted text. Raises ValidationError by field if one is too long."""
    refuse_long(text=(text, MAX_TEXT), title=(title, MAX_TITLE), url=(url, MAX_ADDRESS))
    return Subject(Doc(title, text, url=url, author=author, language=language, platform=platform))


def stored_document(project: Project, url: str) -> Document | None:
    """Return the stored item at a URL, however it is spelled: of several, one with its fragment, else the newest."""
    url = url_from_input(url)
    address = canonical_url(url)
    if not address:
        return None
    documents = Document.objects.select_related("source").filter(project=project, deleted_at=None)
    documents = documents.filter(address_key=key_of(address))
    found = list(documents.order_by("-pk")[:COMPARED])
    return next((one for one in found if fragment_of(one.url) == fragment_of(url)), found[0] if found else None)


def of_document(document: Document) -> Subject:
    """Return a stored item."""
    return _subject(doc_of(document), document=document)


def fetch_page(project: Project, url: str) -> FetchedPage:
    """Fetch the page at a URL. If it redirects to the URL of a stored item, return the ID of that item."""
    result = http_client().fetch(url_from_input(url), accept=_PAGE_TYPES)
    if result.error:
        return FetchedPage(error=result.error.code)
    if kept := stored_document(project, result.url):
        return FetchedPage(document=kept.pk)
    page = read_page(result.body, result.content_type)
    if isinstance(page, ParseError):
        return FetchedPage(error=page.code)
    if page is None:
        return FetchedPage(error="not_a_page")
    if not page.text.strip():
        return FetchedPage(error="no_text")
    text = scrub(page.text)[: MAX_TEXT + 1]  # one more, by which `_subject` sees that it is longer
    image = _public_url(result.url, page.image)
    title, language = scrub(page.title)[:MAX_TITLE], page.language
    shown = hide(result.url)
    return FetchedPage(title, text, shown, language, image=image, image_alt=page.image_alt[:MAX_TITLE])


def _public_url(page_url: str, image: str) -> str:
    """Return the whole URL of a picture; "" for no web address, one that is too long, or has a password or token."""
    try:
        url = urljoin(page_url, image) if image else ""
    except ValueError:
        return ""
    return url if url.startswith(("https://", "http://")) and len(url) <= MAX_ADDRESS and hide(url) == url else ""


def of_page(project: Project, page: FetchedPage) -> Subject | str:
    """Return a fetched page, or one sentence why there is no text."""
    if page.error:
        return _unread(page.error)
    if page.document is None:
        return _subject(Doc(page.title, page.text, url=page.url, language=page.language), is_fetched=True)
    kept = project.documents.select_related("source").filter(pk=page.document, deleted_at=None).first()
    return of_document(kept) if kept else _unread("no_text")


def answer(subject: Subject, keyword: Keyword, seconds: float = SECONDS) -> Answer:
    """Explain a stored keyword."""
    return next(answers(subject, [keyword], seconds))


def answer_query(subject: Subject, query: str) -> Answer:
    """Explain a query. Raises ValidationError if it is too long, QueryError if it is malformed."""
    refuse_long(query=(query, MAX_QUERY))
    return Answer(subject, query, condition=explain_within(query, View(subject.doc), SECONDS))


def answers(subject: Subject, keywords: Iterable[Keyword], seconds: float = SECONDS) -> Iterator[Answer]:
    """Explain several keywords; answers after the deadline have no condition."""
    deadline = time.monotonic() + seconds
    view = View(subject.doc)
    mentions = {}
    if subject.document is not None:
        mentions = {mention.keyword_id: mention for mention in Mention.objects.filter(document=subject.document)}
    for keyword in keywords:
        condition, error = None, None
        try:
            condition = explain_within(parse(keyword.query, saved=True), view, deadline - time.monotonic())
        except QueryError as problem:
            error = problem
        found = mentions.get(keyword.pk)
        yield Answer(subject, keyword.query, keyword, condition, error, excluded_by(keyword, subject.doc), found)


def excluded_by(keyword: Keyword, doc: Doc) -> tuple[str, ...]:
    """Return which of "language" and "platform" exclude an item from a keyword; unknown ones exclude nothing."""
    languages = TrackedKeyword.unsaved("", languages=keyword.languages)
    platforms = TrackedKeyword.unsaved("", platforms=keyword.platforms)
    found = () if languages.accepts(doc.language, "") else ("language",)
    return found if not doc.platform or platforms.accepts("", doc.platform) else (*found, "platform")


def refuse_long(**fields: tuple[str, int]) -> None:
    """Raise ValidationError for each field whose text is longer than its limit, with the number to remove."""
    errors = {}
    for name, (text, limit) in fields.items():
        if (over := len(text) - limit) > 0:
            message = ngettext(
                "The limit is %(limit)s characters: remove %(over)s character.",
                "The limit is %(limit)s characters: remove %(over)s characters.",
                over,
            )
            params = {
                "limit": number_format(limit, force_grouping=True),
                "over": number_format(over, force_grouping=True),
            }
            errors[name] = ValidationError(message % params, code="too_long")
    if errors:
        raise ValidationError(errors)


def _subject(doc: Doc, **more: Any) -> Subject:
    if len(doc.text) <= MAX_TEXT:
        return Subject(doc, **more)
    return Subject(replace(doc, text=doc.text[:MAX_TEXT]), is_truncated=True, **more)


def _unread(code: str) -> str:
    what = _PAGE_MESSAGES.get(code) or error_text(code).message
    return _("%(what)s Paste the page’s text instead.") % {"what": what}
