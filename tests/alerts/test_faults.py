"""Alerts survive killed processes, ended sessions, a missing Redis and a mail server that fails by turns.

Processes are forked, and SIGKILL themselves before a statement. docs/reliability.md has the numbers that the test
prints with `FAULT_RULES=100 pytest -s`.
"""

import os
import random
import signal
import time
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Membership, Role, User
from alerts.evaluate import evaluate_all
from alerts.models import Incident, Rule
from delivery import outbox
from delivery.channels.registry import CHANNELS
from delivery.models import Delivery
from tests.databases import server
from tests.factories import make_keyword, make_mentions
from tests.forks import STOPPED, start
from tests.lookalikes.faulty_mail import FaultyMailbox
from tests.lookalikes.smtp import free_port, serve_mailbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(600)]

RULES, PEOPLE = int(os.environ.get("FAULT_RULES", "20")), 10
SESSIONS = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
# Those of our role: autovacuum is not ours to end.
END_SESSIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = %s AND usename = current_user AND pid <> ALL(%s)"
)


@pytest.fixture
def mail(settings):
    port = free_port()
    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    settings.BASE_URL = "https://vigie.example"
    with serve_mailbox(port, FaultyMailbox()) as mailbox:
        yield mailbox


@pytest.fixture
def rules(project):
    """Make rules that are about to be triggered, each on a keyword of its own. Return the number of their messages."""
    for number in range(PEOPLE):
        user = User.objects.create_user(f"person{number}@example.com", "correct horse battery", language="en")
        Membership.objects.create(project=project, user=user, role=Role.MANAGER)
    for number in range(RULES):
        keyword = make_keyword(project, f"Lumen {number}", f"lumen{number}")
        make_mentions(keyword, [{"title": f"lumen{number} story {n}", "found_at": timezone.now()} for n in range(3)])
        Rule.objects.create(project=project, keyword=keyword, threshold=2)
    return RULES * PEOPLE


def run(work, fault, chance):
    """Run `work` in a process with a fault. Return whether it ended by itself, without an error."""
    database = connection.settings_dict["NAME"]
    with server() as cursor:  # those of the test itself
        cursor.execute(SESSIONS, [database])
        kept = [pid for (pid,) in cursor.fetchall()]
    pid = start(work, kill_at=chance.randint(1, 900) if fault == "kill" else 0)
    if fault in ("end sessions", "kill later"):
        time.sleep(chance.uniform(0.02, 0.5))
        if fault == "kill later":
            os.kill(pid, signal.SIGKILL)
        else:
            with server() as cursor:
                cursor.execute(END_SESSIONS, [database, kept])
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) in (0, STOPPED)
    return status == 0


def send(hours):
    """Send what is due a number of hours from now."""
    with CHANNELS["email"]() as channel:
        outbox.send_due([channel], clock=lambda: timezone.now() + timedelta(hours=hours))


def test_faults_lose_no_alert_and_repeat_only_those_whose_answer_was_lost(rules, mail):
    chance, faults = random.Random(13), Counter()
    while True:
        fault = "kill" if faults.total() < 25 else ""
        if run(lambda: evaluate_all(timezone.now()), fault, chance) and not fault:
            break
        faults[f"evaluating: {fault}"] += 1
    written = Delivery.objects.values_list("key", flat=True)
    messages = Counter(int(key.split(":")[1]) for key in written if key.startswith("incident:"))
    incidents = Incident.objects.order_by("pk").values_list("pk", "rule", "joined", "opened_at")
    assert len(incidents) == RULES
    for incident in incidents:
        if messages[incident[0]] != PEOPLE:
            print(incident, [key for key in written if key.startswith(f"incident:{incident[0]}:")])
    assert messages == {pk: PEOPLE for pk, *_rest in incidents}
    assert len(written) == rules

    for hours in range(0, 1_000, 3):  # a claim is shorter than these steps
        fault = chance.choice(["kill", "kill later", "end sessions", ""]) if hours < 120 else ""
        mail.is_calm = hours > 160
        run(partial(send, hours), fault, chance)
        faults[f"sending: {fault}"] += bool(fault)
        if not Delivery.objects.filter(state__in=["pending", "sending"]).exists():
            break
    mail.is_calm = True
    refused = outbox.send_failed_again(Incident.objects.first().rule.project)
    run(partial(send, hours), "", chance)

    received = Counter(message["Message-ID"] for message in mail.messages)
    repeated = {message_id for message_id, times in received.items() if times > 1}
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert set(received) == set(Delivery.objects.values_list("message_id", flat=True))
    assert mail.dropped and refused and len(repeated - set(mail.dropped)) <= faults.total()
    print(f"{rules} alerts, {len(received)} received, {len(repeated)} more than once ({len(mail.dropped)} dropped)")
    print(f"{dict(faults)}, {refused} refused and sent again")
