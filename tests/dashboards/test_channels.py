"""The channels of a project in its settings, in alert rules and in the delivery log."""

import pytest

from accounts.models import ActivityEntry
from alerts.models import Rule
from alerts.tasks import evaluate_rules
from delivery.models import Delivery, Destination
from tests.factories import make_keyword, make_mentions
from tests.lookalikes.receivers import SERVICES, Receiver


@pytest.fixture
def slack():
    with Receiver(SERVICES["slack"]()) as receiver:
        yield receiver


@pytest.fixture
def channels(as_person, owner, project):
    """`channels(path, **post)`: the response of a page below the channels of the project to its admin."""
    client = as_person(owner)

    def visit(path="", **post):
        url = f"/p/{project.pk}/settings/channels{path}"
        return client.post(url, post, follow=True) if post else client.get(url)

    return visit


@pytest.fixture
def destination(channels, slack):
    values = {"name": "War room", "language": "fr", **slack.service.values(slack.url)}
    assert "Channel created" in channels("/new/slack", **values).text
    return Destination.objects.get()


def test_admin_adds_tests_edits_and_deletes_a_channel(channels, destination, slack, project):
    shown = channels(f"/{destination.pk}/test", send="1").text
    assert "Test sent to “War room”." in shown and "secret-of-the-address" not in shown
    assert slack.accepted[0].json["text"] == "Test de Vigie"
    form = channels(f"/{destination.pk}").text
    assert "secret-of-the-address" not in form and "Leave empty to keep the current value." in form
    channels(f"/{destination.pk}", name="Newsroom", language="en", url="")
    channels(f"/{destination.pk}/test", send="1")
    assert slack.accepted[1].json["text"] == "Test of Vigie"
    assert "turned off" in channels(f"/{destination.pk}/turn", on="0").text
    assert "turned on" in channels(f"/{destination.pk}/turn", on="1").text
    assert "No channels yet" in channels(f"/{destination.pk}/delete", delete="1").text
    actions = ActivityEntry.objects.filter(project=project, action__startswith="channel.").order_by("pk")
    assert [entry.action for entry in actions] == [
        *("channel.created", "channel.changed", "channel.off", "channel.on", "channel.deleted")
    ]


def test_failed_test_shows_what_the_service_answers(channels, destination, slack):
    slack.answer(404, b"no_service")
    shown = channels(f"/{destination.pk}/test", send="1").text
    assert "The test didn’t reach “War room”." in shown and "no_service" in shown
    destination.refresh_from_db()
    assert destination.is_on


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"name": "war ROOM"}, "Another channel has this name."),
        ({"url": "ftp://hooks.slack.com/"}, "Enter a URL that starts with https://."),
        ({"url": ""}, "This field is required."),
    ],
)
def test_form_explains_what_is_wrong(channels, destination, slack, values, problem):
    values = {"name": "Other", "language": "en", **slack.service.values(slack.url), **values}
    assert problem in channels("/new/slack", **values).text
    assert Destination.objects.count() == 1


def test_old_connector_of_teams_is_refused(channels, project):
    shown = channels("/new/teams", name="T", language="en", url="https://x.webhook.office.com/webhookb2/1").text
    assert "Microsoft shut down these connectors" in shown


def test_secret_of_a_webhook_is_shown_once(channels, project):
    first = channels("/new/webhook", name="Mine", language="en", url="https://example.com/hook")
    assert "whsec_" in first.text and "no-store" in first["Cache-Control"]
    pk = Destination.objects.get().pk
    second = channels(f"/{pk}/secret", new="1")
    assert "whsec_" in second.text and "valid for 24 hours" in second.text
    assert "whsec_" not in channels().text + channels(f"/{pk}").text


def test_manager_sees_channels_and_cannot_change_them(as_person, english_manager, destination, project):
    client = as_person(english_manager)
    shown = client.get(f"/p/{project.pk}/settings/channels").text
    assert "War room" in shown and "/test" not in shown and "/new/slack" not in shown
    assert client.post(f"/p/{project.pk}/settings/channels/{destination.pk}/delete").status_code == 403
    assert Destination.objects.exists()


def test_alert_goes_to_the_channels_of_its_rule_only(
    channels, destination, slack, project, owner, as_person, mailbox, send_outbox
):
    keyword = make_keyword(project, name="Lumen", query="lumen")
    client = as_person(owner)
    values = {"keyword": keyword.pk, "condition": "above", "threshold": 2, "window_s": 3600, "minimum": 5}
    response = client.post(f"/p/{project.pk}/rules/new", {**values, "destinations": [destination.pk]}, follow=True)
    assert "War room" in response.text
    make_mentions(keyword, [{"title": f"Lumen <!here> {n}"} for n in range(4)])
    evaluate_rules()
    send_outbox()
    [request] = slack.accepted
    assert request.json["text"] == "Alerte · Lumen\u00a0: 4 mentions en 1 heure"
    assert "&lt;!here&gt;" in request.body.decode() and mailbox.received == []
    log = client.get(f"/p/{project.pk}/outbox").text
    assert "War room" in log and "Slack" in log


def test_rule_whose_channels_are_off_alerts_managers_by_email(
    channels, destination, project, owner, mailbox, send_outbox, slack
):
    keyword = make_keyword(project, name="Lumen", query="lumen")
    rule = Rule.objects.create(project=project, keyword=keyword, threshold=2)
    rule.destinations.add(destination)
    channels(f"/{destination.pk}/turn", on="0")
    make_mentions(keyword, 4)
    evaluate_rules()
    send_outbox()
    assert [recipients for recipients, _ in mailbox.received] == [[owner.email]] and slack.requests == []
    assert Delivery.objects.get(destination=destination).error_code == "destination_off"


def test_failed_messages_are_listed_and_sent_again_by_one_click(
    channels, destination, slack, project, owner, as_person, send_outbox
):
    keyword = make_keyword(project, name="Lumen", query="lumen")
    Rule.objects.create(project=project, keyword=keyword, threshold=2).destinations.add(destination)
    make_mentions(keyword, 4)
    evaluate_rules()
    slack.answer(400, b"invalid_blocks")
    send_outbox()
    client = as_person(owner)
    failed = client.get(f"/p/{project.pk}/outbox?status=failed").text
    assert "The service rejected this message." in failed and "Try again" in failed
    delivery = Delivery.objects.get(destination=destination)
    client.post(f"/p/{project.pk}/outbox/{delivery.pk}/send", {"back": "failed"})
    send_outbox()
    assert len(slack.accepted) == 1
    assert "Nothing failed" in client.get(f"/p/{project.pk}/outbox?status=failed").text
    Delivery.objects.filter(pk=delivery.pk).update(state="failed", error_code="later")
    assert "1 message is on its way." in client.post(f"/p/{project.pk}/outbox/send-failed", follow=True).text
