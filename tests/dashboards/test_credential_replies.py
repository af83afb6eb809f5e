"""The page on which admins let managers reply with an account."""

import pytest
from django.urls import reverse

from accounts.models import ActivityEntry
from monitoring.models import Credential
from tests.pages import words


@pytest.fixture
def credential(project):
    return Credential.objects.create(project=project, platform="bluesky", name="@lumen")


def address(credential):
    return reverse("credential_replies", args=[credential.project_id, credential.pk])


def test_admin_allows_replies_and_stops_them(as_person, owner, credential):
    client = as_person(owner)
    assert "checked" not in client.get(address(credential)).content.decode().partition("can_reply")[2][:20]
    client.post(address(credential), {"can_reply": "on"})
    credential.refresh_from_db()
    assert credential.can_reply
    assert "Used for replies" in words(client.get(reverse("credentials", args=[credential.project_id])))
    client.post(address(credential), {})
    credential.refresh_from_db()
    assert not credential.can_reply
    actions = ActivityEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["credential.replies_allowed", "credential.replies_stopped"]


def test_manager_and_stranger_cannot_allow_replies(as_person, manager, stranger, credential):
    for person, status in ((manager, 403), (stranger, 404)):
        assert as_person(person).post(address(credential), {"can_reply": "on"}).status_code == status
    credential.refresh_from_db()
    assert not credential.can_reply


def test_key_that_cannot_reply_says_so(as_person, owner, project):
    key = Credential.objects.create(project=project, platform="youtube", name="Key")
    client = as_person(owner)
    page = client.get(address(key))
    assert "Only a connected account can reply" in words(page) and b'name="can_reply"' not in page.content
    client.post(address(key), {"can_reply": "on"})
    key.refresh_from_db()
    assert not key.can_reply


def test_platform_without_replies_has_no_page(as_person, owner, project):
    key = Credential.objects.create(project=project, platform="guardian", name="Key")
    assert as_person(owner).get(address(key)).status_code == 404


def test_linkedin_account_is_allowed_for_posts_only(as_person, owner, project):
    key = Credential.objects.create(project=project, platform="linkedin", name="Page")
    client = as_person(owner)
    page = words(client.get(address(key)))
    assert "Managers can publish posts with this account" in page and "w_organization_social" in page
    assert "replies" not in page.partition("Posts with")[2]
    shown = words(client.post(address(key), {"can_reply": "on"}, follow=True))
    assert "Managers can now publish posts with “Page”." in shown
    listed = words(client.get(reverse("credentials", args=[project.pk])))
    assert "Used for posts" in listed and "Used for replies" not in listed
