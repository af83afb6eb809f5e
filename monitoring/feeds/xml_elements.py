"""Classify the XML elements of an entry as feedparser does, by namespace and name; used by lxml_parser.py.

Elements have their feedparser name ("title", "dc:creator"). lxml_parser.py reads the kinds below, ignores elements
without relevant content, and rejects every other element that feedparser would interpret.
"""

from enum import IntEnum, auto

from lxml import etree

from monitoring.feeds.feedparser_internals import KNOWN_NAMESPACES, KNOWN_PREFIXES

ATOM = "http://www.w3.org/2005/atom"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
RDF_ROOT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"


class AmbiguousFeedError(Exception):
    """A feed that lxml might read differently from feedparser, which then parses it. Never leaves this package."""


class Kind(IntEnum):
    """The part of an entry that an element provides."""

    IGNORED = auto()
    TITLE = auto()
    MEDIA_TITLE = auto()
    MEDIA_TEXT = auto()
    LINK = auto()
    ORIGINAL_LINK = auto()
    ENCLOSURE = auto()
    ID = auto()
    DESCRIPTION = auto()
    SUMMARY = auto()
    CONTENT = auto()
    ENCODED = auto()
    PUBLISHED = auto()
    DC_DATE = auto()
    UPDATED = auto()
    CREATED = auto()
    AUTHOR = auto()
    LANGUAGE = auto()
    SOURCE = auto()
    GROUP = auto()
    ENTRY = auto()


# Namespaces (lower case) to feedparser's prefix; "" is the base vocabulary that all feed formats share.
_PREFIXES = {
    "": "",
    ATOM: "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.pheedo.com/namespace/pheedo": "pheedo",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
}

# Vocabularies of which only the original link is relevant.
_PROXIES = frozenset({"feedburner", "pheedo"})

# Namespaces that feedparser knows, without elements for id, link, title, text, date or author.
_IRRELEVANT_NAMESPACES = frozenset(
    {
        "http://purl.org/rss/1.0/modules/slash/",
        "http://purl.org/rss/1.0/modules/syndication/",
        "http://purl.org/rss/1.0/modules/threading/",
        "http://wellformedweb.org/commentapi/",
        "http://webns.net/mvcb/",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "http://madskills.com/public/xml/rss/module/pingback/",
        "http://madskills.com/public/xml/rss/module/trackback/",
        "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html",
        "http://backend.userland.com/creativecommonsrssmodule",
        "http://web.resource.org/cc/",
    }
)

# Texts of vocabularies that feedparser does not know.
_OTHER_TEXTS = {
    ("http://www.google.com/schemas/play-podcasts/1.0", "description"): Kind.SUMMARY,
    ("http://news.yandex.ru", "full-text"): Kind.SUMMARY,
    ("http://turbo.yandex.ru", "content"): Kind.SUMMARY,
}

_KIND_BY_NAME = {
    "title": Kind.TITLE,
    "dc:title": Kind.TITLE,
    "media:title": Kind.MEDIA_TITLE,
    "link": Kind.LINK,
    "feedburner:origlink": Kind.ORIGINAL_LINK,
    "pheedo:origlink": Kind.ORIGINAL_LINK,
    "enclosure": Kind.ENCLOSURE,
    "guid": Kind.ID,
    "id": Kind.ID,
    "description": Kind.DESCRIPTION,
    "dc:description": Kind.DESCRIPTION,
    "media:description": Kind.MEDIA_TEXT,
    "media:text": Kind.MEDIA_TEXT,
    "summary": Kind.SUMMARY,
    "itunes:summary": Kind.SUMMARY,
    "itunes:subtitle": Kind.SUMMARY,
    "subtitle": Kind.SUMMARY,
    "tagline": Kind.SUMMARY,
    "abstract": Kind.SUMMARY,
    "dc:abstract": Kind.SUMMARY,
    "dcterms:abstract": Kind.SUMMARY,
    "fullitem": Kind.ENCODED,
    "content": Kind.CONTENT,
    "content:encoded": Kind.ENCODED,
    "published": Kind.PUBLISHED,
    "issued": Kind.PUBLISHED,
    "pubdate": Kind.PUBLISHED,
    "dcterms:issued": Kind.PUBLISHED,
    "updated": Kind.UPDATED,
    "modified": Kind.UPDATED,
    "lastbuilddate": Kind.UPDATED,
    "dc:date": Kind.DC_DATE,
    "dcterms:modified": Kind.UPDATED,
    "created": Kind.CREATED,
    "dcterms:created": Kind.CREATED,
    "author": Kind.AUTHOR,
    "dc:creator": Kind.AUTHOR,
    "dc:author": Kind.AUTHOR,
    "itunes:author": Kind.AUTHOR,
    "language": Kind.LANGUAGE,
    "dc:language": Kind.LANGUAGE,
    "source": Kind.SOURCE,
    "media:group": Kind.GROUP,
    "media:content": Kind.GROUP,
    "item": Kind.ENTRY,
    "entry": Kind.ENTRY,
}

