"""Image files as people upload them."""

import io
import random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture_bytes(size=(64, 48), kind="PNG", color="#0b637080", **options):
    """Return an image of one color; only PNGs are half transparent."""
    written = io.BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", size, color).save(written, kind, **options)
    return written.getvalue()


def noise_bytes(size=(2_400, 1_800)):
    """Return a JPEG of random pixels, which compresses as badly as a picture can."""
    written = io.BytesIO()
    Image.frombytes("RGB", size, random.Random(7).randbytes(size[0] * size[1] * 3)).save(written, "JPEG", quality=60)
    return written.getvalue()


def scans_bytes(count):
    """Return a progressive JPEG whose last scan is repeated."""
    whole = picture_bytes(size=(640, 480), kind="JPEG", progressive=True)
    at, end = whole.rindex(b"\xff\xda"), len(whole) - 2
    return whole[:end] + whole[at:end] * count + whole[end:]


def picture_file(name="lamp.png", **options):
    return SimpleUploadedFile(name, picture_bytes(**options))
