"""Digests in channels: who chooses them, and the short message."""

import pytest

from accounts.models import Membership
from alerts.digests import send
from alerts.models import Digest
from delivery.models import Delivery, Destination
from tests.alerts.digests.helpers import NOW, make_found, messages


@pytest.fixture
def channel(project):
    return Destination.objects.create(project=project, channel="ntfy", name="Team", language="fr")


@pytest.fixture
def chosen(daily, channel):
    daily.destinations.add(channel)
    return channel


def to_channel():
    return Delivery.objects.filter(destination__isnull=False)


def form_of(client, project, **values):
    data = {"about": "project", "frequency": "daily", "hour": 8, "weekday": 0, "month_day": 1, "selection": "all"}
    return client.post(f"/p/{project.pk}/digest", {**data, **values})


def test_channel_gets_a_short_message_in_its_language_once(chosen, keyword):
    for number in range(7):
        make_found(keyword, title=f"Lumen {number}", url=f"https://press.example/{number}")
    send.write_due(NOW)
    send.write_due(NOW)
    message = to_channel().get()
    assert (message.kind, message.channel, message.recipient) == ("digest", "ntfy", "Team")
    assert "7 nouvelles mentions" in message.subject
    assert len(message.notice["items"]) == 5 and message.notice["items"][0]["url"].startswith("https://press.example/")
    assert "by=found" in message.notice["links"][0]["url"]
    assert message.notice["data"]["digest"]["total"] == 7
    assert messages().filter(destination=None).count() == 1


@pytest.mark.parametrize("case", ["off", "viewer"])
def test_channel_gets_nothing_when_it_is_off_or_the_member_may_not_send(chosen, keyword, owner, case):
    if case == "off":
        Destination.objects.update(disabled_at=NOW)
    else:
        Membership.objects.filter(user=owner).update(role="viewer")
    make_found(keyword)
    send.write_due(NOW)
    assert not to_channel().exists() and messages().count() == 1


def test_manager_chooses_channels_on_the_digest_page(daily, channel, owner, as_person):
    client = as_person(owner)
    assert 'name="destinations"' in client.get(f"/p/{daily.project_id}/digest").content.decode()
    form_of(client, daily.project, destinations=[channel.pk])
    assert list(daily.destinations.all()) == [channel]
    form_of(client, daily.project)
    assert not daily.destinations.exists()


def test_viewer_chooses_no_channels(daily, channel, viewer, as_person):
    client = as_person(viewer)
    assert "destinations" not in client.get(f"/p/{daily.project_id}/digest").content.decode()
    form_of(client, daily.project, destinations=[channel.pk])
    assert not Digest.objects.get(user=viewer).destinations.exists()
