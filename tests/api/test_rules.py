"""The API of alert rules."""

import pytest

from accounts.models import ActivityEntry, Project
from alerts.models import Incident, Rule
from delivery.models import Destination
from tests.factories import make_keyword
from workplace.models import SavedView


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen")


@pytest.fixture
def path(project):
    return f"/projects/{project.pk}/rules"


ABOVE = {"condition": "above", "threshold": 50}


def test_api_creates_reads_changes_pauses_and_deletes_a_rule(keyword, manager, owner, program, path):
    api = program(owner)
    body = {
        "keywords": [keyword.pk],
        "conditions": [ABOVE, {"measure": "negative_share", "condition": "above", "threshold": 30, "minimum": 10}],
        "joined_by": "or",
        "window_s": 86400,
        "recipients": [manager.pk],
        "max_per_day": 3,
    }
    created = api("POST", path, body)
    assert created.status_code == 201, created.content
    rule = created.json()
    assert rule["sentence"] == (
        "Alert when Lumen gets more than 50 mentions in 24 hours, or the share of negative mentions of Lumen is above "
        "30% in 24 hours, with a minimum of 10 analyzed mentions"
    )
    assert (rule["keywords"], rule["counts_stories"], rule["recipients"]) == ([keyword.pk], True, [manager.pk])
    assert api.get(f"{path}/{rule['id']}").json() == rule
    assert api.get(path).json() == {"items": [rule]}

    changed = api("PATCH", f"{path}/{rule['id']}", {"filter": "language=fr", "conditions": [ABOVE], "hold": 5}).json()
    assert changed["sentence"].startswith("Alert when Lumen (filtered) gets more than 50 mentions in 24 hours, in 5")
    kept = ("keywords", "window_s", "recipients", "max_per_day", "tests_chance", "created_at")
    assert {name: changed[name] for name in kept} == {name: rule[name] for name in kept}

    assert api("PATCH", f"{path}/{rule['id']}", {"is_paused": True}).json()["is_paused"]
    assert not api("PATCH", f"{path}/{rule['id']}", {"is_paused": False}).json()["is_paused"]
    assert api("DELETE", f"{path}/{rule['id']}").status_code == 204
    assert not Rule.objects.exists()
    actions = ["rule.created", "rule.changed", "rule.paused", "rule.resumed", "rule.deleted"]
    assert list(ActivityEntry.objects.order_by("pk").values_list("action", flat=True)) == actions


def test_api_rule_of_any_shape_comes_back_as_it_was_sent(keyword, project, owner, program, path):
    other = make_keyword(project, "Halo")
    view = SavedView.objects.create(project=project, owner=owner, name="French", query="language=fr", is_shared=True)
    channel = Destination.objects.create(project=project, name="Room", channel="slack", language="en")
    bodies = [
        {"conditions": [{"measure": "net_sentiment", "condition": "below", "threshold": -20, "minimum": 20}]},
        {"keywords": [keyword.pk, other.pk], "filter": "platform=feed&q=refund", "conditions": [ABOVE]},
        {"view": view.pk, "conditions": [{"condition": "each"}], "channels": [channel.pk], "is_critical": True},
        {"conditions": [{"measure": "rating", "condition": "each", "parameter": 2}], "expires_on": "2030-01-31"},
        {"keywords": [keyword.pk], "conditions": [{"condition": "few", "minimum": 9, "sensitivity": "calm"}]},
        {"conditions": [ABOVE], "counts_stories": False, "tests_chance": False, "recovery": 20, "cooldown_s": 3600},
        {"conditions": [ABOVE], "recovery": 0, "max_per_day": 1, "is_critical": True},
    ]
    for body in bodies:
        rule = program(owner)("POST", path, body).json()
        for name, value in body.items():
            if name == "conditions":
                assert [{**one, **sent} for one, sent in zip(rule[name], value, strict=True)] == rule[name]
            elif name == "filter":
                assert "q=refund" in rule[name]
            else:
                assert rule[name] == value, rule
        again = program(owner)("PATCH", f"{path}/{rule['id']}", {"hold": 2}).json()
        assert {**again, "hold": rule["hold"], "sentence": rule["sentence"]} == rule


