"""Test notes, tags, greetings, rules and erasure of authors."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import ActivityEntry
from monitoring.ingest import author_refresh, erasure
from monitoring.models import Author, AuthorNote, AuthorSettings, AuthorTag, Document, Mention, Mute
from monitoring.services import authors
from monitoring.services.author_erasure import erase_author
from tests.factories import make_keyword, make_mention, make_mentions
from tests.racing import race
from workplace.models import Draft, SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(project):
    return make_author(project)


def make_author(project, name="Karim B", **fields):
    return Author.objects.create(project=project, platform="feed", name=name, key=uuid4(), **fields)


def test_note_is_changed_only_in_the_version_that_was_seen(project, owner, author):
    note = authors.add_note(project, owner, author.pk, " Order 48,213\0 ")
    assert note.text == "Order 48,213"
    authors.change_note(project, owner, author.pk, note.pk, 1, "Prefers public replies")
    with pytest.raises(authors.NoteChanged) as raised:
        authors.change_note(project, owner, author.pk, note.pk, 1, "Overwritten")
    assert raised.value.note.text == "Prefers public replies"
    authors.delete_note(project, owner, author.pk, note.pk)
    actions = ActivityEntry.objects.filter(action__startswith="author.").order_by("pk")
    assert [one.action for one in actions] == ["author.note_added", "author.note_changed", "author.note_deleted"]


@pytest.mark.parametrize("text", ["", " \0", "x" * 2001])
def test_unusable_note_is_refused(project, owner, author, text):
    with pytest.raises(ValidationError):
        authors.add_note(project, owner, author.pk, text)


@pytest.mark.django_db(transaction=True)
def test_two_people_add_tags_at_the_same_time_and_lose_none(project, owner, author):
    race(
        lambda: authors.change_tags(project, owner, author.pk, add=["Client", "Lyon"]),
        lambda: authors.change_tags(project, owner, author.pk, add=["client", "VIP"], remove=["none"]),
    )
    assert authors.change_tags(project, owner, author.pk, remove=["LYON"]) == ["client", "vip"]


def test_authors_of_other_projects_are_not_found(project, owner, stranger, author):
    other = stranger.memberships.get().project
    with pytest.raises(Author.DoesNotExist):
        authors.add_note(other, stranger, author.pk, "Mine")
    with pytest.raises(Author.DoesNotExist):
        erase_author(other, stranger, author.pk)
    assert authors.greet(other, stranger, [author.pk]) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_greet_an_author_one_does(project, owner):
    author = make_author(project, welcome_at=timezone.now())
    results = race(*[lambda: authors.greet(project, owner, [author.pk])] * 2)
    assert sorted(results) == [[], [author.pk]]


def test_changed_rules_compute_all_authors_again(project, owner, author):
    make_mentions(make_keyword(project), [{"written_by": author}] * 2)
    Author.objects.update(mention_count=2)
    authors.set_rules(project, owner, regular_mentions=2)
    author_refresh.walk_authors()
    author.refresh_from_db()
    assert author.is_regular and AuthorSettings.objects.get().walked_to is None
    with pytest.raises(ValidationError):
        authors.set_rules(project, owner, detractor_share=101)


def test_erasure_removes_a_person_everywhere_and_keeps_counts(project, owner):
    author = make_author(project, site="a.example", is_detractor=True)
    keyword = make_keyword(project)
    karim = {"author": "Karim B", "written_by": author, "title": "Karim writes"}
    mention = make_mentions(keyword, [karim] * 3)[0]
    other = make_mention(keyword, author="Inès")
    record(project, owner, "mention.status", "Karim writes")
    authors.add_note(project, owner, author.pk, "Karim is a client")
    authors.change_tags(project, owner, author.pk, add=["karim"])
    authors.mute_author(project, owner, author.pk)
    Draft.objects.create(project=project, document=mention.document, text="Karim, you wrote …")
    view = SavedView.objects.create(project=project, name="v", query="period=7d&author=Karim+B&sentiment=negative")
    erase_author(project, owner, author.pk)
    erase_author(project, owner, author.pk)
    assert not erasure.erase_items(timezone.now())
    view.refresh_from_db()
    assert view.query == "period=7d&sentiment=negative"
    assert Mention.objects.count() == 4 and Mention.objects.exclude(author="").get() == other
    assert Draft.objects.get().text == "" and Draft.objects.get().state == Draft.State.DISCARDED
    assert not AuthorNote.objects.exists() and not AuthorTag.objects.exists()
    stored = [
        *Author.objects.values(),
        *Mute.objects.values(),
        *Document.objects.exclude(pk=other.document_id).values(),
    ]
    entries = ActivityEntry.objects.filter(action__regex="^(author|mute|document)")
    assert "karim" not in repr([*stored, *entries.values()]).lower()
    assert entries.filter(action="author.erased").count() == 1
