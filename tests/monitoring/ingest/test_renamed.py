"""An entry that comes back under another id or address is the same document; others of its kind stay apart."""

from datetime import timedelta

import pytest

from monitoring.ingest.store import store
from monitoring.models import Document, DocumentSource, Mention
from monitoring.query_tools.explain import stored_document
from tests.monitoring.ingest.entries import ARTICLE, NOON, batch, counts, entry
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def polls(source, *polls):
    """Store each list of entries like one poll of the source. Return the counts of the last one."""
    for entries in polls:
        stored = store([batch(source, *entries)])
    return stored.get(source.pk)


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://presse.example/lumora-ouvre-a-lyon"},
        {"url": "https://presse.example/a?mod=rss_1&sid=222", "body": ""},
        {"url": "https://presse.example/a#suite"},
        {"url": ""},
        {"body": f"<p>{ARTICLE}</p>\n<img src='x'>"},
        {"body": ARTICLE.replace("douze", "treize")},
        {"body": ""},
        {"title": ""},
    ],
)
def test_entry_under_another_id_with_same_title_date_and_text_is_the_same(source, changes):
    both = {"title": changes.pop("title", "Lumora ouvre une boutique")}
    text, url = changes.get("body", ARTICLE), changes.get("url", "https://presse.example/a")
    polls(source, [entry("1", "" if not text else ARTICLE, **both)], [entry("2", text, url=url, **both)])
    assert counts() == (1, 1, 1)
    assert Document.objects.get().url == (url or "https://presse.example/a")
    assert polls(source, [entry("2", text, url=url, **both)]) is None


def test_entry_with_a_token_in_its_url_stays_one_document_over_many_polls(source, project):
    for number in range(4):
        url = f"https://presse.example/a?sid={number}"
        polls(source, [entry(f"sha256:{number}", url=url)])
        assert stored_document(project, url).url == url
    assert counts() == (1, 1, 1)


LONG = " ".join(["Le fil de la semaine : posez ici vos questions sur Lumora et ses lampes."] * 4)


@pytest.mark.parametrize(
    ("text", "one", "two"),
    [
        (ARTICLE, ("1", "https://p.example/a"), ("2", "https://p.example/a")),
        (ARTICLE, ("sha256:1", "https://p.example/a?sid=1"), ("sha256:2", "https://p.example/a?sid=2")),
        (ARTICLE, ("sha256:1", ""), ("sha256:2", "")),
        (LONG, ("1", "https://p.example/a?sid=1"), ("2", "https://p.example/a?sid=2")),
        (LONG, ("sha256:1", "https://p.example/a"), ("sha256:2", "https://p.example/b")),
    ],
)
def test_undated_entry_is_recognized_by_its_text_and_address(source, text, one, two):
    (first, url), (second, new_url) = one, two
    polls(source, [entry(first, text, url=url, published=None)], [entry(second, text, url=new_url, published=None)])
    assert counts() == (1, 1, 1)


def test_undated_entry_without_a_text_is_recognized_by_its_url(source):
    bare = {"text": "", "published": None}
    polls(source, [entry("1", **bare)], [entry("2", url="http://presse.example/a?utm_source=rss", **bare)])
    assert counts() == (1, 1, 1)
    polls(source, [entry("3", url="https://presse.example/b", **bare)])
    assert Document.objects.count() == 2


@pytest.mark.parametrize("text", ["All Lumora systems are operational again.", LONG])
@pytest.mark.parametrize(
    "urls",
    [
        ["https://etat.example/incidents/1", "https://etat.example/incidents/2"],
        ["https://etat.example/", "https://etat.example"],
        ["", ""],
    ],
)
def test_undated_status_with_a_guid_of_its_own_stays_apart(source, text, urls):
    one, two = (entry(f"g{url}{n}", text, "Resolved", url, published=None) for n, url in enumerate(urls))
    polls(source, [one], [two])
    assert counts() == (2, 2, 2)


@pytest.mark.parametrize("guids", [("g1", "g2"), ("sha256:1", "sha256:2")])
def test_undated_status_with_an_id_in_its_query_stays_apart(source, guids):
    for number, guid in enumerate(guids):
        url = f"https://etat.example/?incident={number}"
        polls(source, [entry(guid, "Lumora is back.", "Resolved", url, published=None)])
    assert counts() == (2, 2, 2)


