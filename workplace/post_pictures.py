"""The pictures of a post: uploaded images in, JPEGs that every platform accepts out.

Vigie writes each picture again, upright and without what else the file has, such as the place where it was taken. One
file serves all platforms: the smallest limits are those of Bluesky, 1,000,000 bytes and 2,000 pixels on a side
(lexicons/app/bsky/embed/images.json of bluesky-social/atproto); X accepts 5 MB, Facebook 10 MB, Mastodon 16 MB.
Raises ValidationError by field. Called by workplace/posts.py, and by publishing.py for what it sends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from PIL import Image

from accounts.models import Project
from monitoring.content.scrub import is_storable
from monitoring.platforms.pictures import Picture
from workplace.images import read_pixels, write_jpeg
from workplace.models import Post, PostPicture
from workplace.models.post_pictures import MAX_PICTURE_ALT

MAX_PICTURES = 4  # Bluesky, Mastodon and X accept no more
MAX_UPLOAD_BYTES = 10_000_000  # a photo of a phone
MAX_UPLOAD_SIDE = 6_000  # pixels; the photos of phones have 4,032 and more
SHOWN = (2_000, 2_000)
MAX_JPEG_BYTES = 1_000_000
QUALITIES = (88, 80, 70, 60)
FIELD = "pictures"


@dataclass(frozen=True)
class PictureValues:
    """A picture as people send it: the file of a new one as `data`, or the `id` of one that a post has already."""

    alt: str = ""
    id: int | None = None
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Written:
    """A picture that is ready to be stored."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int


def write_new(pictures: Sequence[PictureValues] | None) -> dict[int, Written]:
    """Return the new pictures by their place, checked and written again. Takes time: call it outside of locks."""
    if pictures is None:
        return {}
    if len(pictures) > MAX_PICTURES:
        text = ngettext(
            "A post can have %(count)s picture.", "A post can have up to %(count)s pictures.", MAX_PICTURES
        )
        raise _error(text % {"count": MAX_PICTURES}, "too_many")
    for one in pictures:
        if len(_clean(one.alt)) > MAX_PICTURE_ALT or not is_storable(one.alt):
            raise _error(_("The description of a picture is too long, or has an invalid character."), "invalid")
    return {place: _written(one.data) for place, one in enumerate(pictures) if one.data is not None}


def shown_pictures(post: Post) -> list[tuple[int, str]]:
    """Return the pictures of a post in their order, by id and description: what makes a post another one."""
    return [(one.pk, one.alt) for one in stored(post)]


def stored(post: Post) -> list[PostPicture]:
    """Return the pictures of a post in their order, without their bytes."""
    return list(post.pictures.order_by("position", "pk").defer("jpeg"))


def pictures_to_publish(post_id: int) -> tuple[Picture, ...]:
    """Return the pictures of a post that is being published, which nobody changes meanwhile."""
    rows = PostPicture.objects.filter(post=post_id).order_by("position", "pk")
    return tuple(Picture(bytes(one.jpeg), one.alt, one.width, one.height) for one in rows)


def read_pictures_of(posts: Sequence[Post]) -> None:
    """Read the pictures of posts in one query, without their bytes: `post.pictures.all()` has them then."""
    rows = PostPicture.objects.order_by("position", "pk").defer("jpeg")
    prefetch_related_objects(posts, Prefetch("pictures", rows))


def set_pictures(post: Post, pictures: Sequence[PictureValues], new: Mapping[int, Written]) -> None:
    """Store the pictures of a locked post in this order. One of another post of the project is copied."""
    known = {one.pk: one for one in stored(post)}
    copied = _of_other_posts(post.project, [one.id for one in pictures if one.id and one.id not in known])
    used = set()
    for place, one in enumerate(pictures):
        alt = _clean(one.alt)
        if place in new:
            found = new[place]
            post.pictures.create(position=place, alt=alt, jpeg=found.jpeg, width=found.width, height=found.height)
        elif one.id in known and one.id not in used:
            used.add(one.id)
            post.pictures.filter(pk=one.id).update(position=place, alt=alt)
        elif one.id in copied:
            other = copied[one.id]
            post.pictures.create(position=place, alt=alt, jpeg=other.jpeg, width=other.width, height=other.height)
        else:
            raise _error(_("This picture doesn’t exist any more. Upload it again."), "invalid")
    PostPicture.objects.filter(pk__in=known.keys() - used).delete()


def _of_other_posts(project: Project, ids: Sequence[int]) -> dict[int, PostPicture]:
    rows = PostPicture.objects.filter(post__project=project, pk__in=ids) if ids else ()
    return {one.pk: one for one in rows}


def _clean(alt: str) -> str:
    return " ".join(alt.split())


def _written(data: bytes) -> Written:
    """Return a picture as a JPEG within the limits: at a lower quality, then smaller, until it is."""
    try:
        pixels = read_pixels(data, SHOWN, MAX_UPLOAD_BYTES, MAX_UPLOAD_SIDE)
    except ValidationError as error:
        raise ValidationError({FIELD: error.error_list}) from error
    while True:
        for quality in QUALITIES:
            jpeg = write_jpeg(pixels, quality)
            if len(jpeg) <= MAX_JPEG_BYTES:
                return Written(jpeg, *pixels.size)
        pixels = pixels.resize((pixels.width * 3 // 4 or 1, pixels.height * 3 // 4 or 1), Image.Resampling.LANCZOS)


def _error(text: str, code: str) -> ValidationError:
    return ValidationError({FIELD: ValidationError(text, code=code)})
