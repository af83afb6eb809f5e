"""The picture of an item: an uploaded image in, a JPEG that Vigie writes itself out.

It is stored here, so no reader loads anything from another site. Raises ValidationError by field. Called by the pages.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from workplace.curation import checks
from workplace.curation.issues import locked_draft
from workplace.curation.items import locked_item
from workplace.images import read_pixels, write_jpeg
from workplace.models import CollectionItem, ItemPicture
from workplace.models.collections import MAX_ALT

MAX_BYTES = 5_000_000  # a photo of a phone
MAX_SIDE = 6_000  # pixels; the photos of phones have 4,032 and more
SHOWN = (1200, 900)  # pixels at most: a good half more than the width of a page
QUALITY = 82


@transaction.atomic
def set_picture(item: CollectionItem, data: bytes | None, alt: str, now: datetime) -> ItemPicture:
    """Store the picture of an item of a draft, or without `data` another description of it."""
    draft = locked_draft(item.issue)
    locked_item(item, "picture")
    alt = checks.line("alt", alt, MAX_ALT, _("Describe the picture for people who can’t see it."))
    picture = ItemPicture.objects.filter(item=item).first() or ItemPicture(item=item)
    if data:
        try:
            picture.jpeg, picture.width, picture.height = _to_jpeg(data)
        except ValidationError as error:
            raise ValidationError({"picture": error.error_list}) from error
    elif picture.pk is None:
        raise ValidationError({"picture": ValidationError(_("Select an image file."), code="required")})
    picture.alt = alt
    picture.save()
    draft.changed_at = now
    draft.save(update_fields=["changed_at"])
    return picture


@transaction.atomic
def remove_picture(item: CollectionItem, now: datetime) -> None:
    """Delete the picture of an item of a draft. Safe to repeat."""
    draft = locked_draft(item.issue)
    ItemPicture.objects.filter(item=item).delete()
    draft.changed_at = now
    draft.save(update_fields=["changed_at"])


def _to_jpeg(data: bytes) -> tuple[bytes, int, int]:
    pixels = read_pixels(data, SHOWN, MAX_BYTES, MAX_SIDE)
    return write_jpeg(pixels, QUALITY), *pixels.size
