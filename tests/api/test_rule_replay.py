"""The API's replay of alert rules."""

import pytest
from django.utils import timezone

from alerts.models import Rule
from tests.alerts.replay.past import CRISIS_SIZE, make_past
from tests.factories import make_keyword

ABOVE = {"condition": "above", "threshold": 10}


@pytest.fixture
def keyword(project):
    return make_keyword(project)


def test_replay_returns_firings_crises_days_and_what_it_cannot_tell(project, viewer, program):
    keyword = make_past(project, timezone.now())
    rule = {"keywords": [keyword.pk], "conditions": [ABOVE], "window_s": 21600}
    found = program(viewer)("post", f"/projects/{project.pk}/rules/replay", rule).json()
    assert (found["outcome"], found["complete"], found["noisy"], found["without_crisis"]) == ("fires", True, False, 0)
    assert found["rule"] == "Alert when Lumen gets more than 10 mentions in 6 hours"
    (firing,), (crisis,) = found["firings"], found["crises"]
    assert firing["crisis"] and firing["peak"] >= CRISIS_SIZE and "by=found" in firing["query"]
    assert crisis["alerted_at"] == firing["opened_at"]
    assert 90 <= len(found["days"]) <= 91
    assert {day["count"] for day in found["days"]} >= {None, firing["peak"]}
    assert [one["is_current"] for one in found["variants"]].count(True) == 1
    assert {"query", "deleted", "pauses"} <= {one["code"] for one in found["not_simulated"]}
    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"conditions": [{"condition": "above"}]}, "conditions.0.threshold"),
        ({"conditions": [{"condition": "never"}]}, "conditions.0.condition"),
        ({"conditions": [ABOVE, {"condition": "rise"}]}, "conditions.1.change"),
        ({"keywords": [2**40]}, "keywords"),
        ({"window_s": 60}, "window_s"),
        ({"nothing": 1}, "nothing"),
    ],
)
def test_replay_names_the_invalid_field(project, viewer, keyword, program, changes, field):
    rule = {"keywords": [keyword.pk], "conditions": [ABOVE]} | changes
    response = program(viewer)("post", f"/projects/{project.pk}/rules/replay", rule)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_replay_is_closed_to_strangers_and_their_keywords(project, stranger, keyword, program):
    rule = {"keywords": [keyword.pk], "conditions": [ABOVE]}
    assert program(stranger)("post", f"/projects/{project.pk}/rules/replay", rule).status_code == 404
    own = stranger.memberships.get().project
    response = program(stranger)("post", f"/projects/{own.pk}/rules/replay", rule)
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "keywords")


def test_replay_names_measures_that_cannot_be_replayed(project, viewer, keyword, program):
    rule = {"conditions": [{"measure": "overdue", "condition": "above", "threshold": 3}]}
    found = program(viewer)("post", f"/projects/{project.pk}/rules/replay", rule).json()
    assert (found["outcome"], found["firings"]) == ("unsupported", [])
    assert "“Overdue replies” can’t be tested" in found["not_simulated"][0]["text"]
