"""Several channels share one outbox: each has its own configuration, failures and error messages."""

import pytest

from delivery import outbox
from delivery.channels.base import CHANNEL_CODES, OUTBOX_CODES, Result
from delivery.channels.registry import CHANNELS, channel_label, is_configured
from delivery.messages import OUTBOX_PROBLEMS, delivery_problem
from delivery.models import Delivery
from tests.delivery.helpers import CallingChannel, make_due, write
from tests.lookalikes.json_channel import JsonChannel

State = Delivery.State


def write_json(server, key="json:1", **fields):
    return write(key, channel="json", recipient=server.url, is_external=True, **fields)


def states():
    return dict(Delivery.objects.values_list("key", "state"))


def test_each_channel_sends_its_own_messages(project, mailbox, json_server, send_outbox):
    write("mail:1")
    write_json(json_server, project=project)
    send_outbox()
    assert states() == {"mail:1": State.SENT, "json:1": State.SENT}
    assert len(mailbox.received) == 1
    assert json_server.received == [
        {"id": str(Delivery.objects.get(key="json:1").pk), "subject": "Hello", "text": "Good day"}
    ]


def test_missing_mail_server_keeps_only_email(project, owner, settings, json_server, send_outbox, as_person):
    settings.EMAIL_URL = ""
    write("mail:1", project=project, user=owner, subject="Morning digest")
    message = write_json(json_server, project=project, subject="Spike of mentions")
    send_outbox()
    assert states() == {"mail:1": State.KEPT, "json:1": State.SENT}
    assert [payload["subject"] for payload in json_server.received] == ["Spike of mentions"]
    page = as_person(owner).get(f"/p/{project.pk}/outbox").content.decode()
    rows = {row.split("</bdi>")[0].split(">")[-1]: row for row in page.split("<tr>") if "</bdi>" in row}
    assert "Not sent" in rows["Morning digest"] and owner.email in rows["Morning digest"]
    assert ">Sent<" in rows["Spike of mentions"]
    assert json_server.url in rows["Spike of mentions"] and "JSON over HTTP" in rows["Spike of mentions"]
    detail = as_person(owner).get(f"/p/{project.pk}/outbox/{message.pk}").content.decode()
    assert "JSON over HTTP" in detail and "EMAIL_URL" not in detail


def test_queued_messages_are_kept_only_for_unconfigured_channels(mailbox, project, json_server, send_outbox):
    write("mail:1")
    write_json(json_server, project=project)
    JsonChannel.configured = False
    send_outbox()
    assert states() == {"mail:1": State.SENT, "json:1": State.KEPT}
    assert json_server.received == []


def test_message_of_unknown_channel_is_kept(db, mailbox, send_outbox):
    delivery = write(channel="pigeon")
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, channel_label("pigeon")) == (State.KEPT, "pigeon")
    Delivery.objects.update(state=State.FAILED, error_code="unreachable")
    delivery.refresh_from_db()
    assert delivery_problem(delivery) == ""


def test_kept_message_of_unconfigured_channel_cannot_be_sent_from_log(project, owner, json_server, as_person):
    JsonChannel.configured = False
    kept = write_json(json_server, project=project)
    page = as_person(owner).get(f"/p/{project.pk}/outbox/{kept.pk}").content.decode()
    assert "Send now" not in page
    response = as_person(owner).post(f"/p/{project.pk}/outbox/{kept.pk}/send", follow=True)
    assert "This channel isn’t configured: JSON over HTTP." in response.content.decode()
    assert states() == {"json:1": State.KEPT}
    JsonChannel.configured = True
    assert "Send now" in as_person(owner).get(f"/p/{project.pk}/outbox/{kept.pk}").content.decode()


def test_unreachable_server_stops_only_its_channel(project, settings, json_server, send_outbox):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    for number in range(3):
        write(f"mail:{number}")
        write_json(json_server, f"json:{number}", project=project)
    send_outbox()
    assert states() == {
        **{f"mail:{number}": State.PENDING for number in range(3)},
        **{f"json:{number}": State.SENT for number in range(3)},
    }
    assert Delivery.objects.filter(channel="email", attempts=0).count() == 2


def test_json_server_failure_does_not_stop_email(project, mailbox, json_server, send_outbox):
    json_server.statuses = [500, 410]
    first, second = (write_json(json_server, f"json:{number}", project=project) for number in range(2))
    write("mail:1")
    send_outbox()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.error_code) == (State.PENDING, "later")
    assert (second.state, second.error_code) == (State.FAILED, "message_refused")
    assert delivery_problem(second) == "The HTTP server reported: message_refused"
    assert len(mailbox.received) == 1
    make_due(first)
    send_outbox()
    assert [payload["id"] for payload in json_server.received] == [str(first.pk)]


def test_channel_that_raises_leaves_claim_and_does_not_stop_others(project, mailbox, json_server):
    write("mail:1")
    write_json(json_server, project=project)

    def crash(delivery):
        raise RuntimeError("bug")

    with JsonChannel() as json_channel:
        assert outbox.send_due([CallingChannel(crash), json_channel]) == 1
    assert states() == {"mail:1": State.SENDING, "json:1": State.SENT}


def test_channels_take_turns(project, mailbox, json_server):
    order = []
    for number in range(3):
        write(f"mail:{number}")
    for number in range(3):
        write_json(json_server, f"json:{number}", project=project)

    class JsonOrder(CallingChannel):
        name = "json"

    def record(delivery):
        order.append(delivery.key)
        return Result()

    assert outbox.send_due([CallingChannel(record), JsonOrder(record)]) == 6
    assert order == ["mail:0", "json:0", "mail:1", "json:1", "mail:2", "json:2"]


def test_channel_is_opened_once_per_run(project, json_server, send_outbox):
    for number in range(3):
        write_json(json_server, f"json:{number}", project=project)
    send_outbox()
    assert (len(json_server.received), JsonChannel.opened) == (3, 1)


@pytest.mark.parametrize("name", CHANNELS)
def test_channel_explains_every_error_code(name):
    channel = CHANNELS[name]
    assert channel.name == name and set(channel.problems) >= set(CHANNEL_CODES)
    assert channel.label and is_configured(name) in (True, False)


def test_outbox_explains_its_own_error_codes():
    assert set(OUTBOX_PROBLEMS) == set(OUTBOX_CODES)
