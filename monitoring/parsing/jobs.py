"""Define what the child process parses: a `Job` per kind of body, and the form in which results cross the pipe.

Used on both sides of the pipe: child.py runs a job and writes its result as JSON, child_process.py reads it. JSON and
not pickle, because a parser that a hostile body has taken over must not be able to run code in the other process.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from monitoring.content.web_page import Page, read_page
from monitoring.feeds.discover import FoundFeed, discover
from monitoring.feeds.errors import ParseError
from monitoring.feeds.opml import OpmlList, read_opml
from monitoring.feeds.parse import parse
from monitoring.records import ParsedFeed


@dataclass(frozen=True, slots=True)
class Job:
    """`run` takes the body and keyword arguments; `result` is the type that it returns if not a ParseError."""

    run: Callable[..., Any]
    result: Any


JOBS = {
    "feed": Job(parse, ParsedFeed),
    "discover": Job(discover, list[FoundFeed]),
    "opml": Job(read_opml, OpmlList),
    "page": Job(read_page, Page | None),
}


def encode(result: Any) -> bytes:
    """Return the result of a job as JSON, with "error" for a ParseError and "value" for any other."""
    key = "error" if isinstance(result, ParseError) else "value"
    return json.dumps({key: result}, default=_plain).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    return asdict(value)
