"""The command as people run it: a process of its own, without a database."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SAMPLES = Path(__file__).parent / "samples"


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    # No server listens there: a command that asked the database would fail.
    environment = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "LC_ALL": "C"}
    command = [sys.executable, "manage.py", "parse_feed", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, cwd=ROOT, env=environment, timeout=60)


def test_entries_are_written_as_json_lines():
    done = run(str(SAMPLES / "wordpress.xml"))
    assert (done.returncode, done.stderr) == (0, b"")
    (line,) = done.stdout.decode().splitlines()
    assert json.loads(line) == {
        "id": "https://blog.example.fr/?p=42",
        "url": "https://blog.example.fr/ete/",
        "title": "L’été d’Aurore & compagnie",
        "text": "Texte complet : la marque Aurore plaît.\nContact",
        "author": "Zoé",
        "published": "2026-11-20T07:12:00Z",
        "language": "fr-fr",
    }


def test_a_feed_is_read_from_standard_input_and_what_is_missing_is_null():
    done = run("--url", "https://nu.example.fr/rss", stdin=(SAMPLES / "no_dates_no_guids.xml").read_bytes())
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["url"] for row in rows] == [
        "http://nu.example.fr/1?utm_source=rss",
        "",
        "https://nu.example.fr/relatif",
    ]
    assert {(row["published"], row["language"]) for row in rows} == {(None, None)}


def test_bad_input_ends_with_1_and_wrong_usage_with_2():
    for done, status in ((run(stdin=b"Not found"), 1), (run("no-such-file.xml"), 1), (run("--nonsense"), 2)):
        assert (done.returncode, done.stdout) == (status, b"")
        assert done.stderr
        assert b"Traceback" not in done.stderr
