"""Searches of the API that take too long return a problem, and fetches for programs are limited."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("noun", ["documents?q=lumen", "mentions?q=lumen", "volume", "sentiment"])
def test_api_operation_that_takes_too_long_returns_503(blocked_reads, noun, program, viewer, project):
    response = program(viewer).get(f"/projects/{project.pk}/{noun}")
    assert response.status_code == 503
    assert "This search takes too long." in response.json()["detail"]
