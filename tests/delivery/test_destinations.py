"""The contract of all channels that send to a destination, against receivers that check like their services."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from delivery import destinations, outbox
from delivery.channels.base import CHANNEL_CODES
from delivery.channels.registry import destination_channels
from delivery.destination_state import FAILURES
from delivery.message import to_destination
from delivery.messages import delivery_problem
from delivery.models import Delivery, ServerOutage
from delivery.notice import ALERT, Fact, Link, Notice, NoticeItem
from tests.lookalikes.receivers import SERVICES, Receiver

State = Delivery.State
CHANNELS = destination_channels()
HOSTILE = (
    "<!channel> @everyone @here @channel @all @room <at>Ada</at> <b>*bold*</b> [bank](https://evil.example) `x` \u202e"
)

pytestmark = pytest.mark.django_db


@pytest.fixture(params=CHANNELS)
def receiver(request, monkeypatch):
    monkeypatch.setattr(CHANNELS[request.param], "interval_s", 0)
    with Receiver(SERVICES[request.param]()) as receiver:
        yield receiver


def make_destination(project, owner, receiver, name="War room"):
    channel = CHANNELS[receiver.service.channel]
    form = destinations.form_of(channel, receiver.service.values(receiver.url))
    assert form.is_valid(), form.errors
    made = destinations.create_destination(project, owner, channel, name, "fr", form.cleaned_data)
    if hasattr(receiver.service, "keys"):
        receiver.service.keys.append(destinations.signing_secret(made))
    return made


@pytest.fixture
def destination(project, owner, receiver):
    return make_destination(project, owner, receiver)


def notice(title="Alert · Lumen: 62 mentions", items=3, text="Lumen en panne", **fields):
    fields = {
        "sentence": "More than 20 mentions of Lumen in 1 hour.",
        "facts": (Fact("Mentions:", "62"), Fact("Previous period:", "4")),
        **fields,
    }
    return Notice(
        event="incident.opened",
        title=title,
        tone=ALERT,
        heading="Latest mentions",
        items=tuple(
            NoticeItem(n, f"{text} {n}", f"https://lumen.example/{n}?a=1&b=(2)|>", f"Source {n}") for n in range(items)
        ),
        links=(Link("View incident", "https://vigie.example/p/1/incidents/1"),),
        data={"project": {"id": 1}},
        **fields,
    )


def write(destination, key="incident:1:opened", **fields):
    return outbox.write(to_destination(key, Delivery.Kind.INCIDENT, destination, notice(**fields)))


def state_of(delivery):
    delivery.refresh_from_db()
    return delivery.state, delivery.error_code


def make_due():
    Delivery.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    ServerOutage.objects.update(retry_at=timezone.now() - timedelta(seconds=1))


def test_channel_has_service_and_explains_every_code():
    assert set(SERVICES) == set(CHANNELS)
    for channel in CHANNELS.values():
        assert set(CHANNEL_CODES) <= set(channel.problems) and channel.summary


def test_message_arrives_with_title_facts_items_and_link(destination, receiver, send_outbox):
    delivery = write(destination)
    send_outbox()
    assert state_of(delivery) == (State.SENT, "")
    [request] = receiver.accepted
    text = json.dumps(receiver.service.message(request), ensure_ascii=False).replace("\\\\", "")
    for part in ("62 mentions", "More than 20", "Previous period", "Lumen en panne 2", "View incident", "Source 1"):
        assert part in text
    assert "https://vigie.example/p/1/incidents/1" in text
    destination.refresh_from_db()
    assert destination.last_success_at and "Lumen en panne 2" in delivery.text


def test_long_message_is_shortened_to_what_the_service_takes(destination, receiver, send_outbox):
    for text in ("😀" * 400, "é" * 3_000, "<&>*_" * 900, HOSTILE * 30):
        fields = {"facts": tuple(Fact(text, text) for _ in range(12)), "sentence": text, "items": 40, "text": text}
        delivery = write(destination, key=text[:3], title=text[:290], **fields)
        send_outbox()
        assert state_of(delivery) == (State.SENT, ""), receiver.requests[-1].body[:3000]


def test_texts_from_the_web_notify_nobody(destination, receiver, send_outbox):
    write(destination, title=HOSTILE, sentence=HOSTILE, text=HOSTILE, facts=(Fact("Keyword:", HOSTILE),))
    send_outbox()
    [request] = receiver.accepted
    service = receiver.service
    if not service.is_harmless("@everyone @channel"):  # else it shows texts as they are
        assert all(service.is_harmless(text) for text in service.texts(request.json)), request.json


def test_rate_limit_is_respected_for_all_messages_of_the_destination(destination, receiver, send_outbox):
    first, second = write(destination), write(destination, key="incident:2:opened")
    receiver.answer(429, b"{}", Retry_After="7")
    send_outbox()
    send_outbox()
    assert len(receiver.requests) == 1
    assert state_of(first) == (State.PENDING, "later")
    wait = first.next_attempt_at - timezone.now()
    outage = ServerOutage.objects.get()
    assert timedelta(seconds=5) < wait <= timedelta(seconds=7) and outage.destination == destination
    assert timedelta(seconds=5) < outage.retry_at - timezone.now() <= timedelta(seconds=7)
    make_due()
    send_outbox()
    assert (state_of(first)[0], state_of(second)[0]) == (State.SENT, State.SENT)


@pytest.mark.parametrize("failure", [500, 503, "hang"])
def test_failing_service_is_tried_again_with_the_same_id(destination, receiver, send_outbox, monkeypatch, failure):
    monkeypatch.setattr("outbound.default.SENDING_S", 0.4)
    delivery = write(destination)
    receiver.hang() if failure == "hang" else receiver.answer(failure, b"down")
    send_outbox()
    assert state_of(delivery) == (State.PENDING, "unreachable" if failure == "hang" else "later")
    monkeypatch.undo()
    make_due()
    send_outbox()
    assert state_of(delivery)[0] == State.SENT
    ids = {receiver.service.message_id(request) for request in receiver.requests}
    assert len(receiver.requests) == 2 and ids <= {str(delivery.pk), None}


def test_address_that_is_gone_turns_the_channel_off_and_admins_get_an_email(
    destination, receiver, owner, manager, mailbox, send_outbox
):
    gone = receiver.service.gone
    first, second = write(destination), write(destination, key="incident:2:opened")
    receiver.answer(gone.status, gone.body)
    send_outbox()
    send_outbox()
    assert len(receiver.requests) == 1
    assert state_of(first)[0] == State.FAILED and delivery_problem(first)
    assert state_of(second) in [(State.KEPT, "destination_off"), (State.FAILED, "destination_off")]
    destination.refresh_from_db()
    assert not destination.is_on and destination.disabled_code == first.error_code
    [(recipients, message)] = mailbox.received
    assert recipients == [owner.email] and message["Subject"] == "Channel turned off: War room"
    assert not any(secret in message.get_content() for secret in receiver.service.secrets())
    assert write(destination, key="incident:3:opened").state == State.KEPT
    assert not outbox.send_again(first)
    destinations.turn(destination, owner, on=True)
    first.refresh_from_db()
    assert outbox.send_again(first)
    send_outbox()
    assert state_of(first)[0] == State.SENT


def test_messages_rejected_in_a_row_turn_the_channel_off(destination, receiver, send_outbox):
    for number in range(FAILURES):
        destination.refresh_from_db()
        assert destination.is_on
        delivery = write(destination, key=f"incident:{number}:opened")
        receiver.answer(422, b"no")
        send_outbox()
        assert state_of(delivery) == (State.FAILED, "message_refused")
    destination.refresh_from_db()
    assert not destination.is_on


def test_redirect_is_not_followed(destination, receiver, send_outbox):
    delivery = write(destination)
    receiver.answer(302, Location=receiver.url + receiver.service.path)
    send_outbox()
    assert state_of(delivery) == (State.FAILED, "address_refused") and len(receiver.requests) == 1


def test_private_address_is_refused_without_a_request(destination, receiver, send_outbox, settings):
    settings.FETCH_ALLOWED_HOSTS = []
    delivery = write(destination)
    send_outbox()
    assert state_of(delivery) == (State.FAILED, "not_allowed") and receiver.requests == []


def test_answer_that_repeats_secrets_is_stored_without_them(destination, receiver, send_outbox):
    delivery = write(destination)
    echo = " ".join([receiver.service.path, *receiver.service.secrets()])
    receiver.answer(422, echo.encode())
    send_outbox()
    delivery.refresh_from_db()
    assert delivery.error and not any(secret in delivery.error for secret in receiver.service.secrets())
    assert not any(secret in destination.sealed for secret in receiver.service.secrets())


def test_failing_destination_does_not_delay_the_others(project, owner, send_outbox, mailbox, monkeypatch):
    monkeypatch.setattr("outbound.default.SENDING_S", 0.4)
    with Receiver(SERVICES["slack"]()) as dead, Receiver(SERVICES["slack"]()) as alive:
        first, second = (
            make_destination(project, owner, dead, "Dead"),
            make_destination(project, owner, alive, "Alive"),
        )
        for number in range(3):
            write(first, key=f"incident:{number}:opened")
            dead.hang()
        written = write(second)
        send_outbox()
        assert state_of(written)[0] == State.SENT and len(dead.requests) == 1


def test_messages_keep_the_interval_of_the_channel_in_a_run_and_after_it(project, owner, send_outbox, monkeypatch):
    monkeypatch.setattr(CHANNELS["slack"], "interval_s", 0.2)
    with Receiver(SERVICES["slack"]()) as receiver:
        destination = make_destination(project, owner, receiver)
        for number in range(4):
            write(destination, key=f"incident:{number}:opened")
        monkeypatch.setattr("delivery.outbox.PAUSES_S", 0.3)
        send_outbox()
        first, second = receiver.accepted
        assert second.at - first.at >= 0.2
        monkeypatch.setattr(CHANNELS["slack"], "interval_s", 60)
        send_outbox()
        assert len(receiver.accepted) == 2, "the pause is not over"


def test_webhook_is_signed_with_both_secrets_for_a_day(project, owner, send_outbox):
    with Receiver(SERVICES["webhook"]()) as receiver:
        destination = make_destination(project, owner, receiver)
        [old] = receiver.service.keys
        new = destinations.replace_signing_secret(destination, owner, timezone.now())
        for number, key in enumerate((old, new)):
            receiver.service.keys[:] = [key]
            write(destination, key=f"incident:{number}:opened")
            send_outbox()
        assert len(receiver.accepted) == 2 and old != new
        destinations.replace_signing_secret(destination, owner, timezone.now() - timedelta(hours=25))
        write(destination, key="incident:3:opened")
        send_outbox()
        assert len(receiver.requests[-1].headers["webhook-signature"].split()) == 1
        body = receiver.requests[-1].json
        assert body["type"] == "incident.opened" and body["data"]["project"] == {"id": 1}


def test_webhook_of_a_receiver_that_is_redeployed_is_tried_again(project, owner, send_outbox):
    with Receiver(SERVICES["webhook"]()) as receiver:
        delivery = write(make_destination(project, owner, receiver))
        receiver.answer(404)
        send_outbox()
        assert state_of(delivery) == (State.PENDING, "address_refused")


def test_deleted_item_is_cut_out_of_a_message_that_waits(destination, receiver, send_outbox):
    from delivery.deletions import remove_items

    delivery = write(destination)
    remove_items(destination.project_id, [1])
    send_outbox()
    body = json.dumps(receiver.service.message(receiver.accepted[0]))
    delivery.refresh_from_db()
    assert "Lumen en panne 1" not in body + delivery.text and "Lumen en panne 2" in body


def test_secret_that_cannot_be_decrypted_turns_the_channel_off(destination, receiver, send_outbox, settings):
    delivery = write(destination)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, []
    send_outbox()
    assert state_of(delivery) == (State.FAILED, "secret_unreadable") and receiver.requests == []


def test_message_to_deleted_channel_is_kept(destination, owner, send_outbox):
    delivery = write(destination)
    destinations.delete_destination(destination, owner)
    send_outbox()
    assert state_of(delivery) == (State.KEPT, "destination_deleted")


KILLED = """
import os, signal, django
os.environ["FETCH_ALLOWED_HOSTS"] = "127.0.0.0/8"
django.setup()
from delivery import outbox, tasks
outbox._store_result = lambda *result: os.kill(os.getpid(), signal.SIGKILL)
tasks.send_outbox()
"""


@pytest.mark.django_db(transaction=True)
def test_worker_that_dies_after_sending_sends_again_with_the_same_id(project, owner, send_outbox):
    with Receiver(SERVICES["webhook"]()) as receiver:
        delivery = write(make_destination(project, owner, receiver))
        address = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
        killed = subprocess.run(
            [sys.executable, "-c", KILLED],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings"},
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
        send_outbox()
        assert len(receiver.accepted) == 1 and state_of(delivery)[0] == State.SENDING, "the claim has not expired"
        make_due()
        send_outbox()
        send_outbox()
        assert [request.headers["webhook-id"] for request in receiver.accepted] == [str(delivery.pk)] * 2
        assert state_of(delivery)[0] == State.SENT
