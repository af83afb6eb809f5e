"""The keyboard shortcuts of the pages: every action with its default key, and the keys that a person has chosen.

A new action needs a line in ACTIONS, and a visible element with `data-action="NAME"`: its key presses that element,
opens it if it is a menu, or focuses it if it is a text field (static/js/list/keyboard.js).
"""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User


@dataclass(frozen=True)
class Action:
    """An action with its default key. `second_key` works too, as long as the person has no other use for it.

    `for_managers` actions change something. A key such as Enter, which types no character, can't be changed.
    """

    name: str
    key: str
    label: str | Promise
    for_managers: bool = False
    second_key: str = ""

    @property
    def is_changeable(self) -> bool:
        return len(self.key) == 1


# In the order of the help dialog.
ACTIONS = [
    Action("next", "j", _("Next mention")),
    Action("previous", "k", _("Previous mention")),
    Action("open", "Enter", _("Open mention")),
    Action("original", "o", _("Open original in a new tab")),
    Action("select", "x", _("Select mention"), for_managers=True),
    Action("needs_reply", "n", _("Needs reply"), for_managers=True),
    Action("replied", "d", _("Replied"), for_managers=True),
    Action("ignored", "i", _("Ignore"), for_managers=True),
    Action("to_review", "t", _("To review"), for_managers=True),
    Action("assign", "a", _("Assign"), for_managers=True),
    Action("tags", "l", _("Add tag"), for_managers=True),
    Action("founded", "f", _("Assess complaint"), for_managers=True),
    Action("confirm_noise", "y", _("Ignore as noise"), for_managers=True),
    Action("mark_relevant", "w", _("Mark as relevant"), for_managers=True),
    Action("snooze", "s", _("Snooze"), for_managers=True),
    Action("note", "c", _("Write an internal note"), for_managers=True),
    Action("reply", "r", _("Write a reply"), for_managers=True),
    Action("mute", "m", _("Mute"), for_managers=True),
    Action("pick", "p", _("Add to a collection"), for_managers=True),
    Action("positive", "+", _("Mark as positive"), for_managers=True),
    Action("neutral", "=", _("Mark as neutral"), for_managers=True, second_key="0"),
    Action("negative", "-", _("Mark as negative"), for_managers=True),
    Action("undo", "u", _("Undo last action"), for_managers=True),
    Action("show_new", ".", _("Show new mentions")),
    Action("search", "/", _("Search")),
    Action("help", "?", _("Show these shortcuts")),
]
CHANGEABLE = {action.name: action for action in ACTIONS if action.is_changeable}
NAMES = {"Enter": "↵"}


@dataclass(frozen=True)
class Shortcuts:
    """The keys of one person by action. If they are off (`is_on`), only keys that type no character remain."""

    is_on: bool
    keys: dict[str, tuple[str, ...]]

    @property
    def actions(self) -> dict[str, str]:
        """Return the action of each key, for static/js/shortcuts.js."""
        return {key: name for name, keys in self.keys.items() for key in keys}

    @property
    def of_managers(self) -> list[tuple[list[str], str | Promise]]:
        """Return the names of the keys and the label of each action."""
        return self._labels(may_edit=True)

    @property
    def of_viewers(self) -> list[tuple[list[str], str | Promise]]:
        """Return the names of the keys and the label of each action that changes nothing."""
        return self._labels(may_edit=False)

    def name_of(self, action: str) -> str:
        """Return the first key of the action as it is shown: "J", or "" without one."""
        keys = self.keys.get(action, ())
        return key_name(keys[0]) if keys else ""

    def _labels(self, *, may_edit: bool) -> list[tuple[list[str], str | Promise]]:
        shown = [action for action in ACTIONS if may_edit or not action.for_managers]
        return [
            ([key_name(key) for key in self.keys[action.name]], action.label)
            for action in shown
            if self.keys[action.name]
        ]


def key_name(key: str) -> str:
    """Return a key as it is shown: letters in upper case, as on a keyboard."""
    return NAMES.get(key, key.upper() if len(key.upper()) == 1 else key)


def shortcuts_of(user: User | AnonymousUser) -> Shortcuts:
    """Return the shortcuts of a person: own keys first, then the defaults that are not used by them."""
    own, is_on = (user.shortcut_keys, user.has_shortcuts) if user.is_authenticated else ({}, True)
    taken = {key for name, key in own.items() if name in CHANGEABLE}
    keys: dict[str, tuple[str, ...]] = {}
    for action in ACTIONS:
        if not action.is_changeable:
            keys[action.name] = (action.key,)
        elif not is_on:
            keys[action.name] = ()
        elif action.name in own:
            keys[action.name] = tuple(key for key in [own[action.name]] if key)
        else:
            keys[action.name] = tuple(key for key in (action.key, action.second_key) if key and key not in taken)
    return Shortcuts(is_on, keys)


def shortcuts(request: HttpRequest) -> dict[str, object]:
    """Return the context of the templates: `shortcuts` of the person (config/settings.py)."""
    return {"shortcuts": shortcuts_of(getattr(request, "user", AnonymousUser()))}
