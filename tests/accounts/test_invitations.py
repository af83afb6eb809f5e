from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.models import ActivityEntry, Invitation, Membership, User
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
def invited(project, owner, as_person, mailoutbox, link_in):
    """The link that nina@example.com finds in her mailbox."""
    invite(as_person(owner), project)
    return link_in(mailoutbox[-1])


def test_a_newcomer_goes_from_the_mail_to_the_project(project, owner, invited, mailoutbox):
    (message,) = mailoutbox
    assert message.to == ["nina@example.com"]
    assert "Maison Lumen" in message.subject
    assert "ada@example.com invited you" in message.body and "create your account" in message.body
    client = Client()
    form = client.get(invited, follow=True).content.decode()
    assert "ada@example.com invited you to join “Maison Lumen”. Your role: Manager." in form
    assert sign_up(client).url == "/"
    assert client.get("/").url == f"/p/{project.id}/"
    nina = User.objects.get(email="nina@example.com")
    assert (nina.name, nina.time_zone, nina.language) == ("Nina Simon", "America/Montreal", "en")
    assert Membership.objects.get(user=nina).role == "manager"
    assert actions(project) == [("invitation.sent", "nina@example.com"), ("member.joined", "nina@example.com")]
    assert Client().login(email="nina@example.com", password=PASSWORD)


def test_the_account_speaks_the_language_of_the_page_it_was_made_on(invited):
    client = Client(headers={"accept-language": "fr"})
    client.get(invited)
    sign_up(client)
    assert User.objects.get(email="nina@example.com").language == "fr"


def test_the_account_gets_the_invited_address_whatever_is_posted(invited):
    client = Client()
    client.get(invited)
    form = client.get("/accounts/signup/?email=boss@example.com").content.decode()
    assert 'value="nina@example.com"' in form and 'value="boss' not in form
    sign_up(client, email="boss@example.com")
    assert not User.objects.filter(email="boss@example.com").exists()
    assert User.objects.filter(email="nina@example.com").exists()


def test_without_an_invitation_there_is_no_sign_up(db, client):
    assert "invite-only" in client.get("/accounts/signup/").content.decode()
    assert "invite-only" in sign_up(client, email="x@example.com").content.decode()
    assert not User.objects.exists()


def test_a_refused_form_says_why_and_makes_nothing(invited):
    client = Client()
    client.get(invited)
    page = sign_up(client, password2="something else", time_zone="Mars/Olympus").content.decode()
    assert "You must type the same password each time." in page
    assert "“Mars/Olympus” isn’t a time zone" in page
    assert not User.objects.filter(email="nina@example.com").exists()


def test_somebody_who_has_an_account_signs_in_and_accepts(project, owner, stranger, as_person, mailoutbox, link_in):
    invite(as_person(owner), project, "SAM@example.com", "viewer")
    link = link_in(mailoutbox[-1])
    assert "Open this link to accept" in mailoutbox[-1].body
    client = Client()
    page = client.get(link).content.decode()
    assert "Sign in as sam@example.com" in page and f"/accounts/login/?next={link}" in page
    signed_in = client.post(
        "/accounts/login/", {"login": "sam@example.com", "password": "correct horse battery", "next": link}
    )
    assert signed_in.url == link
    assert "Accept invitation" in client.get(link).content.decode()
    assert not Membership.objects.filter(user=stranger, project=project).exists()  # looking is not accepting
    assert client.post(link).url == f"/p/{project.id}/"
    assert Membership.objects.get(user=stranger, project=project).role == "viewer"


def test_the_mail_is_in_the_language_of_whoever_has_an_account(
    project, manager, stranger, as_person, mailoutbox, owner
):
    User.objects.filter(pk=stranger.pk).update(language="fr")
    invite(as_person(owner), project, "sam@example.com")
    invite(as_person(owner), project, "nobody@example.com")
    french, english = (message.body for message in mailoutbox)
    month = Invitation.objects.first().expires_at
    with translation.override("fr"):
        assert date_format(month, "F Y") in french
    with translation.override("en"):
        assert date_format(month, "F j, Y") in english


def test_signed_in_as_somebody_else_the_invitation_waits(project, invited, stranger, as_person):
    client = as_person(stranger)
    page = client.get(invited).content.decode()
    assert "This invitation is for nina@example.com, but you’re signed in as sam@example.com" in page
    client.post(invited)
    assert not Membership.objects.filter(project=project, user=stranger).exists()
    out = client.post("/accounts/logout/", {"next": invited})
    assert out.url == invited


