"""The private parts of feedparser are used with the pinned version only."""

import re
from pathlib import Path

import feedparser
import pytest

from monitoring.feeds import feedparser_internals
from monitoring.feeds.feedparser_internals import SUPPORTED_VERSION, UnsupportedFeedparserError, check_version

ROOT = Path(__file__).parents[3]


def test_supported_version_is_the_pinned_and_installed_one():
    pinned = re.search(r"^feedparser==(\S+)$", (ROOT / "requirements/app.in").read_text(), re.M)[1]
    assert pinned == SUPPORTED_VERSION == feedparser.__version__


def test_check_version_names_both_versions_when_another_is_installed():
    with pytest.raises(UnsupportedFeedparserError, match=r"6\.0\.14.*7\.1\.0"):
        check_version("7.1.0")


def test_only_one_module_uses_private_names_of_feedparser():
    private = re.compile(r"\b(?:from|import) feedparser\.|\bfeedparser\.(?:api|mixin|encodings)\b|_FeedParserMixin")
    using = {path.name for path in (ROOT / "monitoring").rglob("*.py") if private.search(path.read_text())}
    assert using == {Path(feedparser_internals.__file__).name}


def test_feedparser_parses_with_the_bounded_classes():
    for name in ("StrictFeedParser", "LooseFeedParser"):
        assert issubclass(getattr(feedparser.api, name), feedparser_internals._BoundedParser)
