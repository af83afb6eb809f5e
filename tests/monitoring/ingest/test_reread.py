"""Entries that another version of Vigie has read: compared once with what is stored, and never announced as new."""

import hashlib

import pytest

from monitoring.content.native_keys import key_of
from monitoring.ingest import keys
from monitoring.ingest.store import store
from monitoring.models import Document, DocumentRevision, DocumentSource, Mention
from tests.factories import make_keyword
from tests.monitoring.ingest.entries import ARTICLE, NOON, batch, counts, entry

pytestmark = pytest.mark.django_db(transaction=True)


def poll(source, *entries):
    return store([batch(source, *entries)]).get(source.pk)


def as_before_hashes():
    """Make rows those of the version without hashes, which stored the time of the poll where a date was unknown."""
    DocumentSource.objects.update(content_hash=None, url_hash=None, published_is_known=True)
    Document.objects.update(published_is_known=True)


def old_id(*parts):
    return "sha256:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


@pytest.fixture(params=["none", "other"])
def upgrade(request, monkeypatch):
    """Call to make the stored rows those of an earlier version."""

    def run():
        if request.param == "none":
            as_before_hashes()
        else:
            monkeypatch.setattr(keys, "READING", keys.READING + 1)

    return run


def test_text_that_reads_differently_after_an_upgrade_is_stored_and_matched_as_backlog(source, upgrade):
    poll(source, entry("1", "Rien encore", "Direct"))
    upgrade()
    changed = entry("1", "Lumora est en cause", "Direct : Lumora en cause")
    stored = poll(source, changed)
    assert (stored.new, stored.edited, stored.mentions, stored.waiting) == (0, 0, 1, 0)
    document = Document.objects.get()
    assert (document.title, document.text) == ("Direct : Lumora en cause", "Lumora est en cause")
    assert (document.edits, document.edited_at, DocumentRevision.objects.count()) == (0, None, 0)
    mention = Mention.objects.get()
    assert (mention.is_backlog, mention.status, mention.unmatched_at) == (True, "to_review", None)
    assert document.html == "Lumora est en cause"
    assert poll(source, changed) is None


def test_edit_after_the_reread_is_an_edit(source, upgrade):
    poll(source, entry("1", "Rien encore", "Direct"))
    upgrade()
    poll(source, entry("1", "Rien encore", "Direct"))
    stored = poll(source, entry("1", "Lumora, enfin", "Direct"))
    assert (stored.edited, stored.mentions) == (1, 1)
    assert not Mention.objects.get().is_backlog


def test_reread_marks_no_mention_and_keeps_its_sentiment(source, upgrade):
    make_keyword(source.project, query="lampes")
    poll(source, entry("1"))
    Mention.objects.update(sentiment="negative", analyzed_by="v1")
    upgrade()
    poll(source, entry("1", "Une marque de lampes ouvre une boutique.", "Ouverture", author="Léa"))
    rows = Mention.objects.values_list("sentiment", "analyzed_by", "unmatched_at", "is_backlog", "author")
    assert list(rows) == [("negative", "v1", None, False, "Léa")] * len(rows) and rows


def test_reread_never_waits(source, upgrade):
    poll(source, entry("1"))
    Document.objects.update(edits=1_000, edited_at=NOON)
    upgrade()
    poll(source, entry("1", ARTICLE + " Fin."))
    document = Document.objects.get()
    assert (document.text, document.edits, document.edited_at) == (ARTICLE + " Fin.", 1_000, NOON)


def test_entries_that_an_earlier_version_stored_as_one_document_leave_it_as_it_is(source):
    poll(source, entry("1", "Incident un", "Lumora un"), entry("2", "Incident deux", "Lumora deux"))
    first, second = Document.objects.order_by("pk")
    DocumentSource.objects.update(document=first)
    second.delete()
    as_before_hashes()
    title = Document.objects.get().title
    poll(source, entry("1", "Incident un", "Lumora un"), entry("2", "Incident deux", "Lumora deux"))
    assert Document.objects.get().title == title


@pytest.mark.parametrize("text", [ARTICLE, "Lumora est de retour.", ""])
@pytest.mark.parametrize("kind", ["shared_guid", "no_guid", "no_guid_no_link"])
def test_undated_entries_whose_ids_an_upgrade_changes_are_not_stored_again(source, text, kind):
    before, after = [], []
    for number in range(3):
        url, title = f"https://presse.example/Page?b=1&a={number}", f"Lumora {number}"
        if kind == "no_guid_no_link":
            url = ""
        old = {"shared_guid": ("tous", url, title), "no_guid": (url,), "no_guid_no_link": ("", title, "")}[kind]
        fields = {"title": title, "url": url, "published": None}
        before.append(entry(old_id(*old), text, **fields))
        after.append(entry(f"sha256:new {number}", text, **fields))
    poll(source, *before)
    as_before_hashes()
    assert poll(source, *after) is None
    assert counts() == (3, 3, 3)
    for number, one in enumerate(after):
        sighting = DocumentSource.objects.get(native_key=key_of(one.native_id))
        assert sighting.document.title == f"Lumora {number}"


def test_entries_of_one_title_keep_their_addresses_when_an_upgrade_changes_ids(source):
    urls = [f"https://presse.example/fil?page={number}" for number in range(3)]
    poll(source, *(entry(f"sha256:{url}", "Lumora", "Le fil", url, published=None) for url in urls))
    as_before_hashes()
    before = set(Document.objects.values_list("pk", "url"))
    poll(source, *(entry(f"sha256:new {url}", "Lumora", "Le fil", url, published=None) for url in reversed(urls)))
    assert set(Document.objects.values_list("pk", "url")) == before


def test_entry_with_more_texts_under_another_id_after_an_upgrade_is_the_same(source):
    poll(source, entry("sha256:1", published=None))
    as_before_hashes()
    more = entry("sha256:2", published=None, other_texts=(("Une légende de photo, avec des lampes", True),))
    poll(source, more)
    assert counts() == (1, 1, 1)
    assert "légende" in Document.objects.get().text


def test_recurring_status_and_thread_stay_apart_from_rows_of_an_earlier_version(source):
    status = {"text": "All Lumora systems are operational again.", "title": "Resolved"}
    poll(source, entry("1", **status, published=None), entry("t1", "Lumora " * 45, "Questions", "https://f.example/1"))
    as_before_hashes()
    week = NOON.replace(day=9)
    poll(
        source,
        entry("2", **status, url="https://etat.example/2", published=None),
        entry("t2", "Lumora " * 45, "Questions", "https://f.example/2", published=week),
    )
    assert counts() == (4, 4, 4)
