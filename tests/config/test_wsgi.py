"""config/wsgi.py refuses to start without a SECRET_KEY."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("key", "starts"), [(None, False), ("a long random text", True)])
def test_wsgi_application_requires_secret_key(key, starts):
    environment = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}
    environment |= {"SECRET_KEY": key} if key else {}
    done = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (done.returncode == 0) is starts
    assert ("SECRET_KEY is not set;" in done.stderr) is not starts
