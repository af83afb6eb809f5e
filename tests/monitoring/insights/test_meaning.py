"""The search by meaning: ranked, narrowed by everything else of a filter, and counted as it is listed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Project
from monitoring.embedding import encoder
from monitoring.insights import meaning, nearest
from monitoring.insights.documents import DocumentSearch, id_batches, page
from monitoring.insights.facets import facet_rows
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import count, keys_after, newest_documents
from monitoring.insights.mentions import page as mention_page
from monitoring.insights.sentiment import split
from monitoring.insights.volume import volume
from tests.factories import make_document, make_keyword, make_mention, make_story

pytestmark = pytest.mark.django_db
CLOSE, RELATED, FAR = "late delivery of lamps", "late lamps delivery and broken switch parts", "a garden party"


@pytest.fixture
def keyword(project):
    return make_keyword(project)


@pytest.fixture
def add(keyword, stand_in_encoder):
    def add(title, keyword=keyword, **fields):
        mention = make_mention(keyword, title=title, **fields)
        stand_in_encoder.store([mention.document])
        return mention

    return add


def without_packages():
    raise ImportError("the encoder needs: pip install -r requirements/onnx.txt")


def read(project, q='~"late delivery of lamps"', **params):
    query = QueryDict(mutable=True)
    query.update({"q": q, "period": "30d"} | {name.rstrip("_"): value for name, value in params.items()})
    return MentionFilter.from_query(project, query, timezone.now(), UTC)


def titles(f, **options):
    return [row.document.title for row in mention_page(f, **options).rows]


def test_closest_mentions_are_listed_first_with_their_similarity(project, add):
    for title in (RELATED, FAR, CLOSE):
        add(title)
    f = read(project)
    assert not f.problems and f.phrase == CLOSE and f.words == ""
    found = mention_page(f)
    assert [row.document.title for row in found.rows] == [CLOSE, RELATED] and found.is_ranked
    assert found.rows[0].similarity == pytest.approx(1, abs=0.002)
    assert meaning.LEAST <= found.rows[1].similarity < 0.9


def test_count_facets_chart_and_sentiment_agree_with_the_list(project, add):
    add(CLOSE, sentiment="negative", platform="reddit")
    add(RELATED, sentiment="positive", platform="mastodon")
    add(FAR, sentiment="positive", platform="reddit")
    f = read(project)
    assert count(f) == (2, False)
    assert {row.key: row.count for row in facet_rows(f, "platforms")} == {"reddit": 1, "mastodon": 1}
    assert sum(volume(f).totals) == 2
    assert split(f).negative == 1


def test_other_filters_narrow_the_search(project, add):
    now = timezone.now()
    add(CLOSE, sentiment="negative", platform="reddit", language="fr")
    add(RELATED, sentiment="positive", platform="mastodon", published=now - timedelta(days=10))
    assert titles(read(project, sentiment="positive")) == [RELATED]
    assert titles(read(project, platform="reddit")) == [CLOSE]
    assert titles(read(project, period="7d")) == [CLOSE]
    assert titles(read(project, status="ignored")) == []
    assert titles(read(project, f'~"{CLOSE}" switch')) == [RELATED]
    assert titles(read(project, f'~"{CLOSE}" AND -switch')) == [CLOSE]
    assert titles(read(project, f'~"{CLOSE}" -switch -broken')) == [CLOSE]
    assert titles(read(project, f'lang:fr ~"{CLOSE}"')) == [CLOSE]


def test_words_are_highlighted_and_the_phrase_is_not(project, add):
    add(RELATED)
    (row,) = mention_page(read(project, f'switch ~"{CLOSE}"')).rows
    start, end = row.title_spans[0]
    assert len(row.title_spans) == 1 and RELATED[start:end] == "switch"


def test_ignored_mentions_and_those_of_other_projects_are_left_out(project, add):
    add(CLOSE, status="ignored")
    add(CLOSE, keyword=make_keyword(Project.objects.create(name="Other")))
    add(RELATED)
    assert titles(read(project)) == [RELATED]


def test_story_is_listed_once_by_its_closest_item(project, keyword, add, stand_in_encoder):
    story = make_story(keyword, [{"title": RELATED}, {"title": CLOSE}])
    stand_in_encoder.store([one.document for one in keyword.mentions.select_related("document")])
    folded = mention_page(read(project, stories="fold"))
    assert [(row.document.title, row.others, row.story_id) for row in folded.rows] == [(CLOSE, 1, story.pk)]
    assert titles(read(project)) == [CLOSE, RELATED] and count(read(project, stories="fold")).value == 1


def test_pages_follow_each_other_without_gap(project, add):
    for number in range(7):
        add(f"{CLOSE} {number}")
    cursor, found = None, []
    while cursor is not None or not found:
        current = mention_page(read(project), cursor, size=3)
        found += [row.document.title for row in current.rows]
        cursor = current.next_cursor
    assert len(found) == len(set(found)) == 7
    assert titles(read(project), cursor="r900") == []


def test_readers_in_the_order_of_time_get_the_same_rows(project, add):
    now = timezone.now()
    for number in range(4):
        add(f"{CLOSE} {number}", published=now - timedelta(days=number))
    add(FAR)
    f = read(project)
    keys, cursor = keys_after(f, None, 2)
    rest, end = keys_after(f, cursor, 2)
    ids = [key.document_id for key in (*keys, *rest)]
    assert ids == newest_documents(f, 10) and len(ids) == 4 and end is None


def test_number_of_results_is_bounded(project, add, monkeypatch):
    monkeypatch.setattr(meaning, "MAX_FOUND", 3)
    for number in range(5):
        add(f"{CLOSE} {number}")
    assert len(titles(read(project))) == 3 and count(read(project)).value == 3


def test_period_with_many_mentions_uses_the_index_and_finds_the_same(project, add, monkeypatch):
    for number in range(12):
        add(f"{CLOSE} {number}")
    add(CLOSE, published=timezone.now() - timedelta(days=300))
    before = titles(read(project))
    monkeypatch.setattr(nearest, "EXACT_VECTORS", 3)
    monkeypatch.setattr(meaning, "EXACT_VECTORS", 3)
    assert titles(read(project)) == before and len(before) == 12


def test_search_costs_the_same_queries_with_more_rows(project, add, queries_of):
    add(CLOSE)
    few = queries_of(lambda: titles(read(project)))
    for number in range(10):
        add(f"{CLOSE} {number}")
    assert queries_of(lambda: titles(read(project))) == few


@pytest.fixture
def queries_of():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries_of(call):
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured)

    return queries_of


def test_filter_survives_its_query_string(project, add):
    f = read(project, f'lamp ~"{CLOSE}"')
    again = MentionFilter.from_query(project, QueryDict(f.to_query()), f.until, UTC)
    assert again == f


@pytest.mark.parametrize("cause", ["package", "setting"])
def test_server_without_encoder_reports_it_and_finds_nothing(project, add, monkeypatch, settings, cause):
    add(CLOSE)
    if cause == "setting":
        settings.SENTIMENT_BACKEND = "small"
    else:
        monkeypatch.setattr(encoder, "load", without_packages)
    meaning.vector_of.cache_clear()
    f = read(project)
    (problem,) = f.problems
    assert problem.code == "unavailable" and "install the sentence encoder" in problem.message
    assert titles(f) == [] and count(f).value == 0


def test_server_without_usable_extension_reports_it(project, add, monkeypatch):
    monkeypatch.setattr("monitoring.insights.pgvector.OLDEST", (99, 0))
    (problem,) = read(project).problems
    assert "pgvector 0.8 or newer" in problem.message


def test_malformed_search_is_a_problem_with_its_position(project, add):
    (problem,) = read(project, 'lamp OR ~"late"').problems
    assert (problem.code, problem.position) == ("meaning_place", 8)
    assert titles(read(project, 'lamp OR ~"late"')) == []


def test_search_of_all_content_ranks_mentions(project, add, stand_in_encoder):
    add(RELATED, published=datetime(2020, 1, 1, tzinfo=UTC))
    add(CLOSE)
    stand_in_encoder.store([make_document(project, title=f"{CLOSE} unmatched")])
    found = page(DocumentSearch(project.pk, f'~"{CLOSE}"'))
    assert [row.document.title for row in found.rows] == [CLOSE, RELATED]
    assert found.count == (2, False) and found.rows[0].similarity > found.rows[1].similarity
    first = page(DocumentSearch(project.pk, f'~"{CLOSE}"'), size=1)
    second = page(DocumentSearch(project.pk, f'~"{CLOSE}"'), first.next_cursor, size=1)
    assert second.rows[0].document.title == RELATED and second.count is None and second.next_cursor is None
    assert [len(ids) for ids in id_batches(DocumentSearch(project.pk, f'~"{CLOSE}"'))] == [2]
    since = timezone.now() - timedelta(days=7)
    assert len(page(DocumentSearch(project.pk, f'~"{CLOSE}"', since)).rows) == 1
