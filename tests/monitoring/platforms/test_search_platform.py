"""The command `search_platform`: the workers' code from the command line, against look-alikes."""

import json
import subprocess
import sys
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from monitoring.platforms.registry import PLATFORMS
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.registry import LOOKALIKES

FIELDS = ["id", "url", "title", "text", "author", "author_url", "followers", "published", "language", "engagement"]


def search(name, *arguments):
    command = [sys.executable, "manage.py", "search_platform", name, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def search_here(name, server, *arguments):
    """Return the rows of the command, run in this process: starting one for each platform takes most of a minute."""
    output = StringIO()
    call_command("search_platform", name, "--query", "lumen", "--base-url", server.url, *arguments, stdout=output)
    return [json.loads(line) for line in output.getvalue().splitlines()]


@pytest.mark.parametrize("name", sorted(LOOKALIKES))
def test_search_platform_writes_each_item_once(name, settings, monkeypatch):
    lookalike = LOOKALIKES[name]
    for setting, value in {**lookalike.settings, **lookalike.secrets}.items():
        monkeypatch.setenv(f"{name}_{setting}".upper(), value)
    with lookalike() as server:
        settings.FETCH_CA_FILE = server.ca_file
        server.now = timezone.now()
        server.posts = make_posts(3, now=server.now)
        rows = search_here(name, server)
        assert {row["id"] for row in rows} == {server.native_id(post) for post in server.posts}
        assert len(rows) == 3
        assert all(list(row) == FIELDS for row in rows)


def test_search_platform_reads_every_page_down_to_a_time_or_a_limit():
    with LOOKALIKES["hackernews"]() as server:
        server.now = timezone.now()
        server.posts = make_posts(250, now=server.now)
        assert len(search_here("hackernews", server)) == 250
        assert len(search_here("hackernews", server, "--limit", "7")) == 7
        since = server.now - timedelta(hours=2)
        rows = search_here("hackernews", server, "--since", since.isoformat())
        assert len(rows) == len([post for post in server.posts if post.published >= since])


def test_search_platform_reports_an_error_of_the_platform_after_its_items():
    with LOOKALIKES["hackernews"]() as server:
        server.fail(500, b"oops")
        status, rows, errors = search("hackernews", "--query", "lumen", "--base-url", server.url)
    assert (status, rows) == (1, [])
    assert errors.startswith(("CommandError: server_error: ", "server_error: "))
    assert len(errors.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["hackernews", "--query", "(lumen"], 1, "--query"),
        (["hackernews", "--query", "lumen", "--since", "yesterday"], 2, "--since"),
        (["myspace", "--query", "lumen"], 2, "myspace"),
        (["hackernews"], 2, "--query"),
        (["mastodon", "--query", "two words"], 2, "MASTODON_TAG"),
    ],
)
def test_search_platform_rejects_bad_input(arguments, status, message):
    code, rows, errors = search(*arguments)
    assert (code, rows) == (status, [])
    assert message in errors


def test_query_fills_the_first_setting_of_a_platform_without_search():
    with LOOKALIKES["mastodon"]() as server:
        server.now = timezone.now()
        server.posts = make_posts(2, now=server.now)
        status, rows, _ = search("mastodon", "--query", "lumen", "--base-url", server.url)
    assert (status, len(rows)) == (0, 2)
    assert "mastodon" in PLATFORMS
