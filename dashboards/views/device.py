"""The files by which browsers install Vigie on a device and show its notifications, requested without a session."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest: iPhones and iPads need it for notifications."""
    icon = {"src": static("favicon.svg"), "sizes": "any", "type": "image/svg+xml"}
    app = {"name": "Vigie", "short_name": "Vigie", "id": "/", "start_url": "/", "scope": "/", "display": "standalone"}
    return JsonResponse({**app, "icons": [icon]}, content_type="application/manifest+json")


@require_safe
def push_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at an address that stays the same when Vigie is upgraded."""
    path = finders.find("js/push_worker.js")
    if not isinstance(path, str):
        raise Http404
    return HttpResponse(Path(path).read_bytes(), content_type="text/javascript", headers={"Cache-Control": "no-cache"})
