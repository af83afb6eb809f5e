"""The list of mentions for exports: a row per item, under any filter and in any order of the inbox.

In: a MentionFilter. Out: columns, and batches of rows that are read by keyset, so memory does not grow with the list.
The rows are those that the list counts. Called by registry.py.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from monitoring.insights import mentions, stories
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import Key
from monitoring.models import Document, Keyword, Mention, MentionTag, Source, Triage
from reports.exports.item_columns import ITEM_FIELDS, item_columns, item_values, link_column, page_prefix
from reports.exports.table import Column, Row, Value

KEYS = 1000  # documents whose ids are read by one query
SEARCH_KEYS = 4000  # with a search: the walk over its matches starts again for each batch
ROWS = 500  # documents whose texts are in memory
TRIAGE_FIELDS = (
    *("assignee_id", "is_founded", "reason", "reason_note", "snoozed_until"),
    *("due_at", "first_replied_at", "replied_by_id", "response_s"),
)


def columns(f: MentionFilter) -> tuple[Column, ...]:
    """Return the columns, with labels in the active language."""
    statuses, labels = dict(Mention.Status.choices), dict(Mention.Sentiment.choices)
    reasons = {"": "", **{key: str(label) for key, label in Triage.Reason.choices}}
    yes_no = {None: "", True: _("Yes"), False: _("No")}
    folded = [Column("others", _("Further items of the story"))] if f.is_folded else []
    return (
        *item_columns(),
        Column("found_at", _("Found"), width=17),
        Column("keywords", _("Keywords"), width=20),
        Column("status", _("Status"), lambda value: statuses[value]),
        Column("sentiments", _("Sentiment"), lambda values: [labels[one] if one else "–" for one in values]),
        Column("assignee", _("Assignee"), lambda person: person and person["name"]),
        Column("tags", _("Tags")),
        Column("is_founded", _("Founded complaint"), lambda value: yes_no[value]),
        Column("reason", _("Reason for no reply"), lambda value: reasons[value]),
        Column("reason_note", _("Note on the reason")),
        Column("snoozed_until", _("Snoozed until"), width=17),
        Column("due_at", _("Reply due"), width=17),
        Column("first_replied_at", _("First reply"), width=17),
        Column("replied_by", pgettext("person", "Replied by"), lambda person: person and person["name"]),
        Column("response_s", _("Response time (minutes)"), lambda seconds: seconds and round(seconds / 60)),
        Column("story_id", _("Story")),
        *folded,
        Column("mentions", "", None),
        link_column(),
    )


def batches(f: MentionFilter) -> Iterator[list[Row]]:
    """Yield the rows of the list in its order."""
    reader = Reader(f)
    for keys in _key_batches(f):
        for start in range(0, len(keys), ROWS):
            if rows := reader.rows(keys[start : start + ROWS]):
                yield rows


def _key_batches(f: MentionFilter) -> Iterator[list[Key]]:
    if f.phrase and not f.order:
        yield from _closest_first(f)
        return
    if not f.order:
        yield from _newest_first(f)
        return
    # The list by urgency is bounded (insights/urgency.py): the rest follows, the newest first.
    seen: set[int] = set()
    cursor, is_first = None, True
    while is_first or cursor:
        page = mentions.page(f, cursor, mentions.MAX_PAGE_SIZE)
        cursor, is_first = page.next_cursor, False
        seen |= {row.story_id or -row.document.pk if f.is_folded else -row.document.pk for row in page.rows}
        yield [_key_of(row) for row in page.rows]
    for keys in _newest_first(f.replace(order="")):
        stories_of = _stories(keys) if f.is_folded else {}
        yield [key for key in keys if (stories_of.get(key.document_id) or -key.document_id) not in seen]


def _closest_first(f: MentionFilter) -> Iterator[list[Key]]:
    """Yield the rows of a search by meaning, the closest first."""
    cursor, is_first = None, True
    while is_first or cursor:
        page = mentions.page(f, cursor, mentions.MAX_PAGE_SIZE)
        cursor, is_first = page.next_cursor, False
        yield [_key_of(row) for row in page.rows]


def _key_of(row: mentions.MentionRow) -> Key:
    return Key(row.mention.published, row.document.pk, [mention.pk for mention in row.mentions])


def _stories(keys: Iterable[Key]) -> dict[int, int | None]:
    ids = [key.document_id for key in keys]
    return dict(Document.objects.filter(pk__in=ids).values_list("pk", "story_id"))


def _newest_first(f: MentionFilter) -> Iterator[list[Key]]:
    cursor: str | None = ""
    while cursor is not None:
        # A filter of its own for each batch: a search remembers all documents that it has checked.
        keys, cursor = mentions.keys_after(f.replace(), cursor, SEARCH_KEYS if f.q else KEYS)
        yield keys


@dataclass
class Reader:
    """The names of keywords, sources and people that the rows of one export share, read once."""

    f: MentionFilter
    people: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        project_id = self.f.project_id
        self.prefix = page_prefix("mention", project_id)
        self.keywords = dict(Keyword.objects.filter(project_id=project_id).values_list("pk", "name"))
        sources = Source.objects.filter(project_id=project_id).only("title", "url")
        self.sources = {source.pk: str(source) for source in sources}

    def rows(self, keys: list[Key]) -> list[Row]:
        """Return the rows of some documents, in six queries. Documents that are deleted meanwhile have none."""
        ids = [key.document_id for key in keys]
        documents = {row[0]: row for row in Document.objects.filter(pk__in=ids).values_list(*ITEM_FIELDS)}
        mentions_of = self._mentions([pk for key in keys for pk in key.mention_ids])
        triage = {pk: values for pk, *values in Triage.objects.filter(pk__in=ids).values_list("pk", *TRIAGE_FIELDS)}
        tags: dict[int, list[str]] = defaultdict(list)
        for pk, tag in (
            MentionTag.objects.filter(document_id__in=ids).order_by("tag").values_list("document_id", "tag")
        ):
            tags[pk].append(tag)
        self._read_people(triage.values())
        others: dict[int | None, int] = {}
        if self.f.is_folded:
            others = stories.count_others(self.f, [found[0] for found in mentions_of.values()])
        return [
            self._row(documents[pk], mentions_of[pk], triage.get(pk), tags.get(pk, []), others)
            for pk in ids
            if pk in documents and pk in mentions_of
        ]

    def _mentions(self, ids: list[int]) -> dict[int, list[Mention]]:
        columns = ("document_id", "keyword_id", "story_id", "status", "sentiment", "found_at")
        found: dict[int, list[Mention]] = {}
        for mention in Mention.objects.filter(pk__in=ids).only(*columns).order_by("keyword_id"):
            found.setdefault(mention.document_id, []).append(mention)
        return found

    def _read_people(self, triage: Iterable[list[Any]]) -> None:
        wanted = {pk for values in triage for pk in (values[0], values[7]) if pk and pk not in self.people}
        if wanted:
            self.people |= {pk: user.name for pk, user in User.objects.in_bulk(wanted).items()}

    def _row(
        self,
        document: tuple[Any, ...],
        found: list[Mention],
        triage: list[Any] | None,
        tags: list[str],
        others: dict[int | None, int],
    ) -> Row:
        assignee, is_founded, reason, note, snoozed, due, replied, replied_by, response_s = triage or _NO_TRIAGE
        labels = [mention.sentiment for mention in found]
        story_id = found[0].story_id
        return (
            *item_values(document, self.sources),
            min(mention.found_at for mention in found),
            [self.keywords.get(mention.keyword_id, "") for mention in found],
            mentions.status_of(found).value,
            labels if len(set(labels)) > 1 else labels[:1],
            self._person(assignee),
            tags,
            is_founded,
            reason,
            note,
            snoozed,
            due,
            replied,
            self._person(replied_by),
            response_s,
            story_id,
            *([others.get(story_id, 0)] if self.f.is_folded else []),
            [self._mention(mention) for mention in found],
            f"{self.prefix}{found[0].pk}",
        )

    def _person(self, pk: int | None) -> Value:
        return {"id": pk, "name": self.people.get(pk, "")} if pk else None

    def _mention(self, mention: Mention) -> dict[str, Value]:
        keyword = {"id": mention.keyword_id, "name": self.keywords.get(mention.keyword_id, "")}
        return {
            "id": mention.pk,
            "keyword": keyword,
            "status": mention.status,
            "sentiment": mention.sentiment or None,
            "found_at": mention.found_at,
        }


_NO_TRIAGE: list[Any] = [None, None, "", "", None, None, None, None, None]
