"""Two people edit a draft: nothing of one is overwritten by the other, and both see both texts."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests.pages import words
from tests.racing import race
from tests.workplace.curation.contents import add, titles
from workplace.curation import issues, items, sections
from workplace.curation.versions import IssueChanged, ItemChanged, OrderChanged


@pytest.fixture
def client(as_person, owner):
    return as_person(owner)


def test_older_text_of_an_issue_is_shown_next_to_the_newer_one_and_can_be_saved(client, draft, path):
    page = path("issue_change", draft.pk)
    client.post(page, {"title": "Theirs", "intro": "Their intro", "version": 1})
    for act in ("", "publish", "delete"):
        response = client.post(page, {"title": "Mine", "intro": "", "version": 1, "act": act})
        assert response.status_code == 409 and "Another person changed this draft" in words(response)
        assert "Their intro" in words(response) and 'value="Mine"' in response.text
    draft.refresh_from_db()
    assert (draft.title, draft.version, draft.is_published) == ("Theirs", 2, False)
    assert 'name="version" value="2"' in response.text
    client.post(
        page, {"title": "Mine", "intro": "", "version": [1, 2]}
    )  # the button comes after the field of the form
    draft.refresh_from_db()
    assert draft.title == "Mine"


def test_script_gets_the_newer_text_of_an_issue(client, draft, path):
    page = path("issue_change", draft.pk)
    fields = {"intro": "", "auto": "yes", "version": 1}
    client.post(page, fields | {"title": "<b>Theirs</b>"})
    response = client.post(page, fields | {"title": "Mine"})
    assert list(response.json()) == ["conflict"] and "&lt;b&gt;Theirs" in response.json()["conflict"]


def test_unchanged_text_of_an_older_version_is_no_conflict(client, draft, path):
    page = path("issue_change", draft.pk)
    for _ in range(2):
        client.post(page, {"title": "Same", "intro": "", "version": 1})
    draft.refresh_from_db()
    assert (draft.title, draft.version) == ("Same", 2)


def test_older_text_of_an_item_is_shown_next_to_the_newer_one(client, draft, owner, path):
    add(draft, owner, "a")
    page = path("issue_item_change", draft.items.get().pk)
    client.post(page, {"title": "Lamp", "comment": "Theirs", "published_on": "2026-11-20", "version": 1})
    mine = {"title": "Lamp", "comment": "Mine", "published_on": "2026-11-21", "version": 1}
    response = client.post(page, mine)
    shown = words(response)
    assert response.status_code == 409 and "Another person changed this item" in shown
    assert "Theirs" in shown and "November 20, 2026" in shown and 'value="2026-11-21"' in response.text
    assert draft.items.get().comment == "Theirs"
    client.post(page, mine | {"version": 2})
    assert draft.items.get().comment == "Mine"


def test_order_of_an_older_version_changes_nothing(client, draft, owner, path):
    add(draft, owner, "a", "b")
    a, b = draft.items.order_by("position")
    page, places = path("issue_order", draft.pk), [f"0:{b.pk}", f"0:{a.pk}"]
    client.post(path("issue_item_change", a.pk), {"move": "down"})
    response = client.post(page, {"place": [f"0:{a.pk}", f"0:{b.pk}"], "version": 1})
    assert "Your order isn’t saved" in response.json()["conflict"]
    assert titles(draft) == [(0, "b"), (0, "a")]
    assert client.post(page, {"place": places[::-1], "version": 2}).json() == {"version": 3}


@pytest.mark.parametrize("act", ["rename", "up", "remove"])
def test_sections_of_an_older_version_change_nothing(client, draft, path, act):
    first, second = (sections.add_section(draft, name, timezone.now()) for name in ("First", "Second"))
    sections.rename_section(draft, second, "Theirs", timezone.now())
    fields = {"section": second, "act": act, "title": "Mine", "version": 3}
    response = client.post(path("issue_sections", draft.pk), fields, follow=True)
    assert "Another person changed the sections" in words(response)
    assert ("“Mine” wasn’t saved" in words(response)) == (act == "rename")
    draft.refresh_from_db()
    assert draft.sections == [{"id": first, "title": "First"}, {"id": second, "title": "Theirs"}]


def test_picked_item_does_not_disturb_who_moves_items(draft, owner):
    add(draft, owner, "a", "b")
    a, b = draft.items.order_by("position")
    add(draft, owner, "c")
    items.order_items(draft, 1, [(0, b.pk), (0, a.pk)], timezone.now())
    assert titles(draft) == [(0, "b"), (0, "a"), (0, "c")]


def test_draft_and_item_that_are_gone_are_errors(draft, owner):
    add(draft, owner, "a")
    item = draft.items.select_related("issue").get()
    items.remove_item(item, timezone.now())
    with pytest.raises(ValidationError, match="removed this item"):
        items.change_item(item, 1, timezone.now(), title="x")
    issues.delete_issue(draft, owner)
    with pytest.raises(ValidationError, match="deleted meanwhile"):
        issues.change_issue(item.issue, 1, timezone.now(), title="x")


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_the_same_moment_one_is_stored(draft, owner):
    add(draft, owner, "a", "b")
    item, now = draft.items.select_related("issue").first(), timezone.now()
    pairs = [
        (IssueChanged, lambda text: issues.change_issue(draft, 1, now, title=text)),
        (ItemChanged, lambda text: items.change_item(item, 1, now, comment=text)),
        (OrderChanged, lambda text: items.order_items(draft, 1, [], now)),
    ]
    for expected, change in pairs:
        results = race(lambda change=change: change("one"), lambda change=change: change("two"))
        assert [type(one) for one in results].count(expected) == 1
