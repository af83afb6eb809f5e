"""Posts in the API: list, create, change, move, status and delete, with versions."""

import pytest

from monitoring.models import Credential
from tests.api.test_access import assert_problem
from workplace.models import Post
from workplace.posts import set_rules

pytestmark = pytest.mark.django_db

BODY = {
    "title": "Advent",
    "text": "A lamp per day 🎄",
    "type": "offer",
    "platforms": [{"platform": "bluesky"}, {"platform": "x", "text": "On X"}],
    "day": "2026-10-24",
    "time": "18:30",
    "time_zone": "Europe/Paris",
}
NOT_PUBLISHED = {"url": "", "account_id": None}


@pytest.fixture
def path(project):
    return f"/projects/{project.pk}/posts"


@pytest.fixture
def post(program, manager, path):
    return program(manager)("POST", path, BODY).json()


def test_create_post_returns_texts_with_lengths(post, program, viewer, path):
    assert (post["status"], post["due_at"], post["version"]) == ("draft", "2026-10-24T16:30:00Z", 1)
    assert post["platforms"] == [
        {
            "platform": "bluesky",
            "text": BODY["text"],
            "own_text": "",
            "url": "",
            "length": 16,
            "limit": 300,
            "account_id": None,
            "place": "",
            "title": "",
        },
        {
            "platform": "x",
            "text": "On X",
            "own_text": "On X",
            "url": "",
            "length": 4,
            "limit": 280,
            "account_id": None,
            "place": "",
            "title": "",
        },
    ]
    assert program(viewer).get(f"{path}/{post['id']}").json() == post


def test_create_idea_without_a_date_in_own_time_zone(program, manager, path):
    manager.time_zone = "America/Montreal"
    manager.save()
    made = program(manager)("POST", path, {"title": "Someday", "is_idea": True}).json()
    assert (made["status"], made["day"], made["time_zone"]) == ("idea", None, "America/Montreal")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("type", {"type": "opera"}),
        ("time", {"time": None}),
        ("title", {"title": " "}),
        ("owner_id", {"owner_id": 999_999}),
        ("platforms.0.platform", {"platforms": [{"platform": "myspace"}]}),
        ("platforms", {"platforms": [{"platform": "x", "text": "x" * 70_001}]}),
        ("time_zone", {"time_zone": "Europe/Atlantis"}),
    ],
)
def test_create_post_names_the_wrong_field(program, manager, path, field, values):
    response = program(manager)("POST", path, {**BODY, **values})
    assert_problem(response, 422)
    assert field in [error["field"].removeprefix("body.") for error in response.json()["errors"]]
    assert not Post.objects.exists()


def test_change_post_changes_what_is_sent(post, program, manager, path):
    caller, one = program(manager), f"{path}/{post['id']}"
    changed = caller("PATCH", one, {"version": 1, "campaign": "Noël"}).json()
    assert (changed["campaign"], changed["title"], changed["version"]) == ("Noël", "Advent", 2)
    assert changed["platforms"] == post["platforms"]
    response = caller("PATCH", one, {"version": 1, "title": "Later"})
    assert_problem(response, 409)
    assert "version is 2" in response.json()["detail"] or "2" in response.json()["detail"]


def test_move_post_keeps_the_hour_across_daylight_saving_time(post, program, manager, path):
    moved = program(manager)("POST", f"{path}/{post['id']}/move", {"version": 1, "day": "2026-10-26"}).json()
    assert (moved["time"], moved["due_at"]) == ("18:30:00", "2026-10-26T17:30:00Z")


def test_steps_lead_to_published_with_links(post, program, manager, path):
    caller, one = program(manager), f"{path}/{post['id']}"
    assert caller("POST", f"{one}/steps", {"version": 1, "step": "schedule"}).json()["status"] == "scheduled"
    links = {"bluesky": "https://bsky.app/1"}
    done = caller("POST", f"{one}/steps", {"version": 2, "step": "publish", "links": links}).json()
    assert (done["status"], done["platforms"][0]["url"]) == ("published", "https://bsky.app/1")
    assert_problem(caller("POST", f"{one}/steps", {"version": 3, "step": "cancel"}), 422)
    assert_problem(caller("PATCH", one, {"version": 3, "title": "Later"}), 422)


def test_list_pages_and_filters(program, manager, viewer, path):
    caller = program(manager)
    for number in range(52):
        caller("POST", path, {**BODY, "title": f"Post {number:02}", "day": "2099-01-01", "time": "09:00"})
    reader = program(viewer)
    first = reader.get(path).json()
    second = reader.get(path, cursor=first["next_cursor"]).json()
    titles = [one["title"] for one in first["items"] + second["items"]]
    assert titles == [f"Post {number:02}" for number in range(52)] and second["next_cursor"] is None
    assert reader.get(path, type="photo").json()["items"] == []
    assert len(reader.get(path, platform="x", type="offer", status="draft").json()["items"]) == 50
    assert reader.get(path, which="past").json()["items"] == []
    assert_problem(reader.get(path, cursor="x"), 422)
    assert_problem(reader.get(path, which="someday"), 422)


