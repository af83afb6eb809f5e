"""The page of an incident, its wall, its PDF, the links of its emails, and the playbook."""

import re

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.evaluate import evaluate_all
from alerts.incident_evidence import theme_of
from alerts.incident_filters import filter_of_peak
from alerts.incident_links import link_url
from alerts.incident_messages import render_opened
from alerts.incident_notices import opened_notice
from alerts.incident_view import IncidentView
from alerts.models import HoldingStatement, Incident, IncidentEntry, Playbook, Rule
from delivery.models import Delivery, Destination
from monitoring.models import Mention
from reports.incident_report import incident_pdf
from tests.alerts.found_mentions import make_incident
from tests.dashboards.theme_rows import make_theme
from tests.factories import make_keyword, make_mentions

pytestmark = pytest.mark.django_db
PLAYBOOK = {"checklist": "Call", "contacts": "Ada: 1", "escalate_after": "30"}


@pytest.fixture
def incident(project, owner):
    return make_incident(make_keyword(project, "Lumen"), now=timezone.now(), author="Karim")


@pytest.fixture
def url(incident):
    return f"/p/{incident.rule.project_id}/incidents/{incident.pk}"


def opened(incident, user):
    return render_opened(incident, user, 0, theme_of(incident, filter_of_peak(incident)))


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- one number ------------------------------------------------------------------------------------------------


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["", "negative", "neutral", "ignored"]), min_size=4, max_size=14),
    st.lists(st.sampled_from(["negative", "neutral", "ignored", "delete"]), max_size=6),
)
def test_title_chart_peak_and_list_always_show_the_same_number(project, owner, as_person, found, changed):
    """Mentions come in, then people correct, ignore and delete some of them."""
    Rule.objects.all().delete()
    Mention.objects.all().delete()
    keyword = project.keywords.first() or make_keyword(project, "Lumen")
    Rule.objects.create(project=project, keyword=keyword, threshold=1, sentiment="negative")
    now = timezone.now()
    rows = [
        {
            "found_at": now - timezone.timedelta(minutes=n + 1),
            "sentiment": "negative" if kind == "ignored" else kind,
            "status": "ignored" if kind == "ignored" else "to_review",
        }
        for n, kind in enumerate(["negative", "negative", *found])
    ]
    made = make_mentions(keyword, rows)
    evaluate_all(now)
    for mention, change in zip(made, changed, strict=False):
        one = Mention.objects.filter(pk=mention.pk)
        if change == "delete":
            one.delete()
        else:
            one.update(**({"status": "ignored"} if change == "ignored" else {"sentiment": change}))
    client, incident = as_person(owner), Incident.objects.get()
    page = client.get(f"/p/{project.pk}/incidents/{incident.pk}")
    shown = page.context["view"].count
    listed = client.get(f"/p/{project.pk}/mentions?{page.context['view'].mentions_query}&counts=1")
    assert listed.context["count"].value == shown
    bars = page.context["volume_chart"].rows
    peak = [bar for bar in bars if bar.url.endswith(page.context["view"].mentions_query)]
    assert [bar.total for bar in peak or bars[:1]] == [shown]
    overview = client.get(f"/p/{project.pk}/incidents")
    title = page.context["view"].observed
    assert [line["observed"] for line in overview.context["open"]] == [title]
    assert client.get(f"/p/{project.pk}/incidents/{incident.pk}/wall").context["view"].observed == title


# --- the page --------------------------------------------------------------------------------------------------


def test_page_shows_evidence_and_what_people_did(incident, url, manager, owner, as_person):
    client = as_person(owner)
    client.post(f"{url}/acknowledge")
    client.post(f"{url}/comments", {"text": f"@{manager.email} call them"})
    client.post(f"{url}/tasks", {"title": "Call the carrier", "assignee": manager.pk})
    task = incident.tasks.get()
    client.post(f"{url}/tasks/{task.pk}", {"done": "1"})
    client.post(f"{url}/assign", {"assignee": manager.pk})
    text = text_of(client.get(url))
    for words in ("by Karim", "Moderate", f"@{manager.name} call them", "1 of 1 task done", "Call the carrier"):
        assert words in text
    incident.refresh_from_db()
    assert incident.assignee == manager


def test_list_says_how_many_incidents_wait_and_leads_to_the_newest(incident, url, owner, as_person):
    client, listed = as_person(owner), f"/p/{incident.rule.project_id}/incidents"
    page = client.get(listed)
    assert "1 not acknowledged yet" in text_of(page)
    assert f'data-size="big" href="{url}"' in page.content.decode()
    client.post(f"{url}/acknowledge")
    page = client.get(listed)
    assert "All acknowledged" in text_of(page)
    assert 'data-size="big"' not in page.content.decode()


