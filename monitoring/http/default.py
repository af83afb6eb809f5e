"""The process-wide HTTP client. Called wherever Vigie fetches a URL; platforms get it handed in."""

from functools import cache

from django.conf import settings

from monitoring.http import ClientSettings, HttpClient


def http_client() -> HttpClient:
    """Return the process-wide HTTP client, configured from settings."""
    return _http_client(
        ClientSettings(
            user_agent=settings.USER_AGENT,
            total_timeout_s=settings.FETCH_TIMEOUT_S,
            max_bytes=settings.FETCH_MAX_BYTES,
            allowed_hosts=frozenset(settings.FETCH_ALLOWED_HOSTS),
            pooled_hosts=4 * settings.POLL_THREADS,
            ca_file=settings.FETCH_CA_FILE,
        )
    )


@cache
def _http_client(client_settings: ClientSettings) -> HttpClient:
    return HttpClient(client_settings)
