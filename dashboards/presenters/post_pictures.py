"""The pictures of a post in pages: on its page, in its form, and in the preview of each platform.

In: stored pictures, or the places of a form. Out: frozen rows for templates/posts/. Called by dashboards/views/.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import ngettext

from accounts.formats import number
from accounts.models import Project
from dashboards.forms.post_pictures import PictureSlots
from workplace.models import PostPicture


@dataclass(frozen=True)
class ShownPicture:
    """A picture; `src` is "" for a file that isn't stored yet, whose place in the form is `slot`."""

    src: str
    alt: str
    slot: int = 0


def pictures_of(project: Project, pictures: Sequence[PostPicture]) -> list[ShownPicture]:
    """Return the stored pictures of a post."""
    return [ShownPicture(picture_url(project, one.pk), one.alt) for one in pictures]


def pictures_in(project: Project, form: PictureSlots) -> list[ShownPicture]:
    """Return the pictures of a form that is being filled in."""
    return [
        ShownPicture(picture_url(project, one.id) if one.id and not one.has_file else "", one.alt.strip(), one.number)
        for one in form.used
    ]


def picture_url(project: Project, picture_id: int) -> str:
    return reverse("post_picture", args=[project.pk, picture_id])


def picture_remarks(pictures: Sequence[ShownPicture]) -> tuple[str, ...]:
    """Return what the pictures lack, in words."""
    missing = sum(not one.alt for one in pictures)
    if not missing:
        return ()
    text = ngettext("%(number)s picture has no description.", "%(number)s pictures have no description.", missing)
    return (text % {"number": number(missing)},)
