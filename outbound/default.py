"""The process-wide HTTP clients. Called wherever Vigie fetches a URL; platforms get one handed in."""

import re
from functools import cache

from django.conf import settings

from accounts.models import Project
from outbound import ClientSettings, HttpClient
from outbound.ssrf import parse_url

# The path of a sample feed, or of the API of a sample platform (dashboards/urls.py), after the URL of the web process
# with its final "/".
SAMPLE_FEED = r"sample/[0-9]+/[a-z-]+(?:\.xml|/[\w/.=-]*(?:\?[^#]*)?)"
# Seconds of a request for which a thread of the web process waits.
WAITING_S = 8
# Chats and webhooks respond in less, with less: a slow one delays the messages of the others.
SENDING_S = 10
SENDING_MAX_BYTES = 256 * 1024
PICTURE_MAX_BYTES = 5_000_000  # a photo of a phone
# A page of messages (delivery/bounce_mailbox.py).
MAILBOX_MAX_BYTES = 4 * 1024 * 1024
# A hundred times the longest answer that is used.
ASSISTANT_MAX_BYTES = 512 * 1024


def http_client() -> HttpClient:
    """Return the process-wide HTTP client, configured from settings. It reaches no feed of Vigie itself."""
    return _configured("")


def polling_client() -> HttpClient:
    """Return the client for a polling run: while a sample project exists, it reaches the sample feeds as well."""
    if not Project.objects.filter(is_sample=True).exists():
        return http_client()
    return _configured(re.escape(parse_url(settings.SAMPLE_FEEDS_URL).url) + SAMPLE_FEED)


def waiting_client() -> HttpClient:
    """Return the client for a request that a person waits for in the web process: it gives up earlier."""
    return _configured("", min(settings.FETCH_TIMEOUT_S, WAITING_S))


def picture_client() -> HttpClient:
    """Return the client for a picture that a person waits for in the web process."""
    return _configured("", min(settings.FETCH_TIMEOUT_S, WAITING_S), PICTURE_MAX_BYTES)


def sending_client() -> HttpClient:
    """Return the client for messages to chats and webhooks."""
    return _configured("", SENDING_S, SENDING_MAX_BYTES)


def mailbox_client(host: str, port: int) -> HttpClient:
    """Return the client for a mail server that a setting names: its IP address may be private."""
    return _configured("", max_bytes=MAILBOX_MAX_BYTES, allowed_host=allowed_name(host, port))


def assistant_client() -> HttpClient:
    """Return the client for the assistant, whose URL a setting names: its IP address may be private. Only this client
    reaches it.
    """
    target = parse_url(settings.ASSISTANT_URL)
    allowed = allowed_name(target.host, target.port)
    return _configured("", settings.ASSISTANT_TIMEOUT, ASSISTANT_MAX_BYTES, allowed_host=allowed)


def allowed_name(host: str, port: int) -> str:
    """Return a host and a port as an entry of FETCH_ALLOWED_HOSTS."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _configured(own_feeds: str, timeout_s: float = 0, max_bytes: int = 0, allowed_host: str = "") -> HttpClient:
    own_hosts = [allowed_host] if allowed_host else []
    return _http_client(
        ClientSettings(
            user_agent=settings.USER_AGENT,
            total_timeout_s=timeout_s or settings.FETCH_TIMEOUT_S,
            max_bytes=max_bytes or settings.FETCH_MAX_BYTES,
            allowed_hosts=frozenset([*settings.FETCH_ALLOWED_HOSTS, *own_hosts]),
            own_feeds=own_feeds,
            pooled_hosts=4 * settings.POLL_THREADS,
            ca_file=settings.FETCH_CA_FILE,
        )
    )


@cache
def _http_client(client_settings: ClientSettings) -> HttpClient:
    return HttpClient(client_settings)
