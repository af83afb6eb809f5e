"""/healthz: report whether this web process reaches Postgres and Redis.

Called by load balancers, containers and `make run`.
"""

from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    """Return 200 if each part is "ok", else 503 with the part that does not respond."""
    parts = {
        "postgres": _state_of(connection.ensure_connection),
        "redis": _state_of(lambda: cache.get("healthz")),
    }
    healthy = all(state == "ok" for state in parts.values())
    return JsonResponse(parts, status=200 if healthy else 503)


def _state_of(check: Callable[[], object]) -> str:
    try:
        check()
    except Exception:
        return "no answer"
    return "ok"
