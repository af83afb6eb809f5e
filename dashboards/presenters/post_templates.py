"""The templates of posts in their list.

In: templates. Out: frozen rows for templates/posts/templates.html. Called by dashboards/views/post_templates.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from monitoring.content.excerpts import excerpt, plain
from workplace.calendar.text_limits import PLATFORMS
from workplace.models import Post, PostTemplate
from workplace.post_words import place_name

SHOWN_CHARS = 120


@dataclass(frozen=True)
class TemplateRow:
    """A template; `text` is the beginning of its text."""

    id: int
    name: str
    kind: str
    platforms: str
    campaign: str
    text: str


def template_rows(templates: Sequence[PostTemplate]) -> list[TemplateRow]:
    return [
        TemplateRow(
            id=one.pk,
            name=one.name,
            kind=str(Post.Kind(one.kind).label),
            platforms=get_text_list([place_name(name) for name in PLATFORMS if name in one.platforms], _("and")),
            campaign=one.campaign,
            text=plain(excerpt(one.text or next(filter(None, one.platforms.values()), ""), (), SHOWN_CHARS)),
        )
        for one in templates
    ]
