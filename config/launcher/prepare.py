"""Prepare this version to run: collect static files, migrate the database, create the first admin.

Runs before the web, worker and beat processes: started by config/launcher/runner.py. The Dockerfile runs it with the
argument `static`, which needs no database, and docker-compose.yml with `database`: the image has its static files.
`check` only checks the settings.
"""

import hashlib
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from config.startup import require_valid_settings

STAMP = ".collected"


def collect_static_files() -> None:
    """Run collectstatic if a file has changed since the last time: hashing and compressing takes seconds."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    current = _hash_static_files()
    if stamp.exists() and stamp.read_text() == current:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(current)


def _hash_static_files() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            content = Path(storage.path(path)).read_bytes()
            digest.update(f"{path} {hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()


def main() -> None:
    only = sys.argv[1:]
    require_valid_settings(signs=only != ["static"])
    if only == ["check"]:
        return
    if only != ["database"]:
        collect_static_files()
    if only != ["static"]:
        call_command("migrate", interactive=False)
        call_command("first_admin")


if __name__ == "__main__":
    main()
