"""The keyboard shortcuts of a person: the account page, the help dialog, and what the scripts of the pages get."""

import html
import json
import re

import pytest

from dashboards.shortcuts import ACTIONS, CHANGEABLE, Shortcuts, shortcuts_of
from tests.factories import make_keyword, make_mention


def form(**changes):
    keys = {f"key_{name}": action.key for name, action in CHANGEABLE.items()}
    return {"has_shortcuts": "on", **keys, **changes}


def save(client, **changes):
    return html.unescape(client.post("/account/shortcuts", form(**changes), follow=True).content.decode())


def scripts_get(client, project):
    page = client.get(f"/p/{project.pk}/mentions").content.decode()
    return json.loads(html.unescape(re.search(r'data-shortcuts="([^"]*)"', page).group(1))), page


def test_default_keys_are_unique():
    keys = [key for action in ACTIONS for key in (action.key, action.second_key) if key]
    assert len(keys) == len(set(keys)) and len({action.name for action in ACTIONS}) == len(ACTIONS)


def test_pages_show_the_keys_that_a_person_has_chosen(project, owner, as_person):
    make_mention(make_keyword(project))
    client = as_person(owner)
    keys, page = scripts_get(client, project)
    assert keys["n"] == "needs_reply" and keys["/"] == "search" and keys["0"] == keys["="] == "neutral"
    assert "<kbd>N</kbd> needs reply" in page and "<kbd>J</kbd> </dt><dd>Next mention" in page
    assert "Shortcuts saved." in save(client, key_needs_reply="É", key_neutral="n", key_help="", key_search="0")
    keys, page = scripts_get(client, project)
    assert keys["é"] == "needs_reply" and keys["n"] == "neutral" and "?" not in keys and keys["0"] == "search"
    assert "=" not in keys and "/" not in keys
    assert "<kbd>É</kbd> needs reply" in page and "<kbd>É</kbd> </dt><dd>Needs reply" in page
    assert '<kbd aria-hidden="true">0</kbd>' in page and 'aria-keyshortcuts="0"' in page
    assert "Show these shortcuts" not in page


def test_shortcuts_that_are_off_leave_no_hint(project, owner, as_person):
    make_mention(make_keyword(project))
    client = as_person(owner)
    page = html.unescape(client.post("/account/shortcuts", form(has_shortcuts=""), follow=True).content.decode())
    assert 'name="key_next" value="j"' in page
    keys, page = scripts_get(client, project)
    assert keys == {"Enter": "open"}
    assert "<kbd" not in page and "aria-keyshortcuts" not in page and 'id="help"' not in page


def test_reset_returns_to_default_keys(owner, as_person):
    client = as_person(owner)
    save(client, key_next="z", key_undo="")
    owner.refresh_from_db()
    assert owner.shortcut_keys == {"next": "z", "undo": ""}
    client.post("/account/shortcuts", {"reset": "yes"})
    owner.refresh_from_db()
    assert (owner.has_shortcuts, owner.shortcut_keys) == (True, {})


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("jj", "one letter, digit, or sign"),
        ("\x00", "one letter, digit, or sign"),
        ("\x07", "one letter, digit, or sign"),
        ("\u202e", "one letter, digit, or sign"),
        ("'", "Browsers or keyboards use “'” themselves"),
        ("k", "K is the key of “Next mention”"),
    ],
)
def test_wrong_key_is_refused_with_its_reason(owner, as_person, key, error):
    client = as_person(owner)
    fields = {"key_next": "k", "key_previous": "k"} if key == "k" else {"key_next": key}
    page = save(client, **fields)
    assert error in page and "<details open>" in page
    owner.refresh_from_db()
    assert owner.shortcut_keys == {}


def test_viewer_sees_no_keys_of_managers(project, viewer, as_person):
    assert "Undo last action" not in scripts_get(as_person(viewer), project)[1]


def test_own_key_replaces_a_default_that_came_later(owner):
    owner.shortcut_keys = {"next": "m", "former_action": "x"}
    keys = shortcuts_of(owner)
    assert isinstance(keys, Shortcuts) and keys.actions["m"] == "next" and keys.keys["mute"] == ()
