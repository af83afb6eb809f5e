"""The mute of a story hides its items, those that join it later, and follows it into another story."""

import pytest

from monitoring.ingest.mutes import walk_mutes
from monitoring.ingest.store import store
from monitoring.ingest.stories import group_documents
from monitoring.models import Document, Mention, Mute
from monitoring.services.mutes import end_mute, mute_like
from monitoring.services.stories import join_stories
from monitoring.services.triage import set_status
from tests.factories import make_keyword, make_mentions, make_source
from tests.monitoring.ingest.entries import ARTICLE, batch, entry

pytestmark = pytest.mark.django_db(transaction=True)
REPRINT = f"LYON (AFP) - {ARTICLE} Lire la suite sur notre site"


def publish(source, number, text=ARTICLE):
    store([batch(source, entry(str(number), text, url=f"https://presse{source.pk}.example/{number}"))])


def statuses():
    return list(Mention.objects.order_by("document_id").values_list("status", flat=True))


def test_mute_hides_items_of_story_and_those_that_join_later(project, manager, source):
    publish(source, 1)
    publish(make_source(project), 2, REPRINT)
    group_documents()
    mute = mute_like(project, manager, "story", Document.objects.first())
    assert statuses() == ["ignored", "ignored"]
    publish(make_source(project), 3, REPRINT)
    assert statuses()[-1] == "to_review"  # its story is found a moment later
    group_documents()
    assert statuses() == ["ignored"] * 3
    end_mute(project, manager, mute.pk)
    walk_mutes()
    assert statuses() == ["to_review"] * 3
    assert not Mute.objects.exists()


def test_mute_leaves_what_somebody_decided(project, manager, source):
    publish(source, 1)
    publish(make_source(project), 2, REPRINT)
    group_documents()
    set_status(project, manager, [Mention.objects.order_by("document_id")[0].pk], "needs_reply")
    mute_like(project, manager, "story", Document.objects.first())
    assert statuses() == ["needs_reply", "ignored"]


def test_mute_follows_a_story_that_is_joined_with_another(project, manager):
    mentions = make_mentions(make_keyword(project), 4)
    ids = [mention.document_id for mention in mentions]
    (target,) = join_stories(project, manager, ids[:2]).story_ids
    join_stories(project, manager, ids[2:])
    mute = mute_like(project, manager, "story", Document.objects.get(pk=ids[2]))
    assert statuses() == ["to_review", "to_review", "ignored", "ignored"]
    assert join_stories(project, manager, ids).story_ids == (target,)
    walk_mutes()
    mute.refresh_from_db()
    assert mute.value == str(target)
    assert statuses() == ["ignored"] * 4


def test_item_without_story_has_none_to_mute(project, manager, as_person):
    mention = make_mentions(make_keyword(project), 1)[0]
    client = as_person(manager)
    client.post(f"/p/{project.pk}/mutes", {"kind": "story", "mention": mention.pk})
    assert not Mute.objects.exists()


def test_pages_mute_a_story_and_list_what_it_hides(project, manager, as_person):
    mentions = make_mentions(make_keyword(project), 3)
    join_stories(project, manager, [mention.document_id for mention in mentions])
    client = as_person(manager)
    assert 'value="story"' in client.get(f"/p/{project.pk}/mentions/{mentions[0].pk}").content.decode()
    client.post(f"/p/{project.pk}/mutes", {"kind": "story", "mention": mentions[0].pk})
    [row] = client.get(f"/p/{project.pk}/settings/muted").context["rows"]
    assert row.count == 3
    assert len(client.get(f"/p/{project.pk}/mentions?{row.query}").context["rows"]) == 3
