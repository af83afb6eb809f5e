"""The quiet hours of the caller in the API."""

from datetime import time

import pytest

from alerts.models import QuietHours

NONE = {"start": None, "end": None, "weekends": False, "time_zone": "Europe/Paris"}
NIGHT = {"start": "22:00", "end": "07:30", "weekends": True}


@pytest.fixture
def hours(program, owner):
    owner.time_zone = "Europe/Paris"
    owner.save()
    call = program(owner)
    return lambda method="GET", body=None: call(method, "/quiet-hours", body)


def test_quiet_hours_are_read_changed_and_deleted(hours, owner, manager):
    QuietHours.objects.create(user=manager, start=time(1), end=time(2))
    assert hours().json() == NONE
    assert hours("PUT", NIGHT).json() == hours().json() == {**NIGHT, "time_zone": "Europe/Paris"}
    assert hours("PUT", {**NIGHT, "start": "00:00"}).json()["start"] == "00:00"
    weekends = {**NONE, "weekends": True}
    assert hours("PUT", {"start": None, "end": None, "weekends": True}).json() == hours().json() == weekends
    assert [hours("DELETE").status_code for _ in range(2)] == [204, 204]
    assert hours().json() == NONE
    assert list(QuietHours.objects.values_list("user", flat=True)) == [manager.pk]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"start": "25:00"}, "start"),
        ({"end": "7 pm"}, "end"),
        ({"end": None}, "end"),
        ({"start": None}, "start"),
        ({"end": "22:00"}, "end"),
        ({"weekends": None}, "weekends"),
        ({"zone": "UTC"}, "zone"),
    ],
)
def test_invalid_field_is_named_and_nothing_changes(hours, change, field):
    hours("PUT", NIGHT)
    answer = hours("PUT", {**NIGHT, **change})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert QuietHours.objects.get().start == time(22)
