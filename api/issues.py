"""The API's issues of collections: create, edit, publish, unpublish and send them; their sections and items.

Members read issues; managers change drafts, through workplace/curation/. Mounted by api/app.py, which authenticates
callers and turns exceptions into problem bodies.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from datetime import time as wall_time
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Project, Role, validate_time_zone
from api.collections import collection_of
from api.problems import Conflicting, InvalidField, field_error
from api.schemas import UNSET, Body, Id, Items, Text
from monitoring.insights.cursors import page_before
from monitoring.insights.mutes import documents_of
from monitoring.models import Document
from monitoring.query_tools.explain import stored_document
from workplace.calendar.wall_clock import WallClock
from workplace.curation import checks, issues, items, newsletter, schedule, sections
from workplace.curation.additions import NewItem
from workplace.curation.additions import add_item as add_to_issue
from workplace.curation.figures import CHOICES
from workplace.curation.paper import with_pictures
from workplace.curation.picture_fetch import fetch_picture
from workplace.curation.versions import AlreadyAdded, IssueChanged, ItemChanged, OrderChanged
from workplace.models import CollectionIssue, CollectionItem

router = Router(tags=["collections"])
OF_COLLECTION = "/projects/{int:project_id}/collections/{int:collection_id}/issues"
PATH = "/projects/{int:project_id}/issues/{int:issue_id}"
PAGE_SIZE = 30
PICTURE_FIELDS = {"picture": "picture_url", "alt": "picture_alt"}  # of workplace/curation/pictures.py, here
Version = Annotated[int, Field(ge=0, le=2**31 - 1, description="the version that you saw")]
SMALL = Field(0, ge=0, le=2**31 - 1, description="the ID of a section; 0 is before all of them")


if TYPE_CHECKING:
    FigureMetric = str  # mypy accepts no Literal of computed values
else:
    FigureMetric = Literal[CHOICES]


class IssuePatch(Body):
    version: Version
    title: Text = UNSET
    intro: Text = UNSET
    shows_gaps: bool = Field(UNSET, description="name the sources that couldn’t be read")


class SectionIn(Body):
    title: Text


class SectionPatch(Body):
    order_version: Version
    title: Text


class SectionOut(Schema):
    id: int
    title: str


class ItemPatch(Body):
    version: Version
    title: Text = UNSET
    url: Text = UNSET
    source: Text = UNSET
    excerpt: Text = UNSET
    published_on: date | None = UNSET
    comment: Text = UNSET
    section: int = Field(UNSET, ge=0, le=2**31 - 1)


class ItemIn(Body):
    mention: Id | None = Field(None, description="either the ID of a mention")
    url: Text = Field("", description="or a URL, whose stored item is picked if there is one")
    title: Text = Field("", description="of a URL; by default its host")
    section: int = SMALL
    comment: Text = ""
    picture_url: Text = Field("", description="the URL of an image, of which Vigie stores a copy")
    picture_alt: Text = Field("", description="its description for people who can’t see it")


class IssueFigureIn(Body):
    metric: FigureMetric
    days: Literal[7, 30, 90] = Field(7, description="the full days before today")
    keyword: Id | None = Field(None, description="the ID of a keyword; all by default")
    section: int = SMALL


class ItemPictureOut(Schema):
    width: int
    height: int
    alt: str


class ItemOut(Schema):
    id: int
    document_id: int | None = Field(description="the item that it was picked from")
    url: str
    title: str
    source: str
    excerpt: str
    published_on: date | None
    comment: str
    section: int
    version: int = Field(description="of its texts")
    picture: ItemPictureOut | None = None
    metric: str = Field(description="of a figure; empty for other items")
    days: int
    figure: dict[str, float | str | None] = Field(
        description="`value`, `first` and `last` day, as published; empty in a draft"
    )
    removed_at: datetime | None = Field(description="when its platform or a person deleted it; it has no text then")


class IssueOut(Schema):
    id: int
    collection_id: int
    number: int
    title: str
    intro: str
    shows_gaps: bool
    version: int = Field(description="of `title`, `intro` and `shows_gaps`")
    order_version: int = Field(description="of the sections and the order of the items")
    created_at: datetime
    changed_at: datetime
    published_at: datetime | None = Field(description="null for a draft")
    publish_at: datetime | None = Field(description="when the draft will be published")
    sends: bool = Field(description="whether it is emailed then")
    plan_problem: str = Field(
        description="why it wasn’t published as planned: `title` or `items` is missing, or its person has no `rights`"
    )
    send_requested_at: datetime | None
    sent_at: datetime | None = Field(description="when its emails were in the delivery log")


class FullIssueOut(IssueOut):
    sections: list[SectionOut]
    items: list[ItemOut] = Field(description="in their order, section by section")


class IssuePage(Items[IssueOut]):
    next_before: int | None = Field(description="`before` of the next page; null at the end")


class PlanIn(Body):
    day: date
    time: wall_time = Field(description="the clock of `time_zone`, to the minute")
    time_zone: Text = Field("", description="yours by default")
    sends: bool = Field(False, description="email it to the readers, too")


class ItemPlaceIn(Body):
    item: Id
    section: int = SMALL


class OrderIn(Body):
    order_version: Version
    places: list[ItemPlaceIn] = Field(max_length=200)


@router.get(OF_COLLECTION, response=IssuePage)
def list_issues(
    request: SignedInRequest, project_id: int, collection_id: int, before: Id | None = None
) -> dict[str, object]:
    """List the issues by number, the newest first, 30 per page; `before` is a number."""
    rows = collection_of(request, project_id, collection_id, Role.VIEWER).issues.all()
    found, next_before = page_before(rows, "number", before, PAGE_SIZE)
    return {"items": found, "next_before": next_before}


@router.post(OF_COLLECTION, response={201: FullIssueOut})
def create_issue(request: SignedInRequest, project_id: int, collection_id: int) -> Status:
    """Create the next draft, with the sections of the last issue."""
    collection = collection_of(request, project_id, collection_id)
    return Status(201, _shown(issues.create_issue(collection, request.user, timezone.now())))


@router.get(PATH, response=FullIssueOut)
def get_issue(request: SignedInRequest, project_id: int, issue_id: int) -> dict[str, object]:
    """Return an issue with its sections and items."""
    return _shown(_issue(request, project_id, issue_id, Role.VIEWER))


@router.patch(PATH, response=FullIssueOut)
def change_issue(request: SignedInRequest, project_id: int, issue_id: int, issue: IssuePatch) -> dict[str, object]:
    """Change the fields of a draft that are sent."""
    found, values = _issue(request, project_id, issue_id), issue.dict(exclude_unset=True)
    with _conflicts_named():
        return _shown(issues.change_issue(found, values.pop("version"), timezone.now(), **values))


@router.delete(PATH, response={204: None})
def delete_issue(request: SignedInRequest, project_id: int, issue_id: int) -> Status:
    """Delete a draft."""
    issues.delete_issue(_issue(request, project_id, issue_id), request.user)
    return Status(204, None)


@router.post(PATH + "/publish", response=FullIssueOut)
def publish_issue(request: SignedInRequest, project_id: int, issue_id: int) -> dict[str, object]:
    """Publish a draft. It needs a title and an item, and doesn’t change any more."""
    return _shown(issues.publish(_issue(request, project_id, issue_id), request.user, timezone.now()))


@router.post(PATH + "/unpublish", response=FullIssueOut)
def unpublish_issue(request: SignedInRequest, project_id: int, issue_id: int) -> dict[str, object]:
    """Make a published issue a draft again."""
    return _shown(issues.unpublish(_issue(request, project_id, issue_id), request.user, timezone.now()))


@router.put(PATH + "/plan", response=FullIssueOut)
def plan_issue(request: SignedInRequest, project_id: int, issue_id: int, plan: PlanIn) -> dict[str, object]:
    """Publish a draft at a later time. It can be changed until then."""
    found = _issue(request, project_id, issue_id)
    name = plan.time_zone or request.user.time_zone
    try:
        validate_time_zone(name)
    except ValidationError as error:
        raise InvalidField("time_zone", " ".join(error.messages), "invalid") from None
    clock = WallClock(plan.day, plan.time.replace(second=0, microsecond=0, tzinfo=None), ZoneInfo(name))
    return _shown(schedule.plan(found, request.user, clock, timezone.now(), sends=plan.sends))


@router.delete(PATH + "/plan", response={204: None})
def cancel_plan(request: SignedInRequest, project_id: int, issue_id: int) -> Status:
    """Cancel the planned publication; the issue stays a draft."""
    schedule.cancel_plan(_issue(request, project_id, issue_id), request.user)
    return Status(204, None)


@router.post(PATH + "/send", response=FullIssueOut)
def send_issue(request: SignedInRequest, project_id: int, issue_id: int) -> dict[str, object]:
    """Send a published issue to the readers of the newsletter, once."""
    found = _issue(request, project_id, issue_id)
    return _shown(newsletter.request_sending(found, request.user, timezone.now()))


@router.post(PATH + "/sections", response={201: SectionOut})
def add_section(request: SignedInRequest, project_id: int, issue_id: int, section: SectionIn) -> Status:
    """Add a section after the others."""
    found = _issue(request, project_id, issue_id)
    pk = sections.add_section(found, section.title, timezone.now())
    found.refresh_from_db(fields=["sections"])
    return Status(201, next(one for one in found.sections if one["id"] == pk))


@router.patch(PATH + "/sections/{int:section_id}", response=FullIssueOut)
def rename_section(
    request: SignedInRequest, project_id: int, issue_id: int, section_id: int, section: SectionPatch
) -> dict[str, object]:
    """Rename a section."""
    found = _issue(request, project_id, issue_id)
    with _conflicts_named():
        sections.rename_section(found, section_id, section.title, timezone.now(), section.order_version)
    return _shown(_issue(request, project_id, issue_id))


@router.delete(PATH + "/sections/{int:section_id}", response={204: None})
def remove_section(request: SignedInRequest, project_id: int, issue_id: int, section_id: int) -> Status:
    """Remove a section; its items come before the first one."""
    sections.remove_section(_issue(request, project_id, issue_id), section_id, timezone.now())
    return Status(204, None)


@router.post(PATH + "/items", response={201: FullIssueOut})
def add_item(request: SignedInRequest, project_id: int, issue_id: int, item: ItemIn) -> Status:
    """Add a mention or a URL to the end of a section. An item that the issue has already is not added again.

    It stays as it is: with a comment, a picture or the title of a URL, which would be lost, the response is 409.
    """
    found = _issue(request, project_id, issue_id)
    project = found.collection.project
    picture = fetch_picture(project, request.user, item.picture_url) if item.picture_url else None
    new = NewItem(item.url, item.title, item.comment, item.section, picture, item.picture_alt)
    try:
        add_to_issue(found, request.user, _document(project, item), new, timezone.now())
    except AlreadyAdded as error:
        field, title = ("url", item.title) if item.mention is None else ("mention", "")
        if item.comment or item.picture_url or title:
            message = _("This item is already in the issue.")
            errors = [field_error(field, message, error.CODE, value=error.item.pk)]
            raise Conflicting(message, errors) from None
    except ValidationError as error:
        raise ValidationError(
            {PICTURE_FIELDS.get(name, name): found for name, found in error.error_dict.items()}
        ) from None
    return Status(201, _shown(_issue(request, project_id, issue_id)))


@router.post(PATH + "/figures", response={201: FullIssueOut})
def add_figure(request: SignedInRequest, project_id: int, issue_id: int, figure: IssueFigureIn) -> Status:
    """Add a figure of the monitoring to the end of a section. It is stored when the issue is published."""
    found, values = _issue(request, project_id, issue_id), (figure.metric, figure.keyword, figure.days)
    items.add_figure(found, request.user, *values, timezone.now(), figure.section)
    return Status(201, _shown(_issue(request, project_id, issue_id)))


@router.patch(PATH + "/items/{int:item_id}", response=ItemOut)
def change_item(
    request: SignedInRequest, project_id: int, issue_id: int, item_id: int, item: ItemPatch
) -> CollectionItem:
    """Change the fields of an item that are sent."""
    found, values = _item(request, project_id, issue_id, item_id), item.dict(exclude_unset=True)
    with _conflicts_named():
        items.change_item(found, values.pop("version"), timezone.now(), **values)
    return with_pictures(found.issue.items.filter(pk=item_id)).get()


@router.delete(PATH + "/items/{int:item_id}", response={204: None})
def remove_item(request: SignedInRequest, project_id: int, issue_id: int, item_id: int) -> Status:
    """Remove an item."""
    items.remove_item(_item(request, project_id, issue_id, item_id), timezone.now())
    return Status(204, None)


@router.post(PATH + "/order", response=FullIssueOut)
def order_items(request: SignedInRequest, project_id: int, issue_id: int, order: OrderIn) -> dict[str, object]:
    """Store the order of the items, from first to last. Items that are not named come after."""
    places = [(one.section, one.item) for one in order.places]
    found = _issue(request, project_id, issue_id)
    with _conflicts_named():
        items.order_items(found, order.order_version, places, timezone.now())
    return _shown(_issue(request, project_id, issue_id))


@contextmanager
def _conflicts_named() -> Iterator[None]:
    """Raise Conflicting with what another person stored, if a change names an older version."""
    message = _("Somebody else has changed this meanwhile.")
    try:
        yield
    except OrderChanged as changed:
        error = field_error("order_version", message, "conflict", value=changed.issue.order_version)
        raise Conflicting(message, [error]) from None
    except IssueChanged as changed:
        raise _conflict(message, changed.issue, issues.FIELDS) from None
    except ItemChanged as changed:
        raise _conflict(message, changed.item, list(changed.entered)) from None


def _conflict(message: str, stored: CollectionIssue | CollectionItem, names: Sequence[str]) -> Conflicting:
    errors = [field_error(name, message, "conflict", value=getattr(stored, name)) for name in ("version", *names)]
    return Conflicting(message, errors)


def _document(project: Project, item: ItemIn) -> Document | None:
    """Return the stored item to pick; None for a URL that has none, or with a title. Raises InvalidField."""
    if item.mention is not None:
        document = documents_of(project, [item.mention]).filter(deleted_at=None).first()
        if document is None:
            raise InvalidField("mention", _("This item is no longer stored."), "unknown")
        return document
    url = checks.web_address("url", item.url)
    return None if item.title else stored_document(project, url)


def _issue(request: SignedInRequest, project_id: int, issue_id: int, role: str = Role.MANAGER) -> CollectionIssue:
    """Return an issue of the project; raise as membership_of, or Http404."""
    project = membership_of(request.user, project_id, role).project
    return get_object_or_404(issues.issues_of(project), pk=issue_id)


def _item(request: SignedInRequest, project_id: int, issue_id: int, item_id: int) -> CollectionItem:
    issue = _issue(request, project_id, issue_id)
    return get_object_or_404(issue.items.select_related("issue"), pk=item_id)


def _shown(issue: CollectionIssue) -> dict[str, object]:
    """Return an issue with its items in the order in which readers see them."""
    order = {0: -1, **{one["id"]: place for place, one in enumerate(issue.sections)}}
    rows = sorted(with_pictures(issue.items.all()), key=lambda one: (order.get(one.section, -1), one.position, one.pk))
    fields = {name: getattr(issue, name) for name in IssueOut.model_fields}
    return {**fields, "sections": issue.sections, "items": rows}
