"""Read the links of feeds. Pure; used by the parsers and by normalize.py."""

_PERMALINK_STARTS = ("http://", "https://", "//", "/", "www.")


def is_permalink(guid: str) -> bool:
    """Return whether a guid is the link of its entry: RSS makes that the default, also for guids such as "42"."""
    return guid.lower().startswith(_PERMALINK_STARTS)