# Elements of the vocabularies above that feedparser stores elsewhere (tags, rights, pictures, counts).
_IRRELEVANT_ELEMENTS = frozenset(
    {
        "category", "comments", "rating", "rights", "copyright", "contributor", "docs", "generator",
        "cloud", "webmaster", "managingeditor", "ttl", "skiphours", "skipdays", "logo", "icon",
        "email", "uri", "url", "name", "hour", "day", "dc:subject", "dc:rights", "dc:publisher",
        "dc:contributor", "dc:type", "dc:format", "dc:identifier", "dc:source", "dc:relation",
        "dc:coverage", "dcterms:valid", "dcterms:rights", "dcterms:license", "dcterms:alternative",
        "dcterms:available", "dcterms:isversionof", "itunes:duration", "itunes:explicit",
        "itunes:block", "itunes:image", "itunes:keywords", "itunes:season", "itunes:episode",
        "itunes:episodetype", "itunes:title", "itunes:category", "itunes:owner", "itunes:name",
        "itunes:email", "itunes:type", "itunes:order", "itunes:new-feed-url", "itunes:complete",
        "media:thumbnail", "media:keywords", "media:category", "media:credit", "media:rating",
        "media:community", "media:statistics", "media:starrating", "media:copyright",
        "media:license", "media:player", "media:tags",
    }
)  # fmt: skip


class KindTable(dict[str, Kind]):
    """A cache of the kinds of one feed's elements by tag."""

    def kind_of(self, element: etree._Element) -> Kind:
        """Return the kind of an element. Raise AmbiguousFeedError as `_kind_of` does."""
        tag = element.tag
        kind = self.get(tag)
        if kind is None:
            kind = self[tag] = _kind_of(tag, element.prefix)
        return kind


def _kind_of(tag: str, given_prefix: str | None) -> Kind:
    """Return the kind of an lxml tag ("{namespace}local"). Raise AmbiguousFeedError if feedparser may interpret it."""
    namespace, _, local = tag[1:].rpartition("}") if tag[0] == "{" else ("", "", tag)
    namespace = namespace.lower()
    prefix = _PREFIXES.get(namespace)
    if prefix is None:
        if other := _OTHER_TEXTS.get((namespace.rstrip("/"), local.lower())):
            return other
        # feedparser identifies an unknown namespace by its prefix.
        if namespace in _IRRELEVANT_NAMESPACES or (
            given_prefix and given_prefix not in KNOWN_PREFIXES and namespace not in KNOWN_NAMESPACES
        ):
            return Kind.IGNORED
        raise AmbiguousFeedError(f"namespace of {local[:40]}")
    name = f"{prefix}:{local.lower()}" if prefix else local.lower()
    kind = _KIND_BY_NAME.get(name)
    if kind is None:
        if prefix in _PROXIES or name in _IRRELEVANT_ELEMENTS:
            return Kind.IGNORED
        raise AmbiguousFeedError(f"element {name[:40]}")
    return kind
