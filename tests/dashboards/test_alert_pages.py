"""The pages of rules and incidents, and what all pages of alerts have in common."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from alerts.evaluate import evaluate_all
from alerts.models import Incident, Rule
from delivery.models import Delivery
from monitoring.models import Keyword, Mention, SourcePeriod
from tests.delivery.helpers import write
from tests.factories import make_keyword, make_mention, make_mentions, make_source
from tests.pages import body_of, page_url, words


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


@pytest.fixture
def rule(keyword):
    return Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3)


@pytest.fixture
def incident(rule):
    now = timezone.now()
    at = now - timedelta(minutes=5)
    make_mentions(rule.keyword, [{"title": f"Lumen {n}", "published": at, "found_at": at} for n in range(5)])
    evaluate_all(now)
    return Incident.objects.get()


def test_manager_creates_edits_pauses_and_deletes_rule(keyword, manager, owner, as_person):
    client, project = as_person(owner), keyword.project
    form = {"keyword": keyword.pk, "condition": "above", "threshold": 50, "minimum": 5, "window_s": 3600}
    assert client.post(page_url(project, "rules/new"), form).url == page_url(project, "rules")
    rule = Rule.objects.get()
    assert "Alert when Lumen gets more than 50 mentions in 1 hour" in body_of(client.get(page_url(project, "rules")))
    client.post(page_url(project, f"rules/{rule.pk}/edit"), form | {"threshold": 80, "recipients": [manager.pk]})
    rule.refresh_from_db()
    assert (rule.threshold, list(rule.recipients.all())) == (80, [manager])
    client.post(page_url(project, f"rules/{rule.pk}/pause"))
    rule.refresh_from_db()
    assert rule.is_paused
    assert "more than 80" in body_of(client.get(page_url(project, f"rules/{rule.pk}/delete")))
    assert Rule.objects.exists(), "it asks first"
    client.post(page_url(project, f"rules/{rule.pk}/delete"))
    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"threshold": ""}, "threshold"),
        ({"threshold": "-1"}, "threshold"),
        ({"threshold": "99999999999"}, "threshold"),
        ({"condition": "increase", "percent": ""}, "percent"),
        ({"condition": "increase", "percent": "0"}, "percent"),
        ({"window_s": "7"}, "window_s"),
        ({"keyword": "0"}, "keyword"),
        ({"sentiment": "uncertain"}, "sentiment"),
        ({"condition": "increase", "percent": "50", "minimum": ""}, "minimum"),
    ],
)
def test_rule_form_shows_error_at_its_field(keyword, manager, as_person, change, field):
    form = {"keyword": keyword.pk, "condition": "above", "threshold": 50, "minimum": 5, "window_s": 3600, **change}
    response = as_person(manager).post(page_url(keyword.project, "rules/new"), form)
    assert response.context["form"].errors.keys() == {field}
    assert not Rule.objects.exists()


def test_empty_rules_page_offers_ready_made_rules(keyword, manager, as_person):
    client, project = as_person(manager), keyword.project
    page = body_of(client.get(page_url(project, "rules")))
    assert page.count(page_url(project, "rules/ready-made")) == 3
    assert "M’alerter en cas de bad buzz" in page
    assert client.post(page_url(project, "rules/ready-made"), {"name": "none"}).status_code == 400
    assert client.post(page_url(project, "rules/ready-made"), {"name": "silence"}).url == page_url(project, "rules")
    assert "Alerter quand Lumen n’a aucune mention en 7 jours" in body_of(client.get(page_url(project, "rules")))


def test_rules_page_says_unknown_while_sources_fail(keyword, owner, as_person):
    client, project = as_person(owner), keyword.project
    rule = Rule.objects.create(project=project, keyword=keyword, threshold=3, evaluated_at=timezone.now())
    assert "OK, checked" in words(client.get(page_url(project, "rules")))
    source = make_source(project, error_code="timeout")
    started_at = timezone.now() - timedelta(minutes=50)
    SourcePeriod.objects.create(source=source, state="failing", error_code="timeout", started_at=started_at)
    page = words(client.get(page_url(project, "rules")))
    assert "Status unknown Sources failed in the time window, so the count may be too low." in page
    at = timezone.now() - timedelta(minutes=1)
    make_mentions(keyword, [{"found_at": at, "published": at} for _ in range(4)])
    evaluate_all(timezone.now())
    assert Incident.objects.get(rule=rule).value == 4, "a threshold that is reached despite the gap"


def test_manager_creates_rule_on_unusual_numbers(keyword, owner, as_person):
    client, project = as_person(owner), keyword.project
    form = {"keyword": keyword.pk, "condition": "unusual", "minimum": 7, "window_s": 21600, "sensitivity": "calm"}
    assert client.post(page_url(project, "rules/new"), form | {"counts_stories": "on", "counts_authors": "on"}).url
    rule = Rule.objects.get()
    assert (rule.condition, rule.minimum, rule.threshold, rule.counts_authors) == ("unusual", 7, None, True)
    page = words(client.get(page_url(project, "rules")))
    assert "in 6 hours, with a minimum of 7, low sensitivity, each author counted once" in page
    assert "Vigie doesn’t know yet what is usual here." in page


def test_rules_page_shows_mentions_not_analyzed_yet_for_sentiment_rule(keyword, owner, as_person):
    client, project = as_person(owner), keyword.project
    form = {"keyword": keyword.pk, "condition": "above", "threshold": 20, "minimum": 5, "window_s": 3600}
    client.post(page_url(project, "rules/new"), form | {"sentiment": "negative", "with_uncertain": "on"})
    rule = Rule.objects.get()
    assert (rule.sentiment, rule.with_uncertain) == ("negative", True)
    now = timezone.now()
    labels = ["negative", "uncertain", "positive", ""]
    make_mentions(keyword, [{"sentiment": label, "published": now, "found_at": now} for label in labels])
    page = client.get(page_url(project, "rules"))
    assert "Alert when Lumen gets more than 20 negative or uncertain mentions in 1 hour" in body_of(page)
    assert "1 not analyzed yet" in body_of(page)
    [line] = page.context["rules"]
    assert line["value"] == "2"
    assert client.get(page_url(project, f"mentions?{line['query']}&counts=1")).context["count"].value == 2
    client.post(page_url(project, f"rules/{rule.pk}/edit"), form | {"sentiment": "", "with_uncertain": "on"})
    rule.refresh_from_db()
    assert (rule.sentiment, rule.with_uncertain) == ("", False), "a rule on all mentions counts uncertain ones anyway"


def test_rule_form_rejects_keywords_and_recipients_of_other_projects(keyword, manager, stranger, as_person):
    theirs = Keyword.objects.create(project=stranger.projects.get(), name="Theirs", query="x")
    form = {"keyword": theirs.pk, "condition": "above", "threshold": 1, "minimum": 5, "window_s": 3600}
    response = as_person(manager).post(page_url(keyword.project, "rules/new"), form | {"recipients": [stranger.pk]})
    assert response.context["form"].errors.keys() == {"keyword", "recipients"}


def test_viewer_reads_rules_and_changes_none(rule, viewer, as_person):
    client, project = as_person(viewer), rule.project
    assert "New rule" not in body_of(client.get(page_url(project, "rules")))
    for path in ("rules/new", f"rules/{rule.pk}/edit", f"rules/{rule.pk}/pause", f"rules/{rule.pk}/delete"):
        assert client.post(page_url(project, path)).status_code == 403


def test_incident_lists_tell_end_and_status_apart(incident, viewer, as_person):
    client, page = as_person(viewer), page_url(incident.rule.project, "incidents")
    assert "Nobody Open 5" in words(client.get(page))
    incident.acknowledged_at = timezone.now()
    incident.save()
    assert "Nobody Acknowledged 5" in words(client.get(page))
    incident.closed_at = timezone.now()
    incident.save()
    assert "just now 5" in words(client.get(page))


def test_incident_page_links_to_its_mentions_and_acknowledges(incident, manager, as_person):
    client, project = as_person(manager), incident.rule.project
    manager.language = "en"
    manager.save()
    assert "Lumen: 5 mentions in 1 hour" in body_of(client.get(page_url(project, "incidents")))
    page = client.get(page_url(project, f"incidents/{incident.pk}"))
    assert "View all 5 mentions" in body_of(page)
    listed = client.get(page_url(project, f"mentions?{page.context['view'].mentions_query}&counts=1"))
    assert listed.context["count"].value == 5
    client.post(page_url(project, f"incidents/{incident.pk}/acknowledge"))
    incident.refresh_from_db()
    assert incident.acknowledged_by == manager
    assert "Acknowledged" in body_of(client.get(page_url(project, f"incidents/{incident.pk}")))


def test_incident_page_shows_one_number_in_title_chart_and_list(rule, owner, as_person):
    """More mentions than the window holds come in: some leave it before others, and people triage them."""
    opened = timezone.now() - timedelta(hours=3)
    arrivals = [0] * 8 + [20, 40, 55, 61, 62, 63, 64, 65, 66, 67, 68, 69]  # minutes
    found = [
        make_mention(rule.keyword, title=f"Lumen {number}", published=at, found_at=at)
        for number, at in enumerate(opened + timedelta(minutes=minutes - 1) for minutes in arrivals)
    ]
    for minutes in range(0, 72, 3):
        evaluate_all(opened + timedelta(minutes=minutes))
    incident = Incident.objects.get()
    assert incident.peak > incident.value == 8
    ignored = next(one for one in found if incident.peak_at - timedelta(minutes=5) < one.found_at < incident.peak_at)
    Mention.objects.filter(pk=ignored.pk).update(status="ignored")
    client = as_person(owner)
    page = client.get(page_url(rule.project, f"incidents/{incident.pk}"))
    title = re.search(r"Lumen: (\d+) mentions in 1 hour", body_of(page))[1]
    listing = page_url(rule.project, f"mentions?{page.context['view'].mentions_query}&counts=1")
    listed = client.get(listing).context["count"].value
    bars = page.context["volume_chart"].config["data"]["datasets"][0]["data"]
    assert int(title) == listed == max(bars) == page.context["view"].count == incident.peak
    link = page.context["volume_chart"].config["links"][bars.index(max(bars))]
    assert client.get(f"{link}&counts=1").context["count"].value == incident.peak
    assert "have changed since" not in body_of(page)


def test_incident_page_says_why_fewer_mentions_are_listed(incident, owner, as_person):
    Mention.objects.first().delete()
    page = body_of(as_person(owner).get(page_url(incident.rule.project, f"incidents/{incident.pk}")))
    assert "View all 4 mentions" in page and "Vigie counted 5 mentions at that time." in page


@pytest.mark.parametrize("window_s", Rule.Window.values)
def test_incident_chart_has_the_peak_among_its_bars_for_each_window(keyword, owner, as_person, window_s):
    rule = Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3, window_s=window_s)
    opened = timezone.now() - timedelta(days=30)
    make_mentions(keyword, [{"found_at": opened - timedelta(seconds=1), "published": opened}] * 5)
    evaluate_all(opened)
    incident = Incident.objects.get(rule=rule)
    page = as_person(owner).get(page_url(rule.project, f"incidents/{incident.pk}"))
    bars = page.context["volume_chart"].config["data"]["datasets"][0]["data"]
    assert max(bars) == 5 == sum(bars) and 6 < len(bars) < 220


def test_incident_of_an_earlier_version_is_shown(incident, owner, as_person):
    Incident.objects.update(peak_at=None)
    assert "View all 5 mentions" in body_of(
        as_person(owner).get(page_url(incident.rule.project, f"incidents/{incident.pk}"))
    )


def test_incident_page_shows_late_arrivals_and_hatches_failing_sources(rule, owner, as_person):
    now = timezone.now()
    at, long_ago = now - timedelta(minutes=5), now - timedelta(hours=3)
    make_mentions(rule.keyword, [{"title": f"Lumen {n}", "published": long_ago, "found_at": at} for n in range(5)])
    make_source(rule.project, error_code="timeout", failing_since=long_ago, last_success_at=long_ago, failures=9)
    evaluate_all(now)
    page = as_person(owner).get(page_url(rule.project, f"incidents/{Incident.objects.get().pk}"))
    assert "5 of 5 were published before the time window" in body_of(page)
    assert page.context["volume_chart"].is_hatched


def test_viewer_cannot_acknowledge_incident(incident, viewer, as_person):
    assert (
        as_person(viewer).post(page_url(incident.rule.project, f"incidents/{incident.pk}/acknowledge")).status_code
        == 403
    )


def test_alert_pages_warn_while_a_source_is_failing(incident, owner, as_person):
    client, project = as_person(owner), incident.rule.project
    pages = [page_url(project, path) for path in ("rules", "incidents", f"incidents/{incident.pk}")]
    assert not any("source is failing, so counts may be too low" in body_of(client.get(page)) for page in pages)
    make_source(project, error_code="timeout")
    assert all("1 source is failing, so counts may be too low" in body_of(client.get(page)) for page in pages)


def test_alert_pages_return_404_to_non_members(incident, stranger, as_person):
    mine, theirs = incident.rule.project, stranger.projects.get()
    delivery = Delivery.objects.filter(project=mine).first() or write(project=mine)
    client = as_person(stranger)
    for path in (f"incidents/{incident.pk}", f"rules/{incident.rule_id}/edit", f"outbox/{delivery.pk}"):
        assert client.get(page_url(mine, path)).status_code == 404
        assert client.get(page_url(theirs, path)).status_code == 404


def test_empty_lists_lead_to_the_next_step(project, owner, as_person):
    client = as_person(owner)
    for page, next_step in (("incidents", "rules"), ("outbox", "digest")):
        main = client.get(page_url(project, page)).content.decode().partition("<main")[2]
        assert f'data-size="big" href="{page_url(project, next_step)}"' in main


def test_alert_pages_have_bounded_query_count(keyword, owner, as_person, django_assert_max_num_queries):
    client, project = as_person(owner), keyword.project
    for number in range(15):
        rule = Rule.objects.create(project=project, keyword=keyword, threshold=number)
        opened = timezone.now()
        settings = {"condition": "above", "threshold": 1, "window_s": 3600}
        Incident.objects.create(rule=rule, opened_at=opened, value=1, peak=1, settings=settings)
        write(f"test:{number}", project=project, user=owner)
    for path in ("rules", "incidents", "outbox", "digest"):
        with django_assert_max_num_queries(24):
            client.get(page_url(project, path))


@pytest.mark.parametrize("path", ["rules", "incidents", "outbox", "digest", "digest/preview", "rules/new"])
def test_alert_pages_work_in_a_new_project(project, owner, as_person, path):
    assert as_person(owner).get(page_url(project, path)).status_code == 200
