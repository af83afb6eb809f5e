"""/healthz: whether this web process reaches Postgres and Redis; for load balancers, containers and `make run`."""

from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    """200 with each part "ok", or 503 naming the part that does not answer."""
    parts = {
        "postgres": _answers(connection.ensure_connection),
        "redis": _answers(lambda: cache.get("healthz")),
    }
    healthy = all(answer == "ok" for answer in parts.values())
    return JsonResponse(parts, status=200 if healthy else 503)


def _answers(ask: Callable[[], object]) -> str:
    try:
        ask()
    except Exception:
        return "no answer"
    return "ok"
