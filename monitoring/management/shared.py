"""Shared by the plain-text commands: JSON Lines in and out, one-line errors with status 1, projects by name or id."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, OutputWrapper

from accounts.models import Project
from monitoring.content.values import iso_utc, read_id
from monitoring.jsonl import BadInput
from monitoring.models import Keyword, Source


def filter_lines(lines: Iterable[str | BadInput], errors: OutputWrapper) -> None:
    """Write a filter's lines to stdout and its bad input to `errors`. Exit with status 1 if there was any."""
    failed = False
    # Not through Django's wrapper, which takes longer per line than the filter itself.
    out = sys.stdout.buffer
    try:
        for line in lines:
            if isinstance(line, BadInput):
                failed = True
                errors.write(line.message)
            else:
                out.write(line.encode(errors="backslashreplace") + b"\n")
        out.flush()
    except BrokenPipeError:
        # The reader has closed the pipe (head, for instance): without stdout, Python reports no error at exit.
        sys.stdout = Path("/dev/null").open("w")  # noqa: SIM115
    if failed:
        sys.exit(1)


def write_line(out: OutputWrapper, row: dict[str, object]) -> None:
    out.write(json.dumps(row, ensure_ascii=False, default=iso_utc))


def project_by_name(name: str) -> Project:
    """Return the project with this name or id. Raise CommandError if there is none, or more than one."""
    found = list(Project.objects.filter(name=name, deleted_at=None).order_by("pk")[:10])
    if not found and (pk := read_id(name)) is not None:
        found = list(Project.objects.filter(pk=pk))
    if not found:
        raise CommandError(f"there is no project called {name!r}")
    if len(found) > 1:
        numbers = ", ".join(str(project.pk) for project in found)
        raise CommandError(f"several projects are called {name!r}; give the number of one: {numbers}")
    return found[0]


def form_error(error: ValidationError) -> CommandError:
    """Return a form's error as the command's: one line that names each field."""
    return CommandError("; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items()))


def keyword_row(keyword: Keyword) -> dict[str, object]:
    return {
        "id": keyword.pk,
        "project": keyword.project_id,
        "name": keyword.name,
        "type": keyword.type,
        "query": keyword.query,
        "mentions": keyword.mentions.count(),
    }


def source_row(source: Source) -> dict[str, object]:
    return {
        "id": source.pk,
        "project": source.project_id,
        "url": source.url,
        "title": source.title,
        "state": source.state,
        "error": source.error_code or None,
    }
