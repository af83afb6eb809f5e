"""The calendar in the API: secret addresses, rules with the charter, posting slots."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.models import ActivityEntry
from tests.api.test_access import assert_problem
from workplace.models import CalendarAddress, PostingSlot

pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses(project):
    return f"/projects/{project.pk}/calendar-addresses"


@pytest.fixture
def rules(project):
    return f"/projects/{project.pk}/calendar-rules"


@pytest.fixture
def slots(project):
    return f"/projects/{project.pk}/posting-slots"


def test_viewer_creates_reads_and_revokes_a_calendar_address(program, viewer, owner, addresses):
    made = program(viewer)("POST", addresses).json()
    feed = urlsplit(made.pop("url")).path
    assert program(viewer).get(addresses).json() == {"items": [made]}
    assert program(owner).get(addresses).json() == {"items": []}
    assert Client().get(feed).content.startswith(b"BEGIN:VCALENDAR")

    assert_problem(program(owner)("DELETE", f"{addresses}/{made['id']}"), 404)
    assert program(viewer)("DELETE", f"{addresses}/{made['id']}").status_code == 204
    assert Client().get(feed).status_code == 404 and not CalendarAddress.objects.exists()


def test_calendar_addresses_of_a_person_are_limited(program, viewer, addresses):
    for _ in range(10):
        assert program(viewer)("POST", addresses).status_code == 201
    assert_problem(program(viewer)("POST", addresses), 422)
    assert CalendarAddress.objects.count() == 10


def test_rules_are_changed_field_by_field_and_logged(program, owner, manager, viewer, rules):
    nothing = {"needs_approval": False, "tone": "", "forbidden": [], "hashtags": [], "signature": ""}
    nothing |= {"tags_links": False, "link_domains": []}
    assert program(viewer).get(rules).json() == nothing
    sent = {"forbidden": ["  low   cost ", "low cost", ""], "hashtags": ["lumen", "#Lumen", "#light"]}
    changed = program(owner)("PATCH", rules, sent).json()
    assert changed == nothing | {"forbidden": ["low cost"], "hashtags": ["#Lumen", "#light"]}
    assert program(owner)("PATCH", rules, {"tone": "Calm.", "needs_approval": True}).json()["hashtags"] == [
        "#Lumen",
        "#light",
    ]
    assert ActivityEntry.objects.filter(action="calendar_rules.changed").count() == 2
    assert_problem(program(manager)("PATCH", rules, {"tone": "x"}), 403)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tone", "x" * 2001),
        ("signature", "x" * 101),
        ("forbidden", [f"word {number}" for number in range(101)]),
        ("forbidden", ["x" * 101]),
        ("hashtags", ["x" * 101]),
        ("link_domains", ["lumen example"]),
        ("link_domains", [f"{number}.example" for number in range(21)]),
        ("tone", None),
    ],
)
def test_rules_name_the_wrong_field(program, owner, rules, field, value):
    response = program(owner)("PATCH", rules, {field: value})
    assert_problem(response, 422)
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_manager_adds_lists_and_removes_posting_slots(program, manager, viewer, slots):
    manager.time_zone = "America/Montreal"
    manager.save()
    own = program(manager)("POST", slots, {"platform": "bluesky", "weekday": 1, "time": "18:30:45"}).json()
    assert own.items() >= {"platform": "bluesky", "weekday": 1, "time": "18:30:00"}.items()
    assert own["time_zone"] == "America/Montreal"
    other = {"platform": "x", "weekday": 0, "time": "09:00:00", "time_zone": "Europe/Paris"}
    made = program(manager)("POST", slots, other).json()
    assert program(viewer).get(slots).json() == {"items": [made, own]}
    assert_problem(program(viewer)("DELETE", f"{slots}/{made['id']}"), 403)
    assert program(manager)("DELETE", f"{slots}/{made['id']}").status_code == 204
    assert PostingSlot.objects.get().pk == own["id"]


@pytest.mark.parametrize(
    "values", [{"platform": "myspace"}, {"weekday": 7}, {"time": "25:00"}, {"time_zone": "Europe/Atlantis"}]
)
def test_posting_slot_with_a_wrong_value_is_refused(program, manager, slots, values):
    sent = {"platform": "x", "weekday": 0, "time": "09:00", **values}
    response = program(manager)("POST", slots, sent)
    assert_problem(response, 422)
    assert [error["field"] for error in response.json()["errors"]] == list(values)
    assert not PostingSlot.objects.exists()


def test_posting_slot_exists_once(program, manager, slots):
    sent = {"platform": "x", "weekday": 0, "time": "09:00"}
    assert program(manager)("POST", slots, sent).status_code == 201
    assert_problem(program(manager)("POST", slots, sent), 422)
