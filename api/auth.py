"""Authentication and rate limit of the API, by Bearer tokens (accounts.models.ApiToken).

In: a request. Out: its user on `request.user`, and `request.rate_headers`. Called by api/app.py.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone, translation
from ninja.errors import Throttled
from ninja.security import HttpBearer

from accounts.models import ApiToken, Membership, User, token_digest
from accounts.rate_limit import count_request

# Recording every use would turn each read into a write of the same row.
RECORD_EVERY = timedelta(minutes=1)


class TokenAuth(HttpBearer):
    """A token acts as its user: in their projects, with their role in each, and in their language."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        found = ApiToken.objects.select_related("user").filter(digest=token_digest(token.strip())).first()
        if found is None or not found.user.is_active:
            return None
        _count(request, found)
        _record_use(found)
        request.user = found.user
        # Ends with the request: the middleware api.problems.api_answers restores the language.
        translation.activate(found.user.language)
        return found.user


def is_stranger(request: HttpRequest) -> bool:
    """Return True if the URL is that of a project of which the caller of a rejected request is no member.

    Raises Throttled above the rate limit.
    """
    project_id = request.resolver_match.kwargs.get("project_id") if request.resolver_match else None
    if project_id is None:
        return False
    # Ninja sets `auth` unless it rejected the method; a second authentication would count the request twice.
    user = getattr(request, "auth", None) or TokenAuth()(request)
    return bool(user) and not Membership.objects.filter(user=user, project_id=project_id).exists()


def _count(request: HttpRequest, token: ApiToken) -> None:
    """Count this request in the current minute and set its rate headers. Raises Throttled above the limit."""
    limit, count = settings.API_RATE_PER_MINUTE, count_request(f"api-rate:{token.pk}")
    request.rate_headers = {  # type: ignore[attr-defined]  # read by api/problems.py
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(max(limit - count.used, 0)),
        "RateLimit-Reset": str(count.left_s),
    }
    if count.used > limit:
        raise Throttled(wait=count.left_s)


def _record_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - RECORD_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - RECORD_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
