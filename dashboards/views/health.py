"""/healthz: report whether this web process reaches Postgres and Redis, and whether alerts and delivery work.

Called by load balancers, containers, `make run`, and monitoring.
"""

from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from alerts.watch import late_since
from delivery.bounce_mailbox import failing_since
from delivery.outage_reports import long_outages

OK, LATE, FAILING, NO_ANSWER = "ok", "late", "failing", "no answer"


def healthz(request: HttpRequest) -> JsonResponse:
    """Return 200 if Postgres and Redis respond, else 503. With `?all`, return 503 if any part is not "ok".

    Without it, late alerts and a failing mail server don't matter: requests to this web process would work.
    """
    servers = {"postgres": _state_of(connection.ensure_connection), "redis": _state_of(lambda: cache.get("healthz"))}
    parts = servers | (_work() if servers["postgres"] == OK else {})
    needed = parts if "all" in request.GET else servers
    return JsonResponse(parts, status=200 if set(needed.values()) == {OK} else 503)


def _work() -> dict[str, str]:
    """Return the state of what the workers do."""
    now = timezone.now()
    try:
        return {
            "alerts": LATE if late_since(now) else OK,
            "delivery": FAILING if long_outages(now).exists() else OK,
            "bounces": FAILING if failing_since(now) else OK,
        }
    except Exception:
        return dict.fromkeys(("alerts", "delivery", "bounces"), NO_ANSWER)


def _state_of(check: Callable[[], object]) -> str:
    try:
        check()
    except Exception:
        return NO_ANSWER
    return OK
