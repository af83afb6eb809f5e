"""Time digests from composing to the mail server: python -m tests.benchmarks.bench_digests [DIGESTS]

Daily digests of 50 projects, in both languages and three time zones, about 60 mentions of the last day each. As in
production, one process composes and another sends; a third one is the mail server, on the same machine. The floor is
smtplib with one connection, which sends the same messages without composing or storing anything. Processor time is
that of Python and of the Postgres process of its connection: other programs on the machine change it little.
"""

import multiprocessing
import smtplib
import time
from contextlib import contextmanager
from datetime import timedelta

from tests.benchmarks.services import backend_s, run_with, timed
from tests.lookalikes.smtp import free_port

PROJECTS, MENTIONS, PLAIN = 50, 60, 1_000
ZONES = ("Europe/Paris", "America/Montreal", "UTC")
PORT = free_port()


class Sink:
    """A mail server that accepts everything."""

    async def handle_DATA(self, server, session, envelope):
        return "250 OK"


def serve(port, is_ready, is_over):
    from aiosmtpd.controller import Controller

    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    is_ready.set()
    is_over.wait()
    controller.stop()


@contextmanager
def mail_server(context):
    is_ready, is_over = context.Event(), context.Event()
    process = context.Process(target=serve, args=(PORT, is_ready, is_over))
    process.start()
    is_ready.wait()
    try:
        yield
    finally:
        is_over.set()
        process.join()


def fill(digests):
    """Create the projects with their mentions, members and subscriptions."""
    from django.utils import timezone

    from accounts.models import Membership, Project, Role, User
    from alerts.models import Digest
    from tests.factories import make_keyword, make_mentions

    now = timezone.now()
    for number in range(PROJECTS):
        project = Project.objects.create(name=f"Project {number}")
        keyword = make_keyword(project, "Lumen", "lumen", created_at=now - timedelta(days=30))
        rows = [
            {"title": f"Lumen story {n}", "found_at": now - timedelta(minutes=20 * n + 90), "sentiment": "neutral"}
            for n in range(MENTIONS)
        ]
        make_mentions(keyword, rows)
        users = User.objects.bulk_create(
            User(email=f"person{number}.{n}@example.com", language=("en", "fr")[n % 2], time_zone=ZONES[n % 3])
            for n in range(digests // PROJECTS)
        )
        Membership.objects.bulk_create(Membership(project=project, user=one, role=Role.MANAGER) for one in users)
        Digest.objects.bulk_create(
            Digest(project=project, user=one, frequency="daily", sent_until=now - timedelta(days=2)) for one in users
        )


def compose(digests):
    """Write all digests to the outbox. Return the processor time that it took, in seconds."""
    from django.utils import timezone

    from alerts.digests.send import write_due
    from delivery.models import Delivery

    began = processor_s()
    while write_due(timezone.now()):
        pass
    assert Delivery.objects.count() == digests, Delivery.objects.count()
    return processor_s() - began


def send(digests, spent):
    """Send from the outbox until all digests have left. Put the processor seconds that it took into `spent`."""
    import django

    django.setup()
    from delivery.models import Delivery
    from delivery.tasks import send_outbox

    while Delivery.objects.filter(state="sent").count() < digests:
        send_outbox()
        time.sleep(0.1)
    spent.put(processor_s())


def processor_s():
    """Return the processor time of this process and of its connection."""
    return time.process_time() + backend_s()


def send_plainly(messages):
    with smtplib.SMTP("127.0.0.1", PORT) as smtp:
        for message in messages:
            smtp.send_message(message)


def run(digests):
    from django.db import connections

    from delivery.channels.email import as_email
    from delivery.models import Delivery

    fill(digests)
    connections.close_all()
    context = multiprocessing.get_context("spawn")
    with mail_server(context):
        spent = context.Queue()
        sender = context.Process(target=send, args=(digests, spent))
        began = time.perf_counter()
        sender.start()
        composed_s, compose_s = timed(compose, digests)
        send_s = spent.get()
        sender.join()
        total_s = time.perf_counter() - began
        stored = Delivery.objects.filter(state="sent")
        size = sum(len(text) + len(html) for text, html in stored.values_list("text", "html")[:PLAIN]) / PLAIN
        messages = [as_email(delivery).message() for delivery in stored[:PLAIN]]
        plain_s, _ = timed(send_plainly, messages)
    rate, floor = digests / total_s, len(messages) / plain_s
    print(f"{digests:,} digests of {size / 1000:.0f} kB in {total_s:.0f} s: {rate:.0f} per second")
    print(f"composing: {digests / composed_s:.0f} per second, while another process sends")
    compose_ms, send_ms = 1000 * compose_s / digests, 1000 * send_s / digests
    print(f"processor time per digest: composing {compose_ms:.1f} ms, sending {send_ms:.1f}")
    print(f"smtplib alone: {floor:.0f} per second; ratio {rate / floor:.2f}")


if __name__ == "__main__":
    import os

    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{PORT}"
    run_with(run, 10_000, __doc__, "digests")
