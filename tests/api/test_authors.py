"""The API of authors."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry, Project
from monitoring.ingest import author_refresh
from monitoring.models import Author, AuthorCheck, AuthorSettings
from tests.factories import make_keyword, make_mentions, make_source
from workplace.models import SavedReply


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen")


@pytest.fixture
def path(project):
    return f"/projects/{project.pk}/authors"


def make_author(keyword, name, rows=({},), **fields):
    """Create an author with mentions, counted as the background task does."""
    author = Author.objects.create(project=keyword.project, platform="bluesky", name=name, key=uuid4(), **fields)
    given = {"written_by": author, "author": name, "kind": "post", "platform": "bluesky"}
    make_mentions(keyword, [given | row for row in rows])
    AuthorCheck.objects.create(author=author)
    author_refresh.refresh_authors()
    author.refresh_from_db()
    return author


def fields_of(response, status=422):
    assert response.status_code == status
    return [error["field"] for error in response.json()["errors"]]


def test_api_searches_sorts_and_filters_authors_across_pages(keyword, viewer, program, path):
    make_author(keyword, "Élodie Martin", [{"followers": 10}] * 2)
    karim = make_author(keyword, "Karim Belaïd", [{"sentiment": "negative", "followers": 90}] * 3)
    make_author(keyword, "Inès")
    karim.tags.create(project=keyword.project, tag="vip")
    api = program(viewer)

    def names(**parameters):
        found, following = [], api.get(path, **parameters)
        while following:
            body = following.json()
            found += [item["name"] for item in body["items"]]
            following = body["next"] and api.get(body["next"])
        return found

    assert names() == ["Karim Belaïd", "Élodie Martin", "Inès"]
    assert names(size=1, sort="last") == names(sort="last")
    assert len(names(size=1, sort="last")) == 3
    assert names(size=1, sort="followers") == ["Karim Belaïd", "Élodie Martin"]
    assert names(q="elo") == ["Élodie Martin"]
    assert names(size=1, label="detractor", tag="vip", platform="bluesky") == ["Karim Belaïd"]
    assert names(platform="x") == names(tag="nobody") == []
    first = api.get(path, size=1).json()["items"][0]
    assert (first["labels"], first["tags"], first["mention_count"]) == (["detractor"], ["vip"], 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("sort", "name"), ("label", "fan"), ("cursor", "x.y"), ("cursor", "9" * 40 + ".1"), ("size", 0)),
        *(("size", 101), ("q", "x" * 101), ("q", "a\0b"), ("tag", "a\0b"), ("platform", "a\0b"), ("color", "red")),
    ],
)
def test_api_names_invalid_parameters_of_authors(viewer, program, path, name, value):
    assert fields_of(program(viewer).get(path, **{name: value})) == [name]


def test_api_shows_one_author_with_counts_equal_to_the_lists(keyword, viewer, project, program, path):
    rows = [{"sentiment": "negative", "status": "needs_reply", "engagement": 4}] * 6
    source = make_source(project, title="Forum")
    rows += [{"sentiment": "positive", "status": "replied", "source": source}] * 5 + [{"status": "ignored"}]
    author = make_author(keyword, "Karim", rows)
    make_keyword(project, "Unused")
    body = program(viewer).get(f"{path}/{author.pk}").json()
    assert (body["author"]["name"], body["author"]["labels"]) == ("Karim", ["regular", "detractor"])
    assert body["rules"]["regular"] == "Regular: at least 5 mentions in 90 days."
    counts = body["counts"]
    assert (counts["mentions"], counts["needs_reply"], counts["replied"]) == (11, 6, 5)
    assert (counts["sentiment"]["negative"], counts["sentiment"]["net"]) == (6, -9)
    assert counts["engagement"] == {"mean": 4, "known": 6}
    assert counts["reach"]["known"] == 0 and len(counts["best"]) == 5
    assert counts["sources"] == [{"source": {"id": source.pk, "title": "Forum"}, "count": 5}]
    assert counts["keywords"] == [{"keyword": {"id": keyword.pk, "name": "Lumen"}, "count": 11}]


def test_api_adds_and_removes_tags(keyword, manager, program, path):
    author = make_author(keyword, "Karim")
    api, tags = program(manager), f"{path}/{author.pk}/tags"
    assert api("POST", tags, {"tags": ["Client", "VIP / Lyon"]}).json() == {"tags": ["client", "vip / lyon"]}
    assert api("DELETE", f"{tags}/VIP%20/%20Lyon").json() == {"tags": ["client"]}
    assert api("DELETE", f"{tags}/a%00b").json() == {"tags": ["client"]}
    assert fields_of(api("POST", tags, {"tags": []})) == ["tags"]
    assert fields_of(api("POST", tags, {"tags": [" , "]})) == ["tags"]
    assert fields_of(api("POST", tags, {"tags": ["a\0b"]})) == ["tags.0"]


def test_api_writes_edits_and_deletes_notes_without_losing_a_text(keyword, manager, owner, program, path):
    author = make_author(keyword, "Karim")
    ada, bob, notes = program(owner), program(manager), f"{path}/{author.pk}/notes"
    created = ada("POST", notes, {"text": "Order 48,213"})
    note = created.json()
    assert (created.status_code, note["version"], note["author"]["id"]) == (201, 1, owner.pk)
    one = f"{notes}/{note['id']}"
    assert bob("PATCH", one, {"text": "Order 48,213, Lyon", "version": 1}).json()["version"] == 2
    refused = ada("PATCH", one, {"text": "Prefers email", "version": 1})
    assert fields_of(refused, 409) == ["version"]
    assert refused.json()["errors"][0]["value"] == 2
    shown = ada.get(f"{path}/{author.pk}").json()["notes"]
    assert [each["text"] for each in shown] == ["Order 48,213, Lyon"]
    for text in (" ", "x" * 2001, "a\0b"):
        assert fields_of(ada("POST", notes, {"text": text})) == ["text"]
    assert [ada("DELETE", one).status_code for _ in range(2)] == [204, 404]
    assert ada("DELETE", f"{notes}/{10**30}").status_code == 404


def test_api_lists_the_welcome_queue_and_greets_once(keyword, project, manager, program):
    old = {"published": timezone.now() - timedelta(days=300)}
    newcomer, returning = make_author(keyword, "Newcomer"), make_author(keyword, "Returning", [old, {}])
    api, queue = program(manager), f"/projects/{project.pk}/welcome-queue"
    body = api.get(queue).json()
    assert (body["count"], body["count_capped"]) == (2, False)
    assert {(item["author"]["name"], item["is_return"]) for item in body["items"]} == {
        ("Newcomer", False),
        ("Returning", True),
    }
    mentions = {item["author"]["id"]: item["mention_id"] for item in body["items"]}
    assert mentions[newcomer.pk] == newcomer.documents.get().mentions.get().pk
    reply = SavedReply.objects.create(project=project, name="Welcome", language="en", text="Hi {{author}}")
    assert body["saved_reply_id"] is None
    assert api("PATCH", queue, {"saved_reply_id": reply.pk}).status_code == 204
    assert fields_of(api("PATCH", queue, {"saved_reply_id": 10**12})) == ["saved_reply_id"]
    body = api.get(queue).json()
    assert {body["saved_reply_id"], *(item["saved_reply_id"] for item in body["items"])} == {reply.pk}
    filled = api.get(f"/projects/{project.pk}/mentions/{mentions[newcomer.pk]}/saved-replies", q="welcome")
    assert [item["text"] for item in filled.json()["items"]] == ["Hi Newcomer"]
    ids = {"author_ids": [newcomer.pk, 10**12]}
    assert [api("POST", f"{queue}/greet", ids).json()["author_ids"] for _ in range(2)] == [[newcomer.pk], []]
    assert [item["author"]["id"] for item in api.get(queue).json()["items"]] == [returning.pk]
    assert fields_of(api("POST", f"{queue}/greet", {"author_ids": [10**30]})) == ["author_ids.0"]


def test_api_lets_only_admins_change_rules(project, manager, owner, program):
    rules = f"/projects/{project.pk}/author-rules"
    assert program(manager)("PATCH", rules, {"days": 30}).status_code == 403
    api = program(owner)
    usual = {name: getattr(AuthorSettings(), name) for name in AuthorSettings.RULES}
    assert api.get(rules).json() == usual
    assert api("PATCH", rules, {"regular_mentions": 7}).json() == usual | {"regular_mentions": 7}
    for body in ({"days": 731}, {"days": 0}, {"days": None}, {"walked_to": 1}, {"days": 10**30}):
        assert fields_of(api("PATCH", rules, body)) == list(body)
    assert api.get(rules).json()["regular_mentions"] == 7


def test_api_exports_one_person_for_admins(keyword, manager, owner, program, path):
    author = make_author(keyword, "Karim", [{"title": "From Karim"}])
    make_author(keyword, "Inès", [{"title": "From Inès"}])
    export = f"{path}/{author.pk}/export"
    assert program(manager)("POST", export).status_code == 403
    response = program(owner)("POST", export)
    data = json.loads(b"".join(response.streaming_content))
    assert response.headers["Cache-Control"] == "no-store"
    assert data["author"]["name"] == "Karim"
    assert [item["title"] for item in data["items"]] == ["From Karim"]
    assert ActivityEntry.objects.filter(action="author.exported").count() == 1


def test_api_erases_one_person_for_admins_who_name_them(keyword, manager, owner, program, path):
    author = make_author(keyword, "Karim")
    api, erase = program(owner), f"{path}/{author.pk}/erase"
    assert program(manager)("POST", erase, {"name": "Karim"}).status_code == 403
    assert fields_of(api("POST", erase, {})) == fields_of(api("POST", erase, {"name": "karim"})) == ["name"]
    assert [api("POST", erase, {"name": "Karim"}).status_code for _ in range(2)] == [204, 404]
    body = api.get(f"{path}/{author.pk}").json()
    assert body["author"]["name"] == "" and body["erased_at"]
    assert api("POST", f"{path}/{author.pk}/notes", {"text": "Again"}).status_code == 404
    assert api.get(path).json()["items"] == []


def test_api_hides_authors_of_other_projects(keyword, owner, stranger, program, path):
    elsewhere = make_keyword(Project.objects.get(name="Ailleurs"), "Ailleurs")
    foreign, own = make_author(elsewhere, "Inès"), make_author(keyword, "Karim")
    api = program(owner)
    calls = [
        *(("GET", "", None), ("POST", "/tags", {"tags": ["a"]}), ("DELETE", "/tags/a", None)),
        *(("POST", "/notes", {"text": "A"}), ("PATCH", "/notes/1", {"text": "A", "version": 1})),
        *(("DELETE", "/notes/1", None), ("POST", "/export", None), ("POST", "/erase", {"name": "Inès"})),
    ]
    for method, rest, body in calls:
        assert api(method, f"{path}/{foreign.pk}{rest}", body).status_code == 404
        assert api(method, f"{path}/{10**30}{rest}", body).status_code == 404
        assert program(stranger)(method, f"{path}/{own.pk}{rest}", body).status_code == 404
    foreign.refresh_from_db()
    assert foreign.erased_at is None
