"""Decide which story each item belongs to, from pairs of items that are the same. Pure.

In: the story of each item, which stories a person has fixed, and the pairs. Out: the changes. The order in which items
are found makes no difference: a story has all items that are connected by pairs, except that two fixed stories stay
apart. Called by ingest/stories.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Plan:
    """The changes of stories. `new` are stories to create, each with its items; `joined` maps an item without a story
    to its story; `merged` maps a story to the one that takes its items.
    """

    new: list[list[int]] = field(default_factory=list)
    joined: dict[int, int] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)


def plan(stories: Mapping[int, int | None], fixed: set[int], pairs: Iterable[tuple[float, int, int]]) -> Plan:
    """Plan the stories of items. `pairs` are (similarity, item, item); the most similar decide first."""
    groups = _Groups(stories, fixed)
    for _similarity, one, other in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        groups.join(one, other)
    return groups.plan()


class _Groups:
    def __init__(self, stories: Mapping[int, int | None], fixed: set[int]) -> None:
        # Members are items, and stories as negative numbers.
        self._group: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._fixed: dict[int, bool] = {}
        for item, story in sorted(stories.items()):
            member = item if story is None else -story
            self._members.setdefault(member, [member])
            self._group.setdefault(member, member)
            self._fixed[member] = story in fixed
        self._stories = stories
        self._fixed_stories = fixed

    def join(self, one: int, other: int) -> None:
        """Join the groups of two items, unless a person has fixed both."""
        first, second = sorted(self._group_of(item) for item in (one, other))
        if first == second or (self._fixed[first] and self._fixed[second]):
            return
        self._members[first] += self._members.pop(second)
        self._fixed[first] |= self._fixed[second]
        for member in self._members[first]:
            self._group[member] = first

    def _group_of(self, item: int) -> int:
        story = self._stories[item]
        return self._group[item if story is None else -story]

    def plan(self) -> Plan:
        result = Plan()
        for members in self._members.values():
            stories = sorted(-member for member in members if member < 0)
            items = sorted(member for member in members if member > 0)
            if stories:
                # The fixed story stays, else the oldest.
                target = min(stories, key=lambda story: (story not in self._fixed_stories, story))
                result.joined.update(dict.fromkeys(items, target))
                result.merged.update({story: target for story in stories if story != target})
            elif len(items) > 1:
                result.new.append(items)
        return result
