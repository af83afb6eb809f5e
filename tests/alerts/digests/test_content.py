"""The content of a digest, as data and as a rendered email."""

import re
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Project
from alerts.digests import send
from alerts.digests.render import render_digest
from alerts.digests.scope import Scope, filter_of
from alerts.models import Digest
from delivery.message import Window
from monitoring.insights import mentions
from monitoring.models import Source
from tests.alerts.digests.helpers import END, INSIDE, NOW, START, make_found, messages, read
from tests.factories import make_keyword, make_mentions, make_source


def test_digest_includes_only_new_mentions_in_window(daily, keyword):
    make_found(keyword, START)
    make_found(keyword, END - timedelta(microseconds=1))
    make_found(keyword, START - timedelta(microseconds=1))
    make_found(keyword, END)
    make_found(keyword, is_backlog=True)
    make_found(keyword, status="ignored")
    assert read(keyword.project).total == 2


def test_digest_lists_document_once_with_other_keywords_as_badges(daily, keyword):
    rival = make_keyword(keyword.project, "Halo", "halo", type="competitor")
    make_mentions([rival, keyword], [{"title": "Lumen and Halo", "found_at": INSIDE}])
    make_found(rival, title="Halo alone")
    content = read(keyword.project)
    assert [(section.keyword, section.total, section.rest) for section in content.sections] == [
        ("Lumen", 1, 0),
        ("Halo", 2, 0),
    ]
    assert content.sections[0].items[0].keywords == ("Halo",)
    assert len(content.sections[1].items) == 1
    assert content.total == 2


def test_digest_counts_items_that_no_longer_match_without_listing_them(daily, keyword):
    rival = make_keyword(keyword.project, "Halo", "halo")
    make_found(keyword, title="Lost", unmatched_at=INSIDE)
    kept = make_found(keyword, title="Kept")
    make_found(rival, document=kept.document, unmatched_at=INSIDE)
    content = read(keyword.project)
    assert content.total == 2
    sections = {section.keyword: section for section in content.sections}
    assert [(item.mention_id, item.keywords) for item in sections["Lumen"].items] == [(kept.pk, ())]
    assert [(section.total, section.rest) for section in (sections["Lumen"], sections["Halo"])] == [(2, 1), (1, 1)]


def test_digest_counts_rest_and_links_to_list_of_counted_mentions(daily, keyword, owner, as_person):
    make_mentions(keyword, [{"title": f"Lumen {n}", "found_at": INSIDE} for n in range(14)])
    make_found(keyword, END)
    send.write_due(NOW)
    text = messages().get().text
    assert "and 4 more for Lumen" in text
    link = re.search(r"and 4 more for Lumen\s+http://[^/]+(/p/\S+)", text)[1]
    page = as_person(owner).get(f"{link}&counts=1")
    assert page.status_code == 200
    assert page.context["count"].value == 14
    assert read(keyword.project).total == mentions.count(filter_of(Scope(keyword.project), Window(START, END))).value


def test_digest_html_stays_below_gmail_limit(daily, keyword):
    text = "Lumen " + "and what people say of its lamps " * 30
    for number in range(20):
        many = make_keyword(keyword.project, f"Keyword {number}", "lumen")
        make_mentions(many, [{"title": f"Lumen story {n}", "text": text, "found_at": INSIDE} for n in range(12)])
    send.write_due(NOW)
    delivery = messages().get()
    assert "240 new mentions" in delivery.subject
    assert delivery.html.count("<b>Lumen</b> story") == 80
    assert len(delivery.html.encode()) < 102_000


def test_digest_with_long_links_leaves_items_out_and_counts_them(daily, keyword, as_person, owner):
    link = "https://essai.example/" + "chemin-de-suivi/" * 80
    for number in range(8):
        many = make_keyword(keyword.project, f"Keyword {number}", "lumen")
        make_mentions(
            many,
            [{"title": f"Lumen {n}", "url": f"{link}{number}-{n}", "found_at": INSIDE} for n in range(10)],
        )
    send.write_due(NOW)
    delivery = messages().get()
    assert len(delivery.html.encode()) < 100_000
    assert "/unsubscribe/" in delivery.html
    listed = delivery.text.count("* Lumen ")
    assert delivery.html.count("chemin-de-suivi/" * 80) == listed
    left_out = sum(int(number) for number in re.findall(r"and (\d+) more for Keyword", delivery.text))
    assert listed > 30
    assert listed + left_out == 80


def test_digest_preview_lists_what_the_email_lists(daily, keyword, as_person, owner):
    path = "chemin-de-suivi/" * 80
    for number in range(8):
        many = make_keyword(keyword.project, f"Keyword {number}", "lumen")
        make_mentions(many, [{"title": f"Lumen {n}", "url": f"https://essai.example/{path}{n}"} for n in range(10)])
    page = as_person(owner).get(f"/p/{keyword.project_id}/digest/preview").content.decode()
    email = send.send_now(daily, timezone.now())
    assert 30 < page.count(path) == email.html.count(path) < 80


def test_digest_of_hundreds_of_keywords_counts_those_without_a_section(daily, keyword):
    for number in range(300):
        make_found(make_keyword(keyword.project, f"Keyword {number:03d}", "lumen"), title=f"Lumen {number}")
    send.write_due(NOW)
    delivery = messages().get()
    assert len(delivery.html.encode()) < 100_000
    shown = delivery.html.count("· 1 mention")
    assert 50 < shown < 300
    assert f"and {300 - shown} more keywords with new mentions" in delivery.html
    assert f"and {300 - shown} more keywords with new mentions" in delivery.text


