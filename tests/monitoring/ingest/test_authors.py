"""Test that documents get their author when they are stored, edited, or were stored by an earlier version."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring.content.authors import identity_of
from monitoring.ingest import author_refresh, authors, erasure
from monitoring.ingest.deletions import blank_documents
from monitoring.ingest.store import store
from monitoring.models import (
    Author,
    AuthorCheck,
    AuthorNote,
    AuthorSettings,
    Document,
    Keyword,
    Mention,
    Mute,
    RawItem,
)
from monitoring.services.author_erasure import erase_author
from monitoring.services.triage import set_status
from tests.factories import make_keyword, make_mention, make_mentions, make_source
from tests.monitoring.ingest.entries import NOON, batch, entry
from tests.racing import race

KARIM = {"author": "Karim B", "author_handle": "karim", "author_url": "https://social.example/karim", "kind": "post"}


def post(number, **fields):
    return entry(
        f"p{number}", f"Lumora, message {number}", url=f"https://social.example/p/{number}", **{**KARIM, **fields}
    )


def refreshed():
    author_refresh.refresh_authors()
    return Author.objects.get()


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        (("x", "", "https://x.example/a", "a", "A"), ("x", "", "https://x.example/a", "b", "B"), True),
        (("x", "", "", "a", "A"), ("x", "", "", "a", "B"), True),
        (("x", "", "", "a", "A"), ("y", "", "", "a", "A"), False),
        (("feed", "https://a.example/1", "", "", "Léa"), ("feed", "https://www.a.example/2", "", "", " Léa "), True),
        (("feed", "https://a.example/1", "", "", "Léa"), ("feed", "https://b.example/1", "", "", "Léa"), False),
    ],
)
def test_identity_is_an_account_of_a_platform_or_a_name_at_a_site(first, second, is_same):
    assert (identity_of(*first).key(1) == identity_of(*second).key(1)) is is_same
    assert identity_of(*first).key(1) != identity_of(*first).key(2)


def test_identity_is_none_for_an_item_that_names_nobody():
    assert identity_of("feed", "https://a.example/", " ", "", "") is None


@pytest.mark.django_db
def test_items_of_one_account_have_one_author_across_sources(sources):
    store([batch(sources[0], post(1), platform="bluesky"), batch(sources[1], post(2), platform="bluesky")])
    newer = post(3, author="Karim Belaïd", published=NOON + timedelta(days=1))
    store([batch(sources[0], newer, platform="bluesky")])
    assert set(Document.objects.values_list("written_by", flat=True)) == {Author.objects.get().pk}
    author = refreshed()
    assert (author.name, author.mention_count, author.last_at) == ("Karim Belaïd", 3, newer.published)


@pytest.mark.django_db
def test_storing_asks_for_authors_per_batch_and_not_per_entry(source):
    numbers = []
    for start, size in [(0, 2), (10, 20)]:
        posts = [post(start + n, author_url=f"https://social.example/u{start + n}") for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            store([batch(source, *posts, platform="bluesky")])
        numbers.append(len([one for one in queries if "monitoring_author" in one["sql"]]))
    assert numbers[0] == numbers[1] <= 5 and Author.objects.count() == 22


@pytest.mark.django_db
def test_edit_that_renames_the_author_of_a_feed_entry_moves_it_to_the_other_author(source):
    one = entry("1", author="Léa")
    store([batch(source, one)])
    store([batch(source, replace(one, author="Inès", body="Lumora change de texte et de signature"))])
    assert Document.objects.get().written_by.name == "Inès"


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_store_the_same_new_authors_in_opposite_order_create_each_once(sources):
    posts = [post(n, author_url=f"https://social.example/u{n % 7}") for n in range(40)]
    results = race(
        lambda: store([batch(sources[0], *posts, platform="bluesky")]),
        lambda: store([batch(sources[1], *reversed(posts), platform="bluesky")]),
    )
    assert not [one for one in results if isinstance(one, Exception)]
    assert Author.objects.count() == 7 and not Document.objects.filter(written_by=None).exists()


@pytest.mark.django_db
def test_documents_of_earlier_versions_are_filled_in_batches(project, monkeypatch):
    monkeypatch.setattr(authors, "WINDOW", 2)
    keyword = make_keyword(project)
    make_mentions(keyword, [{"author": f"Author {n % 2}", "url": f"https://a.example/{n}"} for n in range(5)])
    make_mention(keyword, author="")
    newest = Document.objects.latest("pk").pk
    progress = AuthorSettings.objects.create(project=project, backfilled_to=newest + 1)
    assert authors.fill_batch(progress.pk)
    assert Document.objects.filter(written_by__isnull=False).count() == 1
    assert not authors.fill_authors()
    assert Document.objects.filter(written_by__isnull=False).count() == 5
    author_refresh.refresh_authors()
    assert sorted(Author.objects.values_list("name", "mention_count")) == [("Author 0", 3), ("Author 1", 2)]


@pytest.mark.django_db
def test_counts_follow_status_and_deletion(source, owner):
    store([batch(source, post(1), post(2, followers=812), platform="bluesky")])
    author = refreshed()
    assert (author.mention_count, author.followers) == (2, 812)
    first, second = Mention.objects.order_by("pk")
    set_status(source.project, owner, [first.pk], "ignored")
    assert refreshed().mention_count == 1
    with connection.cursor() as cursor:
        blank_documents(cursor, [second.document_id], "platform", timezone.now())
    author_refresh.walk_authors()
    assert refreshed().mention_count == 0


@pytest.mark.django_db
def test_labels_follow_the_rules_of_the_project_and_leave_competitors_out(project):
    brand = make_keyword(project)
    competitor = make_keyword(project, type=Keyword.Type.COMPETITOR)
    author = Author.objects.create(project=project, platform="bluesky", key="00000000-0000-0000-0000-000000000001")
    fields = {"written_by": author, "sentiment": "negative", "kind": "post"}
    make_mentions(competitor, [fields] * 6)
    assert not _labels(author)
    make_mentions(brand, [fields] * 3 + [{**fields, "sentiment": "positive"}] * 2)
    assert _labels(author) == {"is_regular", "is_detractor"}
    AuthorSettings.objects.update(detractor_share=70, regular_mentions=6, ambassador_mentions=2, ambassador_share=40)
    assert _labels(author) == {"is_ambassador"}
    AuthorSettings.objects.update(days=1)
    Document.objects.update(published=timezone.now() - timedelta(days=2))
    assert not _labels(author)


def _labels(author):
    with connection.cursor() as cursor:
        author_refresh.refresh(cursor, [author.pk])
    author.refresh_from_db()
    return {name for name in ("is_regular", "is_detractor", "is_ambassador") if getattr(author, name)}


@pytest.mark.django_db
def test_author_is_to_welcome_after_the_first_mention_and_after_a_long_time(project):
    keyword = make_keyword(project)
    author = Author.objects.create(project=project, platform="bluesky", key="00000000-0000-0000-0000-000000000001")
    now = timezone.now()

    def welcome_after(days, **fields):
        make_mention(keyword, written_by=author, kind="post", published=now - timedelta(days=days), **fields)
        _labels(author)
        return author.welcome_at and (now - author.welcome_at).days

    assert welcome_after(400, is_backlog=True) is None
    assert welcome_after(200) == 200
    assert welcome_after(190) == 200
    assert welcome_after(3) == 3


@pytest.mark.django_db
def test_authors_without_documents_and_notes_are_deleted(project, owner):
    rows = [Author(project=project, platform="x", key=f"00000000-0000-0000-0000-00000000000{n}") for n in range(4)]
    used, noted, erased, _unused = Author.objects.bulk_create(rows)
    make_mention(make_keyword(project), written_by=used)
    AuthorNote.objects.create(author=noted, user=owner, text="Client")
    Author.objects.filter(pk=erased.pk).update(erased_at=timezone.now())
    assert author_refresh.delete_unused_authors() == 1
    assert set(Author.objects.all()) == {used, noted, erased}


@pytest.mark.django_db
def test_large_author_waits_longer_between_two_counts(source):
    store([batch(source, post(1), platform="bluesky")])
    author = refreshed()
    Author.objects.update(mention_count=100_000, refreshed_at=timezone.now())
    AuthorCheck.objects.create(author=author)
    author_refresh.refresh_authors()
    assert AuthorCheck.objects.count() == 1
    Author.objects.update(refreshed_at=timezone.now() - timedelta(hours=2))
    assert refreshed().mention_count == 1 and not AuthorCheck.objects.exists()


@pytest.mark.django_db
def test_items_of_an_erased_author_lose_their_content_and_are_not_stored_again(source):
    store([batch(source, post(1, raw="{}"), post(2, author_url="https://social.example/other"), platform="bluesky")])
    author = Document.objects.get(author_url=KARIM["author_url"]).written_by
    Author.objects.filter(pk=author.pk).update(erased_at=timezone.now())
    assert not erasure.erase_items(timezone.now())
    again = [replace(post(1), body="Lumora, message modifié"), post(3, raw="{}")]
    store([batch(source, *again, platform="bluesky")])
    store([batch(make_source(source.project), post(4), platform="bluesky")])
    assert not erasure.erase_items(timezone.now())
    kept = Document.objects.filter(deleted_at=None).values_list("author_url", flat=True)
    assert list(kept) == ["https://social.example/other"]
    erased = Document.objects.filter(deleted_at__isnull=False)
    assert {(one.url, one.title, one.text, one.author, one.author_url) for one in erased} == {("", "", "", "", "")}
    assert Mention.objects.count() == 2 and not RawItem.objects.exists()


@pytest.mark.django_db
def test_erased_author_is_recognized_by_a_keyed_hash_also_after_the_secret_key_changes(source, owner, settings):
    store([batch(source, post(1), platform="bluesky")])
    author = Author.objects.get()
    own_key = author.key
    erase_author(source.project, owner, author.pk)
    assert Author.objects.get().key != own_key
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "y" * 60
    call_command("rotate_secrets")
    settings.SECRET_KEY_FALLBACKS = []
    store([batch(source, post(2), platform="bluesky")])
    assert Author.objects.get() == author and Document.objects.filter(deleted_at__isnull=False).count() == 1


@pytest.mark.django_db
def test_unkeyed_hashes_of_erased_authors_are_replaced_and_still_recognize_them(source):
    store([batch(source, post(1), platform="bluesky")])
    author, own_key = Author.objects.get(), str(Author.objects.get().key)
    mute = {"project": source.project, "kind": "author", "platform": "bluesky", "label": "1 author"}
    Mute.objects.create(**mute, value=f"{own_key} 1")
    Author.objects.update(erased_at=timezone.now(), name="", handle="", url="")
    import_module("monitoring.migrations.0034_erasure_secret").replace_keys(apps, None)
    assert own_key not in repr([*Author.objects.values("key"), *Mute.objects.values()])
    store([batch(source, post(2), platform="bluesky")])
    assert Author.objects.get() == author and Document.objects.filter(deleted_at__isnull=False).count() == 1


@pytest.mark.django_db
def test_erasure_finds_documents_that_get_their_author_later(project):
    url = "https://a.example/"
    make_mention(make_keyword(project), author="Léa", url=url)
    key = identity_of("feed", url, "", "", "Léa").key(project.pk)
    Author.objects.create(project=project, platform="feed", site="a.example", key=key, erased_at=timezone.now())
    newest = Document.objects.latest("pk").pk
    AuthorSettings.objects.create(project=project, backfilled_to=newest + 1)
    erasure.erase_items(timezone.now())
    assert Document.objects.get().author == "Léa"
    authors.fill_authors()
    erasure.erase_items(timezone.now())
    assert Document.objects.get().author == "" and Mention.objects.get().author == ""
