"""The pages of digests and of the delivery log."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from accounts.models import User
from alerts.models import Digest
from delivery.models import Delivery
from tests.delivery.helpers import write
from tests.factories import make_keyword, make_mentions
from tests.pages import body_of, page_url


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


@pytest.fixture
def no_email(settings):
    settings.EMAIL_URL = ""
    settings.EMAIL_BACKEND = "delivery.email_backend.OutboxBackend"


def write_deliveries(project, number):
    """Create messages of the same moment, which only their ids order."""
    first = Delivery.objects.count()
    fields = {"kind": "digest", "project": project, "recipient": "ada@example.com", "created_at": timezone.now()}
    Delivery.objects.bulk_create(
        Delivery(key=f"test:{n}", subject=f"No. {n}.", state="failed", **fields) for n in range(first, first + number)
    )


def test_digest_form_stores_frequency_and_hour(keyword, viewer, as_person):
    client = as_person(viewer)
    assert "You don’t receive a digest for this project" in body_of(client.get(page_url(keyword.project, "digest")))
    client.post(
        page_url(keyword.project, "digest"), {"frequency": "weekly", "weekday": 4, "hour": 7, "send_empty": "on"}
    )
    digest = Digest.objects.get(user=viewer)
    assert (digest.frequency, digest.weekday, digest.hour, digest.send_empty) == ("weekly", 4, 7, True)
    page = body_of(client.get(page_url(keyword.project, "digest")))
    assert re.search(r"Next digest:[^(]* 7 a\.m\.<[^(]*\(Europe/Paris\)", page)


def test_digest_form_rejects_invalid_hour(keyword, viewer, as_person):
    form = {"frequency": "daily", "weekday": 0, "hour": 24}
    response = as_person(viewer).post(page_url(keyword.project, "digest"), form)
    assert "hour" in response.context["form"].errors


def test_digest_preview_shows_new_mentions(keyword, owner, as_person):
    client = as_person(owner)
    assert "No email would be sent" in body_of(client.get(page_url(keyword.project, "digest/preview")))
    Digest.objects.update(sent_until=timezone.now() - timedelta(days=1))
    make_mentions(keyword, [{"title": "The Lumen lamp", "found_at": timezone.now() - timedelta(hours=1)}])
    assert "The <b>Lumen</b> lamp" in unescape(body_of(client.get(page_url(keyword.project, "digest/preview"))))


def test_digest_is_saved_to_delivery_log_without_mail_server(keyword, owner, as_person, no_email):
    client, project = as_person(owner), keyword.project
    response = client.post(page_url(project, "digest/send"), follow=True)
    assert "saved to the delivery log" in body_of(response)
    delivery = Delivery.objects.get()
    page = body_of(client.get(page_url(project, "outbox")))
    assert "EMAIL_URL" in page and delivery.subject in page and "Not sent" in page
    shown = body_of(client.get(page_url(project, f"outbox/{delivery.pk}")))
    assert 'sandbox="allow-same-origin" srcdoc="' in shown and "no new mentions" in shown
    assert "Send now" not in shown
    client.post(page_url(project, f"outbox/{delivery.pk}/send"))
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.KEPT


def test_admin_reads_why_a_message_failed_and_sends_it_again(project, owner, as_person, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    delivery = write(project=project, user=owner)
    Delivery.objects.update(state="failed", error_code="address_refused", error="550 <b>no</b> such user", attempts=1)
    client = as_person(owner)
    page = body_of(client.get(page_url(project, f"outbox/{delivery.pk}")))
    assert "rejected this address" in page and "550 &lt;b&gt;no&lt;/b&gt; such user" in page
    client.post(page_url(project, f"outbox/{delivery.pk}/send"))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("pending", 0)


@pytest.mark.parametrize("query", ["", "?status=failed"])
def test_delivery_log_shows_each_message_once_while_others_are_written(project, owner, as_person, query):
    write_deliveries(project, 120)
    client, shown, address = as_person(owner), [], query
    while address is not None:
        page = body_of(client.get(page_url(project, "outbox") + address))
        shown += re.findall(r"<bdi>No\. (\d+)\.</bdi>", page)
        write_deliveries(project, 7)
        links = re.findall(r'href="([^"]+)" rel="next"', page)
        address = unescape(links[0]) if links else None
    assert sorted(map(int, shown)) == list(range(120))
    for invalid in ("x", "1.x", "9" * 30 + "." + "0" * 32):
        assert "No. " in body_of(client.get(page_url(project, f"outbox?cursor={invalid}")))


def test_members_read_only_messages_sent_to_them(project, owner, viewer, as_person):
    mine, theirs = write(project=project, user=viewer), write("test:2", project=project, user=owner)
    client = as_person(viewer)
    assert client.get(page_url(project, "outbox")).status_code == 403
    assert client.get(page_url(project, f"outbox/{mine.pk}")).status_code == 200
    assert client.get(page_url(project, f"outbox/{theirs.pk}")).status_code == 403
    assert client.post(page_url(project, f"outbox/{mine.pk}/send")).status_code == 403


def test_account_messages_are_visible_to_server_admin_only(project, owner, as_person, no_email):
    secret = write(kind=Delivery.Kind.MESSAGE, text="https://vigie.example/reset/secret")
    server_admin = as_person(User.objects.create_superuser("op@example.com", "correct horse battery"))
    assert secret.subject in body_of(server_admin.get("/outbox"))
    assert "reset/secret" in body_of(server_admin.get(f"/outbox/{secret.pk}"))
    admin = as_person(owner)
    assert admin.get("/outbox").status_code == 404
    assert admin.get(f"/outbox/{secret.pk}").status_code == 404
    assert admin.get(page_url(project, f"outbox/{secret.pk}")).status_code == 404
    assert secret.subject not in body_of(admin.get(page_url(project, "outbox")))


def test_server_admin_sends_a_message_again(project, as_person, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    delivery = write(kind=Delivery.Kind.MESSAGE)
    Delivery.objects.update(state="failed")
    server_admin = as_person(User.objects.create_superuser("op@example.com", "correct horse battery"))
    server_admin.post(f"/outbox/{delivery.pk}")
    delivery.refresh_from_db()
    assert delivery.state == "pending"
