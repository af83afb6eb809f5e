"""Addresses for emails, which are read far from the site."""

from django.conf import settings


def absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


def open_url(url: str) -> str:
    """An address out of a feed, if it is one that is safe to put behind a link; else ""."""
    return url if url.startswith(("https://", "http://")) else ""
