"""The comparison of brands with competitors in the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.dashboards.theme_rows import make_theme
from tests.factories import make_keyword, make_mentions, make_source, make_story

NOW = timezone.now


@pytest.fixture
def keywords(project):
    make_source(project, created_at=NOW() - timedelta(days=365), last_success_at=NOW())
    return [make_keyword(project, "Lumen", "lumen", type="brand"), make_keyword(project, "Halo", type="competitor")]


def test_comparison_has_counts_shares_and_platforms_of_each_side(project, viewer, keywords, program):
    lumen, halo = keywords
    make_mentions(lumen, [{"sentiment": "negative", "platform": "bluesky"}] * 12)
    make_mentions(halo, [{"published": NOW() - timedelta(days=8)}] * 3)
    make_story(halo, 4)
    found = program(viewer).get(f"/projects/{project.pk}/compare", period="7d").json()
    own, rival = found["sides"]
    assert [one["name"] for one in own["keywords"]] == ["Lumen"]
    assert (own["share"], own["previous_share"], rival["share"], rival["previous_share"]) == (75, 0, 25, 100)
    assert (own["total"]["negative"], own["net"]["net"], rival["net"]) == (12, -100, None)
    assert (rival["total"]["documents"], rival["stories"]) == (4, 1)
    assert [(one["platform"], one["documents"]) for one in own["platforms"]] == [("bluesky", 12)]
    assert sum(one["documents"] for one in own["buckets"]) == 12
    assert len(found["starts"]) == len(own["buckets"]) == len(own["net_buckets"])


def test_comparison_has_themes_with_the_documents_of_each_side(project, viewer, keywords, program):
    lumen, halo = keywords
    made = make_mentions(lumen, 3) + make_mentions(halo, 1)
    theme = make_theme(project, [one.document for one in made], "late, parcel")
    found = program(viewer).get(f"/projects/{project.pk}/compare", period="7d").json()
    assert found["themes"] == [{"id": theme.pk, "name": "Late, parcel", "documents": [3, 1]}]


def test_comparison_has_no_previous_period_that_vigie_did_not_see(project, viewer, program):
    make_source(project, last_success_at=NOW())
    make_mentions(make_keyword(project, "Lumen", type="brand"), 1)
    make_keyword(project, "Halo", type="competitor")
    own = program(viewer).get(f"/projects/{project.pk}/compare").json()["sides"][0]
    assert own["previous"] is None and own["previous_share"] is None


def test_visibility_has_scores_by_platform_and_takes_weights(project, viewer, keywords, program):
    lumen, halo = keywords
    make_mentions(lumen, [{"author": f"Author {n}", "followers": 10, "platform": "bluesky"} for n in range(4)])
    make_mentions(halo, [{"author": "Zoë", "followers": 400}] * 2)
    path = f"/projects/{project.pk}/visibility"
    own, rival = program(viewer).get(path).json()
    assert (own["score"], rival["score"]) == (70, 61)
    assert (own["mentions"], own["reach"], own["authors"], own["pickups"]) == (4, 40, 4, 0)
    assert [(one["platform"], one["score"]) for one in rival["platforms"]] == [("feed", 100)]
    own, rival = program(viewer).get(path, mentions_weight=0, authors_weight=0).json()
    assert (own["score"], rival["score"]) == (10, 100)
    refused = program(viewer).get(path, reach_weight=101)
    assert refused.status_code == 422 and "reach_weight" in refused.text


@pytest.mark.parametrize("path", ["compare", "visibility"])
def test_comparison_refuses_unknown_parameters_and_strangers(project, viewer, stranger, program, path):
    assert program(viewer).get(f"/projects/{project.pk}/{path}", nothing=1).status_code == 422
    assert program(stranger).get(f"/projects/{project.pk}/{path}").status_code == 404
