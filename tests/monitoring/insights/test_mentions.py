"""Lists, facets and searches of mentions."""

from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from monitoring.insights import cursors, mentions, volume
from monitoring.insights.breakdown import keyword_lines
from monitoring.insights.cursors import write_cursor
from monitoring.insights.dimensions import DIMENSIONS
from monitoring.insights.facets import facet_rows, facets
from monitoring.insights.filters import MentionFilter
from monitoring.insights.search import CAP
from monitoring.models import Mention
from tests.factories import make_document, make_keyword, make_mention, make_mentions, make_source

NOW = datetime(2026, 7, 8, 12, tzinfo=UTC)
FILL = """
INSERT INTO monitoring_document (project_id, platform, address_key, url, title, text, html, author, author_url,
    language, published, fetched_at, search)
SELECT %(project)s, 'feed', gen_random_uuid(), '', 'lamp', '', '', '', '', '', %(now)s - n * interval '1 minute',
    now(), 'lamp' FROM generate_series(1, %(number)s) AS n;
INSERT INTO monitoring_mention (keyword_id, document_id, published, found_at, platform, author, language, status,
    is_backlog)
SELECT %(keyword)s, id, published, now(), 'feed', '', '', 'to_review', false FROM monitoring_document;
"""


def filter_all(project, **more):
    return MentionFilter(project_id=project.pk, since=NOW - timedelta(days=500), until=NOW, **more)


def minutes_ago(*minutes):
    return [{"published": NOW - timedelta(minutes=minute)} for minute in minutes]


def documents(page):
    return [row.document.pk for row in page.rows]


@pytest.fixture
def keyword(project):
    return make_keyword(project, query="lumen")


def test_page_returns_mention_with_document_and_spans(project, keyword):
    mention = make_mention(
        keyword, title="A lamp by Lumen", text="Lumen, they say.", published=NOW - timedelta(hours=1)
    )
    (row,) = mentions.page(filter_all(project)).rows
    assert (row.mention, row.keywords, row.document) == (mention, [keyword], mention.document)
    assert [row.document.title[start:end] for start, end in row.title_spans] == ["Lumen"]
    assert [row.document.text[start:end] for start, end in row.text_spans] == ["Lumen"]


def test_document_of_two_keywords_is_one_row_with_spans_of_both(project, keyword):
    other = make_keyword(project, query="street -lumen OR lamp")
    make_mentions([keyword, other], [{"title": "Lumen", "text": "The lamp of École", "published": NOW - timedelta(1)}])
    (row,) = mentions.page(filter_all(project, q="ecole")).rows
    assert row.keywords == [keyword, other]
    assert [row.document.text[start:end] for start, end in row.text_spans] == ["lamp", "École"]


def test_unreadable_keyword_query_gives_no_spans(project):
    make_mention(make_keyword(project, query="((("), published=NOW - timedelta(1))
    (row,) = mentions.page(filter_all(project)).rows
    assert (row.title_spans, row.text_spans) == ((), ())


def test_ignored_mentions_are_excluded_unless_selected(project, keyword):
    make_mention(keyword, status="ignored", published=NOW - timedelta(1))
    f = filter_all(project)
    assert (mentions.page(f).rows, mentions.count(f).value, volume.volume(f).total, facet_rows(f, "keywords")) == (
        (),
        0,
        0,
        [],
    )
    assert {row.key: row.count for row in facet_rows(f, "statuses")} == {
        "to_review": 0,
        "needs_reply": 0,
        "replied": 0,
        "ignored": 1,
    }
    assert mentions.count(f.replace(statuses=("ignored",))).value == 1


def test_new_mentions_do_not_shift_next_page(project, keyword):
    made = make_mentions(keyword, minutes_ago(10, 20, 30, 40))
    first = mentions.page(filter_all(project), size=2)
    make_mentions(keyword, minutes_ago(1, 5))
    assert documents(mentions.page(filter_all(project), first.next_cursor, 2)) == [
        mention.document_id for mention in made[2:]
    ]


