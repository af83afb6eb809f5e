"""The pages of rules, incidents, digests and the outbox, as the people of a project meet them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from alerts.evaluate import evaluate_all
from alerts.models import Digest, Incident, Rule
from delivery import outbox
from delivery.message import Message
from delivery.models import Delivery
from monitoring.models import Keyword
from tests.factories import make_keyword, make_mentions, make_source


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


@pytest.fixture
def no_email(settings):
    settings.EMAIL_URL = ""
    settings.EMAIL_BACKEND = "delivery.email_backend.OutboxBackend"


def write(**fields):
    fields = {"key": f"test:{Delivery.objects.count()}", "kind": Delivery.Kind.DIGEST, "text": "Good day", **fields}
    return outbox.write(Message(recipient="ada@example.com", subject="Hello", **fields))


def url(project, path):
    return f"/p/{project.pk}/{path}"


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def test_a_manager_adds_edits_pauses_and_deletes_a_rule(keyword, manager, owner, as_person):
    client, project = as_person(owner), keyword.project
    form = {"keyword": keyword.pk, "condition": "above", "threshold": 50, "minimum": 5, "window_s": 3600}
    assert client.post(url(project, "rules/new"), form).url == url(project, "rules")
    rule = Rule.objects.get()
    assert "Alert when Lumen gets more than 50 mentions in 1 hour" in text_of(client.get(url(project, "rules")))
    client.post(url(project, f"rules/{rule.pk}/edit"), form | {"threshold": 80, "recipients": [manager.pk]})
    rule.refresh_from_db()
    assert (rule.threshold, list(rule.recipients.all())) == (80, [manager])
    client.post(url(project, f"rules/{rule.pk}/pause"))
    rule.refresh_from_db()
    assert rule.is_paused
    assert "more than 80" in text_of(client.get(url(project, f"rules/{rule.pk}/delete")))
    assert Rule.objects.exists(), "it asks first"
    client.post(url(project, f"rules/{rule.pk}/delete"))
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
def test_what_is_wrong_with_a_rule_stands_beside_its_field(keyword, manager, as_person, change, field):
    form = {"keyword": keyword.pk, "condition": "above", "threshold": 50, "minimum": 5, "window_s": 3600, **change}
    response = as_person(manager).post(url(keyword.project, "rules/new"), form)
    assert response.context["form"].errors.keys() == {field}
    assert not Rule.objects.exists()


def test_a_rule_may_count_one_sentiment_and_says_what_is_not_judged_yet(keyword, owner, as_person):
    client, project = as_person(owner), keyword.project
    form = {"keyword": keyword.pk, "condition": "above", "threshold": 20, "minimum": 5, "window_s": 3600}
    client.post(url(project, "rules/new"), form | {"sentiment": "negative", "with_uncertain": "on"})
    rule = Rule.objects.get()
    assert (rule.sentiment, rule.with_uncertain) == ("negative", True)
    now = timezone.now()
    labels = ["negative", "uncertain", "positive", ""]
    make_mentions(keyword, [{"sentiment": label, "published": now, "found_at": now} for label in labels])
    page = client.get(url(project, "rules"))
    assert "Alert when Lumen gets more than 20 negative or uncertain mentions in 1 hour" in text_of(page)
    assert "1 not analyzed yet" in text_of(page)
    [line] = page.context["rules"]
    assert line["value"] == client.get(url(project, f"mentions?{line['query']}")).context["count"].value == 2
    client.post(url(project, f"rules/{rule.pk}/edit"), form | {"sentiment": "", "with_uncertain": "on"})
    rule.refresh_from_db()
    assert (rule.sentiment, rule.with_uncertain) == ("", False), "a rule on all mentions counts uncertain ones anyway"


def test_a_rule_watches_keywords_and_mails_members_of_its_own_project_only(keyword, manager, stranger, as_person):
    theirs = Keyword.objects.create(project=stranger.projects.get(), name="Theirs", query="x")
    form = {"keyword": theirs.pk, "condition": "above", "threshold": 1, "minimum": 5, "window_s": 3600}
    response = as_person(manager).post(url(keyword.project, "rules/new"), form | {"recipients": [stranger.pk]})
    assert response.context["form"].errors.keys() == {"keyword", "recipients"}


def test_a_viewer_reads_rules_and_changes_none(rule, viewer, as_person):
    client, project = as_person(viewer), rule.project
    assert "New rule" not in text_of(client.get(url(project, "rules")))
    for path in ("rules/new", f"rules/{rule.pk}/edit", f"rules/{rule.pk}/pause", f"rules/{rule.pk}/delete"):
        assert client.post(url(project, path)).status_code == 403


def test_an_open_incident_is_shown_acknowledged_and_leads_to_its_mentions(incident, manager, as_person):
    client, project = as_person(manager), incident.rule.project
    manager.language = "en"
    manager.save()
    assert "Lumen: 5 mentions in 1 hour" in text_of(client.get(url(project, "incidents")))
    page = client.get(url(project, f"incidents/{incident.pk}"))
    assert "View all 5 mentions" in text_of(page)
    listed = client.get(url(project, f"mentions?{page.context['mentions_query']}"))
    assert listed.context["count"].value == 5
    client.post(url(project, f"incidents/{incident.pk}/acknowledge"))
    incident.refresh_from_db()
    assert incident.acknowledged_by == manager
    assert "Acknowledged" in text_of(client.get(url(project, f"incidents/{incident.pk}")))


def test_an_incident_of_late_stories_says_so_and_where_nothing_could_be_heard(rule, owner, as_person):
    now = timezone.now()
    at, long_ago = now - timedelta(minutes=5), now - timedelta(hours=3)
    make_mentions(rule.keyword, [{"title": f"Lumen {n}", "published": long_ago, "found_at": at} for n in range(5)])
    make_source(rule.project, error_code="timeout", failing_since=long_ago, last_success_at=long_ago, failures=9)
    evaluate_all(now)
    page = as_person(owner).get(url(rule.project, f"incidents/{Incident.objects.get().pk}"))
    assert "5 of 5 were published before the time window" in text_of(page)
    assert page.context["volume_chart"].is_hatched


def test_a_viewer_cannot_acknowledge(incident, viewer, as_person):
    assert (
        as_person(viewer).post(url(incident.rule.project, f"incidents/{incident.pk}/acknowledge")).status_code == 403
    )


def test_counts_are_doubted_while_a_source_fails(incident, owner, as_person):
    client, project = as_person(owner), incident.rule.project
    pages = [url(project, path) for path in ("rules", "incidents", f"incidents/{incident.pk}")]
    assert not any("source is failing, so counts may be too low" in text_of(client.get(page)) for page in pages)
    make_source(project, error_code="timeout")
    assert all("1 source is failing, so counts may be too low" in text_of(client.get(page)) for page in pages)


def test_strangers_learn_nothing_of_incidents_rules_and_messages(incident, stranger, as_person):
    mine, theirs = incident.rule.project, stranger.projects.get()
    delivery = Delivery.objects.filter(project=mine).first() or write(project=mine)
    client = as_person(stranger)
    for path in (f"incidents/{incident.pk}", f"rules/{incident.rule_id}/edit", f"outbox/{delivery.pk}"):
        assert client.get(url(mine, path)).status_code == 404
        assert client.get(url(theirs, path)).status_code == 404


def test_a_person_chooses_when_the_digest_comes(keyword, viewer, as_person):
    client = as_person(viewer)
    assert "You don’t receive a digest for this project" in text_of(client.get(url(keyword.project, "digest")))
    client.post(url(keyword.project, "digest"), {"frequency": "weekly", "weekday": 4, "hour": 7, "send_empty": "on"})
    digest = Digest.objects.get(user=viewer)
    assert (digest.frequency, digest.weekday, digest.hour, digest.send_empty) == ("weekly", 4, 7, True)
    page = text_of(client.get(url(keyword.project, "digest")))
    assert "Europe/Paris" in page and "Next digest:" in page


def test_an_impossible_hour_is_refused(keyword, viewer, as_person):
    form = {"frequency": "daily", "weekday": 0, "hour": 24}
    response = as_person(viewer).post(url(keyword.project, "digest"), form)
    assert "hour" in response.context["form"].errors


def test_the_preview_shows_what_waits(keyword, owner, as_person):
    client = as_person(owner)
    assert "No email would be sent" in text_of(client.get(url(keyword.project, "digest/preview")))
    Digest.objects.update(sent_until=timezone.now() - timedelta(days=1))
    make_mentions(keyword, [{"title": "The Lumen lamp", "found_at": timezone.now() - timedelta(hours=1)}])
    assert "The <b>Lumen</b> lamp" in text_of(client.get(url(keyword.project, "digest/preview")))


def test_without_a_mail_server_a_digest_is_kept_and_shown(keyword, owner, as_person, no_email):
    client, project = as_person(owner), keyword.project
    response = client.post(url(project, "digest/send"), follow=True)
    assert "saved to the delivery log" in text_of(response)
    delivery = Delivery.objects.get()
    page = text_of(client.get(url(project, "outbox")))
    assert "EMAIL_URL" in page and delivery.subject in page and "Not sent" in page
    shown = text_of(client.get(url(project, f"outbox/{delivery.pk}")))
    assert 'sandbox="" srcdoc="' in shown and "no new mentions" in shown
    assert "Send now" not in shown
    client.post(url(project, f"outbox/{delivery.pk}/send"))
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.KEPT


def test_an_admin_reads_why_a_message_failed_and_tries_again(project, owner, as_person, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    delivery = write(project=project, user=owner)
    Delivery.objects.update(state="failed", error_code="address_refused", error="550 <b>no</b> such user", attempts=1)
    client = as_person(owner)
    page = text_of(client.get(url(project, f"outbox/{delivery.pk}")))
    assert "rejected this address" in page and "550 &lt;b&gt;no&lt;/b&gt; such user" in page
    client.post(url(project, f"outbox/{delivery.pk}/send"))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("pending", 0)


def test_members_read_only_the_messages_written_to_them(project, owner, viewer, as_person):
    mine, theirs = write(project=project, user=viewer), write(project=project, user=owner)
    client = as_person(viewer)
    assert client.get(url(project, "outbox")).status_code == 403
    assert client.get(url(project, f"outbox/{mine.pk}")).status_code == 200
    assert client.get(url(project, f"outbox/{theirs.pk}")).status_code == 403
    assert client.post(url(project, f"outbox/{mine.pk}/send")).status_code == 403


def test_account_messages_are_for_the_operator_alone(project, owner, as_person, no_email):
    secret = write(kind=Delivery.Kind.MESSAGE, text="https://vigie.example/reset/secret")
    operator = as_person(User.objects.create_superuser("op@example.com", "correct horse battery"))
    assert secret.subject in text_of(operator.get("/outbox"))
    assert "reset/secret" in text_of(operator.get(f"/outbox/{secret.pk}"))
    admin = as_person(owner)
    assert admin.get("/outbox").status_code == 404
    assert admin.get(f"/outbox/{secret.pk}").status_code == 404
    assert admin.get(url(project, f"outbox/{secret.pk}")).status_code == 404
    assert secret.subject not in text_of(admin.get(url(project, "outbox")))


def test_the_operator_sends_a_message_again(project, as_person, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    delivery = write(kind=Delivery.Kind.MESSAGE)
    Delivery.objects.update(state="failed")
    operator = as_person(User.objects.create_superuser("op@example.com", "correct horse battery"))
    operator.post(f"/outbox/{delivery.pk}")
    delivery.refresh_from_db()
    assert delivery.state == "pending"


def test_the_pages_cost_the_same_queries_however_many_rows(keyword, owner, as_person, django_assert_max_num_queries):
    client, project = as_person(owner), keyword.project
    for number in range(15):
        rule = Rule.objects.create(project=project, keyword=keyword, threshold=number)
        opened = timezone.now()
        settings = {"condition": "above", "threshold": 1, "window_s": 3600}
        Incident.objects.create(rule=rule, opened_at=opened, value=1, peak=1, settings=settings)
        write(project=project, user=owner)
    for path in ("rules", "incidents", "outbox", "digest"):
        with django_assert_max_num_queries(16):
            client.get(url(project, path))


@pytest.mark.parametrize("path", ["rules", "incidents", "outbox", "digest", "digest/preview", "rules/new"])
def test_empty_pages_work_for_a_new_project(project, owner, as_person, path):
    assert as_person(owner).get(url(project, path)).status_code == 200
