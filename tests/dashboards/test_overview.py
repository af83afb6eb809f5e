"""The overview: the summary, then numbers and charts that link to their mentions."""

import html
import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.formats import long_date
from alerts.evaluate import evaluate_all
from alerts.models import Incident, Rule
from monitoring.models import Source
from tests.factories import make_keyword, make_mention, make_mentions, make_source

NOW = timezone.now


@pytest.fixture
def tracked_keywords(project):
    """A brand and a competitor, and one active source."""
    brand = make_keyword(project, "Lumen", "lumen", type="brand")
    competitor = make_keyword(project, "Halo", "halo", type="competitor")
    long_ago = NOW() - timedelta(days=365)
    source = make_source(project, title="Le Phare", last_success_at=NOW(), created_at=long_ago, last_new_at=NOW())
    return brand, competitor, source


def trigger_rule(keyword):
    source = make_source(keyword.project, last_success_at=NOW())
    make_mentions(keyword, [{"published": NOW() - timedelta(minutes=5), "source": source} for _ in range(7)])
    Rule.objects.create(project=keyword.project, keyword=keyword, threshold=2, window_s=3600)
    evaluate_all(NOW())
    return Incident.objects.get(rule__keyword=keyword)


def links_of(page):
    return [html.unescape(link) for link in re.findall(r'href="([^"]+)"', page.content.decode())]


def test_overview_shows_first_steps_in_a_new_project(as_person, owner, at, read):
    client = as_person(owner)
    assert "Add a keyword" in read(client, at("overview"))
    assert at("keyword_new") in links_of(client.get(at("overview")))


def test_overview_asks_viewers_of_a_new_project_to_contact_a_manager(as_person, viewer, at, read):
    text = read(as_person(viewer), at("overview"))
    assert "Ask a manager to add a keyword." in text and "Add a keyword" not in text


def test_overview_says_all_clear_without_problems(as_person, viewer, at, read, tracked_keywords):
    make_mentions(tracked_keywords[0], 3)
    text = read(as_person(viewer), at("overview"))
    assert "All clear. 3 mentions in this period" in text
    assert "Your only source is active." in text


def test_overview_reports_increased_volume(as_person, viewer, at, read, tracked_keywords):
    now = timezone.now()
    ago = [timedelta(days=1)] * 20 + [timedelta(days=8)] * 10
    make_mentions(tracked_keywords[0], [{"published": now - days} for days in ago])
    text = read(as_person(viewer), at("overview"))
    assert "More mentions than usual. 20 mentions in this period" in text
    assert "All calm" not in text


def test_pages_compare_with_no_time_before_collecting_began(as_person, viewer, at, read, tracked_keywords):
    brand, _, _ = tracked_keywords
    Source.objects.update(created_at=NOW() - timedelta(days=12))
    make_mentions(
        brand, [{"published": NOW() - timedelta(minutes=5)}] * 40 + [{"published": NOW() - timedelta(days=13)}]
    )
    client, started = as_person(viewer), long_date(Source.objects.get().created_at)
    for page in (f"{at('overview')}?period=7d", f"{at('keyword', brand.pk)}?period=7d"):
        text = read(client, page)
        assert f"no history before {started}" in text
        assert "previous period" not in text.lower().replace("keyword mentions previous period", "")
        assert "than before" not in text and "More mentions than usual" not in text
    assert "Lumen Brand 40 –" in read(client, at("overview"))
    assert "41 –" in read(client, at("keywords"))


def test_overview_lists_open_incident_first_with_acknowledge_button(as_person, manager, at, tracked_keywords):
    manager.language = "en"
    manager.save()
    incident = trigger_rule(tracked_keywords[0])
    page = as_person(manager).get(at("overview")).content.decode()
    assert page.index("Lumen: 7 mentions in 1 hour") < page.index('id="tiles"')
    assert f'action="{at("incident_acknowledge", incident.pk)}"' in page
    assert "All calm" not in page


def test_overview_hides_acknowledge_button_from_viewers(as_person, viewer, at, tracked_keywords):
    incident = trigger_rule(tracked_keywords[0])
    page = as_person(viewer).get(at("overview")).content.decode()
    assert at("incident", incident.pk) in page
    assert at("incident_acknowledge", incident.pk) not in page


def test_overview_names_failing_sources(as_person, viewer, at, read, project, tracked_keywords):
    make_source(project, title="Radio Muette", error_code="timeout")
    make_source(project, title="En pause", error_code="timeout", state=Source.State.PAUSED)
    text = read(as_person(viewer), at("overview"))
    assert "1 of 2 sources failing: Radio Muette" in text
    assert "All calm" not in text


