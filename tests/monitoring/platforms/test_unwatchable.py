"""The list of platforms that can't be watched by keyword."""

from monitoring.platforms.registry import PLATFORMS
from monitoring.platforms.unwatchable import UNWATCHABLE


def test_unwatchable_names_are_unique_and_have_reasons():
    names = [one.name for one in UNWATCHABLE]
    assert len(set(names)) == len(names)
    assert all(one.reason for one in UNWATCHABLE)


def test_unwatchable_suggests_platforms_of_the_registry():
    assert all(one.instead and set(one.instead) <= PLATFORMS.keys() for one in UNWATCHABLE)
