"""The versions that two people who edit the same draft name: nothing of one is overwritten by the other.

A change names the version that the person saw. If it is another one now, nothing is stored, and IssueChanged or
ItemChanged has what is stored. Called in the transaction of the change, which has locked the issue.
"""

from collections.abc import Mapping

from workplace.models import CollectionIssue, CollectionItem


class IssueChanged(Exception):
    """Another person has changed the draft since; `issue` is the present one."""

    def __init__(self, issue: CollectionIssue) -> None:
        super().__init__(issue)
        self.issue = issue


class OrderChanged(IssueChanged):
    """Another person has changed the sections or the order of the items since."""


class ItemChanged(Exception):
    """Another person has changed the item since; `item` is the present one, `entered` has the values that differ."""

    def __init__(self, item: CollectionItem, entered: Mapping[str, object]) -> None:
        super().__init__(item)
        self.item, self.entered = item, entered


def check_order(issue: CollectionIssue, order_version: int | None) -> None:
    """Raise OrderChanged for another version of sections and order. None is that of nobody, for a relative change."""
    if order_version is not None and issue.order_version != order_version:
        raise OrderChanged(issue)
