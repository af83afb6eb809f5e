"""The logo of a project: an uploaded image in, a small PNG that Vigie writes itself out.

Pillow reads only the formats named here, after the size of the file and of the picture are checked, so neither a huge
picture nor another format is decoded. Nothing of the file is stored but its pixels.
"""

import io
import warnings

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.activity_log import record
from accounts.models import Project, User
from reports.models import Logo

MAX_BYTES = 2_000_000
MAX_SIDE = 4_000  # pixels
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
SHOWN = (640, 240)  # pixels at most: twice the size on a page


def set_logo(project: Project, user: User, data: bytes) -> Logo:
    """Store a logo. Raises ValidationError that says what to upload instead."""
    png, width, height = to_png(data)
    with transaction.atomic():
        values = {"png": png, "width": width, "height": height, "changed_at": timezone.now()}
        logo, _is_new = Logo.objects.update_or_create(project=project, defaults=values)
        record(project, user, "logo.changed", project, width=width, height=height)
    return logo


def remove_logo(project: Project, user: User) -> None:
    """Delete the logo. Safe to repeat."""
    with transaction.atomic():
        if Logo.objects.filter(project=project).delete()[0]:
            record(project, user, "logo.deleted", project)


def to_png(data: bytes) -> tuple[bytes, int, int]:
    """Return an image as a PNG of at most SHOWN pixels, with its width and height. Raises ValidationError."""
    if len(data) > MAX_BYTES:
        raise ValidationError(_("The file is larger than 2 MB. Upload a smaller one."), code="too_large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if max(opened.size) > MAX_SIDE:
                    text = _("The image has more than 4,000 pixels on a side. Upload a smaller one.")
                    raise ValidationError(text, code="too_large")
                picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(_not_an_image(), code="invalid") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:  # a file that is cut off or damaged
        raise ValidationError(_not_an_image(), code="invalid") from error
    picture.thumbnail(SHOWN)
    written = io.BytesIO()
    Image.frombytes("RGBA", picture.size, picture.tobytes()).save(written, "PNG", optimize=True)
    return written.getvalue(), *picture.size


def _not_an_image() -> str:
    return _("This file isn’t a readable PNG, JPEG, WebP or GIF image. Upload another one.")
