"""The response target's settings page."""

import pytest

from accounts.models import ActivityEntry
from workplace.models import ResponseTarget

WEEK = {f"{name}_{day}": at for day in range(5) for name, at in (("from", "09:00"), ("until", "18:00"))}
TARGET = {"hours": "4", "time_zone": "Europe/Paris", "calendar": "FR", "escalate_after": "2", **WEEK}


def address(project):
    return f"/p/{project.pk}/settings/response"


def save(client, project, **changes):
    return client.post(address(project), {**TARGET, **changes}, follow=True).content.decode()


def test_response_target_is_off_and_suggested_until_an_admin_saves_it(project, owner, viewer, as_person):
    assert f'href="{address(project)}"' in as_person(viewer).get(f"/p/{project.pk}/settings").content.decode()
    page = as_person(owner).get(address(project)).content.decode()
    assert "No target yet" in page and 'name="hours" value="8"' in page and '<option value="FR" selected>' in page
    assert not ResponseTarget.objects.exists()


def test_saved_response_target_is_shown_with_an_example_and_logged(project, owner, as_person):
    page = save(as_person(owner), project, until_4="00:00")
    assert "Response target saved." in page and "An item found now would be due" in page
    target = ResponseTarget.objects.get(project=project)
    assert (target.hours, target.calendar, target.escalate_after) == (4, "FR", 2)
    assert target.week == [[540, 1080]] * 4 + [[540, 1440], None, None]
    assert 'name="until_4" value="00:00"' in page
    entry = ActivityEntry.objects.get(project=project)
    assert (entry.action, entry.user, entry.detail["hours"]) == ("response_target.changed", owner, 4)
    save(as_person(owner), project, until_4="00:00")
    assert ActivityEntry.objects.count() == 1


def test_response_target_without_hours_is_off(project, owner, as_person):
    save(as_person(owner), project)
    assert "No target yet" in save(as_person(owner), project, hours="")
    assert ResponseTarget.objects.get().duration is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"until_0": ""}, "Enter both times"),
        ({"from_0": "18:00", "until_0": "09:00"}, "at least one hour after the start"),
        (dict.fromkeys(WEEK, ""), "at least one working day"),
        ({"hours": "0"}, "greater than or equal to 1"),
        ({"hours": "241"}, "less than or equal to 240"),
        ({"time_zone": "Mars/Olympus"}, "isn’t a time zone"),
        ({"calendar": "DE"}, "Select a valid choice"),
        ({"escalate_after": "-1"}, "greater than or equal to 0"),
    ],
)
def test_response_target_refuses_unusable_values(project, owner, as_person, changes, message):
    assert message in save(as_person(owner), project, **changes)
    assert not ResponseTarget.objects.exists()


def test_members_read_the_response_target_and_only_admins_change_it(project, owner, manager, viewer, as_person):
    save(as_person(owner), project)
    page = as_person(viewer).get(address(project)).content.decode()
    assert "disabled" in page and "Admins can change" in page
    assert as_person(manager).post(address(project), {**TARGET, "hours": "9"}).status_code == 403
    assert ResponseTarget.objects.get().hours == 4
