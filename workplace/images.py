"""Read images that people upload: pixels out, nothing else of the file; and write them as JPEG.

Pillow reads only the formats named here, after the size of the file and of the picture are checked, so neither a huge
picture nor another format is decoded. Of an animation, the first image is read. Called by reports/logos.py,
workplace/curation/pictures.py and workplace/post_pictures.py.
"""

import io
import struct
import threading
import warnings

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.formats import number

MAX_BYTES = 2_000_000
MAX_SIDE = 4_000  # pixels
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
# Each scan of a progressive JPEG is as much work as the whole picture, even a short one: usual files have about ten.
MAX_SCANS = 100
# Pictures that a process decodes at one time, for the memory that they take.
_decoding = threading.BoundedSemaphore(2)
# Modes that Pillow scales without losing colors.
_SMOOTH = ("RGB", "RGBA", "L")
# Errors of Pillow for a file that is cut off or damaged.
_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, struct.error, KeyError, TypeError, ZeroDivisionError)


def read_pixels(
    data: bytes, limit: tuple[int, int], max_bytes: int = MAX_BYTES, max_side: int = MAX_SIDE
) -> Image.Image:
    """Return the pixels of an image (RGBA), scaled down to `limit`. Raises ValidationError: what to upload instead."""
    if len(data) > max_bytes:
        raise ValidationError(too_large_text(max_bytes), code="too_large")
    try:
        with _decoding:
            picture = _decoded(data, max(limit), max_side)
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(_not_an_image(), code="invalid") from error
    except _DAMAGED as error:
        raise ValidationError(_not_an_image(), code="invalid") from error
    picture.thumbnail(limit)
    return Image.frombytes("RGBA", picture.size, picture.tobytes())


def too_large_text(max_bytes: int) -> str:
    return _("The file is larger than %(number)s MB. Upload a smaller one.") % {"number": max_bytes // 1_000_000}


def _decoded(data: bytes, side: int, max_side: int) -> Image.Image:
    """Return the picture upright (RGBA), with at most `side` pixels on a side."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if max(opened.size) > max_side:
                text = _("The image has more than %(number)s pixels on a side. Upload a smaller one.")
                raise ValidationError(text % {"number": number(max_side)}, code="too_large")
            if opened.format in ("JPEG", "MPO") and data.count(b"\xff\xda") > MAX_SCANS:
                raise ValidationError(_not_an_image(), code="invalid")
            # Smaller first: 35 megapixels took 460 MB with their copies, and take 330 (PNG) or 190 (JPEG) so.
            picture: Image.Image = opened
            if opened.mode not in _SMOOTH:
                opened.draft(None, (2 * side, 2 * side))  # as `thumbnail` does for the others
                picture = opened.convert("RGBA")
            picture.thumbnail((side, side))
            return ImageOps.exif_transpose(picture).convert("RGBA")


def write_jpeg(pixels: Image.Image, quality: int) -> bytes:
    """Return pixels (RGBA) as a JPEG on white, which has no transparency."""
    opaque = Image.new("RGB", pixels.size, "white")
    opaque.paste(pixels, mask=pixels.getchannel("A"))
    written = io.BytesIO()
    opaque.save(written, "JPEG", quality=quality, optimize=True, progressive=True)
    return written.getvalue()


def _not_an_image() -> str:
    return _("This file isn’t a readable PNG, JPEG, WebP or GIF image. Upload another one.")
