"""The API of team activity and of the measure of the welcome queue."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.activity_log import record
from monitoring.models import Author, DocumentActivity
from tests.factories import make_keyword, make_mentions


@pytest.fixture
def acts(project, manager, owner):
    """Marc sorted two items and Ada one."""
    mentions = make_mentions(make_keyword(project), [{"published": timezone.now()}] * 3)
    for person, mention in zip((manager, manager, owner), mentions, strict=True):
        entry = record(project, person, "mention.status", "x")
        DocumentActivity.objects.create(entry=entry, document=mention.document)


def test_api_returns_own_counts_and_those_of_everybody_to_admins(program, project, manager, owner, acts):
    path = f"/projects/{project.pk}/team"
    own = program(manager).get(path).json()
    assert own["team"]["decisions"] == 3 and [one["user_id"] for one in own["people"]] == [manager.pk]
    everybody = program(owner).get(path).json()
    assert {one["user_id"]: one["decisions"] for one in everybody["people"]} == {manager.pk: 2, owner.pk: 1}
    assert program(owner).get(f"{path}?week=2020-01-01").json()["team"]["decisions"] == 0
    for day in ("0001-01-01", "9999-12-31"):
        assert program(owner).get(f"{path}?week={day}").status_code == 422


def test_api_returns_the_measure_of_the_welcome_queue(program, project, owner):
    first = timezone.now() - timedelta(days=40)
    Author.objects.create(project=project, platform="bluesky", key=f"{1:032x}", first_at=first, welcome_at=first)
    measure = program(owner).get(f"/projects/{project.pk}/welcome-queue").json()["measure"]
    assert (measure["old"], measure["returned"], measure["welcomed"]) == (1, 0, 0)
