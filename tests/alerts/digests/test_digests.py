"""A digest tells of everything found since the last one, once, in its person's hour, zone and language."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from accounts.models import ActivityEntry, Membership, Project
from alerts.digests import send, subscriptions
from alerts.digests.read import filter_of, read_digest
from alerts.models import Digest
from delivery.message import Window
from delivery.models import Delivery
from monitoring.ingest.project_lock import lock_project_shared
from monitoring.insights import mentions
from monitoring.models import Source
from tests.factories import make_keyword, make_mention, make_mentions, make_source

END = datetime(2026, 6, 10, 6, tzinfo=UTC)  # 08:00 in Paris
START = END - timedelta(days=1)
NOW = END + timedelta(seconds=40)
INSIDE = START + timedelta(hours=3)


@pytest.fixture
def keyword(project):
    Project.objects.filter(pk=project.pk).update(created_at=START - timedelta(days=30))
    project.refresh_from_db()
    return make_keyword(project, "Lumen", "lumen")


@pytest.fixture
def daily(owner, keyword):
    """Ada's digest: every day at 08:00 in Paris, last sent until START."""
    return Digest.objects.create(project=keyword.project, user=owner, hour=8, sent_until=START)


def tell(keyword, found_at=INSIDE, **fields):
    return make_mention(keyword, found_at=found_at, **{"published": found_at, **fields})


def mails():
    return Delivery.objects.filter(kind=Delivery.Kind.DIGEST).order_by("created_at")


def read(project, start=START, end=END):
    return read_digest(project, Window(start, end))


