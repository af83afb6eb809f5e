"""Which entries become one document: within a source, across sources, in one batch or one after another."""

import pytest
from django.db import transaction

from monitoring.ingest.find import find_changes
from monitoring.ingest.store import store, store_changes
from monitoring.models import Document, DocumentSource
from tests.factories import make_source
from tests.monitoring.ingest.entries import ARTICLE, batch, counts, entry
from tests.racing import race, start_until_blocked

pytestmark = pytest.mark.django_db(transaction=True)


def sources_of(**fields):
    return set(Document.objects.get(**fields).seen_at.values_list("source_id", flat=True))


@pytest.mark.parametrize("at_once", [True, False])
def test_entries_of_one_source_with_one_link_are_documents_of_their_own(sources, at_once):
    incidents = [entry(f"inc-{n}", "Panne", "Incident Lumora") for n in range(3)]
    if at_once:
        store([batch(sources[0], *incidents)])
    else:
        for count in range(1, 4):
            store([batch(sources[0], *incidents[:count])])
    assert counts() == (3, 3, 3)
    store([batch(sources[0], *incidents)])
    assert counts() == (3, 3, 3)


@pytest.mark.parametrize("together", [True, False])
def test_entries_of_two_sources_with_one_link_merge_one_by_one(sources, together):
    incidents = [entry(f"inc-{n}", f"Panne numéro {n}", "Incident Lumora") for n in range(3)]
    batches = [batch(sources[0], *incidents), batch(sources[1], *reversed(incidents))]
    for group in [batches] if together else [[one] for one in batches]:
        store(group)
    assert counts() == (3, 6, 3)
    for number in range(3):
        assert sources_of(text=f"Panne numéro {number}") == {sources[0].pk, sources[1].pk}


@pytest.mark.parametrize("first", ["article", "comment"])
@pytest.mark.parametrize("together", [True, False])
def test_comment_of_a_link_blog_is_its_own_document(sources, first, together):
    """Two other sources show the article and the comment: each joins its document, whichever came first."""
    article, other = entry("a"), entry("n", ARTICLE + " Lire la suite", "Lumora ouvre une boutique - Le Phare")
    comment = entry("c", "Mon avis sur Lumora : une boutique de plus dont personne n’avait besoin à Lyon.")
    batches = [batch(sources[0], article), batch(sources[1], comment), batch(sources[2], other, comment)]
    batches = batches if first == "article" else [batches[1], batches[0], batches[2]]
    for group in [batches] if together else [[one] for one in batches]:
        store(group)
    assert counts() == (2, 4, 2)
    article_sources = sources_of(text__contains="rue de la République")
    comment_sources = sources_of(text__startswith="Mon avis")
    assert article_sources == {sources[0].pk, sources[2].pk}
    assert comment_sources == {sources[1].pk, sources[2].pk}


def test_summary_and_full_text_of_one_site_merge(sources):
    store([batch(sources[0], entry("1", ARTICLE[:100]))])
    store([batch(sources[1], entry("2", url="https://www.presse.example/a/?utm_source=rss"))])
    assert counts() == (1, 2, 1)


def test_parts_of_a_page_with_one_title_stay_apart_across_sources(sources):
    page = "https://logiciel.example/nouveautes.html"
    parts = [entry(f"v{n}", "", "Corrections de Lumora", f"{page}#v{n}") for n in range(3)]
    store([batch(sources[0], *parts)])
    store([batch(sources[1], *parts)])
    assert counts() == (3, 6, 3)
    assert all(len(sources_of(url=f"{page}#v{n}")) == 2 for n in range(3))


def test_projects_share_no_documents(sources, stranger):
    other = make_source(stranger.projects.get())
    store([batch(sources[0], entry("1")), batch(other, entry("1"))])
    assert Document.objects.count() == 2


def test_crowded_address_costs_constant_queries(sources, django_assert_max_num_queries):
    def incidents(first, count):
        return [entry(f"{n}", f"Panne de Lumora, numéro {n}", "Incident") for n in range(first, first + count)]

    store([batch(sources[0], *incidents(0, 30))])
    with django_assert_max_num_queries(17):
        store([batch(sources[1], *incidents(0, 60)), batch(sources[0], *incidents(30, 30))])
    assert DocumentSource.objects.count() == 120


def test_two_workers_storing_one_source_create_no_duplicates(sources):
    batches = [batch(sources[0], *(entry(f"inc-{n}", f"Panne {n}", f"Incident {n} Lumora") for n in range(30)))]
    results = race(lambda: store(batches), lambda: store(batches), lambda: store(batches))
    assert not [one for one in results if isinstance(one, Exception)]
    assert counts() == (30, 30, 30)


def test_two_workers_storing_one_story_of_two_sources_create_one_document(sources):
    found = find_changes(
        [batch(sources[0], entry("1"), entry("3", "Autre texte de Lumora", url="https://b.example/"))]
    )
    with transaction.atomic():
        store_changes(found)
        second = start_until_blocked(lambda: store([batch(sources[1], entry("2", ARTICLE[:100]))]))
        assert not second.done()
    second.result(timeout=10)
    assert counts() == (2, 3, 2)


def test_two_workers_storing_crowded_addresses_in_any_order_never_deadlock(sources):
    def some(source, order):
        return batch(source, *[entry(f"{n}", f"Panne {n}", "Lumora", f"https://e{n % 3}.example/")
                               for n in range(24)][::order])  # fmt: skip

    results = race(*(lambda source=s, order=o: store([some(source, order)]) for s in sources for o in (1, -1)))
    assert not [one for one in results if isinstance(one, Exception)]
    assert counts()[1] == 72


def test_store_marks_documents_whose_text_was_cut(source):
    long = entry("1", "<p>lumora</p>" * 30_000, "Long", url="https://presse.example/long")
    store([batch(source, long, entry("2", "<p>court</p>", "Court", url="https://presse.example/court"))])
    assert set(Document.objects.values_list("title", "is_truncated")) == {("Long", True), ("Court", False)}
    store([batch(source, entry("1", "<p>lumora</p>", "Long", url="https://presse.example/long"))])
    assert not Document.objects.filter(is_truncated=True).exists()


def test_store_matches_and_shows_every_text_of_an_entry(source):
    body = "<p>Le corps est plus long que le résumé, mais ne cite rien.</p>"
    store([batch(source, entry("1", body, "Sortie", other_texts=(("Un résumé qui cite Lumora", False),)))])
    document = Document.objects.get(mentions__isnull=False)
    assert document.text.endswith("ne cite rien.\n\nUn résumé qui cite Lumora")
    assert document.html == f"{body}\n<p>Un résumé qui cite Lumora</p>"
