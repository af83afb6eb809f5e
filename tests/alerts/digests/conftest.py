from datetime import timedelta

import pytest

# Models are imported in the fixtures: pytest loads this file before Django is set up.


@pytest.fixture
def keyword(project):
    from accounts.models import Project
    from tests.alerts.digests.helpers import START
    from tests.factories import make_keyword

    Project.objects.filter(pk=project.pk).update(created_at=START - timedelta(days=30))
    project.refresh_from_db()
    return make_keyword(project, "Lumen", "lumen")


@pytest.fixture
def daily(owner, keyword):
    """Ada's digest: every day at 8 a.m. in Paris, last sent until START."""
    from alerts.models import Digest
    from tests.alerts.digests.helpers import START

    return Digest.objects.create(project=keyword.project, user=owner, hour=8, sent_until=START)
