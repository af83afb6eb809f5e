#!/usr/bin/env python
"""Vigie's command line: `python manage.py COMMAND`. While `make run` runs, commands use its servers."""

import os
import sys
from pathlib import Path

from config.launcher.data_dir import use_current_run

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    use_current_run(os.environ, Path(__file__).resolve().parent / "data")
    from django.core.management import execute_from_command_line

    from config.startup import require_valid_settings

    require_valid_settings(signs=False)
    execute_from_command_line(sys.argv)
