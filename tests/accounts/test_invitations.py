"""Invitations, from the email to the membership."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.models import ActivityEntry, Invitation, Membership, User
from tests.pages import words
from tests.racing import race

PASSWORD = "purple lantern seven"


def invite(client, project, email="nina@example.com", role="manager"):
    return client.post(f"/p/{project.id}/invitations", {"email": email, "role": role}, follow=True)


def sign_up(client, **data):
    form = {"name": "Nina Simon", "password1": PASSWORD, "password2": PASSWORD, "time_zone": "America/Montreal"}
    return client.post("/accounts/signup/", {**form, **data})


def actions(project):
    return list(ActivityEntry.objects.filter(project=project).order_by("id").values_list("action", "target"))


@pytest.fixture
def invited(project, owner, as_person, mailoutbox, link_of):
    """The path of the link in the email to nina@example.com."""
    invite(as_person(owner), project)
    return link_of(mailoutbox[-1])


def test_invited_person_signs_up_from_email(project, owner, invited, mailoutbox):
    (message,) = mailoutbox
    assert message.to == ["nina@example.com"]
    assert "Maison Lumen" in message.subject
    assert "ada@example.com invited you" in message.body and "create your account" in message.body
    client = Client()
    form = words(client.get(invited, follow=True))
    assert "ada@example.com invited you to join “Maison Lumen”. Your role: Manager." in form
    assert sign_up(client).url == "/"
    assert client.get("/").url == f"/p/{project.id}/"
    nina = User.objects.get(email="nina@example.com")
    assert (nina.name, nina.time_zone, nina.language) == ("Nina Simon", "America/Montreal", "en")
    assert Membership.objects.get(user=nina).role == "manager"
    assert actions(project) == [("invitation.sent", "nina@example.com"), ("member.joined", "nina@example.com")]
    assert Client().login(email="nina@example.com", password=PASSWORD)


def test_sign_up_stores_language_of_page(invited):
    client = Client(headers={"accept-language": "fr"})
    client.get(invited)
    sign_up(client)
    assert User.objects.get(email="nina@example.com").language == "fr"


def test_sign_up_ignores_posted_address(invited):
    client = Client()
    client.get(invited)
    form = client.get("/accounts/signup/?email=boss@example.com").content.decode()
    assert 'value="nina@example.com"' in form and 'value="boss' not in form
    sign_up(client, email="boss@example.com")
    assert not User.objects.filter(email="boss@example.com").exists()
    assert User.objects.filter(email="nina@example.com").exists()


def test_sign_up_requires_invitation(db, client):
    assert "invite-only" in client.get("/accounts/signup/").content.decode()
    assert "invite-only" in sign_up(client, email="x@example.com").content.decode()
    assert not User.objects.exists()


def test_invalid_sign_up_shows_errors_and_creates_no_account(invited):
    client = Client()
    client.get(invited)
    page = sign_up(client, password2="something else", time_zone="Mars/Olympus").content.decode()
    assert "You must type the same password each time." in page
    assert "“Mars/Olympus” isn’t a time zone" in page
    assert not User.objects.filter(email="nina@example.com").exists()


def test_existing_user_signs_in_and_accepts(project, owner, stranger, as_person, mailoutbox, link_of):
    invite(as_person(owner), project, "SAM@example.com", "viewer")
    link = link_of(mailoutbox[-1])
    assert "Open this link to accept" in mailoutbox[-1].body
    client = Client()
    page = client.get(link).content.decode()
    assert "Sign in as sam@example.com" in page and f"/accounts/login/?next={link}" in page
    signed_in = client.post(
        "/accounts/login/", {"login": "sam@example.com", "password": "correct horse battery", "next": link}
    )
    assert signed_in.url == link
    assert "Accept invitation" in client.get(link).content.decode()
    assert not Membership.objects.filter(user=stranger, project=project).exists()  # opening the link accepts nothing
    assert client.post(link).url == f"/p/{project.id}/"
    assert Membership.objects.get(user=stranger, project=project).role == "viewer"


def test_invitation_email_uses_language_of_existing_user(project, manager, stranger, as_person, mailoutbox, owner):
    User.objects.filter(pk=stranger.pk).update(language="fr")
    invite(as_person(owner), project, "sam@example.com")
    invite(as_person(owner), project, "nobody@example.com")
    french, english = (message.body for message in mailoutbox)
    expiry = timezone.localtime(Invitation.objects.first().expires_at)
    with translation.override("fr"):
        assert date_format(expiry, "F Y") in french
    with translation.override("en"):
        assert date_format(expiry, "F j, Y") in english


def test_invitation_cannot_be_accepted_by_another_user(project, invited, stranger, as_person):
    client = as_person(stranger)
    page = client.get(invited).content.decode()
    assert "This invitation is for nina@example.com, but you’re signed in as sam@example.com" in page
    client.post(invited)
    assert not Membership.objects.filter(project=project, user=stranger).exists()
    out = client.post("/accounts/logout/", {"next": invited})
    assert out.url == invited


def test_invitation_works_once(invited):
    client = Client()
    client.get(invited)
    sign_up(client)
    for visitor in (Client(), client):
        response = visitor.get(invited)
        assert response.status_code == 410
        assert "has already been used" in response.content.decode()


def test_expired_invitation_names_inviter(invited, project):
    early = Client()
    early.get(invited)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    response = Client().get(invited)
    assert response.status_code == 410
    assert "Ask ada@example.com to resend it" in words(response)
    assert "invite-only" in sign_up(early).content.decode()
    assert not User.objects.filter(email="nina@example.com").exists()


def test_resend_creates_new_link_and_invalidates_old_one(project, owner, invited, as_person, mailoutbox, link_of):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    invitation = Invitation.objects.get()
    as_person(owner).post(f"/p/{project.id}/invitations/{invitation.id}/resend")
    old, new = Client().get(invited), Client().get(link_of(mailoutbox[-1]))
    assert old.status_code == 404 and "no longer exists" in old.content.decode()
    assert new.status_code == 302 and new.url == "/accounts/signup/"


def test_revoked_invitation_returns_404(project, owner, invited, as_person):
    early = Client()
    early.get(invited)
    as_person(owner).post(f"/p/{project.id}/invitations/{Invitation.objects.get().id}/revoke")
    assert Client().get(invited).status_code == 404
    sign_up(early)
    assert not User.objects.filter(email="nina@example.com").exists()
    assert actions(project)[-1] == ("invitation.revoked", "nina@example.com")


def test_inviting_again_changes_role(project, owner, as_person, mailoutbox):
    invite(as_person(owner), project, role="viewer")
    invite(as_person(owner), project, "Nina@Example.com", role="admin")
    assert list(Invitation.objects.values_list("email", "role")) == [("nina@example.com", "admin")]
    assert len(mailoutbox) == 2


def test_member_cannot_be_invited(project, owner, viewer, as_person, mailoutbox):
    page = invite(as_person(owner), project, "vera@example.com").content.decode()
    assert "This person is already a member." in page
    assert not mailoutbox


def test_malformed_address_is_rejected(project, owner, as_person, mailoutbox):
    page = invite(as_person(owner), project, "nina at example").content.decode()
    assert "Enter a valid email address." in page and 'value="nina at example"' in page
    assert not Invitation.objects.exists()


def test_invitation_of_another_project_returns_404(invited, stranger, as_person):
    invitation = Invitation.objects.get()
    other_id = stranger.memberships.get().project_id
    for verb in ("resend", "revoke"):
        assert as_person(stranger).post(f"/p/{other_id}/invitations/{invitation.id}/{verb}").status_code == 404
    assert Invitation.objects.filter(pk=invitation.pk).exists()


def test_project_name_cannot_inject_email_headers(project, owner, as_person, mailoutbox):
    as_person(owner).post(f"/p/{project.id}/settings/rename", {"name": "Lumen\r\nBcc: x@example.com"})
    invite(as_person(owner), project)
    assert mailoutbox[0].recipients() == ["nina@example.com"]
    assert "\n" not in mailoutbox[0].subject


@pytest.mark.django_db(transaction=True)
def test_concurrent_sign_ups_create_one_account(project, owner, as_person, mailoutbox, link_of):
    invite(as_person(owner), project)
    clients = [Client(), Client()]
    for client in clients:
        client.get(link_of(mailoutbox[-1]))
    codes = race(*(lambda client=client: sign_up(client).status_code for client in clients))
    assert sorted(codes) == [200, 302]  # the second sees that sign-up is not open
    assert User.objects.filter(email="nina@example.com").count() == 1
    assert [action for action, _ in actions(project)].count("member.joined") == 1


def test_page_says_that_invitation_was_sent_and_hides_its_link(project, owner, as_person, settings):
    settings.EMAIL_URL = "smtp://mail.example"
    page = invite(as_person(owner), project).content.decode()
    assert "Invitation sent to nina@example.com" in page
    assert "/invitation/" not in page


def test_link_is_shown_once_without_mail_server(project, owner, as_person, settings):
    settings.EMAIL_URL = ""
    client = as_person(owner)
    shown = invite(client, project)
    assert "no-store" in shown.headers["Cache-Control"]
    link = link_on(shown)
    assert "/invitation/" not in client.get(f"/p/{project.id}/settings").content.decode()
    resent = client.post(f"/p/{project.id}/invitations/{Invitation.objects.get().id}/resend")
    new = link_on(resent)
    assert new != link and Client().get(link).status_code == 404
    assert Client().get(new).url == "/accounts/signup/"


def link_on(response):
    """The path of the link that the page shows."""
    return re.search(r'id="new-link" value="http://localhost:\d+(/invitation/[^"]+)"', response.content.decode())[1]
