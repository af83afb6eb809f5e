"""The pictures in the form of a post: four places, each with a stored picture or a file, a description and its order.

In: what people enter, without scripts as well. Out: PictureValues of workplace/post_pictures.py. Used by
dashboards/forms/posts.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from monitoring.content.values import read_id
from workplace.images import too_large_text
from workplace.models import PostPicture
from workplace.models.post_pictures import MAX_PICTURE_ALT
from workplace.post_pictures import MAX_PICTURES, MAX_UPLOAD_BYTES, PictureValues

PLACES = tuple(range(1, MAX_PICTURES + 1))


@dataclass(frozen=True)
class Slot:
    """A place for a picture. `id` is that of a stored one, `upload` a new file, `has_file` if one is chosen."""

    number: int
    id: int | None = None
    alt: str = ""
    place: int = 0
    is_removed: bool = False
    upload: UploadedFile | None = None
    has_file: bool = False

    @property
    def is_used(self) -> bool:
        return not self.is_removed and (self.id is not None or self.has_file)


class PictureSlots:
    """The places of a form."""

    places, max_alt, max_bytes = PLACES, MAX_PICTURE_ALT, MAX_UPLOAD_BYTES

    def __init__(self, slots: Sequence[Slot]) -> None:
        self.slots = list(slots)

    @classmethod
    def of(cls, pictures: Sequence[PostPicture]) -> "PictureSlots":
        """Return the places with the stored pictures of a post."""
        found = dict(enumerate(pictures, start=1))
        return cls(
            [
                Slot(number, found[number].pk, found[number].alt, number) if number in found else Slot(number)
                for number in PLACES
            ]
        )

    @classmethod
    def read(cls, data: Any, files: Any = None) -> "PictureSlots":
        """Return the places of a form that was sent. A check of the form sends no files, but the fields of them."""
        return cls([_read(number, data, files or {}) for number in PLACES])

    @property
    def used(self) -> list[Slot]:
        """The places with a picture in the order that was chosen: those that were moved go between the others."""
        used = [one for one in self.slots if one.is_used]
        ordered = [one for one in used if one.place in (0, one.number)]
        for one in sorted(used, key=lambda one: one.place):
            if one not in ordered:
                ordered.insert(one.place - 1, one)
        return ordered

    @property
    def has_uploads(self) -> bool:
        """Whether files were sent: a browser doesn't send them again by itself."""
        return any(one.upload for one in self.slots)

    @property
    def too_large(self) -> str:
        """The message about a file that is larger than `max_bytes`, before it is sent."""
        return too_large_text(MAX_UPLOAD_BYTES)

    def values(self) -> list[PictureValues]:
        """Return what workplace/posts.py stores."""
        return [
            PictureValues(one.alt, data=one.upload.read(MAX_UPLOAD_BYTES + 1))
            if one.upload
            else PictureValues(one.alt, one.id)
            for one in self.used
            if one.upload or one.id
        ]


def _read(number: int, data: Any, files: Any) -> Slot:
    upload = files.get(f"picture_{number}")
    place = read_id(data.get(f"picture_place_{number}", "")) or number
    return Slot(
        number=number,
        id=read_id(data.get(f"picture_id_{number}", "")),
        alt=data.get(f"picture_alt_{number}", "")[: 4 * MAX_PICTURE_ALT],
        place=place if place in PLACES else number,
        is_removed=f"picture_remove_{number}" in data,
        upload=upload,
        has_file=upload is not None or bool(data.get(f"picture_{number}")),
    )
