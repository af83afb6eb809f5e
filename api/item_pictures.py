"""The API's pictures of the items of an issue: an uploaded file or the image at a URL; managers set and remove them.

Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from api.issues import PATH, ItemPictureOut
from workplace.curation import pictures
from workplace.curation.picture_fetch import fetch_picture
from workplace.models import CollectionItem, ItemPicture

router = Router(tags=["collections"])
ONE = PATH + "/items/{int:item_id}/picture"


@router.post(ONE, response=ItemPictureOut)
def set_picture(
    request: SignedInRequest,
    project_id: int,
    issue_id: int,
    item_id: int,
    file: UploadedFile | None = File(None),  # noqa: B008
    url: str = Form(""),
    alt: str = Form(""),
) -> ItemPicture:
    """Set the picture of an item of a draft, as multipart/form-data: a `file` or a `url`, and `alt`, its description.

    Without a file and a URL, only the description changes.
    """
    item = _item(request, project_id, issue_id, item_id)
    data = file.read(pictures.MAX_BYTES + 1) if file else None
    if data is None and url:
        data = fetch_picture(item.issue.collection.project, request.user, url)
    return pictures.set_picture(item, data, alt, timezone.now())


@router.delete(ONE, response={204: None})
def remove_picture(request: SignedInRequest, project_id: int, issue_id: int, item_id: int) -> Status:
    """Remove the picture of an item of a draft."""
    pictures.remove_picture(_item(request, project_id, issue_id, item_id), timezone.now())
    return Status(204, None)


def _item(request: SignedInRequest, project_id: int, issue_id: int, item_id: int) -> CollectionItem:
    """Return an item of an issue of the project; raise as membership_of, or Http404."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    rows = CollectionItem.objects.select_related("issue__collection__project")
    return get_object_or_404(rows, issue__collection__project=project, issue=issue_id, pk=item_id)
