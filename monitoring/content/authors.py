"""The identity of an author on a platform, from what an item says about its author. Pure; called by mutes."""

MAX_IDENTITY = 500  # characters, the limit of the columns that have it


def author_identity(url: str, handle: str, name: str) -> str:
    """Return the text that is unique to an author on a platform; "" for an unknown author.

    The URL of a profile stays when its owner takes another handle or name (Bluesky, YouTube); items of feeds and
    mailboxes have a name or a handle only.
    """
    return next((text.strip() for text in (url, handle, name) if text.strip()), "")[:MAX_IDENTITY]
