"""Posts of Bluesky as its records hold them, and their authors. Pure; used by bluesky.py, jetstream.py and streaming/.

Facts: a record has `text` and `createdAt`, and where the author gives them `langs`, `reply`, `facets`, `embed` and
`tags` (https://docs.bsky.app/docs/api/app-bsky-feed-get-posts). `getProfiles` takes 25 accounts and needs no account
(https://docs.bsky.app/docs/api/app-bsky-actor-get-profiles).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from monitoring.content.scrub import scrub
from monitoring.platforms.values import utc
from monitoring.records import Entry
from outbound import ApiRequest

COLLECTION = "app.bsky.feed.post"
APPVIEW = "https://public.api.bsky.app"
PROFILES_PER_REQUEST = 25
_URI = re.compile(r"at://(did:[a-z]+:[A-Za-z0-9._:%-]{1,2000})/app\.bsky\.feed\.post/([A-Za-z0-9._:~-]{1,512})")


def author_url(did: str) -> str:
    """Return the page of an account. It doesn't change with the handle."""
    return f"https://bsky.app/profile/{did}"


def post_url(uri: str) -> str:
    """Return the page of a post. A ValueError means that this is no address of one."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise ValueError("not the address of a post")
    return f"{author_url(match[1])}/post/{match[2]}"


def entry_of_record(uri: str, record: dict[str, Any], indexed: str) -> Entry:
    """Return a post without counts, its author by DID alone. `indexed` is when a server got it, ISO 8601.

    A KeyError, TypeError, ValueError or AttributeError means that it is malformed.
    """
    url, did = post_url(uri), uri.split("/")[2]
    reply = record.get("reply") or {}
    return Entry(
        native_id=uri,
        url=url,
        title="",
        body=scrub(record["text"]),
        body_is_html=False,
        other_texts=tuple((text, False) for text in _further_texts(record)),
        author=did,
        author_url=author_url(did),
        published=_time(record.get("createdAt"), indexed),
        language=scrub(str((record.get("langs") or [""])[0])).lower(),
        kind="comment" if reply else "post",
        reply_to=scrub((reply.get("parent") or {}).get("uri") or ""),
        thread=scrub((reply.get("root") or {}).get("uri") or ""),
    )


def with_author(entry: Entry, profile: dict[str, Any]) -> Entry:
    """Return the post with the name, handle and followers of its author. A handle may have become invalid."""
    handle = scrub(str(profile.get("handle") or ""))
    is_named = handle and handle != "handle.invalid"
    did = str(profile["did"])
    followers = profile.get("followersCount")
    return replace(
        entry,
        author=scrub(str(profile.get("displayName") or "")) or (handle if is_named else did),
        author_handle=f"@{handle}" if is_named else "",
        author_url=author_url(did),
        followers=followers if type(followers) is int else None,
    )


def profiles_request(api_url: str, dids: Sequence[str]) -> ApiRequest:
    """Return the request for the profiles of up to `PROFILES_PER_REQUEST` accounts."""
    query = urlencode([("actors", did) for did in dids])
    return ApiRequest(f"{api_url}/xrpc/app.bsky.actor.getProfiles?{query}")


def _time(created: Any, indexed: str) -> datetime:
    """Return when a post was published: authors may write any time, but not one after the server got it."""
    try:
        return min(utc(created), utc(indexed))
    except (ValueError, TypeError):
        return utc(indexed)


def _further_texts(record: dict[str, Any]) -> list[str]:
    """Return the whole addresses of links, which the text shortens, the linked page, and descriptions of pictures."""
    features = [feature for facet in record.get("facets") or () for feature in facet.get("features") or ()]
    embed = record.get("embed") or {}
    embed = embed.get("media") or embed
    page = embed.get("external") or {}
    texts = [feature.get("uri") for feature in features]
    texts += [page.get(name) for name in ("uri", "title", "description")]
    texts += [picture.get("alt") for picture in (embed, *(embed.get("images") or ()))]
    texts += [f"#{tag}" for tag in record.get("tags") or ()]
    return list(dict.fromkeys(scrub(text) for text in texts if isinstance(text, str) and text.strip()))
