"""The overview: what is wrong, what to answer first, and numbers that link to their lists."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.activity_log import record
from accounts.formats import long_date
from alerts.evaluate import evaluate_all
from alerts.models import Incident, Rule
from monitoring.models import Source, SourcePeriod, Triage
from tests.dashboards.theme_rows import make_theme
from tests.factories import make_keyword, make_mention, make_mentions, make_source, make_story

NOW = timezone.now


@pytest.fixture
def tracked_keywords(project):
    """A brand and a competitor, and one active source."""
    brand = make_keyword(project, "Lumen", "lumen", type="brand")
    competitor = make_keyword(project, "Halo", "halo", type="competitor")
    long_ago = NOW() - timedelta(days=365)
    source = make_source(project, title="Le Phare", last_success_at=NOW(), created_at=long_ago, last_new_at=NOW())
    return brand, competitor, source


def trigger_rule(keyword, sentiment=""):
    source = make_source(keyword.project, last_success_at=NOW(), created_at=NOW() - timedelta(days=365))
    at = NOW() - timedelta(minutes=5)
    make_mentions(
        keyword, [{"published": at, "source": source, "sentiment": "negative", "found_at": at} for _ in range(7)]
    )
    Rule.objects.create(project=keyword.project, keyword=keyword, threshold=2, window_s=3600, sentiment=sentiment)
    evaluate_all(NOW())
    return Incident.objects.get(rule__keyword=keyword)


def links_of(page):
    return [html.unescape(link) for link in re.findall(r'href="([^"]+)"', page.content.decode())]


def count_at(client, url):
    return client.get(f"{url}&counts=1").context["count"].value


def test_overview_shows_first_steps_in_a_new_project(as_person, owner, at, read):
    client = as_person(owner)
    assert "Add a keyword" in read(client, at("overview"))
    assert at("keyword_new") in links_of(client.get(at("overview")))


def test_overview_asks_viewers_of_a_new_project_to_contact_a_manager(as_person, viewer, at, read):
    text = read(as_person(viewer), at("overview"))
    assert "Ask a manager to add a keyword." in text and "Add a keyword" not in text


def test_calm_overview_says_so(as_person, viewer, at, read, tracked_keywords):
    make_mentions(tracked_keywords[0], 3)
    text = read(as_person(viewer), at("overview"))
    assert "All clear. 3 mentions in the last 24 hours; 0 are usual. Nothing needs a reply." in text
    assert "1 of 1 source active" in text
    assert 'data-tone="calm"' in as_person(viewer).get(at("overview")).content.decode()


def test_unusual_negative_mentions_come_first_with_their_list(as_person, viewer, at, tracked_keywords):
    brand = tracked_keywords[0]
    text = "Toujours aucune livraison"
    made = NOW() - timedelta(hours=2)
    make_mentions(brand, [{"published": NOW() - timedelta(days=10)}] * 6)
    make_mentions(brand, [{"published": made, "sentiment": "negative", "text": text} for _ in range(9)])
    client = as_person(viewer)
    page = client.get(at("overview"))
    line = page.context["status"]
    assert line.first == "Spike in negative mentions."
    assert "9 negative mentions</a> in the last 24 hours, usually none." in line.rest[0]
    assert "livraison" in " ".join(line.rest)
    assert line.button.label == "View these mentions"
    assert count_at(client, line.button.url) == 9
    assert '<b dir="auto">Spike in negative mentions.</b>' in page.content.decode()


def test_unusual_number_is_not_told_without_history(as_person, viewer, at, read, tracked_keywords):
    Source.objects.update(created_at=NOW() - timedelta(days=12))
    at_ = NOW() - timedelta(minutes=5)
    make_mentions(tracked_keywords[0], [{"published": at_, "sentiment": "negative"} for _ in range(40)])
    text = read(as_person(viewer), at("overview"))
    assert "All clear. 40 mentions in the last 24 hours." in text
    assert f"no history before {long_date(Source.objects.get().created_at)}" in text
    assert "than usual" not in text and " before " not in text.replace("no history before", "")


def test_open_incident_comes_first_with_acknowledge_button(as_person, english_manager, at, tracked_keywords):
    incident = trigger_rule(tracked_keywords[0], "negative")
    page = as_person(english_manager).get(at("overview")).content.decode()
    assert '<b dir="auto">Lumen: 7 negative mentions in 1 hour.</b>' in page
    assert f'action="{at("incident_acknowledge", incident.pk)}"' in page
    assert "All clear" not in page


def test_most_severe_open_incident_comes_first_and_of_those_the_newest(as_person, viewer, at, tracked_keywords):
    project, now = tracked_keywords[0].project, NOW()
    severities = ["moderate", "critical", "high", "critical", "moderate"]
    for age, severity in enumerate(severities):
        rule = Rule.objects.create(project=project, keyword=make_keyword(project, f"Lamp {age}"), threshold=2)
        settings = {"condition": "above", "window_s": 3600, "subject": f"Lamp {age}", "query": ""}
        opened = now - timedelta(minutes=age)
        numbers = {"value": 5, "peak": 5 + age, "peak_at": now, "severity": severity}
        Incident.objects.create(rule=rule, opened_at=opened, settings=settings, **numbers)
    client = as_person(viewer)
    assert client.get(at("overview")).context["status"].first.startswith("Lamp 1:")
    page = client.get(at("incidents")).content.decode()
    assert re.findall(r"Lamp (\d):", page) == ["1", "3", "2", "0", "4"]
    Incident.objects.filter(severity="critical").update(closed_at=now)
    assert client.get(at("overview")).context["status"].first.startswith("Lamp 2:")


def test_incident_of_all_mentions_is_not_red(as_person, viewer, at, tracked_keywords):
    make_keyword(tracked_keywords[0].project)
    trigger_rule(tracked_keywords[1])
    page = as_person(viewer).get(at("overview")).content.decode()
    assert "<strong" in page and "Halo: 7 mentions in 1 hour." in page
    assert '<b dir="auto">Halo' not in page


def test_overview_hides_acknowledge_button_from_viewers(as_person, viewer, at, tracked_keywords):
    incident = trigger_rule(tracked_keywords[0])
    page = as_person(viewer).get(at("overview")).content.decode()
    assert at("incident", incident.pk) in page
    assert at("incident_acknowledge", incident.pk) not in page


def test_overview_names_failing_sources(as_person, viewer, at, read, project, tracked_keywords):
    make_source(project, title="Radio Muette", error_code="timeout")
    make_source(project, title="En pause", error_code="timeout", state=Source.State.PAUSED)
    text = read(as_person(viewer), at("overview"))
    assert "1 of 2 sources is failing." in text and "failing: Radio Muette" in text
    assert "View failing sources" in text and "All clear" not in text


def test_overdue_replies_are_the_one_button(as_person, viewer, at, tracked_keywords, manager):
    brand = tracked_keywords[0]
    for hours, title in ((-2, "Late one"), (3, "Soon one"), (40, "Later one")):
        made = make_mention(
            brand, title=title, status="needs_reply", published=NOW() - timedelta(days=20), sentiment="neutral"
        )
        Triage.objects.create(
            project=brand.project, document=made.document, due_at=NOW() + timedelta(hours=hours), assignee=manager
        )
    client = as_person(viewer)
    page = client.get(at("overview"))
    line = page.context["status"]
    assert line.button.label == "Reply to 1 overdue"
    assert count_at(client, line.button.url) == 3
    rows = page.context["queue_rows"]
    assert [str(row.shown.document.title) for row in rows] == ["Late one", "Soon one", "Later one"]
    assert [(row.due, row.due_tone) for row in rows[:2]] == [
        ("overdue by 2 hours", "late"),
        ("due in 3 hours", "soon"),
    ]
    assert f"assigned to {manager.name}" in page.content.decode()


def test_tiles_link_to_the_counted_mentions(as_person, viewer, at, tracked_keywords):
    brand, rival, _ = tracked_keywords
    make_mentions(brand, 4)
    make_mention(brand, status="needs_reply")
    make_mentions(rival, 3)
    client = as_person(viewer)
    tiles = {tile.id: tile for tile in client.get(at("overview")).context["tiles"]}
    assert (tiles["tile-mentions"].value, tiles["tile-needs-reply"].value) == ("5", "1")
    assert count_at(client, tiles["tile-mentions"].url) == 5
    assert count_at(client, tiles["tile-needs-reply"].url) == 1
    assert tiles["tile-voice"].value == "63%"
    assert count_at(client, tiles["tile-voice"].url) == 5


def test_list_of_replies_leaves_out_snoozed_like_its_count(as_person, viewer, at, tracked_keywords):
    brand = tracked_keywords[0]
    make_mention(brand, status="needs_reply")
    snoozed = make_mention(brand, status="needs_reply").document
    Triage.objects.create(project=brand.project, document=snoozed, snoozed_until=NOW() + timedelta(days=1))
    client = as_person(viewer)
    context = client.get(at("overview")).context
    tiles = {tile.id: tile for tile in context["tiles"]}
    assert tiles["tile-needs-reply"].value == "1"
    assert count_at(client, tiles["tile-needs-reply"].url) == 1
    assert count_at(client, context["status"].button.url) == 1


def test_every_number_of_the_table_equals_its_list(as_person, viewer, at, tracked_keywords):
    brand, rival, _ = tracked_keywords
    labels = ["negative", "positive", "uncertain", ""]
    for number in range(12):
        made = NOW() - timedelta(days=number % 5, minutes=3)
        make_mentions(
            [brand] if number % 3 else [brand, rival], [{"published": made, "sentiment": labels[number % 4]}]
        )
    client = as_person(viewer)
    page = client.get(at("overview") + "?period=7d")
    rows = page.context["charts"].rows
    assert sum(row.total for row in rows) == 12
    for row in rows:
        assert count_at(client, row.url) == row.total
        for count, url in row.counts:
            assert count_at(client, url) == count


def test_chart_shows_where_sources_failed_and_what_changed(as_person, viewer, at, project, tracked_keywords, owner):
    source = tracked_keywords[2]
    midnight = timezone.localtime(NOW(), viewer.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    SourcePeriod.objects.create(
        source=source,
        state="failing",
        error_code="timeout",
        started_at=midnight - timedelta(days=4),
        ended_at=midnight - timedelta(days=2),
    )
    record(project, owner, "keyword.changed", "Lumen", before={"query": "a"}, after={"query": "lumen"})
    chart = as_person(viewer).get(at("overview") + "?period=7d").context["charts"].volume
    assert [gap["at"] for gap in chart["gaps"]] == [2, 3]
    assert chart["gaps"][0]["text"].startswith("Le Phare failed: The site took too long")
    assert [segment["data"][2] for segment in chart["segments"]] == [None] * len(chart["segments"])
    assert chart["segments"][0]["data"][0] == 0
    assert chart["marks"] == [{"at": 6, "text": "query changed: Lumen"}]


def test_one_failing_source_of_many_is_no_gap(as_person, viewer, at, project, tracked_keywords):
    for _ in range(11):
        make_source(project, last_success_at=NOW())
    SourcePeriod.objects.create(
        source=tracked_keywords[2], state="failing", error_code="dns", started_at=NOW() - timedelta(days=5)
    )
    assert as_person(viewer).get(at("overview")).context["charts"].gaps == ()


def test_peak_is_explained_with_terms_sources_and_posts(as_person, viewer, at, read, tracked_keywords):
    brand, _, source = tracked_keywords
    day = NOW() - timedelta(days=2)
    for number in range(12):
        make_mentions(brand, [{"published": NOW() - timedelta(days=number)}])
    fields = {"published": day, "sentiment": "negative", "source": source, "text": "Lumen et sa livraison perdue"}
    make_mentions(brand, [fields] * 11 + [{**fields, "engagement": 90, "title": "Le fil de départ"}])
    client = as_person(viewer)
    charts = client.get(at("overview") + "?period=7d").context["charts"]
    assert charts.volume["peaks"] == [{"at": 4, "text": "13 mentions, 92% negative"}]
    page = client.get(charts.peak_url, headers={"hx-request": "true"})
    text = page.content.decode()
    assert "livraison" in text and "Le fil de départ" in text and "Le Phare" in text
    assert "<html" not in text
    links = [link for link in links_of(page) if "q=livraison" in link]
    assert count_at(client, links[0]) == 12
    assert "Le fil de départ" in read(client, charts.peak_url)  # without JavaScript: a page of its own


def test_peak_is_explained_with_the_theme_that_rose(as_person, viewer, at, tracked_keywords):
    brand, *_ = tracked_keywords
    day, client = NOW() - timedelta(days=2), as_person(viewer)
    for number in range(12):
        make_mentions(brand, [{"published": NOW() - timedelta(days=number)}])
    made = make_mentions(brand, [{"published": day}] * 12)
    peak = client.get(at("overview") + "?period=7d").context["charts"].peak_url
    assert "Rise mostly about" not in client.get(peak).content.decode()
    theme = make_theme(brand.project, [one.document for one in made[:9]], "late, parcel")
    page = client.get(peak, headers={"hx-request": "true"})
    assert "Rise mostly about" in page.content.decode()
    assert "9 mentions, 69% of all, up from 0 in the previous period" in page.content.decode()
    (link,) = [link for link in links_of(page) if f"theme={theme.pk}" in link]
    assert count_at(client, link) == 9


def test_details_link_to_the_counted_mentions(as_person, viewer, at, tracked_keywords):
    brand, rival, source = tracked_keywords
    make_mentions(brand, [{"source": source, "author": "Ada", "followers": 1200, "platform": "bluesky"}] * 3)
    make_mentions(brand, [{"author": "Zoë", "text": "Une livraison #Retard", "published": NOW()}] * 4)
    make_mentions(rival, 2)
    make_mentions(brand, [{"published": NOW() - timedelta(days=20)}] * 6)
    client = as_person(viewer)
    context = client.get(at("overview_details"), headers={"hx-request": "true"}).context
    for name in ("sources", "authors", "words", "hashtags"):
        assert context[name], name
        for row in context[name]:
            assert str(count_at(client, f"{at('mentions')}?{row.query}")) == row.count
    cells = [cell for row in context["heat"] for cell in row.cells if cell.count]
    assert sum(cell.count for cell in cells) == 7
    for cell in cells:
        assert count_at(client, f"{at('mentions')}?{cell.query}") == cell.count
    assert (context["reach"].value, "43%" in context["reach"].note) == ("1,200", True)


def test_stories_link_to_as_many_items_as_they_count(as_person, viewer, at, tracked_keywords):
    brand, rival, source = tracked_keywords
    client = as_person(viewer)
    assert b"stories-title" not in client.get(at("overview_details"), headers={"hx-request": "true"}).content
    reprint = {"source": source, "title": "Lumen rappelle sa lampe"}
    make_story(brand, [{**reprint, "published": NOW() - timedelta(hours=hours)} for hours in (50, 20, 3)])
    make_story(rival, 2)  # not about the brand
    response = client.get(at("overview_details"), headers={"hx-request": "true"})
    [row] = response.context["stories"]
    assert (row.title, row.spread, row.source) == ("Lumen rappelle sa lampe", "3 items in 1 source", str(source))
    assert count_at(client, f"{at('mentions')}?{row.query}") == 3
    assert "first in" in response.content.decode()


def test_overview_hides_share_of_voice_without_competitor(as_person, viewer, at, project):
    make_source(project, last_success_at=NOW())
    make_mentions(make_keyword(project, type="brand"), 2)
    assert as_person(viewer).get(at("overview")).context["shares"] is None


def test_chart_uses_time_zone_of_the_user(as_person, viewer, at, tracked_keywords):
    viewer.time_zone = "Pacific/Auckland"
    viewer.save()
    page = as_person(viewer).get(at("overview") + "?period=24h")
    last = page.context["charts"].rows[0].title
    local = timezone.localtime(NOW(), viewer.zone)
    assert last.startswith(f"{local:%A, %B} {local.day}, ")


def test_overview_escapes_markup(as_person, viewer, at, tracked_keywords):
    make_mention(tracked_keywords[0], title="<b>Lumen</b> & <script>alert(1)</script>", status="needs_reply")
    page = as_person(viewer).get(at("overview")).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_overview_is_small(as_person, viewer, at, tracked_keywords):
    import gzip

    brand = tracked_keywords[0]
    rows = [{"published": NOW() - timedelta(days=day), "sentiment": "negative"} for day in range(90) for _ in "ab"]
    make_mentions(brand, rows)
    page = as_person(viewer).get(at("overview") + "?period=90d")
    assert len(gzip.compress(page.content)) < 60_000


def test_overview_has_constant_query_count(as_person, viewer, at, project, tracked_keywords, queries):
    client = as_person(viewer)
    trigger_rule(tracked_keywords[0])
    make_mention(tracked_keywords[0], status="needs_reply")
    few = queries(client, at("overview"))
    for number in range(10):
        keyword = make_keyword(project, f"Keyword {number}", "lumen")
        make_mentions(
            keyword,
            [{"source": make_source(project, last_success_at=NOW()), "status": "needs_reply"} for _ in range(5)],
        )
    make_source(project, error_code="timeout")
    trigger_rule(keyword)
    assert queries(client, at("overview")) == few <= 60
