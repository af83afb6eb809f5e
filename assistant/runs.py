"""Answer the requests that wait: claim one, ask the model, and store the checked answer in one transaction.

Called by assistant/tasks.py every ten seconds and when somebody asks. A worker owns a request until `claimed_until`;
if it is killed, another one asks the model again after that, MAX_TRIES times in all, and a late worker stores nothing,
because the claim is no longer its own. MAX_RUNNING requests are answered at the same time, so a slow model takes two
of the threads that fetch for people, never all.
"""

import logging
import time
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone, translation

from accounts.access import manager_of
from accounts.lost_session import drop_lost_session
from assistant import queries, replies, summaries
from assistant.chat import ChatError, complete
from assistant.endpoint import endpoint
from assistant.messages import INTERRUPTED, ITEM_GONE, TURNED_OFF
from assistant.models import AssistantRequest
from assistant.outcome import Answer, Failure, Outcome
from assistant.prompts.fence import Message, language_of
from assistant.rules import is_offered
from monitoring.ingest.deletions import lock_and_find_deleted
from outbound.default import assistant_client

log = logging.getLogger(__name__)
Kind, State = AssistantRequest.Kind, AssistantRequest.State

MAX_RUNNING = 2
MAX_TRIES = 2
# A query may take two requests to the model; reading and storing take seconds.
LEASE = timedelta(seconds=2 * settings.ASSISTANT_TIMEOUT + 60)
RUN_LIMIT_S = 60  # after which a run claims no further request
RETENTION = timedelta(days=30)
CLAIM_LOCK = (0x5669, 0x41)  # "Vi", "A": separates this key from other advisory locks


def run_pending() -> int:
    """Answer requests for about RUN_LIMIT_S. Return how many."""
    stop_at, number = time.monotonic() + RUN_LIMIT_S, 0
    while time.monotonic() < stop_at and (request := claim(timezone.now())):
        try:
            _finish(request, _answer(request))
        except Exception:  # a bug: the person gets a sentence all the same
            log.exception("event=assistant request=%s state=crashed", request.pk)
            drop_lost_session()
            _finish(request, Failure(INTERRUPTED))
        number += 1
    return number


@transaction.atomic
def claim(now: datetime) -> AssistantRequest | None:
    """Return the oldest request that waits, which this worker owns for LEASE; None without one, or without a place.

    The advisory lock serializes claims: two simultaneous ones could both take the last place.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", CLAIM_LOCK)
    running = AssistantRequest.objects.filter(state=State.RUNNING)
    given_up = running.filter(claimed_until__lt=now, tries__gte=MAX_TRIES)
    given_up.update(state=State.FAILED, error=INTERRUPTED, finished_at=now, claim=None, claimed_until=None)
    if running.filter(claimed_until__gte=now).count() >= MAX_RUNNING:
        return None
    waiting = AssistantRequest.objects.filter(Q(state=State.PENDING) | Q(state=State.RUNNING, claimed_until__lt=now))
    rows = waiting.select_related("project", "user").select_for_update(skip_locked=True, of=("self",))
    request = rows.order_by("pk").first()
    if request:
        request.state, request.tries = State.RUNNING, request.tries + 1
        request.claim, request.claimed_until = uuid.uuid4(), now + LEASE
        request.save(update_fields=["state", "tries", "claim", "claimed_until"])
    return request


def delete_old(now: datetime) -> None:
    """Delete requests with their answers after RETENTION."""
    AssistantRequest.objects.filter(created_at__lt=now - RETENTION).delete()


def _answer(request: AssistantRequest) -> Outcome:
    if not is_offered(request.project) or request.project.deleted_at or not _may_ask(request):
        return Failure(TURNED_OFF)
    server, client = endpoint(), assistant_client()

    def ask_model(messages: Sequence[Message], max_tokens: int) -> str | ChatError:
        return complete(client.call, server, messages, max_tokens)

    request.model = server.model[:200]
    if request.kind == Kind.REPLY:
        return replies.answer(request, ask_model)
    if request.kind == Kind.QUERY:
        return queries.answer(request, ask_model)
    with translation.override(language_of(request.language)):
        return summaries.answer(request, ask_model, timezone.now())


def _may_ask(request: AssistantRequest) -> bool:
    """Return whether the person who asked is still a manager or an admin."""
    return request.user_id is not None and manager_of(request.project_id, request.user_id) is not None


@transaction.atomic
def _finish(request: AssistantRequest, outcome: Outcome) -> None:
    """Store what came of a request, unless another worker owns it by now.

    The items stay locked until then: one that was deleted while the model wrote takes the answer with it, and one that
    is deleted afterwards is found by assistant/erasure.py.
    """
    if isinstance(outcome, Answer) and lock_and_find_deleted(outcome.document_ids):
        outcome = Failure(ITEM_GONE)
    values: dict[str, object] = {"state": State.FAILED}
    if isinstance(outcome, Answer):
        values = {"state": State.DONE, "result": outcome.result, "document_ids": sorted(outcome.document_ids)}
    else:
        values |= {"error": outcome.code, "retry_after_s": outcome.retry_after_s}
    owned = AssistantRequest.objects.filter(pk=request.pk, claim=request.claim, state=State.RUNNING)
    stored = owned.update(**values, model=request.model, finished_at=timezone.now(), claim=None, claimed_until=None)
    code = outcome.code if isinstance(outcome, Failure) else ""
    log.info("event=assistant request=%s kind=%s stored=%s error=%s", request.pk, request.kind, stored, code)
