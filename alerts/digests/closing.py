"""Close due windows of a project and write their digests to the outbox, many in one transaction.

alerts/digests/send.py calls `close_windows` with the subscriptions whose window has ended. Contents are read and
messages rendered first, each shared by all its readers. Then one transaction per batch moves `sent_until`, where it
is unchanged, and inserts the messages: a writer killed before its end has written nothing of the batch, and of two
concurrent writers only one moves a subscription, so no window is lost or sent twice (docs/digests.md).
"""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Min

from accounts.access import managers_among
from accounts.lost_session import drop_lost_session
from alerts.deletions import write_all
from alerts.digests import sent
from alerts.digests.content import DigestContent
from alerts.digests.notice import digest_notice
from alerts.digests.read import read_digest
from alerts.digests.recipients import channels_of, receiving, view_url
from alerts.digests.render import Reader, Renderer
from alerts.digests.scope import Scope, filter_of
from alerts.digests.subscriptions import Frequency, scope_of
from alerts.models import Digest, DigestRecipient, SentDigest
from delivery.message import Message, Window, to_destination
from delivery.models import Delivery

log = logging.getLogger(__name__)
# Digests in one transaction. Larger ones save little more, and hold locks for longer than some 50 ms.
BATCH = 50
# Mentions are analyzed seconds after they are found. After this time, something is wrong, and the digest leaves.
ANALYSIS_LIMIT = timedelta(minutes=10)


@dataclass
class Run:
    """One run for a project, with what its digests share; all mentions found before `complete_until` are stored.

    Without `is_compared`, the history of a content has only its window.
    """

    project_id: int
    now: datetime
    complete_until: datetime
    is_compared: bool = True
    renderer: Renderer = field(default_factory=Renderer)
    _contents: dict[tuple[Scope, Window, ZoneInfo], DigestContent] = field(default_factory=dict)
    _counts: dict[tuple[Scope, Window], dict[str, Any]] = field(default_factory=dict)

    def content(self, scope: Scope, window: Window, zone: ZoneInfo) -> DigestContent:
        asked = (scope, window, zone)
        if asked not in self._contents:
            self._contents[asked] = read_digest(*asked, is_compared=self.is_compared)
        return self._contents[asked]

    def counts(self, scope: Scope, content: DigestContent) -> dict[str, Any]:
        asked = (scope, content.window)
        if asked not in self._counts:
            self._counts[asked] = sent.counts_of(scope, content)
        return self._counts[asked]


@dataclass(frozen=True)
class Due:
    """A window of a subscription that has ended, and what was found in it. Without `scope`, it is about nothing."""

    digest: Digest
    window: Window
    scope: Scope | None = None
    content: DigestContent | None = None

    @property
    def key(self) -> str:
        return f"digest:{self.digest.pk}:{self.window.end.isoformat()}"

    @property
    def total(self) -> int:
        return self.content.total if self.content else 0

    @property
    def is_sent(self) -> bool:
        if self.content is None:
            return False
        return bool(self.total) or (self.digest.send_empty and self.digest.frequency != Frequency.INSTANT)


@dataclass(frozen=True)
class Written:
    """A due window with its messages, and the counts that are stored with each email."""

    due: Due
    messages: Sequence[Message] = ()
    counts: dict[str, Any] = field(default_factory=dict)


def close_windows(windows: Iterable[tuple[Digest, Window]], run: Run, stop_at: float) -> int:
    """Close windows until `stop_at` (time.monotonic). Return how many were closed, empty ones included.

    A failure is retried at the next run and stops no other digest. A digest about nothing any more closes its windows,
    too: what it would have contained is not sent later.
    """
    closed = 0
    batch: list[Due] = []
    for digest, window in windows:
        if time.monotonic() >= stop_at:
            break
        if due := _read(digest, window, run):
            batch.append(due)
        if len(batch) == BATCH:
            closed += _close(batch, run)
            batch = []
    return closed + _close(batch, run)


def message_of(due: Due, reader: Reader, run: Run, key: str) -> Message:
    """Return a digest as an email to one reader."""
    digest, recipient = due.digest, reader.recipient
    if due.scope is None or due.content is None:
        raise ValueError("a digest about nothing has no message")
    web_url = view_url(recipient, key) if recipient else sent.view_url(key)
    rendered = run.renderer.render(due.content, due.scope, reader, web_url)
    return Message(
        key=key,
        kind=Delivery.Kind.DIGEST,
        recipient=recipient.external.email if recipient else digest.user.email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        headers=rendered.headers,
        project=digest.project,
        user=None if recipient else digest.user,
        is_external=recipient is not None,
        window=due.content.window,
        passages=rendered.passages,
    )


