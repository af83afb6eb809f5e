"""How the counts of a post changed, on its mention's page."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.models import EngagementPoint
from tests.factories import make_keyword, make_mention

START = datetime(2025, 7, 15, 12, 27, tzinfo=UTC)
SUMMARY = "How the counts changed"


@pytest.fixture
def mention(project):
    return make_mention(make_keyword(project, "Lumen", "lumen"), text="Lumen")


@pytest.fixture
def points(mention):
    def create(*rows, step=timedelta(hours=6)):
        for number, counts in enumerate(rows):
            EngagementPoint.objects.create(document=mention.document, at=START + number * step, **counts)

    return create


@pytest.fixture
def shown(as_person, viewer, at, read, mention):
    """`shown(language)` returns the text of the mention's page, with plain spaces."""

    def shown(language="en", time_zone="Europe/Paris"):
        viewer.language, viewer.time_zone = language, time_zone
        viewer.save()
        return read(as_person(viewer), at("mention", mention.pk))

    return shown


def test_changed_counts_are_one_sentence(points, shown):
    points({"likes": 12, "replies": 2, "shares": 5}, {"likes": 1340, "replies": 9, "shares": 5})
    text = shown()
    assert "Likes 12 → 1,340, replies 2 → 9 in 6 hours" in text
    assert "shares 5" not in text


def test_changed_counts_follow_the_language(points, shown):
    points({"likes": 12, "views": 1}, {"likes": 1340, "views": 2}, step=timedelta(days=3))
    text = shown("fr")
    assert "J’aime : 12 → 1 340, vues : 1 → 2 en 3 jours" in text
    assert "Évolution des compteurs" in text and "Heure J’aime Vues" in text


def test_duration_is_in_the_singular(points, shown):
    points({"likes": 1}, {"likes": 2}, step=timedelta(minutes=1))
    assert "Likes 1 → 2 in 1 minute" in shown()
    assert "J’aime : 1 → 2 en 1 minute" in shown("fr")


@pytest.mark.parametrize(
    ("time_zone", "time"),
    [("Europe/Paris", "Jul 15, 2025, 2:27 p.m."), ("America/New_York", "Jul 15, 2025, 8:27 a.m.")],
)
def test_table_has_the_times_of_the_reader_and_only_columns_with_data(points, shown, time_zone, time):
    points({"likes": 12, "views": 7000}, {"likes": 340, "views": 8000})
    text = shown(time_zone=time_zone)
    assert f"{SUMMARY} Time Likes Views {time} 12 7,000" in text
    assert "Replies" not in text and "Shares" not in text


def test_unknown_counts_are_no_zeros(points, shown):
    points({"likes": 12}, {"likes": 12, "replies": 4})
    text = shown()
    assert "12 – " in text and "12 4" in text and "→" not in text


def test_table_has_the_last_20_points(points, shown):
    points(*({"likes": 1000 + number} for number in range(25)), step=timedelta(hours=1))
    text = shown()
    assert "Likes 1,000 → 1,024 in 24 hours" in text
    table = text.partition(SUMMARY)[2]
    assert "Last 20 changes" in table and "1,005" in table and "1,024" in table
    assert "1,004" not in table


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_points_show_nothing(points, shown, count):
    points(*[{"likes": 1}] * count)
    text = shown()
    assert SUMMARY not in text and "→" not in text
