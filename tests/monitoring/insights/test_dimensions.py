"""A class in the registry of dimensions is all that a new filter dimension needs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Case, Q, Value, When
from django.http import QueryDict

from dashboards.presenters.facets import facet_lists
from dashboards.presenters.filter_bar import filter_bar
from monitoring.insights import mentions
from monitoring.insights.dimension import Dimension
from monitoring.insights.dimensions import DIMENSIONS
from monitoring.insights.facets import facet_rows
from monitoring.insights.filters import MentionFilter
from tests.factories import make_keyword, make_mentions

NOW = datetime(2026, 10, 28, 10, 20, 30, tzinfo=UTC)
ORIGINS = {"new": "New", "backlog": "Past items"}


class OriginDimension(Dimension):
    """Whether a mention arrived as new or was found in past items."""

    name, parameter, label = "origins", "origin", "Origin"
    description = "new or backlog"
    facet_order = 99
    fixed_keys = tuple(ORIGINS)

    def read(self, reader, project):
        return reader.many(self.parameter, lambda values: {value: value for value in values if value in ORIGINS})

    def condition(self, f):
        return Q(is_backlog__in=[origin == "backlog" for origin in f.origins]) if f.origins else None

    def facet_key(self):
        return Case(When(is_backlog=True, then=Value("backlog")), default=Value("new"))

    def labels(self, keys):
        return ORIGINS


@pytest.fixture
def origin(monkeypatch):
    monkeypatch.setitem(DIMENSIONS, "origins", OriginDimension())


@pytest.fixture
def mixed_mentions(project):
    """Two new mentions and one from the backlog, a day old."""
    rows = [{"published": NOW - timedelta(days=1), "is_backlog": is_backlog} for is_backlog in (False, False, True)]
    return make_mentions(make_keyword(project), rows)


def read(project, text):
    return MentionFilter.from_query(project, QueryDict(text), NOW, UTC)


def test_registered_dimension_is_read_from_query_string_and_written_back(origin, project):
    f = read(project, "origin=backlog&origin=tomorrow&status=replied")
    assert f.origins == ("backlog",)
    assert [(problem.parameter, problem.code) for problem in f.problems] == [("origin", "unknown")]
    assert f.to_query() == "period=7d&status=replied&origin=backlog"
    assert read(project, f.to_query()) == f != f.replace(origins=("new",))
    assert f.replace(origins=()) == read(project, "status=replied")


def test_registered_dimension_filters_mentions_and_counts(origin, project, mixed_mentions):
    assert [mentions.count(read(project, text)).value for text in ("", "origin=new", "origin=backlog")] == [3, 2, 1]
    page = mentions.page(read(project, "origin=backlog"))
    assert [row.mention.pk for row in page.rows] == [mixed_mentions[2].pk]


def test_registered_dimension_has_facet_and_filter_chip(origin, project, mixed_mentions):
    f = read(project, "origin=backlog")
    rows = facet_rows(f, "origins")
    assert [(row.key, row.label, row.count, row.is_selected) for row in rows] == [
        ("new", "New", 2, False),
        ("backlog", "Past items", 1, True),
    ]
    shown = facet_lists(f)[-1]
    assert (shown.name, [choice.query for choice in shown.choices]) == (
        "Origin",
        ["period=7d&origin=backlog&origin=new", "period=7d"],
    )
    [chip] = filter_bar(f, []).chips
    assert (chip.name, chip.value, chip.query) == ("Origin", "Past items", "period=7d")
    assert filter_bar(f, []).unfiltered_query == "period=7d"


def test_filter_rejects_unknown_dimension(project):
    with pytest.raises(TypeError, match="origins"):
        MentionFilter(project_id=project.pk, since=NOW, until=NOW, origins=("new",))
    with pytest.raises(AttributeError, match="origins"):
        _ = read(project, "").origins
