"""Digests to people without an account: confirmation, what they get, their links, and how they stop."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from alerts.digests import send
from alerts.models import Digest
from delivery.models import Delivery, ExternalRecipient
from tests.alerts.digests.helpers import NOW, make_found, messages

CLIENT = "client@example.org"
NEXT = NOW + timedelta(days=1)


@pytest.fixture
def add(daily, owner, as_person):
    """`add(email)` enters an address on the Digest page, and returns the page that follows."""
    client = as_person(owner)
    path = f"/p/{daily.project_id}/digest"

    def post(email=CLIENT, language="fr"):
        form = {"email": email, "language": language}
        return client.post(f"{path}/{daily.pk}/recipients", form, follow=True).content.decode()

    return post


def confirm():
    question = Delivery.objects.filter(kind="message").latest("created_at")
    path = re.search(r"http://[^/]+(/confirm/\S+)", question.text)[1]
    assert Client().post(path, {"answer": "yes"}).status_code == 200


def to_client():
    return messages().filter(recipient=CLIENT)


def links(message, part):
    return re.findall(rf"http://[^/\s]+(/{part}\S+)", message.text)


def test_recipient_gets_the_digest_only_after_confirming(add, keyword):
    page = add()
    assert "was asked to confirm" in page and "Waiting for confirmation" in page
    make_found(keyword, title="Lumen opens")
    send.write_due(NOW)
    assert not to_client().exists() and messages().count() == 1
    confirm()
    make_found(keyword, NOW, title="Lumen closes")
    assert send.write_due(NEXT) == 1
    send.write_due(NEXT)
    message = to_client().get()
    assert (message.user, message.is_external, message.project) == (None, True, keyword.project)
    assert message.window_end == messages().exclude(recipient=CLIENT).last().window_end


def test_recipient_gets_it_in_their_language_without_links_that_need_an_account(add, keyword, owner):
    add()
    confirm()
    make_found(keyword, title="Lumen opens", url="https://press.example/lumen")
    send.write_due(NOW)
    message, own = to_client().get(), messages().get(user=owner)
    assert "nouvelle mention" in message.subject and "new mention" in own.subject
    for body in (message.text, message.html):
        assert "https://press.example/lumen" in body and "Lumen" in body
        assert "/p/" not in body and "/email-action/" not in body and "Assign" not in body
    assert "/p/" in own.html
    assert message.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.headers["List-Unsubscribe"] != own.headers["List-Unsubscribe"]


def test_recipient_reads_the_web_version_until_they_stop(add, keyword, owner):
    add()
    confirm()
    make_found(keyword, title="Lumen opens")
    send.write_due(NOW)
    message = to_client().get()
    view, stop = links(message, "digest/")[0], links(message, "unsubscribe/")[0]
    page = Client().get(view)
    assert page.status_code == 200 and "Lumen" in page.content.decode() and "envoyé" in page.content.decode()
    assert "Se désabonner" in Client().get(stop).content.decode()
    assert ExternalRecipient.objects.get().is_confirmed
    for _ in range(2):  # mail programs may repeat it
        assert Client(enforce_csrf_checks=True).post(stop).status_code == 200
    assert not ExternalRecipient.objects.get().is_confirmed
    assert Client().get(view).status_code == 404
    make_found(keyword, NOW)
    send.write_due(NEXT)
    assert to_client().count() == 1
    assert Digest.objects.get(user=owner).frequency == "daily"
    assert "doesn’t want emails" in add()


@pytest.mark.parametrize("case", ["viewer", "instant", "removed", "left"])
def test_recipients_get_nothing_when_the_member_may_not_send(add, keyword, daily, owner, as_person, case):
    add()
    confirm()
    if case == "viewer":
        Membership.objects.filter(user=owner).update(role="viewer")
    elif case == "instant":
        Digest.objects.update(frequency="instant")
    elif case == "left":
        Membership.objects.filter(user=owner).delete()
    else:
        row = daily.recipients.get()
        as_person(owner).post(f"/p/{daily.project_id}/digest/{daily.pk}/recipients/{row.pk}/delete")
    make_found(keyword, NOW - timedelta(minutes=10))
    send.write_due(NOW + timedelta(hours=25))
    send.write_instant(timezone.now())
    assert not to_client().exists()


def test_addresses_that_cannot_be_added_are_explained(add, daily, viewer):
    assert "This person is a member" in add(viewer.email)
    assert "Enter an email address" in add("nobody")
    for number in range(50):
        external = ExternalRecipient.objects.create(
            project=daily.project, email=f"r{number}@example.org", language="en", confirmed_at=NOW
        )
        daily.recipients.create(external=external)
    assert "up to 50 other recipients" in add()
    Digest.objects.update(frequency="instant")
    assert "sent as it happens has no other recipients" in add()


def test_viewers_add_no_recipients(daily, viewer, as_person):
    own = Digest.objects.create(project=daily.project, user=viewer)
    client = as_person(viewer)
    assert client.post(f"/p/{daily.project_id}/digest/{own.pk}/recipients", {"email": CLIENT}).status_code == 403
    assert "Recipients without an account" not in client.get(f"/p/{daily.project_id}/digest").content.decode()