def test_rules_page_says_how_many_rules_are_triggered(incident, owner, as_person):
    rules = f"/p/{incident.rule.project_id}/rules"
    assert "1 rule is triggered." in text_of(as_person(owner).get(rules))
    Incident.objects.update(closed_at=timezone.now())
    assert "No rule is triggered." in text_of(as_person(owner).get(rules))


def test_chart_marks_the_opening_and_the_limit_of_a_fixed_number_only(incident, url, owner, as_person):
    config = as_person(owner).get(url).context["volume_chart"].config
    assert config["limit"] == incident.limit
    marked = config["data"]["datasets"][0]["data"][config["marks"][0]["at"]]
    assert marked == incident.value
    Incident.objects.update(settings=incident.settings | {"condition": "increase"})
    assert as_person(owner).get(url).context["volume_chart"].config["limit"] is None


def test_page_of_a_rule_that_joined_leads_to_the_incident(incident, url, owner, as_person):
    rule = Rule.objects.create(project=incident.rule.project, keyword=incident.rule.keyword, threshold=2)
    evaluate_all(timezone.now())
    joined = Incident.objects.get(rule=rule)
    client = as_person(owner)
    assert client.get(f"/p/{rule.project_id}/incidents/{joined.pk}").url == url
    assert client.post(f"/p/{rule.project_id}/incidents/{joined.pk}/acknowledge").status_code == 404
    for end in ("wall/live", "report.pdf"):
        assert client.get(f"/p/{rule.project_id}/incidents/{joined.pk}/{end}").status_code == 404
    assert len(client.get(url).context["view"].rules) == 2


def test_wrong_comment_and_unknown_rating_change_nothing(incident, url, owner, as_person):
    client = as_person(owner)
    assert "Enter a text." in text_of(client.post(f"{url}/comments", {"text": " "}, follow=True))
    assert client.post(f"{url}/rate", {"usefulness": "maybe"}).status_code == 400
    assert not IncidentEntry.objects.exclude(kind="opened").exists()


def test_only_managers_and_admins_can_be_given_an_incident_or_a_task(
    incident, url, owner, viewer, stranger, as_person
):
    client = as_person(owner)
    for person in (viewer.pk, stranger.pk, "x"):
        for end, fields in (("assign", {}), ("tasks", {"title": "Call"})):
            response = client.post(f"{url}/{end}", {**fields, "assignee": person}, follow=True)
            assert "Choose a manager or an admin of this project." in text_of(response)
    incident.refresh_from_db()
    assert incident.assignee is None and not incident.tasks.exists()


