"""The server of the assistant, from settings. Called wherever something is offered, asked or shown."""

from urllib.parse import urlsplit

from django.conf import settings

from assistant.chat import Endpoint


def is_configured() -> bool:
    """Return whether the server admin has set up an assistant. Without it, no page mentions the assistant."""
    return bool(settings.ASSISTANT_URL and settings.ASSISTANT_MODEL)


def endpoint() -> Endpoint:
    """Return the server that the settings name."""
    return Endpoint(settings.ASSISTANT_URL, settings.ASSISTANT_MODEL, settings.ASSISTANT_API_KEY)


def shown_host() -> str:
    """Return the host to which texts are sent, with its port, as people see it."""
    return urlsplit(settings.ASSISTANT_URL).netloc
