"""Summarize the mentions of a subject: choose some, send their words, and keep the sentences that rest on them.

In: a request and the mentions of its subject. Out: an `Answer` with sentences, each with its items and mentions. Up to
MAX_MENTIONS are sent, spread over the period, and the ones with the most engagement; not the names of their authors,
nor emails, which only their recipients read. Called by assistant/runs.py.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from accounts.models import Project, User
from assistant.answers import Unusable, read_summary
from assistant.chat import ChatError
from assistant.messages import GONE, NOTHING_CITED, NOTHING_TO_SUMMARIZE, TOO_SLOW, UNUSABLE
from assistant.models import AssistantRequest
from assistant.outcome import Answer, Ask, Failure, Outcome, failure_of
from assistant.prompts.fence import language_of, new_mark
from assistant.prompts.summary import MAX_TOKENS, SentMention, ask_for_summary
from assistant.requests import ask
from assistant.subjects import Scope, Subject, scope_of, summary_key
from monitoring.content.excerpts import excerpt, plain
from monitoring.insights.dimensions import FOLD
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow, newest_documents, newest_documents_of, rows_of_documents
from monitoring.insights.questions import PRIVATE
from monitoring.insights.time_limit import TooSlow, time_limit
from monitoring.messages.labels import platform_name
from monitoring.models import Document

# With their titles about 4,000 tokens, which fits models with a context of 8,192.
MAX_MENTIONS = 30
MAX_TITLE, MAX_TEXT = 120, 320  # characters
LOUDEST = 10  # those with the most engagement among
SAMPLE = 500  # of the newest mentions
SLICES = 20  # equal parts of the period, of each of which the newest is read


def request_summary(project: Project, user: User, subject: Subject) -> AssistantRequest:
    """Ask for a summary in the language of the person. Raises as assistant/requests.py."""
    language = language_of(user.language)
    key = summary_key(subject, language)
    return ask(project, user, AssistantRequest.Kind.SUMMARY, key, subject.about, language)


def answer(request: AssistantRequest, ask_model: Ask, now: datetime) -> Outcome:
    """Return the summary that a request asks for."""
    try:
        with time_limit():
            scope = scope_of(request, now)
            if scope is None:
                return Failure(GONE)
            rows, total = chosen_mentions(scope.f)
    except TooSlow:
        return Failure(TOO_SLOW)
    if not rows:
        return Failure(NOTHING_TO_SUMMARIZE)
    return summarize(request.language, scope, rows, total, ask_model)


def summarize(language: str, scope: Scope, rows: Sequence[MentionRow], total: int, ask_model: Ask) -> Outcome:
    """Return the summary of some mentions of a scope, which has `total` items."""
    sent = [_sent(row, f"m{number}", scope.f) for number, row in enumerate(rows, 1)]
    ids = {one.id: place for place, one in enumerate(sent)}
    text = ask_model(ask_for_summary(language, scope.title, sent, new_mark()), MAX_TOKENS)
    if isinstance(text, ChatError):
        return failure_of(text)
    try:
        found = read_summary(text, ids)
    except Unusable:
        return Failure(UNUSABLE)
    if not found.sentences:
        return Failure(NOTHING_CITED)
    sentences = [
        {
            "text": sentence.text,
            "documents": [rows[place].document.pk for place in sentence.mentions],
            "mentions": [rows[place].mention.pk for place in sentence.mentions],
        }
        for sentence in found.sentences
    ]
    result = {
        "sentences": sentences,
        "dropped": found.dropped,
        "sent": len(sent),
        "total": total,
        "is_capped": scope.f.capped,
        "since": scope.f.since.isoformat(),
        "until": scope.f.until.isoformat(),
    }
    return Answer(result, tuple(row.document.pk for row in rows))


def chosen_mentions(f: MentionFilter) -> tuple[list[MentionRow], int]:
    """Return up to MAX_MENTIONS mentions from all over a filter, the newest first, and the number of all."""
    f = f.replace(stories=FOLD, order="")
    newest = newest_documents(f, SAMPLE)
    wanted = newest if len(newest) <= MAX_MENTIONS else [*_loudest(newest), *_spread(f), *newest]
    found = rows_of_documents(f, _readable(list(dict.fromkeys(wanted)))[:MAX_MENTIONS])
    return list(reversed(found)), f.document_count


def _loudest(documents: Sequence[int]) -> list[int]:
    rows = Document.objects.filter(pk__in=documents, engagement__gt=0).order_by(F("engagement").desc(), "pk")
    return list(rows.values_list("pk", flat=True)[:LOUDEST])


def _spread(f: MentionFilter) -> list[int]:
    """Return the newest item of each slice of the period; nothing for a search, which would run once per slice."""
    if f.search:
        return []
    length = (f.until - f.since) / SLICES
    slices = [
        f.replace(since=f.since + place * length, until=f.since + (place + 1) * length) for place in range(SLICES)
    ]
    return [document for found in newest_documents_of(slices, 1) for document in found]


def _readable(documents: Sequence[int]) -> list[int]:
    """Return the items that exist and whose texts may be sent, in their order."""
    rows = Document.objects.filter(pk__in=documents, deleted_at=None).exclude(platform__in=PRIVATE)
    found = set(rows.values_list("pk", flat=True))
    return [pk for pk in documents if pk in found]


def _sent(row: MentionRow, name: str, f: MentionFilter) -> SentMention:
    document = row.document
    return SentMention(
        id=name,
        day=document.published.astimezone(f.zone).date().isoformat(),
        platform=str(platform_name(document.platform)),
        keywords=tuple(keyword.name for keyword in row.keywords),
        sentiment=row.mention.sentiment,
        title=document.title[:MAX_TITLE],
        text=plain(excerpt(document.text, row.text_spans, MAX_TEXT)),
    )
