"""Find the themes of a project: group the vectors of its newest mentions, name the groups, and store who is in which.

A run reads and groups without a transaction, and writes in one. So a killed worker changes nothing, and of two workers
that group a project at the same time, the second one discards what it found: the run that it started from is no longer
the last one. A run is due a day after the last one if there are new vectors, or earlier once there are many. Called by
a task of low priority every minute.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Left
from django.utils import timezone
from numpy.typing import NDArray

from monitoring.embedding import encoder
from monitoring.ingest.project_lock import lock_project_shared
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import newest_documents
from monitoring.models import Document, DocumentTheme, DocumentVector, Keyword, Theme, ThemeRun
from monitoring.models.vectors import read
from monitoring.query.tokens import tokenize
from monitoring.themes.groups import MAX_SHAPED, NONE, Groups, group
from monitoring.themes.identity import Known, continued
from monitoring.themes.names import MAX_CHARS, WORDS_IN_NAME, Terms, Text, still_fits, terms_of
from monitoring.themes.subjects import Scores, Subjects, encode_subjects, score

log = logging.getLogger(__name__)

WINDOW = timedelta(days=60)  # a month and the one before, which it is compared with
MAX_DOCUMENTS = 20_000  # the newest: 20 MB of vectors
MIN_DOCUMENTS = 30  # fewer have no themes
PAUSE, INTERVAL = timedelta(minutes=10), timedelta(days=1)
# A run is due before INTERVAL is over if the vectors are more by this share, and by MIN_DOCUMENTS.
GROWTH = 10  # percent
COUNTED = 5000  # vectors that are counted to see whether there are more of older documents
KEPT = timedelta(days=60)  # after a theme was last found

_DUE = """
SELECT p.id, r.grouped_at, stored.vectors, stored.last FROM accounts_project p
LEFT JOIN monitoring_themerun r ON r.project_id = p.id
CROSS JOIN LATERAL (
    SELECT count(*) AS vectors, coalesce(max(document_id), 0) AS last FROM (
        SELECT document_id FROM monitoring_documentvector v WHERE v.project_id = p.id
        ORDER BY document_id DESC LIMIT %(counted)s
    ) AS newest
) AS stored
CROSS JOIN LATERAL (
    SELECT count(*) AS vectors FROM (
        SELECT FROM monitoring_documentvector v
        WHERE v.project_id = p.id AND v.document_id > coalesce(r.last_document, 0) LIMIT %(counted)s
    ) AS newer
) AS fresh
WHERE p.deleted_at IS NULL AND stored.vectors >= %(minimum)s AND (
    r.grouped_at IS NULL
    OR r.grouped_at < %(day)s AND (fresh.vectors > 0 OR stored.vectors <> r.vectors)
    OR r.grouped_at < %(pause)s AND (
        fresh.vectors >= greatest(%(minimum)s, r.documents * %(growth)s / 100)
        OR stored.vectors >= r.vectors * (100 + %(growth)s) / 100 + %(minimum)s
    )
)
ORDER BY r.grouped_at NULLS FIRST, p.id LIMIT 2
"""
# Documents that another transaction is deleting are left out: this waits for none.
_ASSIGN = """
WITH new AS (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS new (document, theme)
), present AS (
    SELECT d.id, new.theme FROM new JOIN monitoring_document d ON d.id = new.document
    WHERE d.deleted_at IS NULL ORDER BY d.id FOR KEY SHARE OF d SKIP LOCKED
)
INSERT INTO monitoring_documenttheme (document_id, theme_id) SELECT id, theme FROM present ORDER BY id
ON CONFLICT (document_id) DO UPDATE SET theme_id = excluded.theme_id
WHERE monitoring_documenttheme.theme_id <> excluded.theme_id
"""


@dataclass(frozen=True)
class _Due:
    """A project to group, with its last run and its vectors."""

    project_id: int
    grouped_at: datetime | None
    vectors: int
    last_document: int


@dataclass(frozen=True)
class _Read:
    """The documents of a run, the newest first, with their vectors by one version of the encoder."""

    ids: list[int]
    languages: list[str]
    stories: list[int]
    vectors: NDArray[np.float32]
    version: str


@dataclass(frozen=True)
class _Found:
    """The groups of a run with the ids of their members, their terms, and how close they are to subjects.

    `scores` is None if this server can't make vectors of the version of the run.
    """

    groups: Groups
    members: list[frozenset[int]]
    terms: dict[int, Terms]
    scores: Scores | None


def group_due(now: datetime | None = None) -> bool:
    """Find the themes of the project that has waited longest. Return whether others are due."""
    now = now or timezone.now()
    due = _due_projects(now)
    if due:
        _group(due[0], now)
    return len(due) > 1


def delete_old_themes(now: datetime) -> None:
    """Delete the themes that no run has found for KEPT, with the rows of their documents, which are as old."""
    Theme.objects.filter(seen_at__lt=now - KEPT).delete()


def _due_projects(now: datetime) -> list[_Due]:
    values: dict[str, int | datetime] = {
        "counted": COUNTED,
        "minimum": MIN_DOCUMENTS,
        "growth": GROWTH,
        "day": now - INTERVAL,
        "pause": now - PAUSE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, values)
        return [_Due(*row) for row in cursor.fetchall()]


def _group(due: _Due, now: datetime) -> None:
    documents = _read(due.project_id, now)
    found = _find(due.project_id, documents)
    with transaction.atomic():
        lock_project_shared([due.project_id])  # no retention or purge deletes these documents meanwhile
        ThemeRun.objects.get_or_create(project_id=due.project_id)
        run = ThemeRun.objects.select_for_update().get(project_id=due.project_id)
        if run.grouped_at != due.grouped_at:
            return
        themes = _store_themes(due.project_id, documents, found, now)
        _store_members(documents, found, themes)
        run.grouped_at, run.vectors, run.last_document = now, due.vectors, due.last_document
        run.documents, run.grouped = len(documents.ids), int((found.groups.labels != NONE).sum())
        run.save()
    log.info(
        "event=themes_found project=%s documents=%s grouped=%s themes=%s",
        *(due.project_id, run.documents, run.grouped, len(themes)),
    )


def _read(project_id: int, now: datetime) -> _Read:
    newest = newest_documents(MentionFilter(project_id=project_id, since=now - WINDOW, until=now), MAX_DOCUMENTS)
    versions = Counter(DocumentVector.objects.filter(document__in=newest).values_list("version", flat=True))
    version = max(versions, key=lambda one: (versions[one], one), default="")
    ids, vectors = read(newest, version)
    places = {pk: place for place, pk in enumerate(ids.tolist())}
    rows = Document.objects.filter(pk__in=places, deleted_at=None).values_list("pk", "language", "story_id")
    facts = {pk: (language, story_id) for pk, language, story_id in rows}
    kept = [pk for pk in newest if pk in facts]
    return _Read(
        ids=kept,
        languages=[facts[pk][0] for pk in kept],
        stories=[facts[pk][1] or -pk for pk in kept],
        vectors=vectors[[places[pk] for pk in kept]],
        version=version,
    )


def _find(project_id: int, documents: _Read) -> _Found:
    groups = group(documents.vectors, documents.languages, documents.stories)
    members = [
        frozenset(documents.ids[place] for place in np.flatnonzero(groups.labels == number).tolist())
        for number in range(len(groups.centers))
    ]
    languages = [code for code, _name in settings.LANGUAGES]
    terms = terms_of(_texts(documents, groups), languages, _own_words(project_id))
    subjects = _subjects(documents.version)
    scores = score(subjects, documents.vectors, documents.languages, groups) if subjects else None
    return _Found(groups, members, terms, scores)


def _texts(documents: _Read, groups: Groups) -> list[Text]:
    """Return the newest texts, one of each story."""
    firsts = {story: place for place, story in reversed(list(enumerate(documents.stories)))}
    places = sorted(firsts.values())[:MAX_SHAPED]
    wanted = {documents.ids[place]: int(groups.labels[place]) for place in places}
    rows = Document.objects.filter(pk__in=wanted).annotate(start=Left("text", MAX_CHARS))
    return [
        Text(f"{title}\n{text}", language.partition("-")[0], wanted[pk])
        for pk, title, text, language in rows.values_list("pk", "title", "start", "language").order_by("pk")
    ]


def _own_words(project_id: int) -> set[str]:
    """Return the words of the keywords: what is said about a brand always has its name."""
    keywords = Keyword.objects.filter(project=project_id).values_list("name", "query")
    return {token.norm for keyword in keywords for text in keyword for token in tokenize(text)}


def _store_themes(project_id: int, documents: _Read, found: _Found, now: datetime) -> list[Theme]:
    """Store the themes of the groups, those of earlier runs with what changed. Return them in the order of groups."""
    earlier = {theme.pk: theme for theme in Theme.objects.filter(project=project_id).select_for_update()}
    known = _known(list(earlier.values()), documents)
    continues = continued(known, found.members, found.groups.centers)
    subjects = {number: earlier[pk].subject for number, pk in continues.items()}
    if found.scores:
        subjects = found.scores.choose(subjects)
    themes = []
    for number, center in enumerate(found.groups.centers):
        theme = earlier.pop(continues[number]) if number in continues else Theme(project_id=project_id, created_at=now)
        theme.subject = subjects.get(number, "")
        theme.terms = found.terms.get(number, {})
        kept = {
            language: theme.name_terms[language]
            for language, terms in theme.terms.items()
            if still_fits(theme.name_terms.get(language, ()), terms)
        }
        fresh = {language: terms[:WORDS_IN_NAME] for language, terms in theme.terms.items()}
        theme.name_terms = fresh | kept
        theme.center, theme.version = center.tolist(), documents.version
        theme.size, theme.seen_at = len(found.members[number]), now
        if theme.pk:
            theme.save(update_fields=["subject", "terms", "name_terms", "center", "version", "size", "seen_at"])
        else:
            theme.save()
        themes.append(theme)
    Theme.objects.filter(pk__in=earlier).update(size=0)
    return themes


@lru_cache(maxsize=1)
def _subjects(version: str) -> Subjects | None:
    try:
        loaded = encoder.load()
    except (ImportError, OSError):
        return None
    if loaded.version != version:
        return None
    return encode_subjects(lambda texts: loaded.encode(texts).vectors)


def _known(themes: Sequence[Theme], documents: _Read) -> list[Known]:
    members: dict[int, set[int]] = {}
    rows = DocumentTheme.objects.filter(theme__in=[theme.pk for theme in themes], document__in=documents.ids)
    for theme_id, document_id in rows.values_list("theme_id", "document_id"):
        members.setdefault(theme_id, set()).add(document_id)
    return [
        Known(
            theme.pk,
            frozenset(members.get(theme.pk, ())),
            np.array(theme.center, np.float32) if theme.version == documents.version else None,
        )
        for theme in themes
    ]


def _store_members(documents: _Read, found: _Found, themes: Sequence[Theme]) -> None:
    """Store the theme of each document; those in none lose their row, and older ones keep theirs."""
    pairs = [
        (pk, themes[label].pk)
        for pk, label in zip(documents.ids, found.groups.labels.tolist(), strict=True)
        if label != NONE
    ]
    grouped = {pk for pk, _theme in pairs}
    DocumentTheme.objects.filter(document__in=[pk for pk in documents.ids if pk not in grouped]).delete()
    with connection.cursor() as cursor:
        cursor.execute(_ASSIGN, [[pk for pk, _theme in pairs], [theme for _pk, theme in pairs]])