def test_page_query_count_is_constant(project, keyword, django_assert_num_queries):
    make_mentions([keyword, make_keyword(project)], 40)
    with django_assert_num_queries(3):
        page = mentions.page(filter_all(project).replace(until=NOW + timedelta(days=9999)))
        assert len(page.rows) == 40
        assert all(str(row.keywords) and str(row.mention.source) and row.document.text for row in page.rows)


@pytest.mark.parametrize(
    "cursor", ["", "x", "n", "n1.2.3", "n1.", "n-1e9.3", "n" + "9" * 40 + ".1", "q1.1", "n1." + "9" * 30]
)
def test_invalid_cursor_gives_first_page(project, keyword, cursor):
    (mention,) = make_mentions(keyword, minutes_ago(10))
    assert documents(mentions.page(filter_all(project), cursor)) == [mention.document_id]
    assert not cursors.is_cursor(cursor)


def test_page_past_end_is_empty(project, keyword):
    make_mentions(keyword, minutes_ago(10, 20))
    cursor = mentions.page(filter_all(project), size=1).next_cursor
    Mention.objects.all().delete()
    assert mentions.page(filter_all(project), cursor).rows == ()


def test_row_of_returns_all_mentions_of_document_within_project(project, keyword, stranger):
    first, second = make_mentions([keyword, make_keyword(project)], 1)
    Mention.objects.filter(pk=second.pk).update(status="ignored")
    row = mentions.row_of(project.pk, second.pk)
    assert [mention.pk for mention in row.mentions] == [second.pk, first.pk]
    assert mentions.row_of(stranger.projects.get().pk, second.pk) is None


def test_source_facet_has_labels_and_keeps_selected_source(project, keyword):
    le_monde, rare = (
        make_source(project, title="Le Monde"),
        make_source(project, title="", url="https://rare.example/rss"),
    )
    make_mentions(keyword, [{"source": le_monde, **row} for row in minutes_ago(1, 2)])
    make_mentions(keyword, [{"source": rare, **row} for row in minutes_ago(3)])
    f = filter_all(project)
    assert [(row.key, row.label, row.count) for row in facet_rows(f, "sources")] == [
        (le_monde.pk, "Le Monde", 2),
        (rare.pk, "https://rare.example/rss", 1),
    ]
    assert [row.key for row in facet_rows(f, "sources", limit=1)] == [le_monde.pk]
    chosen = facet_rows(f.replace(sources=(rare.pk,)), "sources", limit=1)
    assert [(row.key, row.count, row.is_selected) for row in chosen] == [(le_monde.pk, 2, False), (rare.pk, 1, True)]


def test_language_facet_merges_regions_and_includes_unknown(project, keyword):
    rows = [
        {**row, "language": code}
        for row, code in zip(minutes_ago(1, 2, 3, 4), ("fr", "fr-ca", "", "xx-yy"), strict=True)
    ]
    make_mentions(keyword, rows)
    f = filter_all(project)
    assert [(row.key, row.count) for row in facet_rows(f, "languages")] == [("fr", 2), ("und", 1), ("xx", 1)]
    with translation.override("en"):
        assert [row.label for row in facet_rows(f, "languages")] == ["French", "Unknown", "xx"]
    assert mentions.count(f.replace(languages=("und", "fr"))).value == 3


def test_search_page_counts_documents_not_mentions(project, keyword):
    made = make_mentions([keyword, make_keyword(project)], minutes_ago(1, 2, 3))
    page = mentions.page(filter_all(project, q="lamp"), size=2)
    assert [[mention.pk for mention in row.mentions] for row in page.rows] == [
        [made[0].pk, made[1].pk],
        [made[2].pk, made[3].pk],
    ]


