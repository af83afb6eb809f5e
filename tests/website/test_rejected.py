"""A website whose key is rejected: admins get one email, a badge says so, and both end when it works again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Membership, Role
from alerts.rejected_websites import report_rejected
from delivery.models import Delivery
from tests.lookalikes.platforms.base import NOW
from tests.racing import race
from tests.website.factories import make_website
from website.connecting import replace_key
from website.models import Website
from website.reading import read_due

pytestmark = pytest.mark.django_db


def read(now=NOW):
    read_due(lambda: now)
    report_rejected(now)


def emails():
    return Delivery.objects.filter(subject__contains="read").order_by("pk")


def test_rejected_key_is_reported_to_admins_once_and_again_after_it_worked(server, project, owner, viewer):
    server.now = NOW
    make_website(project, server, next_read_at=NOW, name="Maison Lumen")
    server.valid = dict.fromkeys(server.valid, "other") if server.platform != "google_analytics" else server.valid
    if server.platform == "google_analytics":
        server.has_access = False
    read()
    read(NOW + timedelta(minutes=20))
    assert list(emails().values_list("recipient", flat=True)) == [owner.email]
    text = emails()[0].text
    assert "Maison Lumen" in text and reverse("websites", args=[project.pk]) in text
    server.valid, server.has_access = type(server)().valid, True
    read(NOW + timedelta(hours=2))
    website = Website.objects.get()
    assert (website.error_code, website.reported_at) == ("", None)
    Website.objects.update(error_code="not_allowed", failing_since=NOW + timedelta(days=1))
    report_rejected(NOW + timedelta(days=1))
    assert emails().count() == 2


@pytest.mark.parametrize("code", ["server_error", "unreachable", "quota", ""])
def test_errors_that_pass_are_not_reported(project, code):
    make_website(project, error_code=code)
    report_rejected(NOW)
    assert not emails()


def test_message_is_in_the_language_of_the_admin(project, owner):
    owner.language = "fr"
    owner.save()
    make_website(project, name="Lumen", error_code="credential_rejected", failing_since=NOW)
    report_rejected(NOW)
    assert " ".join(Delivery.objects.get().subject.split()) == "Statistiques de « Lumen » (Matomo) inaccessibles"


def test_replaced_key_is_a_new_failure(matomo, project, owner):
    website = make_website(project, matomo, error_code="credential_rejected", reported_at=NOW, failing_since=NOW)
    replace_key(website, owner, matomo.secrets)
    website.refresh_from_db()
    assert (website.error_code, website.reported_at) == ("", None)


@pytest.mark.django_db(transaction=True)
def test_two_workers_report_once(project, owner):
    make_website(project, error_code="credential_rejected", failing_since=NOW)
    race(lambda: report_rejected(NOW), lambda: report_rejected(NOW))
    assert emails().count() == 1


def test_navigation_and_settings_say_that_a_website_cannot_be_read(project, as_person, owner, viewer):
    website = make_website(project, error_code="credential_rejected", failing_since=NOW)
    client = as_person(owner)
    assert "1 website can’t be read" in client.get(reverse("overview", args=[project.pk])).text
    settings = reverse("project_settings", args=[project.pk])
    assert "1 can’t be read" in client.get(settings).text
    website.error_code = "server_error"
    website.save()
    assert "can’t be read" not in client.get(settings).text
    website.error_code = "not_allowed"
    website.save()
    Membership.objects.filter(user=viewer, project=project).update(role=Role.VIEWER)
    assert "1 website can’t be read" in as_person(viewer).get(reverse("overview", args=[project.pk])).text
