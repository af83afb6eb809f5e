"""Browser notifications: encryption and signature by the RFCs, whose browser it is, and keys that change."""

import json
from base64 import urlsafe_b64encode
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from django.utils import timezone

from accounts.models import Membership
from delivery import destinations
from delivery.channels.push_encryption import decoded, encoded, encrypted
from delivery.channels.webpush import WebPushChannel, server_key
from delivery.models import Destination
from tests.delivery.test_destinations import make_destination, state_of, write
from tests.lookalikes.receivers import SERVICES, Receiver

# RFC 8291, section 5 and appendix A.
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


@pytest.fixture
def receiver():
    with Receiver(SERVICES["webpush"]()) as receiver:
        yield receiver


@pytest.fixture
def phone(receiver, project, owner):
    return make_destination(project, owner, receiver, "Phone")


def test_encryption_gives_the_example_of_the_rfc():
    key = derive_private_key(int.from_bytes(decoded(SENDER), "big"), SECP256R1())
    message = b"When I grow up, I want to be a watermelon"
    made = encrypted(message, decoded(RECEIVER), decoded(AUTH), sender=lambda: key, new_salt=lambda: decoded(SALT))
    assert encoded(made) == BODY


def test_message_has_title_page_and_the_id_of_its_delivery(phone, receiver, send_outbox):
    delivery = write(phone)
    send_outbox()
    message = receiver.service.message(receiver.accepted[0])
    assert message["title"] == "Alert · Lumen: 62 mentions" and message["lang"] == "fr"
    assert message["url"] == "https://vigie.example/p/1/incidents/1" and message["tag"] == str(delivery.pk)
    headers = receiver.accepted[0].headers
    assert headers["urgency"] == "high" and headers["authorization"].endswith(f"k={server_key()}")


def test_browser_of_a_former_member_gets_nothing(phone, receiver, project, owner, send_outbox):
    delivery = write(phone)
    Membership.objects.filter(project=project, user=owner).delete()
    send_outbox()
    assert state_of(delivery) == ("failed", "not_a_member") and receiver.requests == []


def test_browser_of_a_deactivated_account_gets_nothing(phone, receiver, owner, send_outbox):
    delivery = write(phone)
    owner.is_active = False
    owner.save()
    send_outbox()
    assert state_of(delivery) == ("failed", "account_inactive") and receiver.requests == []


def test_browser_gets_messages_signed_with_its_key_after_the_secret_has_changed(
    phone, receiver, send_outbox, settings
):
    former = server_key()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]
    assert server_key() != former
    write(phone)
    send_outbox()
    assert receiver.accepted[0].headers["authorization"].endswith(f"k={former}")


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"endpoint": "", "p256dh": "", "auth": ""}, "Connect this browser first."),
        ({"auth": ""}, "Connect this browser first."),
        ({"auth": "AAAA"}, "This is no subscription of a browser."),
        ({"p256dh": "é"}, "This is no subscription of a browser."),
        ({"p256dh": urlsafe_b64encode(b"\4" + bytes(64)).decode()}, "This is no subscription of a browser."),
        ({"endpoint": "javascript:alert(1)"}, "Enter a URL that starts with https://."),
    ],
)
def test_form_refuses_what_is_no_subscription(receiver, project, owner, as_person, values, problem):
    given = {"name": "Phone", "language": "en", **receiver.service.values(receiver.url), **values}
    page = as_person(owner).post(f"/p/{project.pk}/settings/channels/new/webpush", given)
    assert problem in page.text and not Destination.objects.exists()


def test_manager_connects_a_browser_and_changes_only_that(
    receiver, phone, project, english_manager, as_person, send_outbox
):
    client, channels = as_person(english_manager), f"/p/{project.pk}/settings/channels"
    given = {"name": "Laptop", "language": "en", **receiver.service.values(receiver.url)}
    page = client.post(f"{channels}/new/webpush", given, follow=True).text
    own = Destination.objects.get(name="Laptop")
    assert "Channel created." in page and page.count('/test"') == 1
    assert "Test sent to “Laptop”." in client.post(f"{channels}/{own.pk}/test", follow=True).text
    assert receiver.service.message(receiver.accepted[0])["title"] == "Test of Vigie"
    assert client.post(f"{channels}/{own.pk}", {"name": "Desk", "language": "en"}).status_code == 302
    own.refresh_from_db()
    assert own.name == "Desk" and own.secrets["endpoint"] == receiver.url + receiver.service.path
    for path in ("", "/test", "/turn", "/delete"):
        assert client.post(f"{channels}/{phone.pk}{path}", {"on": "0"}).status_code == 403
    assert client.get(f"{channels}/new/slack").status_code == 403
    client.post(f"{channels}/{own.pk}/delete")
    assert [one.name for one in Destination.objects.all()] == ["Phone"]


def test_subscription_is_kept_encrypted_and_its_server_key_is_public(phone):
    assert set(phone.secrets) == set(WebPushChannel.secrets) and phone.settings == {"server_key": server_key()}
    assert urlsplit(phone.secrets["endpoint"]).path not in json.dumps(phone.settings) + phone.sealed
    assert destinations.send_test(phone).code == "" and timezone.now() >= phone.created_at


def test_manifest_names_the_app_and_its_icon(client, db):
    response = client.get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json" and response.json()["display"] == "standalone"
    assert client.get("/accounts/login/").text.count('rel="manifest"') == 1


def test_worker_script_has_an_address_that_stays(client, db):
    response = client.get("/push-worker.js")
    assert response.status_code == 200 and response["Content-Type"] == "text/javascript"
    assert "showNotification" in response.text and response["Cache-Control"] == "no-cache"