def test_search_pages_through_many_documents_in_both_directions(project, keyword):
    rows = [
        {**row, "text": "a red lamp" if minute % 7 else "a blue lamp"}
        for minute, row in enumerate(minutes_ago(*range(1, 901)))
    ]
    made = make_mentions(keyword, rows)
    f = filter_all(project, q='"red lamp"')  # a phrase: full text is not enough, the matcher reads the texts
    wanted = [mention.document_id for minute, mention in enumerate(made) if minute % 7]
    assert mentions.count(f) == (len(wanted), False)
    pages, cursor = [], None
    while not pages or cursor:
        pages.append(mentions.page(f, cursor, 200))
        cursor = pages[-1].next_cursor
    assert [document for page in pages for document in documents(page)] == wanted
    assert documents(mentions.page(f, pages[-1].previous_cursor, 200)) == documents(pages[-2])


def test_search_counts_are_capped_but_list_is_not(project, keyword):
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"project": project.pk, "keyword": keyword.pk, "now": NOW, "number": CAP + 5})
    f = filter_all(project, q="lamp")
    assert mentions.count(f) == (CAP, True)
    series = volume.volume(f)
    assert (series.total, series.capped) == (CAP, True)
    assert mentions.count(filter_all(project)) == (CAP + 5, False)
    end = write_cursor((NOW - timedelta(minutes=CAP), 0))
    assert len(mentions.page(f, end).rows) == 5


def test_search_excludes_documents_without_mention(project, keyword):
    make_document(project, published=NOW - timedelta(1))
    assert mentions.count(filter_all(project, q="lumen")) == (0, False)


# The label and the texts are not in the index, mutes and stories have one of their own, and what a team set is read
# from the few rows that have it.
NO_COVERED_FACET = ("sentiments", "mutes", "story_ids", "assignees", "tags", "founded")


@pytest.mark.django_db(transaction=True)
def test_reads_use_only_the_covering_index(project):
    keywords = [make_keyword(project) for _ in range(4)]
    # Stored in random order: the rows of a week are on many pages, only the index has them together.
    rows = [{"published": NOW - timedelta(hours=hour), "text": ""} for hour in range(2500)]
    Random(1).shuffle(rows)
    with transaction.atomic(), connection.cursor() as cursor:
        # VACUUM marks a page all-visible only after the commit of its rows is flushed.
        cursor.execute("SET LOCAL synchronous_commit = on")
        make_mentions(keywords, rows)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE monitoring_mention")
    f = MentionFilter(
        project_id=project.pk, since=NOW - timedelta(days=7), until=NOW, keywords=(keywords[1].pk, keywords[2].pk)
    )
    names = [name for name, one in DIMENSIONS.items() if name not in NO_COVERED_FACET and one.facet_key() is not None]
    facet_reads = [partial(facet_rows, name=name) for name in names]
    facet_reads.append(partial(facets, dimensions=[one for one in DIMENSIONS.values() if one.is_of_document]))

    def by_keyword(f):
        return keyword_lines(f, keywords)

    for read in (mentions.count, volume.volume, by_keyword, *facet_reads):
        for plan in plans_of(lambda read=read: read(f)):
            assert_covered(plan)
    keys, *rows = plans_of(lambda: mentions.page(f))
    assert_covered(keys)
    assert len(rows) == 1


def assert_covered(plan):
    assert "Index Only Scan" in plan and "using mention_by_keyword" in plan, plan
    assert "Seq Scan on monitoring_mention " not in plan, plan


def plans_of(read):
    """Yield the plan of each statement over mentions.

    An autovacuum elsewhere can keep pages from being marked all-visible, and reading the table then costs less: only
    index scans are allowed here.
    """
    with CaptureQueriesContext(connection) as captured:
        read()
    statements = [query["sql"] for query in captured if "monitoring_mention" in query["sql"]]
    assert statements
    for statement in statements:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            cursor.execute("EXPLAIN " + statement.replace("%", "%%"), [])
            plan = "\n".join(line for (line,) in cursor.fetchall())
        yield plan
