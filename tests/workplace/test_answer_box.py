"""The reply field of a mention, over HTTP: each change of a draft, its versions, and who may do what."""

import re

import pytest

from delivery.models import Delivery
from monitoring.models import Mention
from tests.factories import make_keyword, make_mention
from workplace import drafts, saved_replies
from workplace.models import Draft, SavedReply


@pytest.fixture
def mention(project):
    keyword = make_keyword(project, "Lumen", type="brand")
    return make_mention(keyword, platform="bluesky", language="fr", author="Karim", url="https://bsky.example/1")


@pytest.fixture
def reply(project, mention, as_person):
    """`reply(user, action, **fields)` presses a button of the field as the script does, and returns the field."""

    def press(user, action="save", version=0, **fields):
        fields = {"action": action, "version": version, **fields}
        url = f"/p/{project.pk}/mentions/{mention.pk}/reply"
        return as_person(user).post(url, fields, headers={"HX-Request": "true"}).content.decode()

    return press


@pytest.fixture
def pane(project, mention, as_person):
    return lambda user: as_person(user).get(f"/p/{project.pk}/mentions/{mention.pk}").content.decode()


def test_draft_goes_through_approval_to_replied(project, owner, manager, reply, pane, mention):
    saved_replies.set_rules(project, owner, needs_approval=True, cooling_minutes=0, forbidden=["garantie"])
    field = reply(owner, text="JAMAIS VU ÇA !!! La garantie ne couvre rien.")
    assert 'name="version" value="1"' in field and field.count("data-warning") == 2
    assert "This reply may sound angry." in field and "Forbidden by the reply rules: garantie" in field
    assert 'value="sent" aria-disabled="true" aria-describedby="reply-why"' in field
    assert "A second person has to approve this draft." in reply(owner, "sent", 1, text="Bonjour,\r\nmerci")
    assert Draft.objects.get().text == "Bonjour,\nmerci"
    field = reply(owner, "request", 2, text="Bonjour,\r\nmerci", reviewer=manager.pk)
    assert "Approval requested: marc@example.com." in field and 'value="approve"' not in field
    assert f"/mentions/{mention.pk}#reply" in Delivery.objects.get(recipient=manager.email).text
    assert "Validation demandée" in pane(manager) and 'value="approve"' in pane(manager)
    assert "Plus doux" in reply(manager, "changes", 3, comment="Plus doux")
    assert "Plus doux" in pane(owner)
    reply(owner, "request", 4, text="Bonjour", reviewer=manager.pk)
    reply(manager, "approve", 6)
    field = reply(owner, "sent", 7, text="Bonjour")
    assert 'data-closed="sent"' in field and "Bonjour" not in field
    assert (Mention.objects.get().status, Draft.objects.get().state) == ("replied", "sent")


def test_outdated_text_is_shown_beside_the_saved_one(owner, manager, reply):
    reply(owner, text="Ada wrote this")
    field = reply(manager, text="Marc wrote that")
    assert "Marc wrote that</textarea>" in field and "data-changed" in field
    assert ">Ada wrote this</p>" in field and 'name="version" value="1"' in field
    assert "data-changed" not in reply(manager, version=1, text="Marc wrote that")
    assert Draft.objects.get().text == "Marc wrote that"
    reply(owner, "discard", 2)
    field = reply(manager, version=2, text="Marc goes on")
    assert "Marc goes on</textarea>" in field and 'name="version" value="0"' in field


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": " "}, "Enter a reply."),
        ({"text": "a" * 20_001}, "too long"),
        ({"action": "request", "text": "Hi", "reviewer": "9" * 99}, "Choose a manager or an admin"),
        ({"action": "request", "text": "Hi", "reviewer": "x"}, "Choose a manager or an admin"),
    ],
)
def test_unusable_values_are_explained_and_the_text_stays(owner, reply, fields, message):
    field = reply(owner, **fields)
    assert message in field and f"{fields['text'].strip()}</textarea>" in field


def test_invalid_characters_and_versions_do_no_harm(owner, reply):
    assert "a  b</textarea>" in reply(owner, text="a \0 b") and Draft.objects.get().text == "a  b"
    for version in ("x", "", "-1", "9" * 99):
        assert "data-changed" in reply(owner, version=version, text="Other")


def test_form_works_without_script(project, mention, owner, manager, as_person):
    url = f"/p/{project.pk}/mentions/{mention.pk}/reply"
    values = {"action": "save", "version": "0", "next": f"/p/{project.pk}/mentions/{mention.pk}"}
    page = as_person(owner).post(url, {**values, "text": "Hello"}, follow=True).content.decode()
    assert "Draft saved." in page and "Hello</textarea>" in page
    page = as_person(manager).post(url, {**values, "text": "Salut"}).content.decode()
    assert "<html" in page and "Salut</textarea>" in page and ">Hello</p>" in page
    assert as_person(owner).get(url).url == f"/p/{project.pk}/mentions/{mention.pk}"


def test_saved_reply_is_filled_in_for_the_mention(project, mention, owner, as_person):
    SavedReply.objects.create(project=project, name="Hi", language="en", text="Hi {{author}} from {{brand}}")
    SavedReply.objects.create(project=project, name="Salut", language="fr", text="Bonjour {{author}}")
    client, url = as_person(owner), f"/p/{project.pk}/mentions/{mention.pk}"
    options = client.get(f"{url}/saved-replies?q=", headers={"HX-Request": "true"}).content.decode()
    assert options.index("Bonjour Karim") < options.index("Hi Karim from Lumen")
    assert "Salut" in client.get(f"{url}/saved-replies?q=BONJOUR").content.decode()
    saved = SavedReply.objects.get(language="en")
    assert "Hi Karim from Lumen</textarea>" in client.get(f"{url}?saved={saved.pk}").content.decode()
    assert "</textarea>" in client.get(f"{url}?saved={'9' * 99}").content.decode()


def test_viewer_reads_a_draft_and_changes_nothing(owner, viewer, reply, pane):
    assert 'id="reply"' not in pane(viewer)
    reply(owner, text="Hello there")
    page = pane(viewer)
    assert "Hello there" in page and "<textarea" not in page
    reply(viewer, version=1, text="Mine")
    assert Draft.objects.get().text == "Hello there"


def test_reply_that_is_being_sent_can_be_read_only(project, owner, reply, pane, mention):
    reply(owner, text="Hello")
    drafts.release(project, owner, mention.document_id, 1)
    page = pane(owner)
    assert "This reply is being sent." in page and " readonly>" in page and 'value="sent"' not in page
    assert "Hello</textarea>" in page


def test_approvals_to_do_are_a_view_of_the_inbox(project, owner, manager, mention, reply, as_person):
    Mention.objects.filter(pk=mention.pk).update(status="ignored", published="2024-02-03T12:00Z")

    def inbox(user, query=""):
        return as_person(user).get(f"/p/{project.pk}/mentions?{query}").content.decode()

    reply(manager, text="Bonjour")
    assert "Approvals to do" not in inbox(owner, "counts=1")
    reply(manager, "request", 1, text="Bonjour", reviewer=owner.pk)
    page = inbox(owner, "counts=1")
    assert "Approvals to do" in page
    link = re.search(r'mentions\?([^"]*approval=me)"', page)[1].replace("&amp;", "&")
    assert f'id="mention-{mention.pk}"' in inbox(owner, link)
    assert f'id="mention-{mention.pk}"' not in inbox(manager, link)
    reply(owner, "approve", 2)
    assert f'id="mention-{mention.pk}"' not in inbox(owner, link)
