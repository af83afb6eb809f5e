"""The command `match` as people use it: a process with pipes, and no database."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
# A database that is not there: the command must not ask for one.
NOWHERE = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}


def match(*arguments, documents=b""):
    command = [sys.executable, "manage.py", "match", *arguments]
    return subprocess.run(
        command, input=documents, cwd=ROOT, env=os.environ | NOWHERE, capture_output=True, timeout=60
    )


def lines(*rows):
    return "\n".join(json.dumps(row) for row in rows).encode()


def test_it_works():
    done = match(
        "panne", '"service client"', documents=lines({"id": 7, "text": "La Panne", "title": "Le service, client"})
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"id": 7, "query": "panne", "spans": [["text", 3, 8]]},
        {"id": 7, "query": '"service client"', "spans": [["title", 3, 18]]},
    ]


def test_queries_come_from_a_file_with_their_ids(tmp_path):
    file = tmp_path / "queries.tsv"
    file.write_text("brand\tl'oréal\n\nsource\tsite:lemonde.fr -lang:en\n")
    rows = [
        {"id": "a", "text": "chez L’OREAL", "url": None},
        {"id": "b", "text": "", "url": "https://www.lemonde.fr/x", "language": "fr"},
    ]
    done = match("--queries", str(file), documents=lines(*rows))
    assert done.returncode == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"id": "a", "query": "brand", "spans": [["text", 5, 12]]},
        {"id": "b", "query": "source", "spans": [["url", 12, 22]]},
    ]


def test_a_malformed_or_empty_query_is_one_line_with_its_place_and_status_1(tmp_path):
    file = tmp_path / "queries.tsv"
    file.write_text("good\tpanne\nbad\tpanne OR\n")
    for done, place in [
        (match("(panne"), "character 1"),
        (match(""), "character 1"),
        (match("a\nOR"), "character 3"),
        (match("--queries", str(file)), "line 2, query 'bad'"),
    ]:
        assert (done.returncode, done.stdout) == (1, b"")
        assert len(done.stderr.decode().splitlines()) == 1
        assert place in done.stderr.decode()


def test_a_document_that_cannot_be_read_stops_no_other(tmp_path):
    good, odd = b'{"id": 1, "text": "panne"}', b'{"id": 5, "text": "panne \\ud800"}'
    documents = b"\n".join([good, b"not json", b'{"id": 2}', b"[]", b'{"id": 3, "text": 4}', b"", odd])
    done = match("panne", documents=documents)
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 5]
    assert [line.split(":")[0] for line in done.stderr.decode().splitlines()] == [
        "line 2",
        "line 3",
        "line 4",
        "line 5",
    ]


def test_misuse_is_status_2():
    assert match().returncode == 2
    assert match("panne", "--queries", "x").returncode == 2
    assert match("--queries", "/nowhere/at/all").returncode == 2
    assert match("--nonsense").returncode == 2
