"""Credentials that platforms reject or whose tokens end: noted, renewed in time, and reported by email once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from alerts.rejected_credentials import report_rejected
from delivery.models import Delivery
from monitoring.models import Credential
from monitoring.platforms.oauth import Exchange
from monitoring.platforms.pages import Connection
from monitoring.platforms.registry import PLATFORMS
from monitoring.polling.credential_state import note_polls, store_secrets
from monitoring.polling.jobs import renewal
from monitoring.polling.poller import poll_one
from monitoring.polling.renewals import renew_ending
from monitoring.records import CompletedPoll, PollError, PollResult
from monitoring.services.credentials import replace_secrets
from tests.connecting import PLATFORM, ConnectedPlatform
from tests.factories import make_keyword, make_source
from tests.lookalikes.oauth import CLIENT_ID, CLIENT_SECRET, OAuthServer
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.keyed import KeyedPlatform, KeyedServer
from tests.monitoring.platforms.polling import client_of, source_of
from tests.racing import race

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def credential(project):
    credential = Credential.objects.create(project=project, platform="keyed", name="Key of Lumen")
    credential.set_secrets({"key": "k-1"})
    credential.save()
    return credential


def completed(credential, error="", elapsed_s=1.0):
    with KeyedServer() as server:
        PLATFORMS["keyed"] = KeyedPlatform()
        try:
            source = source_of(server, credential_id=credential.pk)
        finally:
            del PLATFORMS["keyed"]
    return CompletedPoll(source, PollResult(error=PollError(error) if error else None), elapsed_s)


def state(credential):
    credential.refresh_from_db()
    return credential.error_code, credential.failing_since


def test_rejected_poll_is_noted_once_and_a_success_clears_it(credential):
    note_polls([completed(credential, "rate_limited")], NOW)
    assert state(credential) == ("", None)
    note_polls([completed(credential, "credential_rejected")], NOW)
    note_polls([completed(credential, "reconnect")], NOW + timedelta(hours=1))
    assert state(credential) == ("credential_rejected", NOW)
    note_polls([completed(credential, "timeout")], NOW)
    assert state(credential)[0]
    note_polls([completed(credential)], NOW)
    assert state(credential) == ("", None)


def test_success_of_one_source_does_not_clear_the_rejection_of_another(project, credential):
    other = make_source(project, platform="keyed", credential=credential, error_code="credential_rejected")
    note_polls([completed(credential, "credential_rejected")], NOW)
    note_polls([completed(credential)], NOW)
    assert state(credential)[0] == "credential_rejected"
    other.state = "paused"
    other.save()
    note_polls([completed(credential)], NOW)
    assert state(credential)[0] == ""


def test_poll_with_the_replaced_secrets_says_nothing_about_the_new_ones(credential, owner):
    replace_secrets(credential, owner, {"key": "k-2"})
    note_polls([completed(credential, "credential_rejected")], timezone.now())
    assert state(credential)[0] == ""
    note_polls([completed(credential, "credential_rejected")], timezone.now() + timedelta(minutes=2))
    assert state(credential)[0] == "credential_rejected"


@pytest.mark.django_db(transaction=True)
def test_polling_notes_a_rejected_key_and_its_recovery(project, credential, monkeypatch):
    monkeypatch.setitem(PLATFORMS, "keyed", KeyedPlatform())
    make_keyword(project, "Lumen", "lumen")
    with KeyedServer() as server:
        server.posts = make_posts(1, now=timezone.now())
        server.valid = {"key": "k-9"}
        source = make_source(project, platform="keyed", credential=credential, settings={"base_url": server.url})
        poll_one(source.pk)
        assert state(credential)[0] == "credential_rejected"
        server.valid = {"key": "k-1"}
        poll_one(source.pk)
        assert state(credential) == ("", None)


def test_managers_and_admins_get_one_email_per_incident_in_their_language(
    credential, owner, manager, viewer, stranger
):
    for at in (NOW, NOW + timedelta(minutes=1)):
        note_polls([completed(credential, "reconnect")], at)
        report_rejected(at)
    sent = {delivery.recipient: delivery for delivery in Delivery.objects.all()}
    assert set(sent) == {owner.email, manager.email} and Delivery.objects.count() == 2
    assert "needs attention" in sent[owner.email].subject and "action requise" in sent[manager.email].subject
    assert f"/p/{credential.project_id}/credentials" in sent[owner.email].text
    assert "k-1" not in sent[owner.email].text
    note_polls([completed(credential)], NOW)
    report_rejected(NOW)
    assert Delivery.objects.count() == 2
    note_polls([completed(credential, "reconnect")], NOW + timedelta(hours=1))
    report_rejected(NOW + timedelta(hours=1))
    assert Delivery.objects.count() == 4


def test_no_email_about_a_deleted_project_or_to_former_members(project, credential, owner, manager):
    Membership.objects.filter(user=manager).delete()
    note_polls([completed(credential, "reconnect")], NOW)
    report_rejected(NOW)
    assert [delivery.user for delivery in Delivery.objects.all()] == [owner]
    Credential.objects.update(reported_at=None, failing_since=NOW + timedelta(hours=1))
    project.deleted_at = NOW
    project.save()
    report_rejected(NOW)
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_report_a_credential_once(credential, owner):
    note_polls([completed(credential, "reconnect")], NOW)
    race(*[lambda: report_rejected(NOW)] * 3)
    assert Delivery.objects.count() == 1


# --- Tokens that end.


@pytest.fixture
def server(monkeypatch):
    with OAuthServer() as server:
        server.expires_in = 60 * 86_400
        exchange = Exchange(f"{server.url}/refresh", "th_refresh_token")
        platform = ConnectedPlatform(server, refresh=exchange, renew_before=timedelta(days=30))
        monkeypatch.setitem(PLATFORMS, PLATFORM, platform)
        yield server


@pytest.fixture
def connected(project, server):
    """An account with a token that ends in 20 days."""
    server.tokens.add("first-token")
    credential = Credential(project=project, platform=PLATFORM, settings={"account": "ada"})
    secrets = {"key": "first-token", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "account": "ada"}
    store_secrets(credential, {**secrets, "expires_at": str((NOW + timedelta(days=20)).timestamp())})
    credential.save()
    return credential


def test_token_is_renewed_before_its_end_without_a_poll(server, connected):
    assert renew_ending(NOW - timedelta(days=15)) == 0
    assert renew_ending(NOW) == 1
    connected.refresh_from_db()
    assert connected.expires_at == NOW + timedelta(days=60)
    assert connected.secrets["key"] in server.tokens - {"first-token"}
    assert renew_ending(NOW) == 0


@pytest.mark.django_db(transaction=True)
def test_workers_renew_a_token_once(server, connected):
    race(*[lambda: renew_ending(NOW)] * 3)
    assert len([request for request in server.requests if request.path == "/refresh"]) == 1


def test_token_that_cannot_be_renewed_is_reported_a_week_before_its_end(server, connected, owner):
    server.is_revoked = True
    renew_ending(NOW)
    assert state(connected)[0] == ""
    later = NOW + timedelta(days=14)
    for _ in range(2):
        renew_ending(later)
        report_rejected(later)
    assert state(connected)[0] == "reconnect_soon" and Delivery.objects.count() == 1
    note_polls([completed(connected)], later)
    assert state(connected)[0] == "reconnect_soon"
    note_polls([completed(connected, "reconnect")], later + timedelta(days=7))
    report_rejected(later + timedelta(days=7))
    assert state(connected)[0] == "reconnect" and Delivery.objects.count() == 1


def test_passing_failure_to_renew_is_tried_again(server, connected):
    server.fail(503, b"")
    assert renew_ending(NOW + timedelta(days=15)) == 0
    assert state(connected)[0] == ""
    assert renew_ending(NOW + timedelta(days=15)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_polls_use_a_rotated_refresh_token_once(project, server):
    server.add_app("https://vigie.example/connect/callback")
    server.refresh_tokens.add("refresh-0")
    secrets = {"key": "old", "refresh_token": "refresh-0", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    credential = Credential(project=project, platform=PLATFORM)
    store_secrets(credential, {**secrets, "account": "ada", "expires_at": "0"})
    credential.save()
    assert credential.expires_at is None
    platform = PLATFORMS[PLATFORM]
    results = []

    def poll():
        def change(stored):
            if not platform.has_ended(stored, NOW):
                return stored
            return platform.renew(Connection(server.url, {}, stored, NOW, client_of().call))

        results.append(renewal(credential.pk)(change))

    race(poll, poll, poll)
    credential.refresh_from_db()
    assert [result["key"] for result in results] == [credential.secrets["key"]] * 3
