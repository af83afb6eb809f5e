"""Rules on each mention: one message about what was found since the last one, at most every five minutes.

`send_each(now)`, called by alerts/tasks.py. `told_until` is moved by compare-and-set in the transaction that writes
the messages, so a mention is sent once, also by two workers or after one that was killed.
"""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from django.db import transaction
from django.db.models import Min, QuerySet

from accounts.lost_session import drop_lost_session
from alerts.conditions.base import EACH
from alerts.conditions.limits import DAY
from alerts.deletions import write
from alerts.each_messages import NewMentions, mentions_notice, render_mentions
from alerts.first_polls import FirstPolls, read_first_polls
from alerts.incidents import recipients_of
from alerts.measures.registry import MEASURES
from alerts.models import Rule
from alerts.quiet_hours import hold_mentions
from alerts.readings.base import Request
from alerts.rule_channels import awake, channels_of, owners_of
from alerts.rules import filter_of_clause, settings_of
from alerts.scope import Scope, scope_of
from alerts.windows import Windows
from delivery.message import Message, Window, to_destination
from delivery.models import Delivery
from monitoring.ingest.project_lock import wait_for_ingest
from monitoring.insights.filters import MentionFilter
from monitoring.models import Mention

log = logging.getLogger(__name__)
GROUPED = timedelta(minutes=5)
# A rule on a sentiment waits for the analysis of a mention, which takes seconds, no longer than this.
ANALYSIS_LIMIT = timedelta(minutes=10)
# The rules page shows when a rule was last evaluated: often enough.
EVALUATION_STORED_EVERY = timedelta(minutes=1)
# After a long time without mentions, the next search begins later: it stays short.
STALE = timedelta(days=1)


def send_each(now: datetime) -> None:
    """Write the messages of all rules on each mention that are due."""
    rules = Rule.objects.running(now).filter(condition=EACH)
    due = [rule for rule in rules.select_related("keyword", "project", "view") if _is_due(rule, now)]
    first_polls = read_first_polls(min(map(_since, due))) if due else FirstPolls()
    for rule in due:
        try:
            _send(rule, first_polls, now)
        except Exception:  # one rule's failure never stops the others
            log.exception("event=rule id=%s status=failed", rule.pk)
            drop_lost_session()


def filter_of_mentions(
    rule: Rule, scope: Scope, since: datetime, until: datetime, zone: tzinfo = UTC
) -> MentionFilter | None:
    """Return the list of the mentions that a rule is about; None if its measure has none."""
    f = filter_of_clause(scope, settings_of(rule), 0, rule.window_s, until, zone)
    return f.replace(since=since, until=until) if f else None


def _is_due(rule: Rule, now: datetime) -> bool:
    """Return whether the last message is long enough ago."""
    pause = max(GROUPED, timedelta(seconds=rule.cooldown_s))
    return rule.told_until is None or now - rule.told_until >= pause


def _since(rule: Rule) -> datetime:
    return rule.told_until or rule.created_at


def _send(rule: Rule, first_polls: FirstPolls, now: datetime) -> None:
    """Write the messages about the new mentions of a rule, if there are any."""
    scope, since = scope_of(rule), _since(rule)
    if not scope.is_active:
        return
    if rule.evaluated_at is None or now - rule.evaluated_at >= EVALUATION_STORED_EVERY:
        Rule.objects.filter(pk=rule.pk).update(evaluated_at=now)
    until = _until(rule, scope, since, now)
    if until <= since or not _matching(rule, scope, since, until, first_polls).exists():
        if now - since > STALE:
            Rule.objects.filter(pk=rule.pk, told_until=rule.told_until).update(told_until=until - DAY / 24)
        return
    if rule.max_per_day and _messages_today(rule, now) >= rule.max_per_day:
        return
    # Some mentions of this time may be stored, but not committed.
    until = _until(rule, scope, since, min(now, wait_for_ingest(rule.project_id)))
    ids = _new_ids(rule, scope, since, until, first_polls) if until > since else []
    with transaction.atomic():
        if ids and Rule.objects.filter(pk=rule.pk, told_until=rule.told_until).update(told_until=until):
            _write(rule, scope, ids, Window(since, until), now)


def _until(rule: Rule, scope: Scope, since: datetime, now: datetime) -> datetime:
    """Return the time until which all mentions are known: those of a sentiment once they are analyzed."""
    settings = settings_of(rule)
    selection = MEASURES[settings.measure].selection(settings, settings) or {}
    if not selection.get("sentiments"):
        return now
    found = scope.filter(max(since, now - ANALYSIS_LIMIT), now).replace(sentiments=())
    waiting = found.conditions().filter(keyword_id__in=scope.keywords, sentiment="")
    oldest = waiting.aggregate(oldest=Min("found_at"))["oldest"]
    return min(now, oldest) if oldest else now


def _matching(
    rule: Rule, scope: Scope, since: datetime, until: datetime, first_polls: FirstPolls
) -> QuerySet[Mention]:
    """Return the new mentions of a rule."""
    settings, span = settings_of(rule), until - since
    request = Request((scope,), Windows(span, span, 1), until, first_polls)
    return MEASURES[settings.measure].matching(request.mentions(), settings, settings, request)


def _new_ids(rule: Rule, scope: Scope, since: datetime, until: datetime, first_polls: FirstPolls) -> list[int]:
    """Return the ids of the new mentions, newest first: each item once, and each story if the rule counts stories."""
    rows = _matching(rule, scope, since, until, first_polls).order_by("found_at", "pk")
    first: dict[tuple[str, int], int] = {}
    for pk, document_id, story_id in rows.values_list("pk", "document_id", "story_id"):
        is_story = story_id and rule.counts_stories
        first.setdefault(("story", story_id) if is_story else ("document", document_id), pk)
    return list(first.values())[::-1]


def _messages_today(rule: Rule, now: datetime) -> int:
    """Return how many messages of a rule were written in the last 24 hours, each once for all recipients."""
    written = Delivery.objects.filter(
        project=rule.project, kind=Delivery.Kind.INCIDENT, created_at__gt=now - DAY, key__startswith=f"each:{rule.pk}:"
    )
    return written.values("window_end").distinct().count()


def _write(rule: Rule, scope: Scope, ids: list[int], window: Window, now: datetime) -> None:
    users, f = recipients_of(rule), filter_of_mentions(rule, scope, window.start, window.end)
    assert f is not None  # the condition "each" is only for measures with a list
    found, key = NewMentions.of(ids, f), f"each:{rule.pk}:{window.end.isoformat()}"
    channels = channels_of(rule)
    quiet = hold_mentions(rule, [*users, *owners_of(channels)], window, now)
    for user in users:
        if user.pk not in quiet:
            rendered = render_mentions(rule, user, found)
            write(
                Message(
                    key=f"{key}:{user.pk}",
                    kind=Delivery.Kind.INCIDENT,
                    recipient=user.email,
                    subject=rendered.subject,
                    text=rendered.text,
                    html=rendered.html,
                    project=rule.project,
                    user=user,
                    passages=rendered.passages,
                    window=window,
                )
            )
    for destination in awake(channels, quiet):
        notice = mentions_notice(rule, destination, found)
        write(replace(to_destination(key, Delivery.Kind.INCIDENT, destination, notice), window=window))
