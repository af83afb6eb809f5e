"""The pictures of posts, for the members of the project: shown in pages, and downloaded to publish them by hand."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership
from workplace.models import PostPicture


@project_view()
def post_picture(request: SignedInRequest, membership: Membership, picture_id: int) -> HttpResponse:
    """A picture of a post; with `?download`, the browser saves it."""
    picture = get_object_or_404(PostPicture, post__project=membership.project, pk=picture_id)
    headers = {"Cache-Control": "private, no-cache"}
    if "download" in request.GET:
        headers["Content-Disposition"] = f'attachment; filename="vigie-{picture.post_id}-{picture.position + 1}.jpg"'
    return HttpResponse(bytes(picture.jpeg), content_type="image/jpeg", headers=headers)
