"""The versions that two people who edit the same draft name: nothing of one is overwritten by the other.

A change names the version that the person saw. If it is another one now, nothing is stored, and IssueChanged or
ItemChanged has what is stored; AlreadyAdded has the item that a draft has. Called in the transaction of the change,
which has locked the issue.
"""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

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


class AlreadyAdded(ValidationError):
    """The draft has this URL or mention already; `item` is that item, which stays as it is."""

    CODE = "already_added"

    def __init__(self, field: str, item: CollectionItem) -> None:
        text = _("This item is already in the issue.")
        super().__init__({field: ValidationError(text, code=self.CODE)})
        self.item = item


def check_order(issue: CollectionIssue, order_version: int | None) -> None:
    """Raise OrderChanged for another version of sections and order. None is that of nobody, for a relative change."""
    if order_version is not None and issue.order_version != order_version:
        raise OrderChanged(issue)
