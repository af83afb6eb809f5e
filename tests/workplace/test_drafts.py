"""Drafts: one per item, versions, second reader, cooling time, and two people at the same time."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import ActivityEntry
from delivery.models import Delivery
from monitoring.models import Document, DocumentActivity, Triage
from tests.conftest import make_person
from tests.factories import make_keyword, make_mention
from tests.racing import race
from workplace import drafts, saved_replies
from workplace.drafts import DraftChanged
from workplace.models import Draft


@pytest.fixture
def mention(project):
    return make_mention(make_keyword(project), status="needs_reply")


@pytest.fixture
def item(mention):
    return mention.document_id


def errors(failure):
    return {field: error[0].code for field, error in failure.value.error_dict.items()}


def test_draft_is_created_changed_and_sent(project, owner, manager, item, mention):
    draft = drafts.save_draft(project, manager, item, " Bonjour\x00 ", 0)
    assert (draft.text, draft.version, draft.state, draft.author) == ("Bonjour", 1, "draft", manager)
    draft = drafts.save_draft(project, owner, item, "Bonjour !", 1)
    assert (draft.version, drafts.open_draft(project, item).author) == (2, owner)
    drafts.mark_sent(project, manager, item, 2)
    mention.refresh_from_db()
    assert mention.status == "replied" and Triage.objects.get().replied_by == manager
    assert drafts.open_draft(project, item) is None
    actions = list(ActivityEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["draft.created", "draft.changed", "mention.status", "draft.sent"]
    assert DocumentActivity.objects.filter(document_id=item).count() == 4


def test_unchanged_text_changes_nothing(project, manager, item):
    drafts.save_draft(project, manager, item, "Bonjour", 0)
    assert drafts.save_draft(project, manager, item, "Bonjour", 0).version == 1
    assert drafts.save_draft(project, manager, item, "Bonjour", 1).version == 1
    assert ActivityEntry.objects.count() == 1


@pytest.mark.parametrize("text", ["", " \n", "a" * 20_001])
def test_empty_or_too_long_text_is_refused(project, manager, item, text):
    with pytest.raises(ValidationError):
        drafts.save_draft(project, manager, item, text, 0)


def test_item_of_another_project_has_no_draft(project, stranger, item):
    with pytest.raises(Document.DoesNotExist):
        drafts.save_draft(stranger.projects.get(), stranger, item, "Hello", 0)
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda *of, owner: drafts.save_draft(*of, "Other", 1),
        lambda *of, owner: drafts.save_draft(*of, "Other", 0),
        lambda *of, owner: drafts.request_approval(*of, 1, owner),
        lambda *of, owner: drafts.approve(*of, 1),
        lambda *of, owner: drafts.request_changes(*of, 1, "no"),
        lambda *of, owner: drafts.discard(*of, 1),
        lambda *of, owner: drafts.mark_sent(*of, 1),
    ],
)
def test_change_of_an_outdated_draft_is_refused_with_the_present_one(project, owner, manager, item, mention, change):
    drafts.save_draft(project, manager, item, "First", 0)
    drafts.save_draft(project, owner, item, "Second", 1)
    with pytest.raises(DraftChanged) as failure:
        change(project, manager, item, owner=owner)
    assert (failure.value.draft.text, failure.value.draft.author) == ("Second", owner)
    mention.refresh_from_db()
    assert mention.status == "needs_reply"


@pytest.mark.django_db(transaction=True)
def test_two_people_who_begin_or_change_a_draft_at_once_both_learn_of_it(project, owner, manager, item):
    for version in (0, 1):
        results = race(
            lambda version=version: drafts.save_draft(project, owner, item, f"Ada {version}", version),
            lambda version=version: drafts.save_draft(project, manager, item, f"Marc {version}", version),
        )
        [written] = [one for one in results if isinstance(one, Draft)]
        [refused] = [one for one in results if isinstance(one, DraftChanged)]
        assert refused.draft.text == written.text == drafts.open_draft(project, item).text


def test_second_reader_is_asked_and_decides_by_email(project, owner, manager, viewer, item):
    saved_replies.set_rules(project, owner, needs_approval=True)
    drafts.save_draft(project, manager, item, "Bonjour", 0)
    with pytest.raises(ValidationError) as failure:
        drafts.mark_sent(project, manager, item, 1)
    assert "approval" in str(failure.value.error_dict["draft"][0].code)
    for reviewer in (manager, viewer):
        with pytest.raises(ValidationError) as failure:
            drafts.request_approval(project, manager, item, 1, reviewer)
        assert errors(failure) == {"reviewer": "invalid"}
    drafts.request_approval(project, manager, item, 1, owner)
    mail = Delivery.objects.get(kind="approval", recipient=owner.email)
    assert mail.subject == "marc@example.com asks you to approve a reply in “Maison Lumen”"
    assert f"/p/{project.pk}/mentions/" in mail.text
    with pytest.raises(ValidationError):
        drafts.request_changes(project, owner, item, 2, " ")
    draft = drafts.request_changes(project, owner, item, 2, "Softer, please")
    assert (draft.state, draft.comment) == ("changes", "Softer, please")
    assert "Softer, please" in Delivery.objects.get(kind="approval", recipient=manager.email).text
    drafts.save_draft(project, manager, item, "Bonjour, merci", 3)
    with pytest.raises(ValidationError) as failure:
        drafts.approve(project, manager, item, 4)
    assert errors(failure) == {"draft": "own"}
    drafts.approve(project, owner, item, 4)
    drafts.mark_sent(project, manager, item, 5)
    assert Draft.objects.get().state == "sent"


def test_changed_text_is_not_approved_any_more(project, owner, manager, item):
    drafts.save_draft(project, manager, item, "Bonjour", 0)
    drafts.approve(project, owner, item, 1)
    draft = drafts.save_draft(project, manager, item, "Bonjour !", 2)
    assert (draft.state, draft.reviewer) == ("draft", None)


def test_draft_cools_after_each_change_of_its_text(project, owner, manager, item):
    saved_replies.set_rules(project, owner, cooling_minutes=30)
    draft = drafts.save_draft(project, manager, item, "Bonjour", 0)
    rules = drafts.rules_of(project)
    assert drafts.hindrances(draft, rules, timezone.now()) == ["cooling"]
    with pytest.raises(ValidationError):
        drafts.mark_sent(project, manager, item, 1)
    assert drafts.hindrances(draft, rules, timezone.now() + timedelta(minutes=30)) == []
    Draft.objects.update(cooling_until=timezone.now() - timedelta(seconds=1))
    draft = drafts.save_draft(project, manager, item, "Bonjour !", 1)
    assert drafts.hindrances(draft, rules, timezone.now()) == ["cooling"]


def test_discarded_draft_makes_room_for_another(project, manager, item, mention):
    drafts.save_draft(project, manager, item, "Bonjour", 0)
    drafts.discard(project, manager, item, 1)
    assert drafts.save_draft(project, manager, item, "Bonsoir", 0).version == 1
    mention.refresh_from_db()
    assert mention.status == "needs_reply"


def test_reviewers_are_active_managers_and_admins_but_the_author(project, owner, manager, viewer, item):
    make_person("gone@example.com", project, "manager", is_active=False)
    draft = drafts.save_draft(project, manager, item, "Bonjour", 0)
    assert drafts.reviewers(project, draft) == [owner]


def test_warnings_read_the_platform_the_rules_and_the_sentiment(project, owner, mention):
    saved_replies.set_rules(project, owner, forbidden=["lawyer"])
    mention.document.platform = "bluesky"
    rules = drafts.rules_of(project)
    text = "This is a terrible lie, shame on you, you are disgusting. My lawyer will call. " * 5
    assert [one.code for one in drafts.warnings_for(mention.document, text, rules)] == ["angry", "long", "forbidden"]
    assert drafts.warnings_for(mention.document, "Thank you, we fix it today.", rules) == []


def test_history_has_one_entry_for_a_series_of_saves(project, owner, manager, item):
    for version, text in enumerate(("B", "Bon", "Bonjour")):
        drafts.save_draft(project, manager, item, text, version)
    drafts.save_draft(project, owner, item, "Bonjour !", 3)
    Draft.objects.update(updated_at=timezone.now() - drafts.SERIES)
    drafts.save_draft(project, owner, item, "Bonjour.", 4)
    actions = list(ActivityEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["draft.created", "draft.changed", "draft.changed"]
