"""The API's pictures of posts: add one, read it, change its description and place, remove it.

Members read, managers write through workplace/posts.py, as the other changes of a post. Mounted by api/app.py.
"""

from collections.abc import Callable
from dataclasses import replace

from django.http import Http404, HttpResponse
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from api.posts import POST_PATH, PostOut, done, post_of, present
from api.schemas import UNSET, Body, Id, Text
from workplace import posts
from workplace.models import PostPicture
from workplace.post_pictures import MAX_PICTURES, MAX_UPLOAD_BYTES, PictureValues, stored

router = Router(tags=["posts"])


class PicturePatch(Body):
    version: Id
    alt: Text = UNSET
    position: int = Field(UNSET, ge=1, le=MAX_PICTURES, description="its place among the pictures, from 1")


Pictures = list[PictureValues]
PATH = POST_PATH + "/pictures"
ONE = PATH + "/{int:picture_id}"


@router.post(PATH, response={201: PostOut})
def add_picture(
    request: SignedInRequest,
    project_id: int,
    post_id: int,
    version: Id = Form(...),  # noqa: B008  # these are how ninja reads a form
    alt: Text = Form(""),  # noqa: B008
    file: UploadedFile = File(...),  # noqa: B008
) -> Status:
    """Add a picture at the end: `file` as multipart/form-data, with `version`. `alt` is its description."""

    def added(now: Pictures) -> Pictures:
        return [*now, PictureValues(alt, data=file.read(MAX_UPLOAD_BYTES + 1))]

    return Status(201, _change(request, project_id, post_id, version, added))


@router.get(ONE)
def get_picture(request: SignedInRequest, project_id: int, post_id: int, picture_id: int) -> HttpResponse:
    """Return a picture as a JPEG."""
    project = membership_of(request.user, project_id).project
    picture = PostPicture.objects.filter(post__project=project, post=post_id, pk=picture_id).first()
    if picture is None:
        raise Http404
    return HttpResponse(bytes(picture.jpeg), content_type="image/jpeg")


@router.patch(ONE, response=PostOut)
def change_picture(
    request: SignedInRequest, project_id: int, post_id: int, picture_id: int, picture: PicturePatch
) -> dict[str, object]:
    """Change the description of a picture, or its place."""
    sent = picture.dict(exclude_unset=True)

    def changed(now: Pictures) -> Pictures:
        own = _own(now, picture_id)
        others = [one for one in now if one is not own]
        place = sent.get("position", now.index(own) + 1) - 1
        return [*others[:place], replace(own, alt=sent.get("alt", own.alt)), *others[place:]]

    return _change(request, project_id, post_id, picture.version, changed)


@router.delete(ONE, response=PostOut)
def remove_picture(request: SignedInRequest, project_id: int, post_id: int, picture_id: int) -> dict[str, object]:
    """Remove a picture, and return the post."""

    def changed(now: Pictures) -> Pictures:
        own = _own(now, picture_id)
        return [one for one in now if one is not own]

    return _change(request, project_id, post_id, None, changed)


def _change(
    request: SignedInRequest,
    project_id: int,
    post_id: int,
    version: int | None,
    change: Callable[[Pictures], Pictures],
) -> dict[str, object]:
    """Change the pictures of a post, by default of its present version, and return it."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    post = post_of(project, post_id)
    pictures = change([PictureValues(one.alt, one.pk) for one in stored(post)])
    values = replace(present(post), pictures=pictures)
    return done(
        project, lambda: posts.change_post(post, request.user, post.version if version is None else version, values)
    )


def _own(pictures: Pictures, picture_id: int) -> PictureValues:
    for one in pictures:
        if one.id == picture_id:
            return one
    raise Http404