def test_api_rule_on_a_view_shows_no_keywords_that_are_no_ids(project, manager, program, path):
    view = SavedView.objects.create(project=project, name="Odd", query="keyword=%C2%B2", is_shared=True)
    created = program(manager)("POST", path, {"view": view.pk, "conditions": [ABOVE]})
    assert (created.status_code, created.json()["keywords"]) == (201, [])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["conditions"]),
        ({"conditions": []}, ["conditions"]),
        ({"conditions": [{"condition": "above"}]}, ["conditions.0.threshold"]),
        ({"conditions": [{"condition": "sideways"}]}, ["conditions.0.condition"]),
        ({"conditions": [ABOVE, {"condition": "rise"}]}, ["conditions.1.change"]),
        ({"conditions": [ABOVE, {"measure": "reach", "condition": "few"}]}, ["conditions.1.condition"]),
        ({"conditions": [ABOVE] * 5}, ["conditions"]),
        ({"conditions": [ABOVE], "keywords": [999_999]}, ["keywords"]),
        ({"conditions": [ABOVE], "filter": "rating=9"}, ["filter"]),
        ({"conditions": [ABOVE], "view": 999_999}, ["view"]),
        ({"conditions": [ABOVE], "recipients": [999_999]}, ["recipients"]),
        ({"conditions": [ABOVE], "channels": [999_999]}, ["channels"]),
        ({"conditions": [ABOVE], "window_s": 7}, ["window_s"]),
        ({"conditions": [ABOVE], "cooldown_s": 7}, ["cooldown_s"]),
        ({"conditions": [ABOVE], "hold": 99}, ["hold"]),
        ({"conditions": [ABOVE], "nonsense": 1}, ["nonsense"]),
    ],
)
def test_api_names_invalid_fields_of_rule(project, manager, program, path, body, fields):
    Destination.objects.create(project=project, name="Room", channel="slack", language="en")
    response = program(manager)("POST", path, body)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == fields
    assert not Rule.objects.exists()


def test_api_rule_reaches_no_other_project(owner, viewer, stranger, program, path, project):
    other = Project.objects.create(name="Other")
    keyword = make_keyword(other, "Foreign")
    rule = Rule.objects.create(project=other, keyword=keyword, threshold=3)
    view = SavedView.objects.create(project=other, name="Foreign", query="", is_shared=True)
    api = program(owner)
    assert api.get(f"{path}/{rule.pk}").status_code == 404
    assert api("DELETE", f"{path}/{rule.pk}").status_code == 404
    assert api("PATCH", f"{path}/{rule.pk}", {"is_paused": True}).status_code == 404
    assert api("POST", path, {"keywords": [keyword.pk], "conditions": [ABOVE]}).status_code == 422
    assert api("POST", path, {"view": view.pk, "conditions": [ABOVE]}).status_code == 422
    assert api("POST", path, {"filter": f"keyword={keyword.pk}", "conditions": [ABOVE]}).status_code in (201, 422)
    assert not Rule.objects.filter(project=project, query__contains=str(keyword.pk)).exists()
    assert api("POST", path, {"recipients": [stranger.pk], "conditions": [ABOVE]}).status_code == 422
    assert program(viewer)("POST", path, {"conditions": [ABOVE]}).status_code == 403
    assert program(stranger).get(path).status_code == 404


def test_api_rule_shows_its_open_incident(keyword, viewer, program, path, django_assert_max_num_queries):
    rules = [Rule.objects.create(project=keyword.project, keyword=keyword, threshold=n) for n in range(1, 9)]
    from django.utils import timezone

    incident = Incident.objects.create(rule=rules[0], opened_at=timezone.now(), value=2, peak=2)
    Incident.objects.create(rule=rules[1], opened_at=timezone.now(), value=2, peak=2, joined=incident)
    with django_assert_max_num_queries(12):
        items = program(viewer).get(path).json()["items"]
    assert [item["incident"] for item in items] == [incident.pk, incident.pk, *[None] * 6]
