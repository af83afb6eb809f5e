"""The API accepts and documents the parameters of every registered filter dimension."""

from datetime import timedelta

import pytest
from django.utils import timezone

from api.schemas import filter_parameters
from monitoring.insights.dimensions import DIMENSIONS
from tests.factories import make_keyword, make_mentions
from tests.monitoring.insights.test_dimensions import OriginDimension


def test_api_accepts_and_documents_registered_dimension(program, viewer, project, monkeypatch):
    monkeypatch.setitem(DIMENSIONS, "origins", OriginDimension())
    published = timezone.now() - timedelta(days=1)
    rows = [{"published": published, "is_backlog": is_backlog} for is_backlog in (False, False, True)]
    make_mentions(make_keyword(project), rows)
    volume = f"/projects/{project.pk}/volume"
    assert program(viewer).get(volume, origin="backlog").json()["total"] == 1
    assert program(viewer).get(volume, origin="tomorrow").status_code == 422
    field = filter_parameters(DIMENSIONS.values()).model_fields["origin"]
    assert (field.annotation, field.description) == (list[str], "new or backlog")


def test_api_rejects_parameter_of_unregistered_dimension(program, viewer, project):
    response = program(viewer).get(f"/projects/{project.pk}/volume", origin="backlog")
    assert response.status_code == 422
    assert response.json()["errors"][0]["code"] == "unknown_parameter"


@pytest.mark.parametrize(
    ("parameters", "total"),
    [({"kind": "review"}, 2), ({"kind": ["review", "unknown"]}, 3), ({"rating": "1-2"}, 1), ({"country": "fr"}, 2)],
)
def test_api_filters_by_the_fields_of_posts(program, viewer, project, parameters, total):
    rows = [{"kind": "review", "rating": 1.6, "country": "FR"}, {"kind": "review", "rating": 5.0, "country": "FR"}, {}]
    make_mentions(make_keyword(project), rows)
    assert len(program(viewer).get(f"/projects/{project.pk}/mentions", **parameters).json()["items"]) == total
    assert program(viewer).get(f"/projects/{project.pk}/volume", **parameters).json()["total"] == total


def test_api_rejects_unknown_values_of_the_fields_of_posts(program, viewer, project):
    response = program(viewer).get(f"/projects/{project.pk}/mentions", kind="news", rating="6", country="France")
    assert response.status_code == 422
    assert {error["field"] for error in response.json()["errors"]} == {"kind", "rating", "country"}
