"""The API's collections: list, create, change and delete them, their addresses, and the readers of their newsletters.

Members read collections; managers change them, and see readers, through workplace/curation/. api/issues.py has the
issues. Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from api.schemas import UNSET, Body, Id, Items, Text
from delivery.models import ExternalRecipient
from monitoring.insights.cursors import page_before
from workplace.curation import collections, readers
from workplace.curation.addresses import page_url
from workplace.models import Collection

router = Router(tags=["collections"])
PATH = "/projects/{int:project_id}/collections"
READERS = 100  # of a page

if TYPE_CHECKING:
    AccessName = str  # mypy accepts no Literal of computed values
    LanguageCode = str
else:
    AccessName = Literal[tuple(Collection.Access.values)]
    LanguageCode = Literal[tuple(code for code, _name in settings.LANGUAGES)]


class CollectionPatch(Body):
    name: Text = UNSET
    slug: Text = Field(UNSET, description="the end of the URL of a public page")
    language: LanguageCode = UNSET
    intro: Text = UNSET
    access: AccessName = UNSET


class CollectionIn(CollectionPatch):
    name: Text


class CollectionOut(Schema):
    id: int
    name: str
    slug: str
    language: str
    intro: str
    access: str
    url: str | None = Field(description="of its page; null if it is off")
    created_at: datetime


class ReaderIn(Body):
    email: Text


class ReaderOut(Schema):
    id: int
    email: str
    is_confirmed: bool = Field(description="false for an address that gets nothing yet, or any more")
    stopped_at: datetime | None = Field(description="when its owner refused or unsubscribed")


class ReaderPage(Items[ReaderOut]):
    next_before: int | None = Field(description="`before` of the next page; null at the end")


@router.get(PATH, response=Items[CollectionOut])
def list_collections(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """List the collections by name. A project has at most 20."""
    rows = membership_of(request.user, project_id).project.collections.order_by("name", "pk")
    return {"items": [_shown(one) for one in rows]}


@router.post(PATH, response={201: CollectionOut})
def create_collection(request: SignedInRequest, project_id: int, collection: CollectionIn) -> Status:
    """Create a collection: by default in your language, with a secret address."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    made = collections.create_collection(project, request.user, **collection.dict(exclude_unset=True))
    return Status(201, _shown(made))


@router.get(PATH + "/{int:collection_id}", response=CollectionOut)
def get_collection(request: SignedInRequest, project_id: int, collection_id: int) -> dict[str, object]:
    """Return a collection."""
    return _shown(collection_of(request, project_id, collection_id, Role.VIEWER))


@router.patch(PATH + "/{int:collection_id}", response=CollectionOut)
def change_collection(
    request: SignedInRequest, project_id: int, collection_id: int, collection: CollectionPatch
) -> dict[str, object]:
    """Change the fields that are sent."""
    found = collection_of(request, project_id, collection_id)
    changed = collections.change_collection(found, request.user, **collection.dict(exclude_unset=True))
    return _shown(changed)


@router.delete(PATH + "/{int:collection_id}", response={204: None})
def delete_collection(request: SignedInRequest, project_id: int, collection_id: int) -> Status:
    """Delete a collection with its issues and readers. Its page stops working."""
    collections.delete_collection(collection_of(request, project_id, collection_id), request.user)
    return Status(204, None)


@router.post(PATH + "/{int:collection_id}/address", response=CollectionOut)
def renew_address(request: SignedInRequest, project_id: int, collection_id: int) -> dict[str, object]:
    """Revoke the secret address and create a new one."""
    found = collection_of(request, project_id, collection_id)
    return _shown(collections.renew_address(found, request.user))


@router.get(PATH + "/{int:collection_id}/readers", response=ReaderPage)
def list_readers(
    request: SignedInRequest, project_id: int, collection_id: int, before: Id | None = None
) -> dict[str, object]:
    """List the readers of the newsletter, the newest first, 100 per page."""
    rows = readers.readers_of(collection_of(request, project_id, collection_id))
    found, next_before = page_before(rows, "pk", before, READERS)
    return {"items": found, "next_before": next_before}


@router.post(PATH + "/{int:collection_id}/readers", response={201: ReaderOut})
def add_reader(request: SignedInRequest, project_id: int, collection_id: int, reader: ReaderIn) -> Status:
    """Ask an address to confirm. It receives nothing before."""
    found = collection_of(request, project_id, collection_id)
    return Status(201, readers.add_reader(found, request.user, reader.email, timezone.now()))


@router.delete(PATH + "/{int:collection_id}/readers/{int:reader_id}", response={204: None})
def remove_reader(request: SignedInRequest, project_id: int, collection_id: int, reader_id: int) -> Status:
    """Remove a reader. Addresses that refused or unsubscribed stay, so they are not asked again."""
    found = collection_of(request, project_id, collection_id)
    reader: ExternalRecipient = get_object_or_404(readers.readers_of(found), pk=reader_id)
    readers.remove_reader(found, reader, request.user)
    return Status(204, None)


def collection_of(
    request: SignedInRequest, project_id: int, collection_id: int, role: str = Role.MANAGER
) -> Collection:
    """Return a collection of the project; raise as membership_of, or Http404."""
    project = membership_of(request.user, project_id, role).project
    return get_object_or_404(Collection.objects.select_related("project"), project=project, pk=collection_id)


def _shown(collection: Collection) -> dict[str, object]:
    fields = ("id", "name", "slug", "language", "intro", "access", "created_at")
    return {**{name: getattr(collection, name) for name in fields}, "url": page_url(collection) or None}
