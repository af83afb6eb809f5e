"""Parse feeds, pages and OPML files: bytes in, the result or a ParseError out, within a budget of memory and time.

Called by platforms/feed.py, services/ and query_tools/explain.py, for all that comes from outside. Small bodies are
parsed here; large or dense ones in a child process (child_process.py), which takes 0.2 s longer.
"""

import threading
from typing import Any

from monitoring.content.limits import IN_PROCESS, MarkupLimits
from monitoring.content.web_page import Page
from monitoring.feeds.discover import FoundFeed
from monitoring.feeds.errors import ParseError
from monitoring.feeds.opml import OpmlList
from monitoring.feeds.parse import parse
from monitoring.parsing.child_process import run_in_child
from monitoring.parsing.jobs import JOBS
from monitoring.records import ParsedFeed

# More threads would not parse faster, as Python runs one at a time, but hold more memory.
_MAX_PARSING = 4
_parsing = threading.BoundedSemaphore(_MAX_PARSING)


def parse_feed(body: bytes, *, content_type: str = "", url: str = "") -> ParsedFeed | ParseError:
    """Parse a feed, as feeds/parse.py does."""
    with _parsing:
        feed = parse(body, content_type=content_type, url=url, limits=IN_PROCESS)
    if isinstance(feed, ParseError) and feed.code == "too_complex":
        return run_in_child("feed", body, content_type=content_type, url=url)
    return feed


def find_feeds(body: bytes, url: str, content_type: str = "") -> list[FoundFeed] | ParseError:
    """Return the feeds that a page links to, as feeds/discover.py does."""
    return _run("discover", IN_PROCESS.html, body, url=url, content_type=content_type)


def read_opml(body: bytes) -> OpmlList | ParseError:
    """Return the feeds of an OPML file, as feeds/opml.py does."""
    return _run("opml", IN_PROCESS.lxml, body)


def read_page(body: bytes, content_type: str = "") -> Page | ParseError | None:
    """Return a page as text, as content/web_page.py does."""
    return _run("page", IN_PROCESS.html, body, content_type=content_type)


def _run(job: str, limits: MarkupLimits, body: bytes, **arguments: str) -> Any:
    if limits.excess(body):
        return run_in_child(job, body, **arguments)
    with _parsing:
        return JOBS[job].run(body, **arguments)
