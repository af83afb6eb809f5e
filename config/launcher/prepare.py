"""Bring the database and the static files up to this version: migrations, static files, the first admin.

Run before the web, worker and beat processes: by config/launcher/runner.py, and once by docker-compose.yml. The
Dockerfile runs `static` alone, where there is no database.
"""

import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

STAMP = ".collected"


def collect_static_files() -> None:
    """Hashing and compressing takes seconds, so only where a file has changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    now = _fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            content = Path(storage.path(path)).read_bytes()
            digest.update(f"{path} {hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    collect_static_files()
    if sys.argv[1:] != ["static"]:
        call_command("migrate", interactive=False)
        call_command("first_admin")


if __name__ == "__main__":
    main()
