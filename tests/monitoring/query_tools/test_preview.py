"""A preview counts what a query matches: exactly if time allows, else from a sample."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from monitoring.content.stop_words import STOP_WORDS
from monitoring.matching.candidates import candidate_query, candidates_except
from monitoring.matching.keyword_index import TrackedKeyword
from monitoring.models import Document
from monitoring.query import Doc, fold, parse
from monitoring.query_tools import sampled_search
from monitoring.query_tools.cooccurring_terms import distinctive_terms, exclude_term
from monitoring.query_tools.preview import preview
from tests.factories import make_document, make_documents, make_keyword
from tests.monitoring.history import QUERIES, make_history, matching

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def history(project):
    return make_history(project)


@pytest.mark.parametrize("languages", [[], ["fr"]], ids=["all", "fr"])
@pytest.mark.parametrize("query", QUERIES)
def test_preview_counts_what_matcher_matches(project, history, query, languages):
    expected = matching(history, query, languages)
    found = preview(project, query, languages, PARIS).found
    assert (found.count, found.is_exact) == (len(expected), True)
    assert sum(count for _, count in found.days) == len(expected)
    newest = [one.pk for one in history if one.pk in expected][: sampled_search.NEWEST]
    assert [hit.id for hit in found.newest] == newest and found.is_newest


@pytest.mark.parametrize(("query", "saved"), list(zip(QUERIES, [*QUERIES[5:], *QUERIES[:5]], strict=True)))
def test_preview_of_edit_shows_added_and_removed_matches(project, history, query, saved):
    keyword = make_keyword(project, query=saved, languages=["fr"] if len(saved) % 2 else [])
    shown = preview(project, query, ["fr"] if len(query) % 2 else [], PARIS, keyword)
    now, before = (
        matching(history, query, ["fr"] if len(query) % 2 else []),
        matching(history, saved, keyword.languages),
    )
    assert (shown.added.count, shown.removed.count) == (len(now - before), len(before - now))
    assert {hit.id for hit in shown.added.newest} <= now - before
    assert {hit.id for hit in shown.removed.newest} <= before - now


def test_preview_of_equivalent_query_shows_no_change(project, history):
    keyword = make_keyword(project, query="lumen AND halo", languages=["fr"])
    assert preview(project, "lumen  halo", ["fr"], PARIS, keyword).added is None
    assert preview(project, "lumen halo", [], PARIS, keyword).added.count > 0


def test_candidates_except_is_one_index_condition(project):
    query, other = (candidate_query(TrackedKeyword.unsaved(text)) for text in ("lumen", "lumen -halo"))
    removed = candidates_except(query, other)
    assert removed.is_exact and len(removed.params) == 1


def test_preview_excludes_documents_of_other_projects(project, stranger):
    make_document(stranger.memberships.get().project, title="lumen")
    shown = preview(project, "lumen", [], PARIS)
    assert (shown.history.total, shown.found.count) == (0, 0)


def test_preview_reports_sample_size_after_deadline(project, monkeypatch):
    """Every second of 400 documents has the phrase; the deadline has passed after the minimum sample."""
    texts = ("maison lumen", "lumen maison")
    make_documents(project, [{"title": texts[n % 2], "text": ""} for n in range(400)])
    monkeypatch.setattr("monitoring.query_tools.preview.ALONE_S", (0,))
    monkeypatch.setattr(sampled_search, "GRACE_S", 60)
    found = preview(project, '"maison lumen"', [], PARIS).found
    assert not found.is_exact and (found.checked, found.to_check) == (sampled_search.MIN_SAMPLE, 400)
    assert 160 <= found.count <= 240
    assert sum(count for _, count in found.days) == pytest.approx(found.count, abs=2)
    assert len(found.newest) == sampled_search.NEWEST


def test_count_includes_newest_matches_outside_sample(project, monkeypatch):
    """Three matches are the newest of 600 candidates: a sample of 200 has about one of them."""
    rows = [{"title": "lumen maison", "text": "", "published": timezone.now() - timedelta(days=2)} for _ in range(600)]
    make_documents(project, [*rows, *({"title": "maison lumen", "text": ""} for _ in range(3))])
    monkeypatch.setattr("monitoring.query_tools.preview.ALONE_S", (0,))
    monkeypatch.setattr(sampled_search, "GRACE_S", 60)
    found = preview(project, '"maison lumen"', [], PARIS).found
    assert found.count >= 3 and len(found.newest) == 3 and not found.is_exact


def test_preview_searches_newest_documents_of_long_history(project, monkeypatch):
    make_documents(project, [{"title": f"Lumen {n}", "text": ""} for n in range(30)])
    monkeypatch.setattr("monitoring.query_tools.preview.HISTORIES", (20,))
    shown = preview(project, "lumen", [], PARIS)
    assert (shown.history.total, shown.history.is_all, shown.found.count) == (20, False, 20)


def test_preview_is_none_when_postgres_is_slow(project, monkeypatch):
    make_documents(project, 3)
    monkeypatch.setattr(
        sampled_search,
        "_SUMMARY",
        sampled_search._SUMMARY.replace("count(*) FROM c", "count(*) FROM c, pg_sleep(2)"),
    )
    began = timezone.now()
    assert preview(project, "lumen", [], PARIS) is None
    assert timezone.now() - began < timedelta(seconds=1.5)
    assert Document.objects.count() == 3  # the connection is still usable


def test_preview_of_slow_query_ends_in_time(project):
    words = " ".join(f"w{number % 150}" for number in range(300))
    make_documents(project, [{"text": words} for _ in range(300)])
    slow = " OR ".join(f"w1 NEAR/5 w{number + 20}" for number in range(580))
    saved = make_keyword(project, query=f"{slow} OR halo")
    began = timezone.now()
    found = preview(project, slow, [], PARIS, saved)
    assert timezone.now() - began < timedelta(seconds=2.5)
    assert 0 < found.found.checked < 300 and not found.added.is_exact


def test_distinctive_terms_distinguish_matches_from_other_documents():
    found = ["Lumen, une ampoule de la maison", "Lumen et son ampoule", "Une Ampoule Lumen", "La Lumen", "Lumen"]
    others = ["Le vent de la maison", "Une brise sur la maison", "Et une autre", "La mer"] * 5
    [one] = distinctive_terms("lumen", parse("lumen"), found, others)
    assert (one.term, one.matches, one.of, one.query) == ("ampoule", 3, 5, "lumen -ampoule")


def test_distinctive_terms_exclude_words_of_every_match():
    terms = distinctive_terms("lumen", parse("lumen"), ["Lumen nova ampoule"] * 5 + ["Lumen nova"], ["Autre"] * 20)
    assert [one.term for one in terms] == ["ampoule"]


def test_distinctive_terms_keep_spelling_and_exclude_query_words():
    found = ["Lumière éteinte luminaire Hélios"] * 5 + ["Lumière"]
    terms = distinctive_terms('"lumiere" lumin* -x', parse('"lumiere" lumin* -x'), found, ["Autre"] * 20)
    assert [one.term for one in terms] == ["éteinte", "hélios"]


FILLER_FR = [
    "cinq",
    "exemple",
    "dizaine",
    "Février",
    "mardi",
    "été",
    "très",
    "aujourd’hui",
    "premières",
    "lorsqu’il",
    "façon",
    "choses",
    "pourrait",
    "jusqu’à",
    "quelqu’un",
    "plutôt",
    "soixante",
    "millions",
    "personnes",
    "nouvelle",
    "ça",
]
FILLER_EN = [
    "five",
    "example",
    "however",
    "hundred",
    "Tuesday",
    "could",
    "things",
    "yesterday",
    "don’t",
    "people",
    "doesn’t",
]


@pytest.mark.parametrize("word", FILLER_FR + FILLER_EN)
def test_distinctive_terms_leave_out_filler(word):
    found = [f"Lumen {word} ampoule"] * 5 + ["Lumen"]
    terms = distinctive_terms("lumen", parse("lumen"), found, ["Le vent sur la mer"] * 20)
    assert [one.term for one in terms] == ["ampoule"]


def test_stop_words_are_written_as_texts_are_folded():
    assert {word for word in STOP_WORDS if fold(word) != word} == set()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lumen halo", "lumen halo -x"),
        ("lumen OR halo", "(lumen OR halo) -x"),
        ("lumen OR halo -y", "(lumen OR halo -y) -x"),
        ("(lumen OR halo)", "(lumen OR halo) -x"),
        ("lumen NEAR/5 halo\n", "lumen NEAR/5 halo -x"),
    ],
)
def test_exclude_term_applies_to_whole_query(query, expected):
    excluded = exclude_term(query, parse(query), "x")
    assert excluded == expected
    assert not candidate_query(TrackedKeyword.unsaved(excluded)).match(Doc(text="lumen halo x"))
