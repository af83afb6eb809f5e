"""The sections of a draft: add, rename, move and remove them.

A change names the version of the order that the person saw: see workplace/curation/versions.py. Raises
ValidationError by field. Called by the pages and the API.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workplace.curation import checks
from workplace.curation.issues import locked_draft
from workplace.curation.versions import check_order
from workplace.models import CollectionIssue
from workplace.models.collections import MAX_SECTION

MAX_SECTIONS = 20


def add_section(issue: CollectionIssue, title: str, now: datetime) -> int:
    """Add a section after the others. Return its id."""
    with transaction.atomic():
        draft = locked_draft(issue)
        if len(draft.sections) >= MAX_SECTIONS:
            text = ngettext(
                "An issue can have %(count)s section.", "An issue can have up to %(count)s sections.", MAX_SECTIONS
            )
            raise ValidationError({"section": ValidationError(text % {"count": MAX_SECTIONS}, code="too_many")})
        section = 1 + max((one["id"] for one in draft.sections), default=0)
        draft.sections = [*draft.sections, {"id": section, "title": _section_title(title)}]
        _save_sections(draft, now)
    return section


def rename_section(
    issue: CollectionIssue, section: int, title: str, now: datetime, order_version: int | None = None
) -> None:
    """Rename a section of a draft; without effect if it is gone."""
    with transaction.atomic():
        draft = locked_draft(issue)
        check_order(draft, order_version)
        title = _section_title(title)
        draft.sections = [one | {"title": title} if one["id"] == section else one for one in draft.sections]
        _save_sections(draft, now)


def move_section(
    issue: CollectionIssue, section: int, step: int, now: datetime, order_version: int | None = None
) -> None:
    """Move a section up (-1) or down (1); without effect at the end."""
    with transaction.atomic():
        draft = locked_draft(issue)
        check_order(draft, order_version)
        ids = [one["id"] for one in draft.sections]
        if section in ids:
            place = ids.index(section)
            sections = list(draft.sections)
            sections.insert(max(place + step, 0), sections.pop(place))
            draft.sections = sections
            _save_sections(draft, now)


def remove_section(issue: CollectionIssue, section: int, now: datetime, order_version: int | None = None) -> None:
    """Remove a section; its items come before the first one."""
    with transaction.atomic():
        draft = locked_draft(issue)
        check_order(draft, order_version)
        draft.items.filter(section=section).update(section=0)
        draft.sections = [one for one in draft.sections if one["id"] != section]
        _save_sections(draft, now)


def _section_title(title: str) -> str:
    return checks.line("section", title, MAX_SECTION, _("Enter a title."))


def _save_sections(draft: CollectionIssue, now: datetime) -> None:
    draft.changed_at = now
    draft.order_version += 1
    draft.save(update_fields=["sections", "order_version", "changed_at"])
