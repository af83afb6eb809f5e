import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("key", "serves"), [(None, False), ("a long random text", True)])
def test_the_web_application_does_not_serve_without_a_key_of_its_own(key, serves):
    environment = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}
    environment |= {"SECRET_KEY": key} if key else {}
    done = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (done.returncode == 0) is serves
    assert ("SECRET_KEY is not set." in done.stderr) is not serves
