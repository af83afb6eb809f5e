"""The command `match` as a process with pipes, without a database."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
# No database listens there: the command must not need one.
NO_SERVERS = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}


def match(*arguments, documents=b""):
    command = [sys.executable, "manage.py", "match", *arguments]
    return subprocess.run(
        command, input=documents, cwd=ROOT, env=os.environ | NO_SERVERS, capture_output=True, timeout=60
    )


def lines(*rows):
    return "\n".join(json.dumps(row) for row in rows).encode()


def test_match_prints_one_json_line_per_match():
    done = match(
        "panne", '"service client"', documents=lines({"id": 7, "text": "La Panne", "title": "Le service, client"})
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"id": 7, "query": "panne", "spans": [["text", 3, 8]]},
        {"id": 7, "query": '"service client"', "spans": [["title", 3, 18]]},
    ]


def test_match_reads_queries_with_ids_from_a_file(tmp_path):
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


def test_match_reads_the_fields_of_reviews():
    rows = [
        {"id": 1, "text": "x", "kind": "review", "rating": 1.6, "country": "FR"},
        {"id": 2, "text": "x", "kind": "post", "rating": None},
        {"id": 3, "text": "x", "rating": "2"},
        {"id": 4, "text": "x", "rating": 9},
    ]
    done = match("kind:review rating:<=2 country:fr", documents=lines(*rows))
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1]
    assert (done.returncode, done.stderr.count(b'"rating" is not a number from 0 to 5')) == (1, 2)


def test_match_reports_invalid_query_on_one_line_and_exits_with_1(tmp_path):
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


def test_match_reports_invalid_document_and_continues(tmp_path):
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


def test_match_exits_with_2_when_usage_is_wrong():
    assert match().returncode == 2
    assert match("panne", "--queries", "x").returncode == 2
    assert match("--queries", "/nowhere/at/all").returncode == 2
    assert match("--nonsense").returncode == 2
