"""Browsers of people among the channels of a rule: quiet hours, and people who leave."""

from datetime import time

import pytest

from accounts.models import Membership
from alerts.each_mention import send_each
from alerts.evaluate import evaluate_all
from alerts.held import send_held
from alerts.models import QuietHours, Rule
from delivery.models import Delivery, Destination
from tests.alerts.found_mentions import HOUR, NOW, make_found
from tests.factories import make_keyword


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


@pytest.fixture
def laptop(project, english_manager):
    return make_browser(project, english_manager, "Laptop")


@pytest.fixture
def rule(keyword, laptop):
    rule = Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3, window_s=86400)
    rule.destinations.add(laptop)
    return rule


@pytest.fixture
def quiet(english_manager):
    english_manager.time_zone = "UTC"
    english_manager.save()
    return QuietHours.objects.create(user=english_manager, start=time(11), end=time(19))


def make_browser(project, user, name):
    return Destination.objects.create(project=project, created_by=user, channel="webpush", name=name, language="en")


def recipients():
    return sorted(Delivery.objects.values_list("recipient", flat=True))


def test_alert_goes_to_the_browser_only(rule, keyword, owner):
    make_found(keyword, 4)
    evaluate_all(NOW)
    assert recipients() == ["Laptop"]


def test_browser_is_left_alone_in_the_quiet_hours_of_its_owner_who_gets_the_summary(
    rule, quiet, keyword, owner, english_manager
):
    desk = make_browser(keyword.project, owner, "Desk")
    rule.destinations.add(desk)
    make_found(keyword, 4)
    evaluate_all(NOW)
    assert recipients() == ["Desk"]
    send_held(NOW + 8 * HOUR)
    assert recipients() == ["Desk", english_manager.email]


def test_critical_alert_goes_to_the_browser_in_quiet_hours(rule, quiet, keyword, owner):
    Rule.objects.update(is_critical=True)
    make_found(keyword, 4)
    evaluate_all(NOW)
    assert recipients() == ["Laptop"]


def test_single_mentions_wait_in_quiet_hours(rule, quiet, keyword, owner, english_manager):
    Rule.objects.update(condition="each", told_until=NOW - HOUR)
    make_found(keyword, 2)
    send_each(NOW)
    assert recipients() == []
    send_held(NOW + 8 * HOUR)
    assert recipients() == [english_manager.email]


@pytest.mark.parametrize("has_left", [True, False])
def test_alert_goes_to_managers_when_the_owner_of_the_only_browser_has_left(
    rule, keyword, owner, english_manager, has_left
):
    if has_left:
        Membership.objects.filter(user=english_manager).delete()
    else:
        english_manager.is_active = False
        english_manager.save()
    make_found(keyword, 4)
    evaluate_all(NOW)
    assert owner.email in recipients()
