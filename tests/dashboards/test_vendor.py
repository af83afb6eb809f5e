"""Check the vendored browser files against the list that names their origin, license and checksum."""

import hashlib
import json
from pathlib import Path

import pytest

VENDOR = Path(__file__).parents[2] / "static" / "vendor"
LISTED = json.loads((VENDOR / "vendor.json").read_text())["files"]


@pytest.mark.parametrize("entry", LISTED, ids=lambda entry: entry["file"])
def test_vendored_file_matches_checksum_and_names_origin_and_license(entry):
    assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert (VENDOR / entry["license_file"]).is_file()
    assert entry["version"] in entry["origin"] and entry["license"]


def test_vendor_folder_contains_only_listed_files():
    known = {"vendor.json"} | {entry[key] for entry in LISTED for key in ("file", "license_file")}
    assert {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} == known
