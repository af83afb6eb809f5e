"""Import posts from iCalendar and CSV files. Reading a file twice creates nothing twice.

In: a project, a person, and the file. Out: counts, and what was left out and why. An event or row that was imported
before is known by its identity; what people changed in its post meanwhile stays. Called by the pages.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.models import Project, User
from accounts.time_zones import zone_of
from monitoring.content.scrub import scrub
from workplace.calendar import csv_posts
from workplace.calendar.csv_posts import CsvRow, Names, fold_name, read_csv
from workplace.calendar.ics import ALL_DAY, INCOMPLETE, TOO_MANY, ReadEvent, read_ics
from workplace.calendar.recurrences import OVER, TOO_OFTEN, UNREADABLE
from workplace.calendar.text_limits import PLATFORMS
from workplace.models import Post
from workplace.models.posts import MAX_CAMPAIGN, MAX_TEXT, MAX_TITLE
from workplace.post_words import column_labels, place_name
from workplace.posts import PostValues, create_post

MAX_FILE = csv_posts.MAX_BYTES
MAX_LEFT_OUT = 20  # shown


@dataclass(frozen=True)
class ImportResult:
    """Numbers of created and already known posts, and sentences about what was left out."""

    created: int
    known: int
    left_out: tuple[str, ...]


def import_file(project: Project, user: User, name: str, content: bytes) -> ImportResult:
    """Create a draft for each new event of a calendar or row of a CSV file. Raises ValidationError for other files."""
    if len(content) > MAX_FILE:
        raise ValidationError(_("This file is too large: at most 2 MB."), code="too_large")
    is_calendar = content.lstrip(b"\xef\xbb\xbf \r\n")[:15].upper() == b"BEGIN:VCALENDAR"
    planned, left_out = _events(content, user) if is_calendar else _rows(content, user)
    created = known = 0
    with transaction.atomic():
        keys, stored = _known(project, [key for key, _values in planned]), _stored(project)
        for key, values in planned:
            if key in keys or _same(values) in stored:
                known += 1
                continue
            keys.add(key)
            try:
                post = create_post(project, user, values)
            except ValidationError as error:
                left_out.append(f"{values.title}: {' '.join(error.messages)}")
                continue
            Post.objects.filter(pk=post.pk).update(import_key=key)
            created += 1
        record(project, user, "posts.imported", name, created=created, known=known, left_out=len(left_out))
    return ImportResult(created, known, tuple(left_out[:MAX_LEFT_OUT]))


def names() -> Names:
    """Return the names of columns, types and platforms in every language."""
    columns: dict[str, str] = {fold_name(name): name for name in csv_posts.COLUMNS}
    kinds: dict[str, str] = {fold_name(value): value for value in Post.Kind.values}
    platforms: dict[str, str] = {fold_name(name): name for name in PLATFORMS}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            columns |= {fold_name(label): name for name, label in column_labels().items()}
            kinds |= {fold_name(str(label)): value for value, label in Post.Kind.choices}
            platforms |= {fold_name(place_name(name)): name for name in PLATFORMS}
    return Names(columns, kinds, platforms)


def _events(content: bytes, user: User) -> tuple[list[tuple[str, PostValues]], list[str]]:
    found = read_ics(content, user.zone, timezone.localdate(timezone=user.zone))
    if found.error:
        raise ValidationError(_("This file is no calendar with events that Vigie can read."), code="invalid")
    reasons = {
        INCOMPLETE: _("“%(title)s” has no title or no date."),
        TOO_MANY: _("The file has too many events: import the rest in another file."),
        OVER: _("“%(title)s” repeats, and has no date in the coming year."),
        TOO_OFTEN: _("“%(title)s” repeats too often: by the hour, or for too many years."),
        UNREADABLE: _("“%(title)s” repeats by a rule that Vigie can’t read."),
    }
    left_out = [reasons[code] % {"title": title} for title, code in found.left_out]
    return [(_event_key(one), _event_values(one, user)) for one in found.events], left_out


def _rows(content: bytes, user: User) -> tuple[list[tuple[str, PostValues]], list[str]]:
    found = read_csv(content, names())
    if found.error:
        message = _("This file is no calendar and no CSV file with a column “Title”.")
        raise ValidationError(message, code="invalid")
    reasons = {
        "title": _("no title"),
        "date": _("no usable date, such as 2026-12-31"),
        "time": _("no usable time, such as 18:30"),
        "rows": _("too many lines: import the rest in another file"),
    }
    left_out = [
        _("Line %(line)s: %(reason)s") % {"line": line, "reason": reasons[code]} for line, code in found.left_out
    ]
    return [(_row_key(row), _row_values(row, user)) for row in found.rows], left_out


def _event_values(one: ReadEvent, user: User) -> PostValues:
    return PostValues(
        title=scrub(one.title)[:MAX_TITLE],
        text=scrub(one.text)[:MAX_TEXT],
        day=one.day,
        at=one.at,
        time_zone=zone_of(one.zone).key if one.zone else user.time_zone,
    )


def _row_values(row: CsvRow, user: User) -> PostValues:
    return PostValues(
        title=scrub(row.title)[:MAX_TITLE],
        text=scrub(row.text)[:MAX_TEXT],
        kind=row.kind or Post.Kind.INFORMATION,
        campaign=scrub(row.campaign)[:MAX_CAMPAIGN],
        platforms=dict.fromkeys(row.platforms, ""),
        day=row.day,
        at=row.at if row.at or row.day is None else ALL_DAY,
        time_zone=row.zone or user.time_zone,
    )


def _event_key(one: ReadEvent) -> str:
    """Return the key of an event. A date of a series is known by when it was planned first, also after it moved."""
    identity = one.uid or f"{one.title}|{one.day}|{one.at}"
    return _key("ics", f"{identity}|{one.slot}" if one.slot else identity)


def _row_key(row: CsvRow) -> str:
    return _key("csv", f"{row.title}|{row.day}|{row.at}|{row.text}")


def _key(kind: str, text: str) -> str:
    return f"{kind}:{hashlib.blake2b(text.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"


def _same(values: PostValues) -> tuple[object, ...]:
    """Return what two posts have in common that are the same one: also one that was exported from here."""
    return (values.title, values.text, values.day, values.at)


def _stored(project: Project) -> set[tuple[object, ...]]:
    return set(Post.objects.filter(project=project).values_list("title", "text", "due_day", "due_time"))


def _known(project: Project, keys: Iterable[str]) -> set[str]:
    rows = Post.objects.filter(project=project, import_key__in=list(keys))
    return cast("set[str]", set(rows.values_list("import_key", flat=True)))
