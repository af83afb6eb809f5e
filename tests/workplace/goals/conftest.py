import pytest
from django.utils import timezone

from tests.workplace.goals.forms import PARIS


@pytest.fixture
def today():
    return timezone.now().astimezone(PARIS).date()


@pytest.fixture
def person(owner, client):
    owner.time_zone = "Europe/Paris"
    owner.save()
    client.force_login(owner)
    return client