def test_digest_compares_with_previous_period(daily, keyword):
    make_found(keyword)
    make_found(keyword, START - timedelta(hours=2))
    make_found(keyword, START - timedelta(hours=3))
    make_found(keyword, START - timedelta(hours=25))
    send.write_due(NOW)
    assert "Mentions: 1 (2 before)" in messages().get().text


def test_digest_has_no_comparison_before_the_first_source(daily, keyword):
    make_source(keyword.project, created_at=START - timedelta(hours=5))
    assert read(keyword.project).history.previous is None
    make_source(keyword.project, created_at=START - timedelta(days=5))
    assert read(keyword.project).history.previous.total == 0


def test_digest_shows_no_net_sentiment_of_a_few_mentions(daily, keyword):
    make_mentions(keyword, [{"found_at": INSIDE, "published": INSIDE, "sentiment": "negative"}] * 3)
    rendered = render_digest(read(keyword.project), daily, Scope(keyword.project))
    assert "3 negative, 0 neutral, 0 positive" in rendered.text and "net sentiment" not in rendered.text


def test_digest_has_no_comparison_when_project_is_newer_than_previous_period(daily, keyword):
    Project.objects.update(created_at=START - timedelta(hours=2))
    keyword.project.refresh_from_db()
    assert read(keyword.project).history.previous is None


def test_digest_lists_failing_sources_of_window(daily, keyword):
    make_found(keyword)
    failing = {"error_code": "timeout", "failing_since": START + timedelta(hours=6)}
    make_source(keyword.project, title="Slow times", **failing)
    make_source(keyword.project, title="Gone times", error_code="gone", state=Source.State.STOPPED)
    make_source(keyword.project, title="Paused times", state=Source.State.PAUSED, **failing)
    make_source(keyword.project, title="Fine times")
    make_source(keyword.project, title="Later times", error_code="dns", failing_since=END + timedelta(hours=1))
    send.write_due(NOW)
    delivery = messages().get()
    for body in (delivery.text, delivery.html):
        assert "What Vigie couldn’t check" in body
        assert "Slow times" in body and "took too long to respond" in body
        assert "Gone times" in body
        assert not re.search("Paused times|Fine times|Later times", body)


def test_digest_says_the_long_date_once_and_short_times_in_rows(daily, keyword):
    for hours in range(2, 8):
        make_found(keyword, found_at=END - timedelta(hours=hours * 3))
    send.write_due(NOW)
    delivery = messages().get()
    for body in (delivery.text, delivery.html):
        assert body.count("June") == 2  # the period covered
        assert "2 a.m." in body and "Tuesday at 11 a.m." in body


def test_digest_uses_language_and_time_zone_of_subscriber(keyword, manager, settings):
    manager.time_zone = "America/Montreal"
    manager.save()
    Digest.objects.create(project=keyword.project, user=manager, hour=2, sent_until=START)
    make_found(keyword)
    send.write_due(NOW)
    delivery = messages().get()
    assert '<html lang="fr">' in delivery.html
    assert "mardi 9 juin à 2\N{NO-BREAK SPACE}h au mercredi 10 juin à 2\N{NO-BREAK SPACE}h" in delivery.text


def test_digest_escapes_hostile_titles_and_urls(daily, keyword):
    title = '<script>alert("Lumen")</script>'
    make_found(keyword, title=title, url="javascript:alert(1)", author="<img src=x>")
    send.write_due(NOW)
    html = messages().get().html
    assert "<script" not in html and "<img" not in html and "javascript:" not in html
    assert '&lt;script&gt;alert("' in html


def test_digest_query_count_does_not_depend_on_mentions(daily, keyword):
    counts = []
    for number in (2, 60):
        make_mentions(keyword, [{"title": f"Lumen {n}", "found_at": INSIDE} for n in range(number)])
        with CaptureQueriesContext(connection) as queries:
            read(keyword.project)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 32


def test_digest_shows_sentiment_of_keywords_and_stories(daily, keyword, mailbox, send_outbox):
    other = make_keyword(keyword.project, "Halo", "halo")
    for label, number in (("negative", 4), ("neutral", 6), ("positive", 2), ("uncertain", 2), ("", 1)):
        make_mentions(keyword, [{"found_at": INSIDE, "published": INSIDE, "sentiment": label} for _ in range(number)])
    make_found(other, sentiment="uncertain")
    send.write_due(NOW)
    send_outbox()
    text, html = (mailbox.messages[0].get_body([kind]).get_content() for kind in ("plain", "html"))
    counted = "4 negative, 6 neutral, 2 positive, 2 uncertain, 1 not analyzed yet"
    counted += " · net sentiment −17"
    assert counted in text and counted in html
    assert "HALO · 1 mention\n1 uncertain\n" in text.replace("\r\n", "\n")
    labels = re.findall(r"^  ([+=?−] \w+) · ", text, re.M)
    assert set(labels) <= {"− Negative", "= Neutral", "+ Positive", "? Uncertain"}
    assert "? Uncertain" in labels and len(labels) >= 10
    signs = re.findall(r">([+=?−])</span>&nbsp;<span [^>]*>(\w+)</span>", html)
    assert [" ".join(one) for one in signs] == labels
