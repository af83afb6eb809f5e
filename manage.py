#!/usr/bin/env python
"""Vigie's command line: `python manage.py COMMAND`. Beside `make run` it works on what that has started."""

import os
import sys
from pathlib import Path

from config.launcher.data_dir import join_run

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    join_run(os.environ, Path(__file__).resolve().parent / "data")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
