"""The API of goals, their figures, and annotations."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_keyword
from workplace.models import FollowerCount, Goal, OwnAccount

DAY = timedelta(days=1)


@pytest.fixture
def goals(program, manager, project):
    call = program(manager)
    return lambda method="GET", path="", body=None: call(method, f"/projects/{project.pk}/goals{path}", body)


def body(**changes):
    today = timezone.localdate()
    days = {"starts_on": (today - 5 * DAY).isoformat(), "ends_on": (today + 5 * DAY).isoformat()}
    return {"name": "Visitors", "metric": "manual", "target": 100, "is_sum": True, **days, **changes}


def test_api_creates_reads_changes_and_deletes_goals(goals):
    created = goals("POST", body=body())
    assert created.status_code == 201
    goal = created.json()
    assert (goal["target"], goal["value"], goal["expected"]) == (100, 0, pytest.approx(100 * 5 / 11))
    assert goals().json() == {"items": [goal]}
    path = f"/{goal['id']}"
    assert goals(path=path).json() == goal
    assert goals("PATCH", path, {"target": 50}).json()["target"] == 50
    assert goals("DELETE", path).status_code == 204
    assert goals(path=path).status_code == goals("PATCH", path, {}).status_code == 404


def test_api_enters_figures(goals):
    goal = goals("POST", body=body()).json()
    yesterday = (timezone.localdate() - DAY).isoformat()
    path = f"/{goal['id']}/figures"
    entered = goals("PUT", path, {"figures": [{"day": yesterday, "value": 30}]}).json()
    assert entered["value"] == 30 and entered["points"][-1] == {"day": yesterday, "value": 30}
    assert goals("PUT", path, {"figures": [{"day": yesterday, "value": None}]}).json()["value"] == 0
    measured = goals("POST", body=body(metric="mentions")).json()
    refused = goals("PUT", f"/{measured['id']}/figures", {"figures": [{"day": yesterday, "value": 1}]})
    assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "figures"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"metric": "nothing"}, "metric"),
        ({"name": " "}, "name"),
        ({"metric": "share_of_voice", "target": 20}, "keyword"),
        ({"metric": "in_time", "target": 200}, "target"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"keyword_id": 99999}, "keyword_id"),
        ({"owner_id": 99999}, "owner_id"),
        ({"target": 1e300}, "target"),
        ({"color": "red"}, "color"),
    ],
)
def test_api_names_invalid_fields_of_a_goal(goals, change, field):
    answer = goals("POST", body=body(**change))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Goal.objects.exists()


def test_api_needs_a_target_or_a_growth(goals, project):
    values = body(metric="mentions")
    del values["target"]
    assert goals("POST", body=values).json()["errors"][0]["field"] == "target"
    assert goals("POST", body=values | {"growth": 20}).json()["errors"][0]["field"] == "target"
    assert goals("POST", body=values | {"growth": 20, "baseline": 50}).json()["target"] == 60


def test_api_keyword_of_another_project_is_unknown(goals, stranger):
    keyword = make_keyword(stranger.memberships.get().project)
    assert goals("POST", body=body(metric="mentions", keyword_id=keyword.pk)).status_code == 422


def test_viewer_reads_goals_only(program, viewer, goals, project):
    goal = goals("POST", body=body()).json()
    call, path = program(viewer), f"/projects/{project.pk}/goals"
    assert call.get(path).json()["items"][0]["id"] == goal["id"]
    assert call("POST", path, body()).status_code == call("DELETE", f"{path}/{goal['id']}").status_code == 403


def test_api_annotates_charts(program, manager, project):
    call, path = program(manager), f"/projects/{project.pk}/annotations"
    today = timezone.localdate()
    created = call("POST", path, {"text": "Campaign", "starts_on": today.isoformat()})
    assert created.status_code == 201 and created.json()["ends_on"] == today.isoformat()
    assert call.get(path).json() == {"items": [created.json()]}
    assert [mark["target"] for mark in call.get(f"/projects/{project.pk}/overview").json()["marks"]] == ["Campaign"]
    assert call("DELETE", f"{path}/{created.json()['id']}").status_code == 204
    wrong = call("POST", path, {"text": "x", "starts_on": "2026-02-01", "ends_on": "2026-01-01"})
    assert wrong.json()["errors"][0]["field"] == "ends_on"


def test_api_lists_followers_and_makes_goals_of_accounts(goals, program, viewer, project, stranger):
    account = OwnAccount.objects.create(project=project, platform="mastodon", native_id="s/1", name="@lumen")
    today = timezone.now().date()
    for days, followers in ((1, 12), (2, 10), (400, 1)):
        FollowerCount.objects.create(account=account, day=today - days * DAY, followers=followers)
    url = f"/projects/{project.pk}/followers"
    [found] = program(viewer)("GET", url).json()["items"]
    assert (found["name"], found["platform"], found["is_connected"], found["error"]) == (
        "@lumen",
        "mastodon",
        False,
        "",
    )
    assert [count["followers"] for count in found["counts"]] == [10, 12]
    assert len(program(viewer)("GET", f"{url}?days=500").json()["items"][0]["counts"]) == 3
    assert program(viewer)("GET", f"{url}?days=0").status_code == 422
    assert program(stranger)("GET", url).status_code == 404
    goal = goals("POST", body=body(metric="followers", account_id=account.pk))
    assert goal.status_code == 201 and goal.json()["account_id"] == account.pk
    assert goals("POST", body=body(metric="followers", account_id=account.pk + 1)).status_code == 422
    assert goals("POST", body=body(metric="followers")).status_code == 422
