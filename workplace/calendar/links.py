"""Campaign parameters in the links of posts to the project’s own website. Pure.

In: a text, the domains of the website, and the values. Out: the text in which each link to these domains has the
parameters that it lacked. Called by workplace/post_texts.py.
"""

import re
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from website.utm import Tags, completed_url

MEDIUM = "social"
CONTENT = "post-"  # and the number of the post
_URL = re.compile(r"https?://[^\s<>\"«»“”]+", re.I)
_END = ".,;:!?…)]'’*_"
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_]{2,63}")
_CONTENT = re.compile(rf"{CONTENT}([0-9]{{1,18}})")


def read_domain(text: str) -> str:
    """Return the domain of a line such as "www.lumen.example" or an address, "" if it has none."""
    name = text.strip().lower().partition("://")[2] or text.strip().lower()
    host = re.split(r"[/?#:]", name, maxsplit=1)[0].removeprefix("www.").rstrip(".")
    return host if _DOMAIN.fullmatch(host) else ""


def tag_links(text: str, domains: Collection[str], tags: Tags) -> str:
    """Return a text with parameters in its links to these domains and their subdomains."""
    return _URL.sub(lambda match: _tagged(match[0], domains, tags), text) if domains else text


def tags_of(post_id: int, platform: str, campaign: str) -> Tags:
    """Return the values for a post on a platform. Without a campaign, the post is one: its title isn’t published."""
    content = f"{CONTENT}{post_id}"
    return Tags(source=platform, medium=MEDIUM, campaign=campaign or content, content=content)


def post_ids(values: Iterable[str]) -> set[int]:
    """Return the posts that values of campaigns and contents name."""
    return {int(match[1]) for value in values if (match := _CONTENT.fullmatch(value))}


def _tagged(found: str, domains: Collection[str], tags: Tags) -> str:
    url = found.rstrip(_END)
    if found[len(url) :].startswith(")") and url.count("(") > url.count(")"):
        url += ")"
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return found
    is_own = any(host == domain or host.endswith(f".{domain}") for domain in domains)
    return completed_url(url, tags) + found[len(url) :] if is_own else found