@pytest.mark.parametrize("days", [1, 7])
@pytest.mark.parametrize("guid", ["g{}", "sha256:{}"])
@pytest.mark.parametrize("url", ["https://forum.example/{}", ""])
def test_recurring_thread_with_a_long_text_stays_apart(source, days, guid, url):
    for n in range(2):
        published = NOON + n * timedelta(days=days)
        polls(source, [entry(guid.format(n), LONG, "Questions", url.format(n), published=published)])
    assert counts() == (2, 2, 2)


def test_recurring_thread_at_one_address_stays_apart_after_two_days(source):
    polls(source, [entry("1", LONG)], [entry("2", LONG, published=NOON + timedelta(days=7))])
    assert counts() == (2, 2, 2)


def test_entry_with_another_date_is_the_same_only_with_a_long_text(source):
    later = NOON + timedelta(days=1)
    long = ARTICLE + " " + ARTICLE.upper().replace("LYON", "Lille")
    polls(source, [entry("1", "La météo de Lumora")], [entry("2", "La météo de Lumora", published=later)])
    assert Document.objects.count() == 2
    polls(source, [entry("3", long)], [entry("4", long, published=later)])
    assert Document.objects.count() == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Lumora, le fil du jour", "body": ""},
        {"title": "Lumora, le fil du jour", "body": "Un autre texte sur Lumora"},
        {"body": "Un tout autre texte, qui parle aussi de Lumora et de ses lampes."},
        {"title": "Autre titre sur Lumora"},
    ],
)
@pytest.mark.parametrize("dates", [(NOON, NOON + timedelta(days=1)), (None, None)])
def test_recurring_entries_with_other_date_or_text_stay_apart(source, changes, dates):
    title, text = changes.get("title", "Lumora ouvre une boutique"), changes.get("body", ARTICLE)
    first = text if not text else ARTICLE
    title_before = title if "body" in changes else "Lumora ouvre une boutique"
    polls(
        source,
        [entry("1", first, title_before, published=dates[0])],
        [entry("2", text, title, "https://presse.example/b", published=dates[1])],
    )
    assert counts() == (2, 2, 2)


def test_entries_that_a_feed_shows_together_stay_apart(source):
    """Each has a guid of its own."""
    one, two = entry("1", "Panne", "Incident Lumora"), entry("2", "Panne", "Incident Lumora")
    polls(source, [one], [two, one], [one, two])
    assert counts() == (2, 2, 2)


def test_same_entry_of_another_source_or_platform_is_no_renamed_one(sources):
    store([batch(sources[0], entry("1"))])
    store([batch(sources[1], entry("2", url="https://presse.example/b"))])
    assert counts() == (2, 2, 2)
    for number in (3, 4):
        url = f"https://social.example/{number}"
        post = entry(str(number), "Vive Lumora", "", url, published=None)
        store([batch(sources[2], post, platform="timeline")])
    assert Document.objects.count() == 4


def test_renamed_entry_that_matches_newly_is_found_again(source):
    polls(source, [entry("1", "", "Le fil du jour")], [entry("2", "Lumora en cause", "Le fil du jour")])
    assert counts() == (1, 1, 1)
    assert Document.objects.get().edits == 1


def test_moved_entry_and_the_entry_now_at_its_address_stay_two_documents(sources):
    a, b = "https://presse.example/a", "https://presse.example/b"
    other = "Un texte de Lumora qui n’a rien de commun avec le premier, sur une tout autre affaire."
    store([batch(sources[0], entry("1", url=a))])
    store([batch(sources[1], entry("x", other, "Autre affaire", b))])
    store([batch(sources[0], entry("1", url=b))])
    assert counts() == (2, 2, 2)
    store([batch(sources[2], entry("y", other, "Autre affaire", b), entry("z", url=b), entry("n", "Lumora", "N", a))])
    assert Document.objects.count() == 3
    assert DocumentSource.objects.filter(document__title="Autre affaire").count() == 2
    assert Mention.objects.count() == 3


def test_two_workers_renaming_one_entry_create_no_duplicates(source):
    store([batch(source, *(entry(f"a{n}", title=f"Lumora {n}", url=f"https://p.example/a{n}") for n in range(20)))])
    renamed = [batch(source, *(entry(f"b{n}", title=f"Lumora {n}", url=f"https://p.example/b{n}") for n in range(20)))]
    results = race(lambda: store(renamed), lambda: store(renamed))
    assert not [one for one in results if isinstance(one, Exception)]
    assert counts() == (20, 20, 20)
    assert set(Document.objects.values_list("url", flat=True)) == {f"https://p.example/b{n}" for n in range(20)}
