"""The API accepts and documents the parameters of every registered filter dimension."""

from datetime import timedelta

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
