"""The overview's numbers in the API: status, breakdown over time, profile, terms."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import SourcePeriod
from tests.factories import make_keyword, make_mention, make_mentions, make_source

NOW = timezone.now


@pytest.fixture
def keyword(project):
    make_source(project, title="Le Phare", created_at=NOW() - timedelta(days=365), last_success_at=NOW())
    return make_keyword(project, "Lumen", "lumen", type="brand")


def crisis(keyword, number=12):
    at = NOW() - timedelta(hours=1)
    make_mentions(keyword, [{"sentiment": "negative", "published": at, "author": "Ada"} for _ in range(number)])


def test_status_is_calm_without_problems(project, viewer, keyword, program):
    make_mention(keyword, published=NOW() - timedelta(hours=1))
    found = program(viewer).get(f"/projects/{project.pk}/status").json()
    assert (found["tone"], found["signal"], found["last_day"], found["needs_reply"]) == ("calm", None, 1, 0)


def test_status_tells_an_unusual_number_of_negative_mentions(project, viewer, keyword, program):
    crisis(keyword)
    make_mention(keyword, status="needs_reply", published=NOW() - timedelta(days=40))
    found = program(viewer).get(f"/projects/{project.pk}/status").json()
    assert found["tone"] == "alarm"
    assert (found["signal"]["count"], found["signal"]["negative"], found["signal"]["ratio"]) == (12, True, None)
    assert found["needs_reply"] == 1


def test_status_warns_of_failing_sources(project, viewer, keyword, program):
    make_source(project, error_code="timeout")
    found = program(viewer).get(f"/projects/{project.pk}/status").json()
    assert (found["tone"], found["failing_sources"]) == ("warn", 1)


def test_overview_counts_documents_of_brands_with_net_sentiment_and_gaps(project, viewer, keyword, program):
    make_mentions(make_keyword(project, type="competitor"), 3)
    crisis(keyword)
    source = project.sources.get()
    SourcePeriod.objects.create(source=source, state="failing", error_code="dns", started_at=NOW() - timedelta(days=4))
    found = program(viewer).get(f"/projects/{project.pk}/overview", period="7d", bucket="day").json()
    assert [one["name"] for one in found["keywords"]] == ["Lumen"]
    assert found["total"]["negative"] == found["total"]["documents"] == 12
    assert found["net"][-1]["net"] == -100 and found["net"][0] is None
    assert {"Le Phare"} == {name for gap in found["gaps"] for name in gap["sources"]}
    assert found["previous"]["documents"] == 0


def test_overview_has_no_previous_period_that_vigie_did_not_see(project, viewer, keyword, program):
    project.sources.update(created_at=NOW() - timedelta(days=2))
    found = program(viewer).get(f"/projects/{project.pk}/overview", period="7d").json()
    assert found["previous"] is None
    assert found["gaps"][0] == {"bucket": 0, "sources": [], "errors": []}


def test_profile_counts_hours_sources_and_authors(project, viewer, keyword, program):
    crisis(keyword, 3)
    found = program(viewer).get(f"/projects/{project.pk}/profile").json()
    assert sum(map(sum, found["heat"])) == 3
    assert [(row["key"], row["documents"]) for row in found["authors"]] == [("Ada", 3)]
    assert found["reach"] == {"followers": 0, "known": 0, "sampled": 3, "is_complete": True}


def test_terms_are_those_that_usual_mentions_lack(project, viewer, keyword, program):
    make_mentions(keyword, [{"published": NOW() - timedelta(days=9)} for _ in range(5)])
    text = "Toujours pas de livraison #LumenGate"
    make_mentions(keyword, [{"title": "Lumen", "text": text} for _ in range(4)])
    path = f"/projects/{project.pk}/terms"
    found = program(viewer).get(path).json()
    assert ("livraison", 4, None) in {(one["word"], one["documents"], one["ratio"]) for one in found["words"]}
    assert [one["word"] for one in found["hashtags"]] == ["#lumengate"]
    listed = program(viewer).get(f"/projects/{project.pk}/mentions", q="#lumengate").json()
    assert len(listed["items"]) == 4


@pytest.mark.parametrize("path", ["status", "overview", "profile", "terms"])
def test_strangers_get_404(project, stranger, program, path):
    assert program(stranger).get(f"/projects/{project.pk}/{path}").status_code == 404
