"""The command `parse_feed` as a process, without a database."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SAMPLES = Path(__file__).parent / "samples"


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    # No server listens there, so a command that needs the database fails.
    environment = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "LC_ALL": "C"}
    command = [sys.executable, "manage.py", "parse_feed", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, cwd=ROOT, env=environment, timeout=60)


def test_parse_feed_prints_one_json_line_per_entry():
    done = run(str(SAMPLES / "wordpress.xml"))
    assert (done.returncode, done.stderr) == (0, b"")
    (line,) = done.stdout.decode().splitlines()
    assert json.loads(line) == {
        "id": "https://blog.example.fr/?p=42",
        "url": "https://blog.example.fr/ete/",
        "title": "L’été d’Aurore & compagnie",
        "text": "Texte complet : la marque Aurore plaît.\nContact\n\nExtrait […]",
        "author": "Zoé",
        "published": "2026-11-20T07:12:00Z",
        "language": "fr-fr",
    }


def test_parse_feed_reads_stdin_and_prints_null_for_missing_values():
    done = run("--url", "https://nu.example.fr/rss", stdin=(SAMPLES / "no_dates_no_guids.xml").read_bytes())
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["url"] for row in rows] == [
        "http://nu.example.fr/1?utm_source=rss",
        "",
        "https://nu.example.fr/relatif",
    ]
    assert {(row["published"], row["language"]) for row in rows} == {(None, None)}


def test_parse_feed_exits_with_1_on_bad_input_and_2_on_wrong_usage():
    for done, status in ((run(stdin=b"Not found"), 1), (run("no-such-file.xml"), 1), (run("--nonsense"), 2)):
        assert (done.returncode, done.stdout) == (status, b"")
        assert done.stderr
        assert b"Traceback" not in done.stderr
