"""The links in a digest that ignore or assign an item: signed, expiring, confirmed, harmless to repeat, undoable."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ActivityEntry, Membership
from alerts.digests import send
from alerts.digests.actions import action_url
from monitoring.models import Mention, Triage
from tests.alerts.digests.helpers import NOW, make_found, messages


@pytest.fixture
def links(daily, keyword):
    """Send a digest of one item to an admin. Return its links by their words."""
    make_found(keyword, title="Lumen the mountain", sentiment="negative")
    send.write_due(NOW)
    found = re.findall(r'href="http://[^/]+(/do/[^"]+)"[^>]*>([^<]+)<', messages().get().html)
    return {words: path for path, words in found}


def press(path, **fields):
    return Client(enforce_csrf_checks=True).post(path, fields)


def undo_of(response):
    return re.search(r'name="undo" value="([^"]+)"', response.content.decode())[1]


def test_link_ignores_an_item_after_a_button_and_undoes_it(links):
    page = Client().get(links["Not relevant"])
    assert "Ignore this item?" in page.content.decode() and "Lumen the mountain" in page.content.decode()
    assert Mention.objects.get().status == "to_review"
    done = press(links["Not relevant"])
    assert "Item ignored" in done.content.decode() and Mention.objects.get().status == "ignored"
    assert "Change undone" in press(links["Not relevant"], undo=undo_of(done)).content.decode()
    assert Mention.objects.get().status == "to_review"


def test_link_assigns_an_item_to_the_recipient(links, owner):
    assert "Item assigned to you" in press(links["Assign to me"]).content.decode()
    assert Triage.objects.get().assignee == owner
    assert ActivityEntry.objects.filter(user=owner, action="mention.assigned").count() <= 1


def test_repeated_button_changes_nothing_more(links):
    first = press(links["Not relevant"])
    entries = ActivityEntry.objects.count()
    assert "Item ignored" in press(links["Not relevant"]).content.decode()
    assert ActivityEntry.objects.count() == entries
    undo = undo_of(first)
    for _ in range(2):
        press(links["Not relevant"], undo=undo)
    assert Mention.objects.get().status == "to_review"


def test_undo_of_one_link_does_nothing_at_another(links):
    undo = undo_of(press(links["Not relevant"]))
    press(links["Assign to me"], undo=undo)
    assert Mention.objects.get().status == "ignored"


def test_link_ends_with_time_role_and_signature(links, owner, monkeypatch):
    later = timezone.now() + timedelta(days=31)
    monkeypatch.setattr("django.core.signing.time.time", later.timestamp)
    assert press(links["Not relevant"]).status_code == 404
    monkeypatch.undo()
    Membership.objects.filter(user=owner).update(role="viewer")
    assert press(links["Not relevant"]).status_code == 404
    assert press("/do/forged").status_code == 404
    assert Mention.objects.get().status == "to_review"


def test_digest_of_a_viewer_has_no_action_links(daily, keyword, owner):
    Membership.objects.filter(user=owner).update(role="viewer")
    make_found(keyword)
    send.write_due(NOW)
    assert "/do/" not in messages().get().html


def test_link_of_an_item_of_another_project_does_nothing(daily, stranger, keyword):
    mention = make_found(keyword)
    daily.user = stranger
    path = action_url("ignore", daily, mention.pk).partition("localhost:8000")[2] or "/do/x"
    assert press(path).status_code == 404
