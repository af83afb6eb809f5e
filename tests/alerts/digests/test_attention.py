"""The top of a digest: what changed, what is negative or needs a reply, stories folded, and what was not seen."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from alerts.digests.read import read_digest
from alerts.digests.render import render_digest
from alerts.digests.scope import Scope
from alerts.digests.subscriptions import scope_of
from delivery.message import Window
from monitoring.models import SourcePeriod
from tests.alerts.digests.helpers import END, INSIDE, START, make_found, read
from tests.factories import make_keyword, make_mentions, make_source, make_story

LATE = {"found_at": INSIDE, "published": INSIDE}


def rendered(digest):
    return render_digest(read(digest.project), digest, Scope(digest.project))


def listed(text):
    return re.findall(r"^\* (.*)$", text, re.M)


def test_digest_lists_what_needs_a_reply_and_what_is_negative_first(daily, keyword):
    rival = make_keyword(keyword.project, "Halo", "halo", type="competitor")
    make_found(keyword, title="Calm")
    make_found(keyword, title="Angry", sentiment="negative")
    make_found(rival, title="Rival is bad", sentiment="negative")
    make_found(keyword, title="Question", status="needs_reply")
    content = read(keyword.project)
    assert [section.key for section in content.sections[:2]] == ["needs_reply", "negative"]
    assert (content.waiting, content.negative) == (1, 1)
    text = rendered(daily).text
    assert listed(text) == ["Question", "Angry", "Calm", "Rival is bad"]
    assert "1 mention needs a reply." in text and "1 mention is negative" in text


def test_digest_folds_a_story_and_counts_its_items(daily, keyword, as_person, owner):
    rows = [{**LATE, "title": f"Agency report {n}", "published": INSIDE + timedelta(minutes=n)} for n in range(15)]
    story = make_story(keyword, rows)
    make_mentions(keyword, [{**LATE, "title": "Alone"}] * 2)
    content, text = read(keyword.project), rendered(daily).text
    assert (content.total, content.folded, content.sections[0].rest) == (17, 3, 0)
    assert sorted(listed(text)) == ["Agency report 0", "Alone", "Alone"]
    assert "and 14 more items of this story" in text and "3 with each story once" in text
    assert "The most repeated story has 15 items: “Agency report 0”." in text
    client = as_person(owner)
    links = re.findall(r"http://[^/]+(/p/\S+/mentions\?\S+)", text)
    counts = {link: client.get(f"{link}&counts=1").context["count"].value for link in links}
    assert {count for link, count in counts.items() if f"story={story.pk}" in link} == {15}
    assert {count for link, count in counts.items() if "stories=fold" in link} == {3}


def test_digest_left_out_counts_agree_when_stories_are_cut(daily, keyword):
    for number in range(12):
        make_story(keyword, [{**LATE, "title": f"Story {number}.{item}"} for item in range(3)])
    content = read(keyword.project)
    assert [len(section.items) for section in content.sections] == [10]
    assert content.sections[0].rest == 6
    assert content.shortened(4).sections[0].rest == 18


def test_lead_compares_with_the_same_day_of_past_weeks(daily, keyword):
    other = make_keyword(keyword.project, "Halo", "halo")
    for week in range(1, 5):
        past = INSIDE - timedelta(days=7 * week)
        make_mentions(keyword, [{"found_at": past, "published": past}] * 4)
        make_mentions(other, [{"found_at": past, "published": past}])
    type(keyword.project).objects.update(created_at=START - timedelta(days=60))
    keyword.project.refresh_from_db()
    make_mentions(keyword, [{**LATE, "sentiment": "positive"}] * 4)
    make_mentions(other, [LATE] * 15)
    result = render_digest(read(keyword.project), daily, Scope(keyword.project))
    assert result.subject == "Vigie · Maison Lumen: 19 new mentions, more than usual"
    assert "About 5 mentions are usual for this period." in result.text
    assert "Most of the additional mentions match the keyword Halo." in result.text


def test_digest_says_what_vigie_could_not_see_of_sources_that_recovered(daily, keyword):
    source = make_source(keyword.project, title="r/lamps", created_at=START - timedelta(days=5))
    brief = make_source(keyword.project, title="Brief", created_at=START - timedelta(days=5))
    for one, minutes in ((source, 180), (brief, 10)):
        begin = START + timedelta(hours=2)
        SourcePeriod.objects.create(source=one, state="working", started_at=START - timedelta(days=5), ended_at=begin)
        SourcePeriod.objects.create(
            source=one, state="failing", error_code="forbidden", started_at=begin,
            ended_at=begin + timedelta(minutes=minutes),
        )  # fmt: skip
        SourcePeriod.objects.create(source=one, state="working", started_at=begin + timedelta(minutes=minutes))
    make_found(keyword)
    text = rendered(daily).text
    assert "r/lamps · failed for 3 hours, working again" in text and "Brief" not in text
    assert "All sources are working again." in text


def test_digest_shows_share_of_voice_of_ten_mentions_only(daily, keyword):
    rival = make_keyword(keyword.project, "Halo", "halo", type="competitor")
    keyword.type = "brand"
    keyword.save()
    make_mentions(keyword, [LATE] * 6)
    make_mentions(rival, [LATE] * 3)
    assert "Share of voice" not in rendered(daily).text
    make_mentions(rival, [LATE] * 3)
    assert "Share of voice: 50%" in rendered(daily).text


def test_digest_chart_needs_no_image_and_says_its_numbers(daily, keyword):
    for day in range(10):
        make_mentions(keyword, [{"found_at": INSIDE - timedelta(days=day), "published": INSIDE}] * (day + 1))
    html, text = rendered(daily).html, rendered(daily).text
    assert "<img" not in html and html.count("bar-others") >= 10
    assert "Mentions per day: " in text and "Highest: 10 mentions on Jun 1." in text


def test_digest_chart_counts_the_last_window_as_the_headline_does(daily, keyword):
    make_mentions(keyword, [LATE] * 7)
    content = read(keyword.project)
    assert content.history.bars[-1].total == content.history.current.total == content.total == 7


def test_digest_in_inlined_html_has_dark_mode_and_no_other_style_sheet(daily, keyword):
    make_found(keyword, sentiment="negative")
    html = rendered(daily).html
    assert html.count("<style") == 1 and "prefers-color-scheme: dark" in html
    assert re.search(r'<h1 class="head" dir="auto" style="[^"]*font-size:23px', html)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_digest_of_nothing_has_no_chart_and_no_figures(daily, keyword, language):
    daily.user.language = language
    text = rendered(daily).text
    assert ("no new mentions" if language == "en" else "aucune nouvelle mention") in text
    assert "%" not in text.partition("-- ")[0]


def test_window_of_an_hour_is_compared_in_hours(daily, keyword):
    now = timezone.now()
    content = read(keyword.project, now - timedelta(hours=1), now)
    assert content.history.bar == "hour" and len(content.history.bars) == 24


def test_digest_of_the_best_ranks_ten_items_and_says_why(daily, keyword):
    daily.selection = "best"
    make_mentions(keyword, [{**LATE, "title": f"Small {n}"} for n in range(15)])
    loud = {"followers": 5_000_000, "sentiment": "negative", "negative": 0.95, "positive": 0.01}
    make_found(keyword, title="Lumen fails", **loud, found_at=INSIDE - timedelta(minutes=1))
    scope = scope_of(daily)
    content = read_digest(scope, Window(START, END), daily.user.zone)
    assert [section.key for section in content.sections] == ["best"]
    assert (len(content.items), content.sections[0].rest, content.total) == (10, 6, 16)
    text = render_digest(content, daily, scope).text
    assert listed(text)[0] == "Lumen fails"
    assert "keyword in the title, large reach, strong sentiment, new story" in text
    assert "Ranked by relevance (35%)" in text and "and 6 more mentions" in text
