"""The private parts of feedparser that Vigie uses, bound to the version that they were checked against.

feedparser has no public way to replace its parser classes, or to name the namespaces it knows.
Called by feedparser_parser.py, lxml_parser.py and xml_elements.py; no other module uses private names of feedparser.
To upgrade: compare these names in its source, run tests/monitoring/feeds, then change SUPPORTED_VERSION.
"""

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import feedparser
import feedparser.api

from monitoring.content.references import guess_type

# The version in requirements/app.in; a test compares the two.
SUPPORTED_VERSION = "6.0.14"


class UnsupportedFeedparserError(ImportError):
    """The installed feedparser is not the version that this module was checked against."""


def check_version(installed: str) -> None:
    """Raise UnsupportedFeedparserError for any version but SUPPORTED_VERSION."""
    if installed != SUPPORTED_VERSION:
        raise UnsupportedFeedparserError(
            f"monitoring/feeds uses private names of feedparser {SUPPORTED_VERSION}, but {installed} is installed: "
            "install the version in requirements/app.in, or review monitoring/feeds/feedparser_internals.py"
        )


# Before the imports below, which another version may not have.
check_version(feedparser.__version__)

from feedparser.mixin import _FeedParserMixin  # noqa: E402

__all__ = ["KNOWN_NAMESPACES", "KNOWN_PREFIXES", "SUPPORTED_VERSION", "TEXTS", "EntryText"]

KNOWN_NAMESPACES = frozenset(uri.lower() for uri in _FeedParserMixin.namespaces)
KNOWN_PREFIXES = frozenset(filter(None, _FeedParserMixin.namespaces.values()))
# The key of an entry under which its titles and texts are, which cannot be the name of an element.
TEXTS = "all texts"


class EntryText(NamedTuple):
    """A title or text of an entry, with the name of its element (feedparser's) and its depth in the document."""

    name: str
    text: str
    type: str
    language: str
    depth: int


if TYPE_CHECKING:
    _Parser = Any  # mixed into feedparser's parsers below, which have no types
else:
    _Parser = object

# For each element of an unknown namespace, feedparser iterates over all namespaces of the feed.
_MAX_NAMESPACES = 200


class _BoundedParser(_Parser):  # type: ignore[misc]  # feedparser has no types
    """Bounds two slow parts of feedparser, which take hours for a hostile feed; corrects what it reads wrongly.

    That is authors, dates, links and texts: an entry has all its titles and texts in TEXTS. Vigie does not use tags.
    """

    # With "utf-8", feedparser repairs encodings, also where nothing is wrong; text_repair.py does.
    encoding = property(lambda self: "UTF-8", lambda self, name: None)
    looks_like_html = staticmethod(lambda text: guess_type(text)[1])

    def pop_content(self, tag: str) -> str | None:
        text: str | None = self.pop(tag)
        type_, language = self.contentparams.get("type", ""), self.contentparams.get("language")
        self.incontent -= 1
        self.contentparams.clear()
        if text and self.inentry and not self.insource:
            name = f"media_{tag}" if (self.inimage or self.intextinput) and not tag.startswith("media_") else tag
            texts = self.entries[-1].setdefault(TEXTS, [])
            texts.append(EntryText(name, text, type_, language or "", self.depth))
        return text

    # feedparser takes a second description for a content, and its type for plain text.
    def _start_description(self, attrs: dict[str, str]) -> None:
        self.push_content("description", attrs, "text/html", 1)

    def _end_description(self) -> None:
        self.pop_content("description")

    def _start_summary(self, attrs: dict[str, str]) -> None:
        self.push_content("summary", attrs, "text/plain", 1)

    def _end_summary(self) -> None:
        self.pop_content("summary")

    def _add_tag(self, term: str, scheme: str, label: str) -> None:
        self._get_context().setdefault("tags", [])

    # feedparser takes email addresses out of authors, and destroys names with it; authors.py does that.
    def _sync_author_detail(self, key: str = "author") -> None:
        pass

    def _end_author(self) -> None:
        text = self.pop("author")
        self.inauthor = 0
        authors = self._get_context().get("authors")
        if text and isinstance(authors, list) and authors and not authors[-1]:
            authors[-1]["name"] = text

    # feedparser stores <dc:date> as the date of the last update, but it is that of publication.
    def _start_dc_date(self, attrs: dict[str, str]) -> None:
        self.push("dc_date", 1)

    def _end_dc_date(self) -> None:
        self.pop("dc_date")

    # feedparser decodes `&amp;` in links once, and then removes the semicolon of a second one.
    def _end_link(self) -> None:
        if self.elementstack and self.elementstack[-1][0] == "link":
            self.elementstack[-1][2] = [re.sub("&(?:amp;)+", "&amp;", "".join(self.elementstack[-1][2]))]
        super()._end_link()

    # A guid is no link, unless it is a permalink and looks like one; `true` has any case in feeds.
    def _start_guid(self, attrs: dict[str, str]) -> None:
        self.guidislink = attrs.get("ispermalink", "true").lower() == "true"
        self.push("id", 1)

    def _end_guid(self) -> None:
        value = self.pop("id")
        if self.guidislink and value:
            self._save("guid_link", value, overwrite=True)

    _start_id, _end_id = _start_guid, _end_guid

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        if len(self.namespaces_in_use) < _MAX_NAMESPACES:
            super().track_namespace(prefix, uri)


def _add_text_element(name: str, tag: str) -> None:
    """Add methods to read an element as a text; feedparser does not know it, or takes it for another one."""
    setattr(_BoundedParser, f"_start_{name}", lambda self, attrs: self.push_content(tag, attrs, "text/plain", 1))
    setattr(_BoundedParser, f"_end_{name}", lambda self: self.pop_content(tag))


for _name in ("media_title", "media_description", "media_text"):
    _add_text_element(_name, _name)
for _name in ("dc_abstract", "dcterms_abstract", "googleplay_description", "yandex_full-text", "turbo_content"):
    _add_text_element(_name, "abstract")

# feedparser.parse takes its two parser classes from its own module.
for _name in ("StrictFeedParser", "LooseFeedParser"):
    setattr(feedparser.api, _name, type(_name, (_BoundedParser, getattr(feedparser.api, _name)), {}))
