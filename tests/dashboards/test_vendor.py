"""Check the vendored browser files against the lists that name their origin, license and checksum."""

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / "static" / "vendor", ROOT / "tests" / "e2e" / "vendor"]
LISTED = [(folder, entry) for folder in FOLDERS for entry in json.loads((folder / "vendor.json").read_text())["files"]]


@pytest.mark.parametrize(("folder", "entry"), LISTED, ids=[entry["file"] for _, entry in LISTED])
def test_vendored_file_matches_checksum_and_names_origin_and_license(folder, entry):
    assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert (folder / entry["license_file"]).is_file()
    assert entry["version"] in entry["origin"] and entry["license"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_vendor_folder_contains_only_listed_files(folder):
    listed = [entry for place, entry in LISTED if place == folder]
    known = {"vendor.json"} | {entry[key] for entry in listed for key in ("file", "license_file")}
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == known
