"""Add one item to a draft with its comment and picture: all of it, or nothing. Called by the API."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from monitoring.models import Document
from workplace.curation import items, pictures
from workplace.curation.versions import AlreadyAdded
from workplace.models import CollectionIssue, CollectionItem


@dataclass(frozen=True)
class NewItem:
    """The values of an item to add: `url` and `title` serve without a stored item, `alt` describes `picture`."""

    url: str = ""
    title: str = ""
    comment: str = ""
    section: int = 0
    picture: bytes | None = None
    alt: str = ""


@transaction.atomic
def add_item(
    issue: CollectionIssue, user: User, document: Document | None, new: NewItem, now: datetime
) -> CollectionItem:
    """Add a stored item, or without one a URL. Raises AlreadyAdded if the draft has it."""
    if document is None:
        item = items.add_url(issue, user, new.url, now, new.section, title=new.title, comment=new.comment)
    else:
        item = _picked(issue, user, document, new, now)
    if new.picture is not None:
        pictures.set_picture(item, new.picture, new.alt, now)
    return item


def _picked(issue: CollectionIssue, user: User, document: Document, new: NewItem, now: datetime) -> CollectionItem:
    is_new = items.pick(issue, user, [document], now, new.section)
    item = issue.items.select_related("issue").filter(document_id=document.pk).first()
    if item is None:  # it was deleted meanwhile
        raise ValidationError({"mention": ValidationError(_("This item is no longer stored."), code="unknown")})
    if not is_new:
        raise AlreadyAdded("mention", item)
    return items.change_item(item, None, now, comment=new.comment) if new.comment else item
