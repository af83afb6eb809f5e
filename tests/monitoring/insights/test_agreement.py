"""Counts and lists agree: for random filters over random rows, every read equals a computation in plain Python."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.insights import mentions, volume
from monitoring.insights.dimensions import facet_dimensions
from monitoring.insights.facets import facet_rows, facets, facets_of_few
from monitoring.insights.filters import MentionFilter
from tests.monitoring.insights.random_project import (
    NOW,
    build,
    choice,
    documents,
    documents_of,
    expected,
    filter_of,
    row_of,
)

pytestmark = pytest.mark.django_db
# All examples share one database and have a project each, which also tests the separation of projects.
random_projects = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
FACETS = {
    "keywords": lambda row: row.keyword_id,
    "sources": lambda row: row.source_id,
    "platforms": lambda row: row.platform,
    "languages": lambda row: row.language.split("-")[0] or "und",
    "statuses": lambda row: row.status,
    "sentiments": lambda row: row.sentiment,
    "kinds": lambda row: row.kind or "unknown",
    "ratings": lambda row: row.rating,
    "countries": lambda row: row.country,
    "author": lambda row: row.author,
}


@random_projects
@given(documents=documents, chosen=choice, size=st.integers(1, 5), data=st.data())
def test_every_count_equals_length_of_its_list(documents, chosen, size, data):
    random_project = build(documents)
    f = filter_of(random_project, chosen)
    rows = expected(random_project, f)

    forwards, pages = walk(f, size)
    listed = documents_of(rows, f)
    assert [row.document.pk for row in forwards] == listed
    assert {mention.pk for row in forwards for mention in row.mentions} == {
        row.pk for row in rows if row.document_id in listed
    }
    assert sum(1 + row.others for row in forwards) == len({row.document_id for row in rows})
    assert mentions.count(f) == (len(forwards), False)
    counted = f.replace()
    facets(counted, facet_dimensions())
    assert counted.all_statuses_count == len(documents_of(expected(random_project, f.replace(statuses=())), f))
    assert_pages_go_back(f, size, pages)

    series = volume.volume(f, bucket=data.draw(st.sampled_from([None, "hour", "day", "week"])))
    per_keyword = Counter(keyword_id for keyword_id, _row in {(row.keyword_id, row_of(row, f)) for row in rows})
    assert {line.keyword.pk: line.total for line in series.lines} == {pk: per_keyword[pk] for pk in f.scope}
    assert series.total == len(forwards)
    assert_buckets_match(series, rows, f)

    before = f.previous()
    assert volume.change(f) == (len(forwards), len(documents_of(expected(random_project, before), f)))

    names = ("keywords", "sources", "sentiments")
    few = f.replace(stories="", **dict.fromkeys(names, ()))
    assert facets_of_few(few, names) == {name: facet_rows(few, name) for name in names}
    assert few.document_count == len({row.document_id for row in expected(random_project, few)})

    dimension = data.draw(st.sampled_from(sorted(FACETS)))
    assert_facet_agrees(random_project, f, dimension)


@random_projects
@given(chosen=choice)
def test_filter_roundtrips_through_query_string(chosen):
    from django.http import QueryDict

    random_project = build([])
    f = filter_of(random_project, chosen)
    again = MentionFilter.from_query(random_project.project, QueryDict(f.to_query()), NOW, f.zone)
    assert again == f
    assert again.to_query() == f.to_query()


def walk(f, size):
    """Return all rows of a list, and its pages."""
    pages, cursor = [], None
    while True:
        pages.append(mentions.page(f, cursor, size))
        cursor = pages[-1].next_cursor
        if cursor is None:
            return [row for page in pages for row in page.rows], pages
        assert len(pages) < 50


def assert_pages_go_back(f, size, pages):
    assert pages[0].previous_cursor is None
    if len(pages) > 1:
        back = mentions.page(f, pages[-1].previous_cursor, size)
        assert [row.document.pk for row in back.rows] == [row.document.pk for row in pages[-2].rows]
        assert (back.previous_cursor is None) == (len(pages) == 2)
        assert mentions.page(f, back.next_cursor, size).rows[0].document.pk == pages[-1].rows[0].document.pk


def assert_buckets_match(series, rows, f):
    ends = [*series.starts[1:], f.until + timedelta(microseconds=1)]
    for line in series.lines:
        first = {}
        for row in rows:
            if row.keyword_id == line.keyword.pk:
                at = getattr(row, f.clock)
                first[row_of(row, f)] = min(first.get(row_of(row, f), at), at)
        times = first.values()
        assert line.counts == tuple(
            sum(start <= at < end for at in times) for start, end in zip(series.starts, ends, strict=True)
        )


def assert_facet_agrees(random_project, f, dimension):
    key_of = FACETS[dimension]
    wide = expected(random_project, f.replace(**{dimension: "" if dimension == "author" else ()}))
    if dimension == "statuses":
        wide = expected(random_project, f.replace(statuses=("to_review", "needs_reply", "replied", "ignored")))
    documents = Counter(key_of(row) for row in {(row_of(row, f), key_of(row)): row for row in wide}.values())
    found = facet_rows(f, dimension)
    assert facets(f, facet_dimensions())[dimension] == found
    assert {row.key: row.count for row in found if row.count} == {
        key: count for key, count in documents.items() if key not in (None, "")
    }
    chosen = getattr(f, dimension)
    assert {row.key for row in found if row.is_selected} == set(
        chosen if isinstance(chosen, tuple) else filter(None, [chosen])
    )
    for row in found[:2]:
        choosing = f.replace(**{dimension: row.key if dimension == "author" else (row.key,)})
        assert mentions.count(choosing).value == row.count