def test_rated_incidents_are_counted_on_the_pages_of_their_rule(incident, url, owner, as_person):
    client = as_person(owner)
    client.post(f"{url}/resolve")
    assert "Was this alert useful?" in text_of(client.get(url))
    client.post(f"{url}/rate", {"usefulness": "useful"})
    for page in ("rules", f"rules/{incident.rule_id}/edit"):
        assert "1 of 1 rated alert useful" in text_of(client.get(f"/p/{incident.rule.project_id}/{page}"))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_pdf_has_title_language_tags_and_the_whole_log(incident, url, owner, as_person, language):
    owner.language = language
    owner.save()
    Playbook.objects.create(project=incident.rule.project, contacts="Inès : 06 🔥", checklist="Call")
    HoldingStatement.objects.create(project=incident.rule.project, name="Presse", text_fr="« Œuvre » " + "long " * 900)
    client = as_person(owner)
    text = f"#set text(red) {'x' * 300}"
    IncidentEntry.objects.bulk_create(
        IncidentEntry(incident=incident, kind="comment", user=owner, text=f"{number} {text}") for number in range(60)
    )
    response = client.get(f"{url}/report.pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    content = response.content
    assert content.startswith(b"%PDF-") and b"/StructTreeRoot" in content and f"/Lang({language}".encode() in content
    assert len(re.findall(rb"/Type\s*/Page\b", content)) > 5


def test_wall_refreshes_its_numbers(incident, url, owner, as_person):
    client = as_person(owner)
    assert 'hx-trigger="vigie:tick from:body"' in client.get(f"{url}/wall").content.decode()
    Mention.objects.filter(keyword=incident.rule.keyword).update(status="needs_reply")
    live = client.get(f"{url}/wall/live")
    assert live.context["tally"].needs_reply == 5 and b"<html" not in live.content


# --- the theme of an incident ----------------------------------------------------------------------------------


def test_page_report_and_messages_name_the_theme_of_most_mentions(incident, url, owner, as_person):
    client = as_person(owner)
    assert "Rise mostly about" not in text_of(client.get(url))
    assert "mostly about" not in opened(incident, owner).text
    documents = [one.document for one in Mention.objects.select_related("document")]
    theme = make_theme(incident.rule.project, documents, "late, parcel")
    theme.name_terms = {"en": ["late", "parcel"], "fr": ["retard", "colis"]}
    theme.save()
    numbers = "5 mentions, 100% of all, up from 0 in the previous period"
    assert f"Rise mostly about: Late, parcel ({numbers})." in text_of(client.get(url))
    message = opened(incident, owner)
    assert f"Rise mostly about: Late, parcel ({numbers})" in message.text and "Late, parcel" in message.html
    link = re.search(rf"http://localhost:8000(/p/\S+theme={theme.pk}\S*)", message.text)[1]
    assert client.get(f"{link}&counts=1").context["count"].value == 5
    owner.language = "fr"
    assert "Retard, colis" in opened(incident, owner).text
    channel = Destination(project=incident.rule.project, channel="slack", name="Team", language="fr")
    assert any(
        "Retard, colis" in fact.value
        for fact in opened_notice(incident, channel, 0, theme_of(incident, filter_of_peak(incident))).facts
    )
    view = IncidentView(incident, timezone.now(), owner.zone)
    assert incident_pdf(view, Playbook(), []) and view.theme.text == f"Late, parcel ({numbers})"


def test_incident_of_a_fall_names_no_theme(incident, url, owner, as_person):
    make_theme(incident.rule.project, [one.document for one in Mention.objects.select_related("document")])
    incident.settings |= {"condition": "below"}
    incident.save()
    assert "Rise mostly about" not in text_of(as_person(owner).get(url))


# --- links of emails -------------------------------------------------------------------------------------------


def test_link_of_the_alert_acknowledges_after_confirmation(incident, owner, client):
    link = re.search(r"http://localhost:8000(/incident/\S+)", opened(incident, owner).text)[1]
    assert b"Acknowledge this incident?" in client.get(link).content
    incident.refresh_from_db()
    assert incident.acknowledged_at is None
    for _attempt in range(2):
        assert b"Incident acknowledged" in client.post(link).content
    incident.refresh_from_db()
    assert incident.acknowledged_by == owner
    assert IncidentEntry.objects.filter(kind="acknowledged").count() == 1


def test_links_of_the_last_message_rate_the_incident(incident, url, owner, client, as_person):
    as_person(owner).post(f"{url}/resolve")
    message = Delivery.objects.get(key=f"incident:{incident.pk}:closed:{owner.pk}")
    links = re.findall(r"http://localhost:8000(/incident/\S+)", message.text)
    client.post(links[1])
    incident.refresh_from_db()
    assert incident.usefulness == "false_alarm"


def test_viewer_gets_no_link_and_a_link_ends_with_the_role(incident, viewer, owner, client):
    assert "/incident/" not in opened(incident, viewer).text
    link = link_url("acknowledge", incident, owner).removeprefix("http://localhost:8000")
    assert client.get(f"{link}x").status_code == 404
    owner.memberships.update(role="viewer")
    assert client.post(link).status_code == 404
    incident.refresh_from_db()
    assert incident.acknowledged_at is None


# --- playbook --------------------------------------------------------------------------------------------------


def test_admin_changes_the_playbook_and_manager_only_the_statements(project, owner, manager, as_person):
    url = f"/p/{project.pk}/settings"
    assert as_person(manager).post(f"{url}/playbook", PLAYBOOK).status_code == 403
    as_person(owner).post(f"{url}/playbook", {**PLAYBOOK, "escalate_to": [manager.pk]})
    playbook = Playbook.objects.get()
    assert (playbook.checklist, playbook.escalate_after, playbook.escalate_to.get()) == ("Call", 30, manager)
    client = as_person(manager)
    client.post(f"{url}/statements/new", {"name": "Press", "text_fr": "Bonjour"})
    statement = HoldingStatement.objects.get()
    client.post(f"{url}/statements/{statement.pk}", {"name": "Press", "text_fr": "", "text_en": "Hello"})
    statement.refresh_from_db()
    assert (statement.text_fr, statement.text_en) == ("", "Hello")
    client.post(f"{url}/statements/{statement.pk}/delete")
    assert not HoldingStatement.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [({"escalate_after": "0"}, "escalate_after"), ({"checklist": "x" * 5001}, "checklist")],
)
def test_playbook_form_shows_error_at_its_field(project, owner, as_person, change, field):
    response = as_person(owner).post(f"/p/{project.pk}/settings/playbook", PLAYBOOK | change)
    assert list(response.context["form"].errors) == [field]


def test_statement_needs_a_text(project, owner, as_person):
    response = as_person(owner).post(f"/p/{project.pk}/settings/statements/new", {"name": "Press"})
    assert list(response.context["form"].errors) == ["text_fr"]
