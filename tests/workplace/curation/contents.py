"""The drafts of these tests: `add` items, and read their `titles` in order."""

from django.utils import timezone

from workplace.curation import items


def titles(issue):
    """Return (section, title) of the items in the order in which readers see them."""
    order = [0, *(one["id"] for one in issue.sections)]
    found = sorted(issue.items.all(), key=lambda one: (order.index(one.section), one.position))
    return [(one.section, one.title) for one in found]


def add(draft, owner, *names, section=0):
    for name in names:
        items.add_url(draft, owner, f"https://{name}.example/", timezone.now(), section, title=name)
