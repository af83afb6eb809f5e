"""The relevance settings page: what the decisions have taught, the versions, and the decisions of admins."""

import re

import pytest

from accounts.models import ActivityEntry
from monitoring.models import RelevanceState
from monitoring.services import triage
from tests.factories import make_keyword, make_mentions
from tests.relevance import make_version, use_new_version


def address(project, path=""):
    return f"/p/{project.pk}/settings/relevance{path}"


def words(client, project):
    html = client.get(address(project)).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html.replace("<b>", "").replace("</b>", "")).split())


def test_page_says_how_many_decisions_are_missing(project, viewer, manager, as_person):
    mentions = make_mentions(make_keyword(project), 5)
    triage.set_status(project, manager, [one.pk for one in mentions[:3]], "ignored")
    triage.set_status(project, manager, [mentions[3].pk], "replied")
    client = as_person(viewer)

    text = words(client, project)

    assert "Not enough decisions yet" in text
    assert "after 30 decisions, at least 10 about noise and 10 about relevant items." in text
    assert "So far: 3 ignored as noise, 1 relevant." in text
    assert "Turn off suggestions" not in text
    assert f'href="{address(project)}"' in client.get(f"/p/{project.pk}/settings").content.decode()


def test_page_shows_figures_and_status_of_each_version(project, viewer, as_person):
    make_version(project, 1)
    use_new_version(project, 2)
    make_version(project, 3, right=25, is_better=False)

    text = words(as_person(viewer), project)

    assert "Tested on 120 decisions that it didn’t learn from, 95% of what Vigie calls noise is noise" in text
    assert "it finds 63% of the noise" in text
    assert "On the newest 30 decisions, after learning from the older ones: 90% right, 60% found." in text
    assert "In use" in text and "Not used: too often wrong" in text and "Not in use" in text
    assert "Restore" not in text


def test_page_says_that_nothing_is_suggested_yet(project, viewer, as_person):
    make_version(project, 1, right=20, is_better=False)
    RelevanceState.objects.create(project=project)

    assert "That isn’t good enough yet, so nothing is suggested." in words(as_person(viewer), project)


def test_admin_restores_a_version_and_turns_suggestions_off_and_on(project, owner, as_person):
    make_version(project, 1)
    use_new_version(project, 2)
    client = as_person(owner)

    client.post(address(project, "/version"), {"number": "1"})
    assert RelevanceState.objects.get(project=project).version.number == 1
    client.post(address(project, "/version"), {"number": "0"})
    assert RelevanceState.objects.get(project=project).version is None
    client.post(address(project, "/learning"), {"learns": "0"})
    assert "Suggestions are off" in words(client, project)
    client.post(address(project, "/learning"), {"learns": "1"})

    text = words(client, project)
    assert "turned suggestions on" in text and "restored version 1" in text and "stopped using a version" in text
    assert ActivityEntry.objects.filter(project=project, action__startswith="relevance.").count() == 4


def test_page_says_who_turned_suggestions_off_before_the_first_version(project, owner, viewer, as_person):
    as_person(owner).post(address(project, "/learning"), {"learns": "0"})

    assert f"{owner.name} turned suggestions off, just now" in words(as_person(viewer), project)


@pytest.mark.parametrize("number", ["7", "3", "x", ""])
def test_unknown_or_unhelpful_version_is_not_found(project, owner, as_person, number):
    make_version(project, 3, is_better=False)

    assert as_person(owner).post(address(project, "/version"), {"number": number}).status_code == 404


def test_only_admins_change_relevance_settings(project, manager, viewer, stranger, as_person):
    make_version(project, 1)
    for person, status in ((manager, 403), (viewer, 403), (stranger, 404)):
        client = as_person(person)
        assert client.post(address(project, "/version"), {"number": "1"}).status_code == status
        assert client.post(address(project, "/learning"), {"learns": "0"}).status_code == status
    assert as_person(stranger).get(address(project)).status_code == 404
    assert not RelevanceState.objects.exists()
