"""The API of drafts."""

import pytest

from monitoring.models import Mention
from tests.factories import make_keyword, make_mention
from workplace import saved_replies


@pytest.fixture
def mention(project):
    return make_mention(make_keyword(project), status="needs_reply", platform="bluesky")


@pytest.fixture
def draft_of(program, mention, project):
    """`draft_of(user)(action, **body)` sends an action to the draft of the mention."""

    def of(user):
        call = program(user)
        path = f"/projects/{project.pk}/mentions/{mention.pk}/draft"
        return lambda action="", **body: call("POST", f"{path}/{action}".rstrip("/"), body) if body else call.get(path)

    return of


def test_api_takes_a_draft_through_approval_to_sent(project, owner, manager, draft_of, mention):
    saved_replies.set_rules(project, owner, needs_approval=True, cooling_minutes=0, forbidden=["Garantie"])
    author, reviewer = draft_of(manager), draft_of(owner)
    assert author().json() == {"draft": None}
    saved = author(text="Bonjour, la garantie court !", version=0).json()
    assert (saved["state"], saved["version"], saved["author"]["name"]) == ("draft", 1, manager.name)
    assert saved["hindrances"] == ["approval"] and saved["warnings"][0]["words"] == ["Garantie"]
    refused = author("mark-sent", version=1)
    assert refused.status_code == 422 and refused.json()["errors"][0]["code"] == "approval"
    assert author("request-approval", version=1, reviewer=owner.pk).json()["state"] == "requested"
    back = reviewer("request-changes", version=2, comment="Plus doux").json()
    assert (back["state"], back["comment"]) == ("changes", "Plus doux")
    author(text="Bonjour", version=3)
    assert author("approve", version=4).json()["errors"][0]["code"] == "own"
    assert reviewer("approve", version=4).json()["hindrances"] == []
    assert author("mark-sent", version=5).json()["state"] == "sent"
    assert author().json() == {"draft": None}
    assert Mention.objects.get().status == "replied"


def test_api_refuses_a_change_of_an_outdated_draft(owner, manager, draft_of):
    draft_of(owner)(text="First", version=0)
    answer = draft_of(manager)(text="Second", version=0)
    assert answer.status_code == 409
    assert answer.json()["errors"] == [
        {
            "field": "version",
            "message": answer.json()["detail"],
            "code": "conflict",
            "value": 1,
            "user": {"id": owner.pk, "name": owner.name},
        }
    ]
    assert draft_of(owner)("discard", version=1).json()["state"] == "discarded"
    assert draft_of(manager)("discard", version=1).json()["errors"][0]["value"] == 0


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("", {"text": " ", "version": 1}, "text"),
        ("", {"text": "a\0b", "version": 1}, "text"),
        ("", {"text": "a" * 20_001, "version": 1}, "text"),
        ("", {"text": "Hello", "version": 2**31}, "version"),
        ("request-approval", {"version": 1, "reviewer": 10**9}, "reviewer"),
        ("request-approval", {"version": 1, "reviewer": 10**30}, "reviewer"),
        ("request-changes", {"version": 1, "comment": "a" * 501}, "comment"),
    ],
)
def test_api_names_invalid_fields_of_a_draft(owner, manager, draft_of, action, body, field):
    draft_of(owner)(text="First", version=0)
    answer = draft_of(manager)(action, **body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_api_finds_no_draft_for_a_mention_of_another_project(program, stranger, mention):
    path = f"/projects/{stranger.projects.get().pk}/mentions/{mention.pk}/draft"
    assert program(stranger).get(path).status_code == 404
    assert program(stranger)("POST", path, {"text": "Hello", "version": 0}).status_code == 404
