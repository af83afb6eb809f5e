"""The questions that people ask in mentions, each once however many ask it.

In: a MentionFilter. Out: frozen questions with their mentions, those that most people ask first, then those with the
most engagement. Only the newest SAMPLE posts, comments and reviews are read, not articles, mails, and what official
accounts write. Called by workplace/post_ideas.py.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from monitoring.content.questions import group_questions, question_in
from monitoring.content.sameness import words_of
from monitoring.insights.dimensions import UNKNOWN_KIND
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow, newest_documents, rows_of_documents
from monitoring.models import Document, Keyword
from monitoring.models.documents import Kind

SAMPLE = 1000  # newest mentions read: 0.1 s
MAX_ROWS = 5  # mentions shown of a question
MAX_TEXT = 2000  # characters read of a post
MAX_UNKNOWN = 600  # an item of unknown type that is longer is an article
KINDS = (Kind.POST.value, Kind.COMMENT.value, Kind.REVIEW.value, UNKNOWN_KIND)
PRIVATE = ("email",)  # platforms whose items only their recipients read


@dataclass(frozen=True)
class Question:
    """A question in the words of the mention with the most engagement, and its newest mentions, that one first."""

    text: str
    askers: int
    engagement: int
    rows: tuple[MentionRow, ...]


@dataclass(frozen=True)
class AskedQuestions:
    """The questions, and of how many mentions. `is_complete` if these are all of the filter."""

    questions: tuple[Question, ...] = ()
    read: int = 0
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class _Asked:
    """A mention that asks: its document, who asks, and the sentence."""

    document: int
    asker: str
    story: int | None
    engagement: int
    text: str


def asked_questions(f: MentionFilter, limit: int) -> AskedQuestions:
    """Return the questions of the newest mentions under a filter."""
    f = f.replace(kinds=KINDS)
    newest = newest_documents(f, SAMPLE + 1)
    asked = _asked(newest[:SAMPLE], f.project_id)
    groups = group_questions([one.text for one in asked], _names(f))
    ranked = sorted((_ranked([asked[place] for place in places]) for places in groups), key=_rank)[:limit]
    shown = [one.document for group in ranked for one in group[:MAX_ROWS]]
    rows = {row.document.pk: row for row in rows_of_documents(f, shown)} if shown else {}
    found = (_question(group, [rows[one.document] for one in group if one.document in rows]) for group in ranked)
    return AskedQuestions(
        tuple(one for one in found if one.rows), min(len(newest), SAMPLE), is_complete=len(newest) <= SAMPLE
    )


def _asked(documents: Sequence[int], project_id: int) -> list[_Asked]:
    """Return the mentions that ask, the newest first."""
    rows = Document.objects.filter(pk__in=documents, deleted_at=None).exclude(platform__in=PRIVATE)
    rows = rows.exclude(written_by__speaks_for__project=project_id)
    names = ("pk", "kind", "title", "text", "story", "engagement", "platform", "author", "author_url", "published")
    found = []
    for pk, kind, title, text, story, engagement, platform, author, address, _at in (
        rows.order_by("-published", "-pk").values_list(*names)
    ):  # fmt: skip
        if question := question_in(_words(kind, title, text)):
            asker = f"{platform} {address or author}" if address or author else f"{pk}"
            found.append(_Asked(pk, asker, story, engagement or 0, question))
    return found


def _words(kind: str, title: str, text: str) -> str:
    """Return the words in which an item may ask; the title of a comment is that of what it comments on."""
    if not kind and len(title) + len(text) > MAX_UNKNOWN:
        return ""
    is_own_title = kind not in (Kind.COMMENT, Kind.REVIEW) and title and not text.startswith(title.rstrip("…. "))
    return f"{title}\n{text}"[:MAX_TEXT] if is_own_title else text[:MAX_TEXT]


def _names(f: MentionFilter) -> Collection[str]:
    """Return the words of the names of the keywords: all mentions have them."""
    names = Keyword.objects.filter(pk__in=f.keywords).values_list("name", flat=True)
    return {word for name in names for word in words_of(name)}


def _ranked(group: Sequence[_Asked]) -> list[_Asked]:
    """Return a group with the mention with the most engagement first, then the newest ones."""
    top = max(group, key=lambda one: one.engagement)
    return [top, *(one for one in group if one is not top)]


def _rank(group: Sequence[_Asked]) -> tuple[int, int, int]:
    return -_askers(group), -sum(one.engagement for one in group), -max(one.document for one in group)


def _askers(group: Sequence[_Asked]) -> int:
    """Return how many people ask; texts of one story are one post that others repeat."""
    stories = {one.story: one.asker for one in reversed(group) if one.story}
    return len({stories.get(one.story, one.asker) if one.story else one.asker for one in group})


def _question(group: Sequence[_Asked], rows: Sequence[MentionRow]) -> Question:
    return Question(group[0].text, _askers(group), sum(one.engagement for one in group), tuple(rows[:MAX_ROWS]))
