"""Campaign parameters in the links of posts to the project’s own website. Pure.

In: a text, the domains of the website, and the values. Out: the text in which each link to these domains has the
parameters that it lacked, or none that names a post. Called by workplace/post_texts.py, the copy of a post and
workplace/post_templates.py.
"""

import re
from collections.abc import Collection, Iterable
from urllib.parse import quote_plus, urlsplit

from website.utm import Tags, completed_url, tag_value

MEDIUM = "social"
CONTENT = "vigie-"  # and the number of the post: people write values such as "post-12" themselves
_OTHER = r"\s<>\"«»“”|()\[\]"
# Brackets count with their pair. A URL ends where a Markdown link begins: "…)[label](".
_URL = re.compile(
    rf"https?://(?:[^{_OTHER}]|\([^{_OTHER}]*\)|\(|\[[^{_OTHER}]*\](?!\()|\[(?![^\[\]\n]{{0,200}}\]\())+", re.I
)
_END = ".,;:!?…'’"
# Marks of emphasis that begin before a URL, in the same line and not far from it, can end after it.
_OPEN = re.compile(r"(?:^|[\s(\[«\"'“])([*_]+)(?=\S|$)", re.M)
NEAR = 300  # characters
_VALUE = rf"{CONTENT}[0-9]{{1,18}}"
_OWN = re.compile(rf"([?&]utm_(content|campaign)=){_VALUE}(?![0-9A-Za-z%-])")
_ALL_OWN = re.compile(rf"([?&])((?:utm_(?:content|campaign)={_VALUE}(?:&|(?![0-9A-Za-z%&-])))+)")
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_]{2,63}")
_CONTENT = re.compile(rf"{CONTENT}([0-9]{{1,18}})")


def read_domain(text: str) -> str:
    """Return the domain of a line such as "www.lumen.example" or an address, "" if it has none."""
    name = text.strip().lower().partition("://")[2] or text.strip().lower()
    host = re.split(r"[/?#:]", name, maxsplit=1)[0].removeprefix("www.").rstrip(".")
    return host if _DOMAIN.fullmatch(host) else ""


def tag_links(text: str, domains: Collection[str], tags: Tags) -> str:
    """Return a text with parameters in its links to these domains and their subdomains."""
    return _URL.sub(lambda match: _tagged(match, domains, tags), text) if domains else text


def untagged(text: str) -> str:
    """Return a text without the parameters that name a post: it becomes the text of another one."""
    return _ALL_OWN.sub(lambda match: match[1] if match[2].endswith("&") else "", text)


def tags_of(post_id: int, platform: str, campaign: str) -> Tags:
    """Return the values for a post on a platform. Without a campaign, the post is one: its title isn’t published."""
    content = f"{CONTENT}{post_id}"
    return Tags(source=platform, medium=MEDIUM, campaign=campaign or content, content=content)


def post_ids(values: Iterable[str]) -> set[int]:
    """Return the posts that values of campaigns and contents name."""
    return {int(match[1]) for value in values if (match := _CONTENT.fullmatch(value))}


def _tagged(match: re.Match[str], domains: Collection[str], tags: Tags) -> str:
    found = match[0]
    url = found.rstrip(_END + _open_marks(match.string, match.start()))
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return found
    if not any(host == domain or host.endswith(f".{domain}") for domain in domains):
        return found
    return completed_url(_renamed(url, tags), tags) + found[len(url) :]


def _renamed(url: str, tags: Tags) -> str:
    """Return a URL with this post in place of another one, from whose text it was taken."""
    values = {"content": tags.content, "campaign": tags.campaign}
    return _OWN.sub(lambda match: match[1] + quote_plus(tag_value(values[match[2]])), url)


def _open_marks(text: str, place: int) -> str:
    """Return the marks of emphasis that begin in the line before a place of a text."""
    nearest = max(place - NEAR, 0)
    return "".join(_OPEN.findall(text, max(text.rfind("\n", nearest, place) + 1, nearest), place))
