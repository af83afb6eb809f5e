"""A stored time zone that the database of time zones no longer has: the zone of the server is used."""

import pytest

from accounts.models import User
from alerts.evaluate import evaluate_all
from tests.alerts.found_mentions import NOW, make_found, make_rule, messages
from tests.factories import make_keyword

GONE = ["Mars/Olympus", "US/Pacific-New", "", "../zone", "bad\x01name"]


@pytest.mark.parametrize("name", GONE)
def test_rule_alerts_everybody_when_the_time_zone_of_one_person_is_gone(project, owner, manager, name):
    User.objects.filter(pk=owner.pk).update(time_zone=name)
    keyword = make_keyword(project, "Lumen", "lumen")
    make_rule(keyword)
    make_found(keyword, 4)
    evaluate_all(NOW)
    assert [message.recipient for message in messages("opened")] == [owner.email, manager.email]


@pytest.mark.parametrize("path", ["/account", "/p/{}/", "/p/{}/digest", "/p/{}/rules"])
def test_pages_open_for_a_person_whose_time_zone_is_gone(project, owner, as_person, path):
    client = as_person(owner)
    User.objects.filter(pk=owner.pk).update(time_zone="Mars/Olympus")
    assert client.get(path.format(project.pk)).status_code == 200