def test_an_invitation_works_once(invited):
    client = Client()
    client.get(invited)
    sign_up(client)
    for visitor in (Client(), client):
        answer = visitor.get(invited)
        assert answer.status_code == 410
        assert "has already been used" in answer.content.decode()


def test_an_expired_invitation_says_whom_to_ask(invited, project):
    early = Client()
    early.get(invited)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    answer = Client().get(invited)
    assert answer.status_code == 410
    assert "Ask ada@example.com to resend it" in answer.content.decode()
    assert "invite-only" in sign_up(early).content.decode()
    assert not User.objects.filter(email="nina@example.com").exists()


def test_sending_again_makes_a_new_link_and_ends_the_old_one(project, owner, invited, as_person, mailoutbox, link_in):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    invitation = Invitation.objects.get()
    as_person(owner).post(f"/p/{project.id}/invitations/{invitation.id}/resend")
    old, new = Client().get(invited), Client().get(link_in(mailoutbox[-1]))
    assert old.status_code == 404 and "no longer exists" in old.content.decode()
    assert new.status_code == 302 and new.url == "/accounts/signup/"


def test_a_withdrawn_invitation_opens_nothing(project, owner, invited, as_person):
    early = Client()
    early.get(invited)
    as_person(owner).post(f"/p/{project.id}/invitations/{Invitation.objects.get().id}/revoke")
    assert Client().get(invited).status_code == 404
    sign_up(early)
    assert not User.objects.filter(email="nina@example.com").exists()
    assert actions(project)[-1] == ("invitation.revoked", "nina@example.com")


def test_inviting_again_changes_the_role_of_the_same_place(project, owner, as_person, mailoutbox):
    invite(as_person(owner), project, role="viewer")
    invite(as_person(owner), project, "Nina@Example.com", role="admin")
    assert list(Invitation.objects.values_list("email", "role")) == [("nina@example.com", "admin")]
    assert len(mailoutbox) == 2


def test_a_member_is_not_invited_again(project, owner, viewer, as_person, mailoutbox):
    page = invite(as_person(owner), project, "vera@example.com").content.decode()
    assert "This person is already a member." in page
    assert not mailoutbox


def test_a_malformed_address_is_refused_beside_its_field(project, owner, as_person, mailoutbox):
    page = invite(as_person(owner), project, "nina at example").content.decode()
    assert "Enter a valid email address." in page and 'value="nina at example"' in page
    assert not Invitation.objects.exists()


def test_an_admin_cannot_touch_the_invitations_of_another_project(invited, stranger, as_person):
    invitation = Invitation.objects.get()
    theirs = stranger.memberships.get().project_id
    for verb in ("resend", "revoke"):
        assert as_person(stranger).post(f"/p/{theirs}/invitations/{invitation.id}/{verb}").status_code == 404
    assert Invitation.objects.filter(pk=invitation.pk).exists()


def test_a_project_name_with_line_breaks_cannot_write_headers(project, owner, as_person, mailoutbox):
    as_person(owner).post(f"/p/{project.id}/settings/rename", {"name": "Lumen\r\nBcc: x@example.com"})
    invite(as_person(owner), project)
    assert mailoutbox[0].recipients() == ["nina@example.com"]
    assert "\n" not in mailoutbox[0].subject


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_once_makes_one_account(project, owner, as_person, mailoutbox, link_in):
    invite(as_person(owner), project)
    clients = [Client(), Client()]
    for client in clients:
        client.get(link_in(mailoutbox[-1]))
    answers = race(*(lambda client=client: sign_up(client).status_code for client in clients))
    assert sorted(answers) == [200, 302]  # the second finds sign-up closed
    assert User.objects.filter(email="nina@example.com").count() == 1
    assert [action for action, _ in actions(project)].count("member.joined") == 1


@pytest.mark.parametrize(
    ("server", "words"),
    [("", "no mail server is configured"), ("smtp://mail.example", "Invitation sent to nina@example.com")],
)
def test_the_page_says_where_the_invitation_is(project, owner, as_person, settings, server, words):
    settings.EMAIL_URL = server
    assert words in invite(as_person(owner), project).content.decode()
