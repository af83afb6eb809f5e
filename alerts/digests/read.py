"""Read the content of a digest: a scope and a time window in, a DigestContent out.

Called by alerts/digests/send.py, which first waits for running ingests, and by the digest preview. It counts through
the same MentionFilter as every list, so a digest and the list that it links to show the same numbers.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from alerts.digests.content import NEEDS_REPLY, NEGATIVE, DigestContent, UnseenSource
from alerts.digests.read_best import read_best
from alerts.digests.read_history import read_history
from alerts.digests.read_items import Wanted, read_sections
from alerts.digests.read_themes import read_themes
from alerts.digests.scope import Scope, filter_of
from delivery.message import Window
from monitoring.insights import mentions
from monitoring.insights.dimension import Selection
from monitoring.insights.filters import MentionFilter
from monitoring.insights.gaps import Failure, failures_of
from monitoring.insights.sentiment import split_by_keyword
from monitoring.models import Keyword, Mention, Source

TYPES = [Keyword.Type.BRAND, Keyword.Type.COMPETITOR, Keyword.Type.TOPIC]
# Feeds are polled every half hour or so: what was missed in less is there at the next poll.
MIN_LOST = timedelta(minutes=15)


def read_digest(scope: Scope, window: Window, zone: tzinfo = UTC, *, is_compared: bool = True) -> DigestContent:
    """Return the content of a digest, in a number of queries that depends on neither keywords nor mentions.

    Without `is_compared`, its history has only the window.
    """
    current = filter_of(scope, window, zone)
    project = scope.project
    keywords = sorted(
        Keyword.objects.filter(project=project),
        key=lambda keyword: (TYPES.index(Keyword.Type(keyword.type)), keyword.name.lower()),
    )
    current.set_project_keywords(sorted(keyword.pk for keyword in keywords))
    in_scope = [keyword for keyword in keywords if keyword.pk in current.scope]
    subject = _subject(in_scope)
    wanted = _wanted(current, in_scope, subject)
    total = mentions.count(current).value
    history = read_history(project, current, in_scope, subject, is_compared=is_compared)
    return DigestContent(
        project_id=project.pk,
        project=scope.title,
        window=window,
        total=total,
        folded=mentions.count(current.replace(stories="fold")).value,
        waiting=next((one.total for one in wanted if one.key == NEEDS_REPLY), 0),
        negative=next((one.total for one in wanted if one.key == NEGATIVE), 0),
        history=history,
        sections=read_best(current, in_scope, total) if scope.is_best else read_sections(current, in_scope, wanted),
        unseen=_unseen(project.pk, failures_of(project, window.start, window.end), window.end),
        sources=project.sources.exclude(state=Source.State.PAUSED).count(),
        themes=read_themes(current, history.previous.window if history.previous else None),
    )


def _subject(keywords: Sequence[Keyword]) -> list[int]:
    """Return the keywords whose sentiment matters to the reader: the brands, else all but competitors, else all."""
    types = Keyword.Type
    chosen = [one.pk for one in keywords if one.type == types.BRAND]
    chosen = chosen or [one.pk for one in keywords if one.type != types.COMPETITOR]
    return chosen or [one.pk for one in keywords]


def _wanted(current: MentionFilter, keywords: Sequence[Keyword], subject: Sequence[int]) -> list[Wanted]:
    """Return the sections to read: what needs a reply, what is negative toward the subject, then each keyword."""
    attention: list[Wanted] = []
    if not current.statuses or Mention.Status.NEEDS_REPLY in current.statuses:
        attention.append(Wanted(NEEDS_REPLY, "", {"statuses": (Mention.Status.NEEDS_REPLY.value,)}))
    if not current.sentiments or Mention.Sentiment.NEGATIVE in current.sentiments:
        selection: dict[str, Selection] = {"sentiments": (Mention.Sentiment.NEGATIVE.value,)}
        if len(subject) < len(keywords) or current.keywords:
            selection["keywords"] = tuple(subject)
        attention.append(Wanted(NEGATIVE, "", selection))
    attention = [one.counted(mentions.count(current.replace(**one.selection)).value) for one in attention]
    splits = split_by_keyword(current)
    of_keywords = [
        Wanted(str(keyword.pk), keyword.name, {"keywords": (keyword.pk,)}, split.total, split)
        for keyword in keywords
        if (split := splits[keyword.pk]).total
    ]
    return [one for one in attention if one.total] + of_keywords


def _unseen(project_id: int, failures: Sequence[Failure], until: datetime) -> tuple[UnseenSource, ...]:
    """Return the sources that failed in the window or were stopped, those that missed the longest time first.

    Sources that work again are among them: the reader learns why something came late.
    """
    found: dict[int, list[Failure]] = {}
    for failure in failures:
        found.setdefault(failure.source_id, []).append(failure)
    failing = {
        one.pk: one
        for one in Source.objects.filter(project=project_id).failing()
        if one.failing_since is None or one.failing_since < until
    }
    unseen = []
    for source_id in found.keys() | failing.keys():
        parts, source = found.get(source_id, []), failing.get(source_id)
        lost = sum((part.end - part.start for part in parts), timedelta())
        if source is None and lost < MIN_LOST:
            continue
        unseen.append(
            UnseenSource(
                source_id,
                str(source) if source else parts[-1].name,
                source.error_code if source else parts[-1].error_code,
                lost,
                is_failing=source is not None,
                since=source.failing_since if source else None,
                is_stopped=source is not None and source.state == Source.State.STOPPED,
            )
        )
    return tuple(sorted(unseen, key=lambda one: (not one.is_failing, -one.lost, one.source_id)))