def test_chart_hatches_buckets_with_failing_sources(as_person, viewer, at, project, tracked_keywords):
    make_source(project, error_code="timeout", last_success_at=NOW() - timedelta(days=2))
    page = as_person(viewer).get(at("overview") + "?period=7d").content.decode()
    notes = json.loads(re.search(r'id="volume-data"[^>]*>(.*?)</script>', page, re.S)[1])["notes"]
    assert notes[:4] == [""] * 4
    assert notes[-1] == "1 failing source"
    assert "Hatched" in page


def test_chart_does_not_hatch_for_one_failing_source_of_many(as_person, viewer, at, project, tracked_keywords):
    for _ in range(11):
        make_source(project, last_success_at=NOW())
    make_source(project, error_code="timeout", last_success_at=NOW() - timedelta(days=2))
    assert "Hatched" not in as_person(viewer).get(at("overview")).content.decode()


def test_volume_bars_link_to_their_mentions(as_person, viewer, at, tracked_keywords):
    brand, rival, _ = tracked_keywords
    for days in (0, 0, 1, 3):
        make_mention(brand, published=NOW() - timedelta(days=days))
    make_mention(rival, published=NOW() - timedelta(days=1))
    client = as_person(viewer)
    page = client.get(at("overview") + "?period=7d").content.decode()
    chart = json.loads(re.search(r'id="volume-data"[^>]*>(.*?)</script>', page, re.S)[1])
    for place, link in enumerate(chart["links"]):
        for line in chart["data"]["datasets"]:
            shown = client.get(f"{link}&keyword={line['key']}").context["count"].value
            assert shown == line["data"][place]
    assert sum(sum(line["data"]) for line in chart["data"]["datasets"]) == 5


def test_tiles_link_to_the_counted_mentions(as_person, viewer, at, tracked_keywords):
    brand, rival, _ = tracked_keywords
    make_mentions(brand, 4)
    make_mention(brand, status="needs_reply")
    make_mentions(rival, 3)
    client = as_person(viewer)
    context = client.get(at("overview")).context

    def follow(query):
        return client.get(f"{at('mentions')}?{query}").context["count"].value

    assert follow(context["query"]) == context["change"].now == 8
    assert follow(context["needs_reply_query"]) == context["needs_reply"] == 1
    for row in context["top_keywords"]:
        assert follow(row.query) == row.change.now
    voice = context["share_of_voice"]
    assert (voice.share, voice.competitor, voice.competitor_share) == (63, "Halo", 37)
    assert follow(voice.query) == 5


def test_overview_explains_items_that_match_several_keywords(as_person, viewer, at, read, tracked_keywords):
    brand, rival, _ = tracked_keywords
    make_mentions(brand, 2)
    client = as_person(viewer)
    assert "counts for both" not in read(client, at("overview"))
    make_mentions([brand, rival], 1)
    assert "An item that matches several keywords counts toward each of them." in read(client, at("overview"))
    assert client.get(at("overview")).context["change"].now == 3


def test_overview_hides_share_of_voice_without_competitor(as_person, viewer, at, project):
    make_source(project, last_success_at=NOW())
    make_mentions(make_keyword(project, type="brand"), 2)
    assert as_person(viewer).get(at("overview")).context["share_of_voice"] is None


def test_chart_uses_time_zone_of_the_user(as_person, viewer, at, tracked_keywords):
    viewer.time_zone = "Pacific/Auckland"
    viewer.save()
    page = as_person(viewer).get(at("overview") + "?period=24h")
    last = page.context["volume_chart"].rows[0].title
    local = timezone.localtime(NOW(), viewer.zone)
    assert last.startswith(f"{local:%A, %B} {local.day}, ")


def test_overview_highlights_matches_and_escapes_markup(as_person, viewer, at, tracked_keywords):
    make_mention(tracked_keywords[0], title="<b>Lumen</b> & co", text="<script>alert(1)</script> Lumen")
    page = as_person(viewer).get(at("overview")).content.decode()
    assert "&lt;b&gt;<mark>Lumen</mark>&lt;/b&gt; &amp; co" in page
    assert "<script>alert" not in page


def test_overview_has_constant_query_count(as_person, viewer, at, project, tracked_keywords, queries):
    client = as_person(viewer)
    trigger_rule(tracked_keywords[0])
    few = queries(client, at("overview"))
    for number in range(10):
        keyword = make_keyword(project, f"Keyword {number}", "lumen")
        make_mentions(keyword, [{"source": make_source(project, last_success_at=NOW())} for _ in range(5)])
    make_source(project, error_code="timeout")
    trigger_rule(keyword)
    assert queries(client, at("overview")) == few <= 35
