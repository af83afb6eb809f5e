"""The browser files of others are what their list says they are."""

import hashlib
import json
from pathlib import Path

import pytest

VENDOR = Path(__file__).parents[2] / "static" / "vendor"
LISTED = json.loads((VENDOR / "vendor.json").read_text())["files"]


@pytest.mark.parametrize("entry", LISTED, ids=lambda entry: entry["file"])
def test_a_vendored_file_is_the_one_that_was_fetched(entry):
    assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert (VENDOR / entry["licence_file"]).is_file()
    assert entry["version"] in entry["origin"] and entry["licence"]


def test_nothing_is_vendored_that_is_not_listed():
    known = {"vendor.json"} | {entry[key] for entry in LISTED for key in ("file", "licence_file")}
    assert {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} == known
