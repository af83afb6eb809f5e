"""Edits of posts and reviews: every field is updated, in mentions too, and the keywords are matched again."""

import pytest

from monitoring.ingest.store import store
from monitoring.models import Document, DocumentRevision, Mention
from monitoring.records import KINDS
from tests.factories import make_keyword
from tests.monitoring.ingest.entries import batch, entry
from tests.monitoring.ingest.test_edits import statements

pytestmark = pytest.mark.django_db(transaction=True)

REVIEW = {
    "author": "Ada",
    "author_url": "https://a.example/ada",
    "author_handle": "@ada",
    "kind": "post",
    "reply_to": "7",
    "thread": "6",
    "country": "FR",
    "rating": 5.0,
}
EDITED = {
    "author": "Ada L.",
    "author_url": "https://a.example/ada-l",
    "author_handle": "@ada_l",
    "kind": "review",
    "reply_to": "8",
    "thread": "5",
    "country": "CA",
    "rating": 1.4,
}


def poll(source, *entries):
    return store([batch(source, *entries, platform="mastodon")]).get(source.pk)


def stored():
    return Document.objects.values(*REVIEW).get()


@pytest.mark.parametrize("texts", [{}, {"text": "Lumora déçoit"}])
def test_edit_updates_every_field_of_document_and_mention(source, texts):
    poll(source, entry("1", **REVIEW))
    poll(source, entry("1", **EDITED, **texts))
    assert stored() == EDITED
    mention = Mention.objects.get()
    assert (mention.author, mention.kind, mention.rating, mention.country) == ("Ada L.", "review", 1, "CA")
    assert Document.objects.get().text == texts.get("text", Document.objects.get().text)


@pytest.mark.parametrize("name", EDITED)
def test_each_field_is_updated_alone_and_is_no_edit_of_the_text(source, name):
    poll(source, entry("1", **REVIEW))
    Mention.objects.update(sentiment="negative", analyzed_by="model")
    poll(source, entry("1", **REVIEW | {name: EDITED[name]}))
    assert stored() == REVIEW | {name: EDITED[name]}
    document, mention = Document.objects.get(), Mention.objects.get()
    assert (document.edits, document.edited_at, DocumentRevision.objects.count()) == (0, None, 0)
    assert (mention.sentiment, mention.analyzed_by) == ("negative", "model")


def test_field_that_is_missing_now_keeps_its_last_value(source):
    make_keyword(source.project, query="lumora country:fr rating:5")
    poll(source, entry("1", **REVIEW))
    poll(source, entry("1", text="Lumora encore", kind="post"))
    assert stored() == REVIEW
    assert Mention.objects.filter(unmatched_at=None).count() == 2


def test_changed_field_is_matched_again(source):
    fan = make_keyword(source.project, query="lumora rating:>=4")
    critic = make_keyword(source.project, query="kind:review rating:<=2")
    poll(source, entry("1", **REVIEW))
    assert not critic.mentions.exists()
    saved = poll(source, entry("1", **EDITED))
    assert saved.mentions == 1
    assert critic.mentions.get().status == "to_review"
    lost = fan.mentions.get()
    assert lost.unmatched_at is not None
    poll(source, entry("1", **REVIEW))
    assert (fan.mentions.get().unmatched_at, critic.mentions.get().unmatched_at is None) == (None, False)


def test_unchanged_post_costs_no_more_than_a_feed_entry(source):
    poll(source, entry("1", **REVIEW | {"rating": None}))
    again = statements(lambda: poll(source, entry("1", **REVIEW | {"rating": None})))
    assert again == ["SELECT", "SELECT"]


def test_edited_feed_entry_costs_no_further_statement(source):
    poll(source, entry("1"))
    texts_only = statements(lambda: store([batch(source, entry("1", text="Lumora ferme"))]))
    assert len([one for one in texts_only if one == "UPDATE"]) == 4  # document, mention, match, sighting


def test_kinds_of_entries_are_those_of_documents():
    from monitoring.models import Kind

    assert tuple(Kind.values) == KINDS