def test_a_due_digest_is_written_sent_and_read(daily, keyword, mailbox, send_outbox):
    tell(keyword, title="The new Lumen lamp", text="A lamp by Lumen, at last.", url="https://news.example/lamp")
    assert send.write_due(NOW) == 1
    send_outbox()
    (recipients, message), delivery = mailbox.received[0], mails().get()
    text, html = (message.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert recipients == ["ada@example.com"]
    assert message["Subject"] == "Vigie · Maison Lumen: 1 new mention"
    assert "https://news.example/lamp" in text and 'href="https://news.example/lamp"' in html
    assert "The new <b>Lumen</b> lamp" in html and "A lamp by <b>Lumen</b>, at last." in html
    assert "The new Lumen lamp" in text and "<b>" not in text
    assert "Tuesday, June 9, 8 a.m. – Wednesday, June 10, 8 a.m." in text
    assert "every day at 8:00 (Europe/Paris)" in text
    assert (delivery.window_start, delivery.window_end) == (START, END)
    daily.refresh_from_db()
    assert daily.sent_until == END


def test_its_headers_let_mailboxes_unsubscribe_in_one_click(daily, keyword, mailbox, send_outbox):
    tell(keyword)
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


def test_opening_the_unsubscribe_link_changes_nothing_until_the_button_is_pressed(
    daily, keyword, mailbox, send_outbox
):
    tell(keyword)
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


def test_a_forged_unsubscribe_link_is_refused(db):
    assert Client().post("/unsubscribe/WzEsMV0:forged").status_code == 404


def test_nothing_new_sends_nothing_and_the_window_still_moves(daily, keyword):
    assert send.write_due(NOW) == 1
    daily.refresh_from_db()
    assert (mails().count(), daily.sent_until) == (0, END)


def test_who_asks_for_it_hears_that_there_is_nothing_new(daily, keyword):
    Digest.objects.update(send_empty=True)
    send.write_due(NOW)
    assert mails().get().subject == "Vigie · Maison Lumen: no new mentions"


def test_every_mention_is_told_exactly_once_over_chained_windows(daily, keyword):
    """Found at the edges of windows, at both ends of daylight saving time, and on days on which nothing ran."""
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
    windows = list(mails().values_list("window_start", "window_end").order_by("window_start"))
    assert [start for start, _ in windows] == [start, *(end for _, end in windows[:-1])]
    told = sum(read(keyword.project, *window).total for window in windows)
    assert told == sum(start + at < daily.sent_until for at in hours)


def test_only_news_is_told(daily, keyword):
    tell(keyword, START)
    tell(keyword, END - timedelta(microseconds=1))
    tell(keyword, START - timedelta(microseconds=1))
    tell(keyword, END)
    tell(keyword, is_backlog=True)
    tell(keyword, status="ignored")
    assert read(keyword.project).total == 2


def test_a_story_stands_once_with_the_other_keywords_as_badges(daily, keyword):
    rival = make_keyword(keyword.project, "Halo", "halo", type="competitor")
    make_mentions([rival, keyword], [{"title": "Lumen and Halo", "found_at": INSIDE}])
    tell(rival, title="Halo alone")
    content = read(keyword.project)
    assert [(section.keyword, section.total, section.rest) for section in content.sections] == [
        ("Lumen", 1, 0),
        ("Halo", 2, 0),
    ]
    assert content.sections[0].stories[0].others == ("Halo",)
    assert len(content.sections[1].stories) == 1
    assert content.total == 2


def test_the_rest_is_counted_and_its_link_opens_exactly_the_mentions_that_were_counted(
    daily, keyword, owner, as_person
):
    make_mentions(keyword, [{"title": f"Lumen {n}", "found_at": INSIDE} for n in range(14)])
    tell(keyword, END)
    send.write_due(NOW)
    text = mails().get().text
    assert "and 4 more for Lumen" in text
    link = re.search(r"and 4 more for Lumen\s+http://[^/]+(/p/\S+)", text)[1]
    page = as_person(owner).get(link)
    assert page.status_code == 200
    assert page.context["count"].value == 14
    assert read(keyword.project).total == mentions.count(filter_of(keyword.project_id, Window(START, END))).value


def test_however_much_there_is_mailboxes_show_it_to_the_end(daily, keyword):
    text = "Lumen " + "and what people say of its lamps " * 30
    for number in range(20):
        many = make_keyword(keyword.project, f"Keyword {number}", "lumen")
        make_mentions(many, [{"title": f"Lumen story {n}", "text": text, "found_at": INSIDE} for n in range(12)])
    send.write_due(NOW)
    delivery = mails().get()
    assert "240 new mentions" in delivery.subject
    assert delivery.html.count("<b>Lumen</b> story") == 80
    assert len(delivery.html.encode()) < 102_000


def test_it_is_compared_with_the_equal_time_before(daily, keyword):
    tell(keyword)
    tell(keyword, START - timedelta(hours=2))
    tell(keyword, START - timedelta(hours=3))
    tell(keyword, START - timedelta(hours=25))
    send.write_due(NOW)
    assert "Previous period: 2." in mails().get().text


def test_a_young_project_has_nothing_to_be_compared_with(daily, keyword):
    Project.objects.update(created_at=START - timedelta(hours=2))
    keyword.project.refresh_from_db()
    assert read(keyword.project).before is None


def test_it_says_what_could_not_be_seen(daily, keyword):
    tell(keyword)
    failing = {"error_code": "timeout", "failing_since": START + timedelta(hours=6)}
    make_source(keyword.project, title="Slow times", **failing)
    make_source(keyword.project, title="Gone times", error_code="gone", state=Source.State.STOPPED)
    make_source(keyword.project, title="Paused times", state=Source.State.PAUSED, **failing)
    make_source(keyword.project, title="Fine times")
    make_source(keyword.project, title="Later times", error_code="dns", failing_since=END + timedelta(hours=1))
    send.write_due(NOW)
    delivery = mails().get()
    for body in (delivery.text, delivery.html):
        assert "Failing sources" in body
        assert "Slow times" in body and "took too long to respond" in body and "Tuesday, June 9, 2 p.m." in body
        assert "Gone times" in body
        assert not re.search("Paused times|Fine times|Later times", body)


def test_it_speaks_the_persons_language_in_their_zone(keyword, manager, settings):
    manager.time_zone = "America/Montreal"
    manager.save()
    Digest.objects.create(project=keyword.project, user=manager, hour=2, sent_until=START)
    tell(keyword)
    send.write_due(NOW)
    delivery = mails().get()
    assert '<html lang="fr">' in delivery.html
    assert "mardi 9 juin à 2\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00" in delivery.text


def test_hostile_titles_and_addresses_are_harmless(daily, keyword):
    title = '<script>alert("Lumen")</script>'
    tell(keyword, title=title, url="javascript:alert(1)", author="<img src=x>")
    send.write_due(NOW)
    html = mails().get().html
    assert "<script" not in html and "<img" not in html and "javascript:" not in html
    assert escape('<script>alert("') in html


def test_members_of_the_team_get_a_daily_digest_and_viewers_ask_for_it(owner, manager, viewer):
    send.write_due(timezone.now())
    assert dict(Digest.objects.values_list("user__email", "frequency")) == {
        owner.email: "daily",
        manager.email: "daily",
        viewer.email: "never",
    }


def test_who_leaves_a_project_gets_no_digest_of_it(daily, keyword, owner):
    tell(keyword)
    Membership.objects.filter(user=owner).delete()
    assert send.write_due(NOW) == 0
    assert not Digest.objects.exists() and not mails().exists()


def test_one_broken_digest_stops_nobody_elses(daily, keyword, manager):
    Digest.objects.create(project=keyword.project, user=manager, sent_until=START)
    tell(keyword)
    type(manager).objects.filter(pk=daily.user_id).update(time_zone="Mars/Olympus_Mons")
    assert send.write_due(NOW) == 1
    assert mails().get().user == manager


def test_starting_again_after_a_pause_tells_only_what_comes_from_then_on(daily, keyword):
    subscriptions.unsubscribe(daily)
    daily.refresh_from_db()
    subscriptions.change_subscription(daily, frequency="weekly")
    daily.refresh_from_db()
    assert timezone.now() - daily.sent_until < timedelta(seconds=30)


def test_changing_the_hour_keeps_the_chain(daily, keyword):
    subscriptions.change_subscription(daily, hour=20)
    daily.refresh_from_db()
    assert daily.sent_until == START


def test_an_extra_digest_moves_nothing(daily, keyword):
    tell(keyword)
    assert send.send_now(daily, NOW).window_end == NOW
    daily.refresh_from_db()
    assert daily.sent_until == START
    send.write_due(NOW)
    assert mails().count() == 2


def run_apart(work):
    """Run in a thread with a connection of its own. Returns the started thread."""

    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_a_mention_that_commits_late_is_not_lost_behind_the_window(daily, keyword):
    """A store that stamped its mention before the end of the window, and commits while the digest is being written."""
    now = timezone.now()
    Digest.objects.update(sent_until=now - timedelta(days=2), hour=now.astimezone(daily.user.zone).hour)
    stamped, go_on = threading.Event(), threading.Event()

    def store():
        with transaction.atomic():
            lock_project_shared([keyword.project_id])
            tell(keyword, now.replace(minute=0, second=0, microsecond=0) - timedelta(minutes=1), title="Late Lumen")
            stamped.set()
            assert go_on.wait(10)

    storing = run_apart(store)
    assert stamped.wait(10)
    writing = run_apart(lambda: send.write_due(now))
    writing.join(0.3)
    assert writing.is_alive(), "the digest waits for the store"
    go_on.set()
    storing.join(10)
    writing.join(10)
    assert "Late Lumen" in mails().get().text


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_write_one_digest(daily, keyword):
    tell(keyword)
    closed = []
    writers = [run_apart(lambda: closed.append(send.write_due(NOW))) for _ in range(4)]
    for writer in writers:
        writer.join(10)
    assert sum(closed) == 1
    assert mails().count() == 1


def test_a_digest_costs_the_same_queries_however_many_mentions(daily, keyword, django_assert_max_num_queries):
    make_mentions(keyword, [{"title": f"Lumen {n}", "found_at": INSIDE} for n in range(60)])
    with django_assert_max_num_queries(12):
        read(keyword.project)


def test_it_tells_the_sentiment_of_each_keyword_and_of_each_story(daily, keyword, mailbox, send_outbox):
    other = make_keyword(keyword.project, "Halo", "halo")
    for label, number in (("negative", 2), ("neutral", 3), ("positive", 1), ("uncertain", 2), ("", 1)):
        make_mentions(keyword, [{"found_at": INSIDE, "published": INSIDE, "sentiment": label} for _ in range(number)])
    tell(other, sentiment="uncertain")
    send.write_due(NOW)
    send_outbox()
    text, html = (mailbox.messages[0].get_body([kind]).get_content() for kind in ("plain", "html"))
    words = "2 negative, 3 neutral, 1 positive, 2 uncertain, 1 not analyzed yet"
    words += " · 33% negative, 17% positive, net sentiment −17"
    assert words in text and words in html
    assert "HALO · 1 mention\n1 uncertain\n" in text.replace("\r\n", "\n")
    marks = re.findall(r"^  ([+=?−] \w+) · ", text, re.M)
    assert sorted(marks) == sorted([*["− Negative"] * 2, *["= Neutral"] * 3, "+ Positive", *["? Uncertain"] * 3])
    assert html.count("−&nbsp;Negative</span>") == 2