@transaction.atomic
def store(written: Iterable[Written]) -> list[Delivery]:
    """Insert messages with the counts of the emails. Return those whose key did not exist."""
    messages = [(message, one.counts) for one in written for message in one.messages]
    deliveries = write_all([message for message, _counts in messages]) if messages else []
    stored = [(row, counts) for row, (_message, counts) in zip(deliveries, messages, strict=True) if row]
    SentDigest.objects.bulk_create(
        SentDigest(delivery=row, **counts) for row, counts in stored if row.channel == Delivery.EMAIL
    )
    return [row for row, _counts in stored]


def _read(digest: Digest, window: Window, run: Run) -> Due | None:
    """Return a window with its content; None if it must wait, or cannot be read."""
    try:
        scope = scope_of(digest)
        if scope is None:
            return Due(digest, window)
        if (ends := _analyzed_until(scope, window, run.now)) < window.end:
            if digest.frequency != Frequency.INSTANT or ends <= window.start:
                return None
            window = replace(window, end=ends)
        return Due(digest, window, scope, run.content(scope, window, digest.user.zone))
    except Exception:
        _log_failure(digest, window)
        return None


def _analyzed_until(scope: Scope, window: Window, now: datetime) -> datetime:
    """Return until when a window can be read by sentiment: its end, or the first mention that is not analyzed yet.

    A view of negative mentions would lose those that are analyzed after the window is closed.
    """
    f = filter_of(scope, window)
    if not f.sentiments:
        return window.end
    pending = f.replace(sentiments=()).mentions().filter(sentiment="", found_at__gte=now - ANALYSIS_LIMIT)
    return pending.aggregate(first=Min("found_at"))["first"] or window.end


def _close(batch: Sequence[Due], run: Run) -> int:
    """Render the digests of a batch, and write them. Return how many windows were closed."""
    if not batch:
        return 0
    try:
        to_send = [due.digest for due in batch if due.is_sent]
        managers = managers_among(run.project_id, [digest.user_id for digest in to_send])
        others = receiving(digest for digest in to_send if digest.user_id in managers)
        written = [
            Written(due, *_messages(due, run, others.get(due.digest.pk, []), may_act=due.digest.user_id in managers))
            for due in batch
        ]
        closed = _write(written, run.now)
    except Exception:
        if len(batch) > 1:  # one of them is the cause
            drop_lost_session()
            return sum(_close([due], run) for due in batch)
        _log_failure(batch[0].digest, batch[0].window)
        return 0
    for due in closed:
        end = due.window.end.isoformat()
        log.info("event=digest id=%s status=closed window_end=%s mentions=%s", due.digest.pk, end, due.total)
    return len(closed)


def _messages(
    due: Due, run: Run, others: Iterable[DigestRecipient], *, may_act: bool
) -> tuple[list[Message], dict[str, Any]]:
    """Return the messages of a digest to its member, channels and recipients without an account, and its counts."""
    if due.scope is None or due.content is None or not due.is_sent:
        return [], {}
    messages = [message_of(due, Reader(due.digest, may_act), run, due.key)]
    for destination in channels_of(due.digest) if may_act else ():
        notice = digest_notice(due.content, due.digest, due.scope, destination)
        messages.append(to_destination(due.key, Delivery.Kind.DIGEST, destination, notice))
    for recipient in others:
        messages.append(message_of(due, Reader(due.digest, may_act, recipient), run, f"{due.key}:for:{recipient.pk}"))
    return messages, run.counts(due.scope, due.content)


@transaction.atomic
def _write(batch: Sequence[Written], now: datetime) -> list[Due]:
    """Move `sent_until` of the subscriptions, and store the messages of those that moved. Return their windows."""
    moved = _move([one.due for one in batch], now)
    store(one for one in batch if one.due.digest.pk in moved)
    return [one.due for one in batch if one.due.digest.pk in moved]


def _move(batch: Sequence[Due], now: datetime) -> set[int]:
    """Move `sent_until` to the end of the windows that still start there. Return the ids of those subscriptions.

    Closes the race of two writers, and of a writer and a person who turns the digest off. A subscription that somebody
    else has locked is left for the next run, so batches never wait for each other.
    """
    by_id = {due.digest.pk: due for due in batch}
    rows = Digest.objects.filter(pk__in=by_id).exclude(frequency=Frequency.NEVER).order_by("pk")
    locked = rows.select_for_update(no_key=True, skip_locked=True).values_list("pk", "sent_until")
    unchanged = [by_id[pk] for pk, sent_until in locked if sent_until == by_id[pk].window.start]
    groups: dict[tuple[datetime, bool], list[int]] = {}
    for due in unchanged:
        groups.setdefault((due.window.end, due.is_sent), []).append(due.digest.pk)
    for (end, is_sent), ids in groups.items():
        Digest.objects.filter(pk__in=ids).update(sent_until=end, **({"last_sent_at": now} if is_sent else {}))
    return {due.digest.pk for due in unchanged}


def _log_failure(digest: Digest, window: Window) -> None:
    """Log the exception that is handled; a lost session with the database ends here."""
    log.exception("event=digest id=%s status=failed window_end=%s", digest.pk, window.end.isoformat())
    drop_lost_session()