def test_delete_post(post, program, manager, viewer, path):
    assert_problem(program(viewer)("DELETE", f"{path}/{post['id']}"), 403)
    assert program(manager)("DELETE", f"{path}/{post['id']}").status_code == 204
    assert_problem(program(manager).get(f"{path}/{post['id']}"), 404)


def test_accounts_are_listed_and_chosen(program, manager, viewer, project, post, path):
    credential = Credential(project=project, platform="bluesky", name="@lumen", can_reply=True)
    credential.set_secrets({"handle": "lumen.bsky.social", "app_password": "x"})
    credential.save()
    Credential.objects.create(project=project, platform="bluesky", name="only read")
    call, accounts = program(manager), f"/projects/{project.pk}/post-accounts"
    assert call.get(accounts).json()["items"] == [{"id": credential.pk, "platform": "bluesky", "name": "@lumen"}]
    url, first = f"{path}/{post['id']}/accounts", {"accounts": {"bluesky": credential.pk}, "version": 1}
    chosen = call("PUT", url, first).json()
    assert [one["account_id"] for one in chosen["platforms"]] == [credential.pk, None]
    assert_problem(call("PUT", url, first), 409)
    assert call("PUT", url, {"accounts": {"x": credential.pk}, "version": 2}).status_code == 422
    assert call("PUT", url, {"accounts": {"bluesky": None}, "version": 2}).json()["version"] == 3
    assert program(viewer).get(accounts).status_code == 403


def test_place_and_title_are_chosen_with_the_account(program, manager, project, path):
    credential = Credential(project=project, platform="discourse", name="Forum", can_reply=True)
    credential.settings = {"forum": "forum.example"}
    credential.set_secrets({"api_key": "x", "api_username": "lumen"})
    credential.save()
    call = program(manager)
    post = call("POST", path, {"title": "Fair", "platforms": [{"platform": "discourse"}]}).json()
    accounts = {"accounts": {"discourse": credential.pk}, "version": 1}
    url = f"{path}/{post['id']}/accounts"
    response = call("PUT", url, accounts)
    assert_problem(response, 422)
    assert response.json()["errors"][0]["field"].endswith("places")
    place = {"place": "https://forum.example/c/news/5", "title": "The fair begins on Saturday"}
    [chosen] = call("PUT", url, accounts | {"places": {"discourse": place}}).json()["platforms"]
    assert (chosen["place"], chosen["title"]) == ("5", "The fair begins on Saturday")


def test_post_falls_into_the_next_free_slot(post, program, manager, project, path):
    caller, one = program(manager), f"{path}/{post['id']}"
    assert_problem(caller("POST", f"{one}/slot", {"version": 1}), 422)
    project.posting_slots.create(platform="x", weekday=1, at="18:30", time_zone="America/Montreal")
    planned = caller("POST", f"{one}/slot", {"version": 1}).json()
    assert (planned["time"], planned["time_zone"]) == ("18:30:00", "America/Montreal")
    assert_problem(caller("POST", f"{one}/slot", {"version": 1}), 409)


def test_comments_are_listed_in_their_order(post, program, manager, viewer, path):
    comments = f"{path}/{post['id']}/comments"
    for text in ("Shorter?", "Done"):
        assert program(manager)("POST", comments, {"comment": text}).status_code == 201
    assert_problem(program(manager)("POST", comments, {"comment": " "}), 422)
    assert_problem(program(viewer)("POST", comments, {"comment": "Me too"}), 403)
    items = program(viewer).get(comments).json()["items"]
    assert [(one["text"], one["author"]["id"]) for one in items] == [("Shorter?", manager.pk), ("Done", manager.pk)]


def test_text_has_campaign_parameters_if_the_project_wants_them(program, owner, manager, project, path):
    sent = {"title": "Advent", "text": "See https://lumen.example/a", "platforms": [{"platform": "bluesky"}]}
    pk = program(manager)("POST", path, sent).json()["id"]
    set_rules(project, owner, link_domains=["lumen.example"], tags_links=True)
    (found,) = program(manager).get(f"{path}/{pk}").json()["platforms"]
    assert found["text"].endswith(
        f"utm_source=bluesky&utm_medium=social&utm_campaign=vigie-{pk}&utm_content=vigie-{pk}"
    )
    assert (found["length"], found["own_text"]) == (len(found["text"]), "")
    assert program(manager).get(f"{path}?which=undated").json()["items"][0]["platforms"] == [found]
    set_rules(project, owner, tags_links=False)
    assert program(manager).get(f"{path}/{pk}").json()["platforms"][0]["text"] == sent["text"]
