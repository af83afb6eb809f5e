"""The command `sentiment` as a process with pipes, without a database."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
NO_SERVERS = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}


def sentiment(documents):
    return subprocess.run(
        [sys.executable, "manage.py", "sentiment"],
        input=documents,
        cwd=ROOT,
        env=os.environ | NO_SERVERS,
        capture_output=True,
        timeout=60,
    )


def test_sentiment_prints_label_probabilities_and_language():
    rows = [{"id": n, "text": "Service client injoignable, une honte", "language": "fr-BE"} for n in range(300)] + [
        {"id": "b", "text": "I absolutely love this, thank you so much"},
        {"id": "c", "text": ""},
    ]
    done = sentiment("\n".join(map(json.dumps, rows)).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in found] == [*range(300), "b", "c"]
    assert set(found[0]) == {"id", "language", "label", "negative", "neutral", "positive", "uncertain"}
    assert (found[0]["language"], found[0]["label"], found[0]["uncertain"]) == ("fr-BE", "negative", False)
    assert (found[300]["language"], found[300]["label"]) == ("en", "positive")
    assert found[301]["language"] == ""
    for row in found:
        assert abs(row["negative"] + row["neutral"] + row["positive"] - 1) < 0.001
        assert row[row["label"]] == max(row["negative"], row["neutral"], row["positive"])


def test_sentiment_reports_invalid_line_and_continues():
    done = sentiment(
        b'\n{"id": 1, "text": "nul \\ud800"}\nnonsense\n{"id": 2}\n{"id": 3, "text": 4}\n{"id": 5, "text": "ok"}'
    )
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 5]
    errors = done.stderr.decode().splitlines()
    assert [line.partition(":")[0] for line in errors] == ["line 3", "line 4", "line 5"]
