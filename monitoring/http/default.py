"""The guarded door as the settings want it: one a process, shared by all its threads."""

from functools import cache

from django.conf import settings

from monitoring.http import ClientSettings, HttpClient


def http_client() -> HttpClient:
    return _http_client(
        ClientSettings(
            user_agent=settings.USER_AGENT,
            total_timeout_s=settings.FETCH_TIMEOUT_S,
            max_bytes=settings.FETCH_MAX_BYTES,
            allowed_hosts=frozenset(settings.FETCH_ALLOWED_HOSTS),
            hosts_kept=4 * settings.POLL_THREADS,
            ca_file=settings.FETCH_CA_FILE,
        )
    )


@cache
def _http_client(door_settings: ClientSettings) -> HttpClient:
    return HttpClient(door_settings)
