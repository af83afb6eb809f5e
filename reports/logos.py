"""The logo of a project: an uploaded image in, a small PNG that Vigie writes itself out."""

import io

from django.db import transaction
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Project, User
from reports.models import Logo
from workplace.images import read_pixels

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
    picture = read_pixels(data, SHOWN)
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue(), *picture.size
