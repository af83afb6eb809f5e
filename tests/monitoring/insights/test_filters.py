"""Reading a MentionFilter from a query string and writing it back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.insights.filters import MentionFilter
from tests.factories import make_keyword, make_mention, make_source

NOW = datetime(2026, 10, 28, 10, 20, 30, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


def read(project, text, zone=PARIS):
    return MentionFilter.from_query(project, QueryDict(text), NOW, zone)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_filter_is_read_from_query_string_and_written_back(project):
    first, second = make_keyword(project), make_keyword(project)
    f = read(project, f"period=30d&keyword={second.pk}&keyword={first.pk}&status=needs_reply&q=lamp+-street")
    assert (f.period, f.keywords, f.statuses, f.q) == ("30d", (first.pk, second.pk), ("needs_reply",), "lamp -street")
    assert f.problems == ()
    assert f.to_query() == f"period=30d&keyword={first.pk}&keyword={second.pk}&status=needs_reply&q=lamp+-street"


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("", utc(2026, 10, 21, 22), NOW),  # today and the six days before it: summer time began them at 22:00 UTC
        ("period=24h", utc(2026, 10, 27, 11), NOW),  # this hour and the 23 before it
        ("period=30d", utc(2026, 9, 28, 22), NOW),
        ("period=90d", utc(2026, 7, 30, 22), NOW),
        ("from=2026-10-24&to=2026-10-25", utc(2026, 10, 23, 22), utc(2026, 10, 25, 23)),  # the second has 25 hours
        ("from=2026-10-24", utc(2026, 10, 23, 22), NOW),
        ("from=2026-10-25T02:30&to=2026-10-25T04:00", utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 3)),
        ("from=2026-10-25T02:30%2B01:00&to=2026-10-25T04:00Z", utc(2026, 10, 25, 1, 30), utc(2026, 10, 25, 4)),
        ("period=24h&from=2026-10-01", utc(2026, 10, 27, 11), NOW),  # a form sends its date fields, too
    ],
)
def test_period_has_expected_bounds(project, text, since, until):
    f = read(project, text)
    assert (f.since, f.until) == (since, until)
    assert f.problems == ()


@pytest.mark.parametrize(
    ("text", "parameter"),
    [
        ("period=1d", "period"),
        ("period=custom", "period"),
        ("from=yesterday", "from"),
        ("from=2026-02-30", "from"),
        ("from=0001-01-01", "from"),
        ("from=2026-10-01&to=9999-12-31", "to"),
        ("to=2026-10-01", "from"),
        ("from=2026-10-02&to=2026-10-01", "to"),
        ("by=luck", "by"),
        ("keyword=abc", "keyword"),
        ("keyword=99999999999999999999999", "keyword"),
        ("keyword=%D9%A3", "keyword"),
        ("source=0", "source"),
        ("status=done", "status"),
        ("language=-", "language"),
        ("author=a%00b", "author"),
        ("author=" + "a" * 1001, "author"),
        ("q=(lamp", "q"),
    ],
)
def test_invalid_value_is_skipped_and_reported_as_problem(project, text, parameter):
    f = read(project, text)
    (problem,) = f.problems
    assert problem.parameter == parameter
    assert str(problem.message)
    assert f.since < f.until
    assert (f.keywords, f.sources, f.languages, f.statuses, f.author) == ((), (), (), (), "")


def test_ids_of_other_project_are_reported_as_problems(project, stranger):
    other_project = stranger.projects.get()
    keyword, source = make_keyword(other_project), make_source(other_project)
    f = read(project, f"keyword={keyword.pk}&source={source.pk}")
    assert (f.keywords, f.sources) == ((), ())
    assert [problem.parameter for problem in f.problems] == ["keyword", "source"]


def test_filter_never_returns_mentions_of_other_project(project, stranger):
    mention = make_mention(make_keyword(stranger.projects.get()))
    f = MentionFilter(
        project_id=project.pk, since=utc(2000, 1, 1), until=utc(2100, 1, 1), keywords=(mention.keyword_id,)
    )
    assert not f.mentions().exists()


def test_malformed_search_is_reported_with_position_and_matches_nothing(project):
    make_mention(make_keyword(project), published=NOW.replace(hour=1))
    f = read(project, "q=lamp+%22street")
    (problem,) = f.problems
    assert (problem.code, problem.position) == ("unclosed_quote", 5)
    assert f.q == 'lamp "street'
    assert f.document_count == 0
    assert read(project, "").document_count == 1


def test_replace_keeps_period_and_bounds_consistent(project):
    f = read(project, "period=7d&status=replied")
    month = f.replace(period="30d")
    assert month == read(project, "period=30d&status=replied")
    moved = month.replace(since=utc(2026, 10, 1))
    assert (moved.period, moved.since, moved.until) == ("custom", utc(2026, 10, 1), NOW)
    assert read(project, moved.to_query()) == moved


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("period=24h", utc(2026, 10, 26, 11), utc(2026, 10, 27, 10, 20, 30)),
        ("period=7d", utc(2026, 10, 14, 22), utc(2026, 10, 21, 9, 20, 30)),  # a Wednesday at 11:20:30, an hour earlier
        ("from=2026-10-24&to=2026-10-25", utc(2026, 10, 21, 22), utc(2026, 10, 23, 22)),
        ("from=2026-10-25T10:00Z&to=2026-10-25T12:30Z", utc(2026, 10, 25, 7, 30), utc(2026, 10, 25, 10)),
    ],
)
def test_previous_period_has_same_length_and_local_hours(project, text, since, until):
    before = read(project, text).previous()
    assert (before.since, before.until) == (since, until)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    params=st.dictionaries(
        st.sampled_from(
            ["period", "from", "to", "by", "keyword", "source", "platform", "language", "status", "author", "q"]
        ),
        st.lists(
            st.one_of(st.text(max_size=12), st.from_regex(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?", fullmatch=True)), max_size=2
        ),
    )
)
def test_random_query_string_never_fails_and_roundtrips(project, params):
    f = MentionFilter.from_query(project, params, NOW, PARIS)
    again = read(project, f.to_query())
    assert again == f
    f.mentions().exists()
