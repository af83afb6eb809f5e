"""Digests are written when they are due, once per window, and stop when people unsubscribe or leave."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import ActivityEntry, Membership
from alerts.digests import send, subscriptions
from alerts.models import Digest
from monitoring.ingest.project_lock import lock_project_shared
from tests.alerts.digests.helpers import END, NOW, START, make_found, messages, read
from tests.factories import make_mentions


def test_due_digest_is_emailed_and_moves_sent_until(daily, keyword, mailbox, send_outbox):
    make_found(keyword, title="The new Lumen lamp", text="A lamp by Lumen, at last.", url="https://news.example/lamp")
    assert send.write_due(NOW) == 1
    send_outbox()
    (recipients, message), delivery = mailbox.received[0], messages().get()
    text, html = (message.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert recipients == ["ada@example.com"]
    assert message["Subject"] == "Vigie · Maison Lumen: 1 new mention"
    assert "https://news.example/lamp" in text and 'href="https://news.example/lamp"' in html
    assert "The new <b>Lumen</b> lamp" in html and "A lamp by <b>Lumen</b>, at last." in html
    assert "The new Lumen lamp" in text and "<b>" not in text
    assert "Tuesday, June 9 at 8 a.m. – Wednesday, June 10 at 8 a.m." in text
    assert "every day at 8 a.m. (Europe/Paris)" in text
    assert (delivery.window_start, delivery.window_end) == (START, END)
    daily.refresh_from_db()
    assert daily.sent_until == END


def test_digest_headers_allow_one_click_unsubscribe(daily, keyword, mailbox, send_outbox):
    make_found(keyword)
    send.write_due(NOW)
    send_outbox()
    message = mailbox.messages[0]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == f"<digest.{keyword.project_id}.vigie.example>"
    link = message["List-Unsubscribe"].strip(" <>")
    assert link.startswith("https://vigie.example/unsubscribe/")
    one_click = Client(enforce_csrf_checks=True).post(
        link.removeprefix("https://vigie.example"),
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )
    assert one_click.status_code == 200
    daily.refresh_from_db()
    assert daily.frequency == "never"


def test_unsubscribe_link_changes_nothing_until_button_is_pressed(daily, keyword, mailbox, send_outbox):
    make_found(keyword)
    send.write_due(NOW)
    send_outbox()
    text = mailbox.messages[0].get_body(["plain"]).get_content()
    link = re.search(r"https://vigie\.example(/unsubscribe/\S+)", text)[1]
    page = Client().get(link)
    daily.refresh_from_db()
    assert page.status_code == 200 and daily.frequency == "daily"
    assert "ada@example.com" in page.content.decode()
    for _ in range(2):
        assert "You’re unsubscribed" in Client(enforce_csrf_checks=True).post(link).content.decode()
    daily.refresh_from_db()
    assert daily.frequency == "never"
    assert ActivityEntry.objects.filter(action="digest.unsubscribed").count() == 1
    assert send.write_due(NOW + timedelta(days=1)) == 0


def test_forged_unsubscribe_link_returns_404(db):
    assert Client().post("/unsubscribe/WzEsMV0:forged").status_code == 404


def test_empty_digest_is_not_sent_but_closes_its_window(daily, keyword):
    assert send.write_due(NOW) == 1
    daily.refresh_from_db()
    assert (messages().count(), daily.sent_until) == (0, END)


def test_empty_digest_is_sent_when_requested(daily, keyword):
    Digest.objects.update(send_empty=True)
    send.write_due(NOW)
    assert messages().get().subject == "Vigie · Maison Lumen: no new mentions"


def test_chained_digests_include_each_mention_once(daily, keyword):
    """Mentions found at window edges, around a daylight saving change, and on days when no task ran."""
    start = datetime(2026, 3, 26, 7, tzinfo=UTC)
    Digest.objects.update(sent_until=start)
    hours = [timedelta(hours=hour) for hour in range(24 * 8)]
    make_mentions(
        keyword, [{"title": f"Lumen {n}", "found_at": start + at, "published": start} for n, at in enumerate(hours)]
    )
    now = start
    for step in (5, 24, 24, 24, 49, 1, 23, 60):
        now += timedelta(hours=step)
        send.write_due(now)
    daily.refresh_from_db()
    windows = list(messages().values_list("window_start", "window_end").order_by("window_start"))
    assert [start for start, _ in windows] == [start, *(end for _, end in windows[:-1])]
    sent = sum(read(keyword.project, *window).total for window in windows)
    assert sent == sum(start + at < daily.sent_until for at in hours)


def test_managers_and_admins_are_subscribed_by_default(owner, manager, viewer):
    send.write_due(timezone.now())
    assert dict(Digest.objects.values_list("user__email", "frequency")) == {
        owner.email: "daily",
        manager.email: "daily",
        viewer.email: "never",
    }


def test_former_member_receives_no_digest(daily, keyword, owner):
    make_found(keyword)
    Membership.objects.filter(user=owner).delete()
    assert send.write_due(NOW) == 0
    assert not Digest.objects.exists() and not messages().exists()


def test_digest_follows_the_server_when_its_time_zone_is_gone(daily, keyword, manager):
    Digest.objects.create(project=keyword.project, user=manager, sent_until=START)
    make_found(keyword)
    type(manager).objects.filter(pk=daily.user_id).update(time_zone="Mars/Olympus_Mons")
    assert send.write_due(NOW) == 2
    assert "every day at 8 a.m. (Europe/Paris)" in messages().get(user=daily.user).text


def test_resubscribing_starts_window_now(daily, keyword):
    subscriptions.unsubscribe(daily)
    daily.refresh_from_db()
    subscriptions.change_subscription(daily, frequency="weekly")
    daily.refresh_from_db()
    assert timezone.now() - daily.sent_until < timedelta(seconds=30)


def test_changing_hour_keeps_chain_of_windows(daily, keyword):
    subscriptions.change_subscription(daily, hour=20)
    daily.refresh_from_db()
    assert daily.sent_until == START


def test_extra_digest_does_not_move_sent_until(daily, keyword):
    make_found(keyword)
    assert send.send_now(daily, NOW).window_end == NOW
    daily.refresh_from_db()
    assert daily.sent_until == START
    send.write_due(NOW)
    assert messages().count() == 2


def run_in_thread(work):
    """Start `work` in a thread with its own database connection. Return the thread."""

    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_digest_includes_mention_committed_after_window_end(daily, keyword):
    """A store stamps its mention before the end of the window, and commits while the digest is being written."""
    now = timezone.now()
    end = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)  # a digest leaves minutes after its hour
    Digest.objects.update(sent_until=now - timedelta(days=2), hour=end.astimezone(daily.user.zone).hour)
    stamped, may_commit = threading.Event(), threading.Event()

    def store():
        with transaction.atomic():
            lock_project_shared([keyword.project_id])
            make_found(keyword, end - timedelta(minutes=1), title="Late Lumen")
            stamped.set()
            assert may_commit.wait(10)

    storing = run_in_thread(store)
    assert stamped.wait(10)
    writing = run_in_thread(lambda: send.write_due(now))
    writing.join(0.3)
    assert writing.is_alive(), "the digest waits for the store"
    may_commit.set()
    storing.join(10)
    writing.join(10)
    assert "Late Lumen" in messages().get().text


@pytest.mark.django_db(transaction=True)
def test_concurrent_writers_write_one_digest(daily, keyword):
    make_found(keyword)
    closed = []
    writers = [run_in_thread(lambda: closed.append(send.write_due(NOW))) for _ in range(4)]
    for writer in writers:
        writer.join(10)
    assert sum(closed) == 1
    assert messages().count() == 1
