"""Volume over time: buckets in the person's time zone, including clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.insights import volume
from monitoring.insights.breakdown import keyword_lines
from monitoring.insights.filters import MentionFilter
from monitoring.insights.periods import BUCKETS, bucket_starts
from monitoring.insights.volume import PeriodChange
from tests.factories import make_keyword, make_mention, make_mentions

PARIS = ZoneInfo("Europe/Paris")


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def period_filter(project, since, until, zone=PARIS, **more):
    return MentionFilter(project_id=project.pk, since=since, until=until, zone=zone, **more)


def labels(series, form):
    return [start.strftime(form) for start in series.starts]


def test_repeated_hour_is_two_buckets(project):
    keyword = make_keyword(project)
    make_mentions(keyword, [{"published": utc(2026, 10, 25, hour, 30)} for hour in (0, 1, 1)])
    series = volume.volume(period_filter(project, utc(2026, 10, 24, 23), utc(2026, 10, 25, 3)))
    assert labels(series, "%H %Z") == ["01 CEST", "02 CEST", "02 CET", "03 CET"]
    assert series.totals == (0, 1, 2, 0)


def test_skipped_hour_has_no_bucket(project):
    series = volume.volume(period_filter(project, utc(2026, 3, 29), utc(2026, 3, 29, 3)))
    assert labels(series, "%H") == ["01", "03", "04"]


def test_days_of_23_and_25_hours_are_one_bucket_each(project):
    keyword = make_keyword(project)
    # 23:30 and 00:30 in Paris on both sides of the long day's end
    make_mentions(keyword, [{"published": utc(2026, 10, 25, 22, 30)}, {"published": utc(2026, 10, 25, 23, 30)}])
    series = volume.volume(period_filter(project, utc(2026, 10, 23, 22), utc(2026, 10, 26, 23)), bucket="day")
    assert labels(series, "%d %H:%M") == ["24 00:00", "25 00:00", "26 00:00"]
    assert series.totals == (0, 1, 1)
    spring = volume.volume(period_filter(project, utc(2026, 3, 27, 23), utc(2026, 3, 30, 22)), bucket="day")
    assert labels(spring, "%d %H:%M") == ["28 00:00", "29 00:00", "30 00:00"]


def test_day_without_midnight_begins_at_first_instant(project):
    beirut = ZoneInfo("Asia/Beirut")  # 2022-03-27 began at 01:00
    series = volume.volume(period_filter(project, utc(2022, 3, 25, 22), utc(2022, 3, 27, 21), beirut), bucket="day")
    assert labels(series, "%d %H:%M") == ["26 00:00", "27 01:00"]


def test_day_skipped_by_zone_has_no_bucket(project):
    samoa = ZoneInfo("Pacific/Apia")  # went from the 29th to the 31st of December 2011
    series = volume.volume(period_filter(project, utc(2011, 12, 28, 10), utc(2012, 1, 1, 10), samoa), bucket="day")
    assert labels(series, "%d") == ["28", "29", "31", "01"]


def test_weeks_begin_on_monday(project):
    series = volume.volume(period_filter(project, utc(2026, 7, 1), utc(2026, 7, 20)), bucket="week")
    assert labels(series, "%a %d") == ["Mon 29", "Mon 06", "Mon 13", "Mon 20"]


@pytest.mark.parametrize(
    ("length", "bucket"),
    [(timedelta(hours=1), "hour"), (timedelta(hours=48), "hour"), (timedelta(hours=49), "day"),
     (timedelta(days=120), "day"), (timedelta(days=121), "week")],
)  # fmt: skip
def test_bucket_depends_on_period_length(project, length, bucket):
    assert volume.volume(period_filter(project, utc(2026, 1, 1), utc(2026, 1, 1) + length)).bucket == bucket


def test_bucket_is_coarser_when_hours_give_too_many_points(project):
    series = volume.volume(period_filter(project, utc(1970, 1, 1), utc(2026, 1, 1)), bucket="hour")
    assert series.bucket == "week"


def test_volume_includes_empty_and_paused_keywords(project):
    empty, paused = make_keyword(project), make_keyword(project, is_paused=True)
    make_mention(paused, published=utc(2026, 7, 1, 12))
    series = volume.volume(period_filter(project, utc(2026, 7, 1), utc(2026, 7, 3), UTC))
    assert [(line.keyword, sum(line.counts)) for line in series.lines] == [(empty, 0), (paused, 1)]
    assert len(series.lines[0].counts) == len(series.starts) == 48


def test_totals_count_document_of_two_keywords_once(project):
    make_mentions([make_keyword(project), make_keyword(project)], [{"published": utc(2026, 7, 1, 12)}])
    series = volume.volume(period_filter(project, utc(2026, 7, 1), utc(2026, 7, 2), UTC))
    assert [line.total for line in series.lines] == [1, 1]
    assert series.total == 1


def test_change_compares_with_previous_period(project):
    first, second = make_keyword(project), make_keyword(project)
    make_mentions(first, [{"published": utc(2026, 7, day)} for day in (2, 3, 3)])
    make_mentions(second, [{"published": utc(2026, 7, 1)}])
    f = period_filter(project, utc(2026, 7, 3), utc(2026, 7, 5), UTC)
    assert volume.change(f) == PeriodChange(now=2, before=2)
    assert [(line.total, line.before) for line in keyword_lines(f, [first, second])] == [(2, 1), (0, 1)]
    assert (PeriodChange(3, 2).percent, PeriodChange(0, 2).percent, PeriodChange(5, 0).percent) == (50, -100, None)


@settings(max_examples=200, deadline=None)
@given(
    since=st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    length=st.timedeltas(timedelta(minutes=1), timedelta(days=20)),
    zone=st.sampled_from(["Europe/Paris", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "America/Havana"]),
    bucket=st.sampled_from(BUCKETS),
)
def test_buckets_cover_period_without_gaps_in_any_zone(since, length, zone, bucket):
    until = since + length
    starts = bucket_starts(since, until, ZoneInfo(zone), bucket)
    assert starts == sorted(set(starts))
    assert starts[0] <= since
    assert len(starts) == 1 or since < starts[1]
    assert starts[-1] < until
