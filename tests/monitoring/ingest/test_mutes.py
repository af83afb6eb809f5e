"""Mutes hide new mentions when they are stored, earlier ones in batches, and nothing that people decided about."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts.digests.read import read_digest
from alerts.digests.scope import Scope
from alerts.evaluate import evaluate_all
from alerts.models import Incident, Rule
from delivery.message import Window
from monitoring.content.mutes import ItemFacts, MuteIndex, domain_of
from monitoring.ingest import mutes
from monitoring.ingest.backfill import backfill_all
from monitoring.ingest.store import store
from monitoring.models import Keyword, Mention, Mute, Triage
from monitoring.services.mutes import end_mute, mute_domain, mute_like
from monitoring.services.triage import set_status
from tests.factories import make_keyword, make_mention, make_mentions, make_source
from tests.monitoring.ingest.entries import batch, entry
from tests.racing import race, start_until_blocked

pytestmark = pytest.mark.django_db(transaction=True)


def states(keyword=None):
    """Return (status, whether muted) of the mentions in the order of their documents."""
    rows = Mention.objects.filter(keyword=keyword) if keyword else Mention.objects
    return [(one.status, one.muted_by_id is not None) for one in rows.order_by("document_id", "keyword_id")]


HIDDEN, OPEN = ("ignored", True), ("to_review", False)
KARIM = {"author": "Karim", "author_handle": "@karim", "author_url": "https://social.example/karim"}


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("author", {"author": "Nadia", "author_handle": "@nadia", "author_url": "https://social.example/nadia"}),
        ("domain", {"url": "https://other.example/a"}),
    ],
)
def test_store_hides_new_mentions_of_muted_author_or_domain(project, manager, source, kind, other):
    store([batch(source, entry("1", url="https://blog.presse.example/1", **KARIM))])
    mute_like(project, manager, kind, Mention.objects.get().document)
    same = {"url": "https://blog.presse.example/2", **KARIM}
    store([batch(source, entry("2", "Lumora en bref", **same), entry("3", "Lumora encore", **{**same, **other}))])
    assert sorted(states()) == [HIDDEN, HIDDEN, OPEN]


def test_store_hides_new_mentions_of_muted_source(project, manager, sources):
    store([batch(sources[0], entry("1"))])
    mute_like(project, manager, "source", Mention.objects.get().document)
    store(
        [
            batch(sources[0], entry("2", "Lumora 2", url="https://a.example/2")),
            batch(sources[1], entry("3", "Lumora 3", url="https://b.example/3")),
        ]
    )
    assert sorted(states()) == [HIDDEN, HIDDEN, OPEN]


def test_mute_matches_author_by_profile_and_not_by_name(project, manager, source):
    store([batch(source, entry("1", **KARIM))])
    mute_like(project, manager, "author", Mention.objects.get().document)
    namesake = {**KARIM, "author_url": "https://social.example/karim2"}
    renamed = {**KARIM, "author": "Karim B.", "author_handle": "@karim_b"}
    store([batch(source, entry("2", "Lumora 2", url="https://a.example/2", **namesake))])
    store([batch(source, entry("3", "Lumora 3", url="https://a.example/3", **renamed))])
    assert states() == [HIDDEN, OPEN, HIDDEN]


def test_mute_of_domain_includes_domains_below_it_and_redirects(project, manager, source):
    mute_domain(project, manager, "https://www.presse.example/economie")
    urls = [
        "https://presse.example/1",
        "https://m.presse.example/2",
        "https://www.google.com/url?rct=j&url=https%3A%2F%2Fwww.presse.example%2F3&ct=ga",
        "https://apresse.example/4",
        "https://presse.example.org/5",
    ]
    store([batch(source, *(entry(url, f"Lumora {url}", url=url) for url in urls))])
    assert [url for url in urls if Mention.objects.get(document__url=url).muted_by_id] == urls[:3]
    assert domain_of("https://www.presse.example:8080/x") == "presse.example"


def test_mute_of_another_project_hides_nothing(project, stranger, source):
    mute_domain(stranger.projects.get(), stranger, "presse.example")
    store([batch(source, entry("1"))])
    assert states() == [OPEN]


def test_store_takes_as_many_queries_for_many_muted_items_as_for_one(project, manager, source):
    def queries_of(first, count):
        rows = [entry(str(n), f"Lumora {n}", url=f"https://presse.example/{n}") for n in range(first, first + count)]
        with CaptureQueriesContext(connection) as queries:
            store([batch(source, *rows)])
        return len(queries)

    queries_of(0, 1)
    without = queries_of(50, 30)
    mute_domain(project, manager, "presse.example")
    assert queries_of(100, 1) == queries_of(200, 30) == without + 1


def test_walk_hides_earlier_mentions_in_batches(project, manager, monkeypatch):
    monkeypatch.setattr(mutes, "WINDOW", 3)
    keyword, other = make_keyword(project), make_keyword(project)
    rows = [{"url": f"https://{'spam' if number % 2 else 'good'}.example/{number}"} for number in range(10)]
    made = make_mentions([keyword, other], rows)
    mute = mute_domain(project, manager, "spam.example")
    mute.refresh_from_db()
    assert mute.walked_to == made[14].document_id
    assert mutes.walk_mutes(budget_s=60) is False
    assert states(keyword) == states(other) == [OPEN, HIDDEN] * 5
    assert not Mute.objects.exclude(walked_to=None).exists()


def test_walk_of_source_and_of_author_without_profile(project, manager):
    keyword, source = make_keyword(project), make_source(project)
    made = make_mentions(keyword, [{"source": source}, {"author": "Spam"}, {"author": "Spam", "platform": "x"}, {}])
    mute_like(project, manager, "source", made[0].document)
    mute_like(project, manager, "author", made[1].document)
    assert states() == [HIDDEN, HIDDEN, OPEN, OPEN]


def test_walk_overrides_no_decision(project, manager):
    keyword, other = make_keyword(project), make_keyword(project)
    decided = [
        make_mention(keyword, url=f"https://spam.example/{status}", status=status)
        for status in ("needs_reply", "replied", "ignored")
    ]
    for mention in decided:
        make_mention(other, mention.document)
    mute_domain(project, manager, "spam.example")
    assert states(keyword) == [("needs_reply", False), ("replied", False), ("ignored", False)]
    assert states(other) == [OPEN] * 3


def test_walk_leaves_assigned_items_to_their_assignee(project, manager):
    mention = make_mention(make_keyword(project), url="https://spam.example/1")
    Triage.objects.create(project=project, document=mention.document, assignee=manager)
    mute_domain(project, manager, "spam.example")
    assert states() == [OPEN]


def test_decision_during_walk_stays(project, manager):
    mention = make_mention(make_keyword(project), url="https://spam.example/1")
    with transaction.atomic():
        set_status(project, manager, [mention.pk], "needs_reply")
        blocked = start_until_blocked(lambda: mute_domain(project, manager, "spam.example"))
    blocked.result(timeout=10)
    assert states() == [("needs_reply", False)]


def test_end_mute_gives_back_what_nobody_changed(project, manager):
    keyword = make_keyword(project)
    made = make_mentions(keyword, [{"url": f"https://spam.example/{number}"} for number in range(4)])
    mute = mute_domain(project, manager, "spam.example")
    set_status(project, manager, [made[0].pk], "replied")
    set_status(project, manager, [made[1].pk], "to_review")
    set_status(project, manager, [made[1].pk], "ignored")
    assert end_mute(project, manager, mute.pk) == mute
    assert end_mute(project, manager, mute.pk) is None
    assert mutes.walk_mutes(budget_s=60) is False
    assert states() == [("replied", False), ("ignored", False), OPEN, OPEN]
    assert not Mute.objects.exists()


def test_end_mute_leaves_mentions_to_another_mute(project, manager):
    mention = make_mention(make_keyword(project), url="https://spam.example/1", author="Spam")
    mute = mute_like(project, manager, "author", mention.document)
    other = mute_domain(project, manager, "spam.example")
    end_mute(project, manager, mute.pk)
    mutes.walk_mutes(budget_s=60)
    mention.refresh_from_db()
    assert (mention.status, mention.muted_by_id) == ("ignored", other.pk)
    end_mute(project, manager, other.pk)
    mutes.walk_mutes(budget_s=60)
    assert states() == [OPEN]


def test_end_mute_in_batches_survives_interruption(project, manager, monkeypatch):
    monkeypatch.setattr(mutes, "GIVEN_BACK", 2)
    make_mentions(make_keyword(project), [{"url": "https://spam.example/1"} for _ in range(5)])
    mute = mute_domain(project, manager, "spam.example")
    end_mute(project, manager, mute.pk)
    assert states().count(OPEN) == 2
    assert mutes.give_back_batch(mute.pk)
    assert states().count(OPEN) == 4
    assert mutes.walk_mutes(budget_s=60) is False
    assert states() == [OPEN] * 5


def test_document_is_hidden_under_a_keyword_that_matches_it_later(project, manager, source):
    store([batch(source, entry("1"))])
    mute_domain(project, manager, "presse.example")
    keyword = make_keyword(project, query="boutique", backfilled_to=10**6)
    backfill_all(budget_s=60)
    assert states(keyword) == [HIDDEN]


def test_edit_of_muted_item_is_hidden_and_one_that_somebody_brought_back_is_not(project, manager, source):
    store(
        [
            batch(
                source,
                entry("1", url="https://presse.example/1"),
                entry("2", "Lumora", url="https://presse.example/2"),
            )
        ]
    )
    mute_domain(project, manager, "presse.example")
    back = Mention.objects.get(document__url="https://presse.example/2")
    set_status(project, manager, [back.pk], "replied")
    keyword = make_keyword(project, query="scandale")
    store([batch(source, *(entry(n, "Lumora scandale", url=f"https://presse.example/{n}") for n in "12"))])
    assert states(keyword) == [HIDDEN, OPEN]


def test_muted_mentions_trigger_no_alert_and_are_in_no_digest(project, manager, source):
    Rule.objects.create(project=project, keyword=Keyword.objects.get(), threshold=1)
    mute_domain(project, manager, "presse.example")
    start = timezone.now()
    store([batch(source, entry("1", published=timezone.now()))])
    evaluate_all(timezone.now())
    assert not Incident.objects.exists()
    assert read_digest(Scope(project), Window(start, timezone.now())).total == 0


def test_store_that_runs_during_mute_is_hidden(project, manager, source):
    """The mute waits for a transaction that has seen no mute, then finds its mentions."""
    with transaction.atomic():
        store([batch(source, entry("1"))])
        blocked = start_until_blocked(lambda: mute_domain(project, manager, "presse.example"))
    blocked.result(timeout=10)
    assert states() == [HIDDEN]


def test_two_people_who_mute_at_once_create_one_mute(project, manager):
    race(lambda: mute_domain(project, manager, "spam.example"), lambda: mute_domain(project, manager, "spam.example"))
    assert Mute.objects.count() == 1


def test_index_prefers_oldest_mute():
    item = ItemFacts(1, 1, "x", 5, "https://a.b.example/1", "", "@spam", "Spam")
    index = MuteIndex([(9, 1, "source", "", "5"), (3, 1, "domain", "", "b.example"), (1, 2, "author", "x", "@spam")])
    assert index.find(item) == 3
    assert index.find(item._replace(project_id=2)) == 1
