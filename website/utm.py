"""Links with campaign parameters, by which analytics knows which post a visit comes from. Pure.

In: the URL of a page and the values. Out: the URL to publish. Called by the page that builds such links,
and for the links of posts.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Tags:
    """The values of utm_source, utm_medium and so on; empty ones are left out of the link."""

    source: str
    medium: str
    campaign: str
    content: str = ""
    term: str = ""


def tagged_url(url: str, tags: Tags) -> str:
    """Return a URL with the tags in place of any that it has. Other parameters and the fragment stay.

    Values are in lower case with hyphens instead of spaces: analytics counts "Post 12" and "post 12" apart.
    """
    parts = urlsplit(url.strip())
    values = {f"utm_{name}": tag_value(getattr(tags, name)) for name in Tags.__dataclass_fields__}
    other = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in values]
    query = urlencode([*other, *((name, value) for name, value in values.items() if value)])
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, parts.fragment))


def completed_url(url: str, tags: Tags) -> str:
    """Return a URL with the tags that it lacks; those that it has stay, and so does everything else, as written."""
    rest, hash_sign, fragment = url.partition("#")
    present = {name for name, _value in parse_qsl(urlsplit(rest).query, keep_blank_values=True)}
    values = {f"utm_{name}": tag_value(getattr(tags, name)) for name in Tags.__dataclass_fields__}
    missing = urlencode({name: value for name, value in values.items() if value and name not in present})
    if not missing:
        return url
    joint = "?" if "?" not in rest else "" if rest.endswith(("?", "&")) else "&"
    return f"{rest}{joint}{missing}{hash_sign}{fragment}"


def tag_value(text: str) -> str:
    """Return a value as it is in a link."""
    return "-".join(text.lower().split())[:MAX_LENGTH]
