"""The page for requests that Django refuses with status 400. Named in config/urls.py (handler400)."""

import re

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import bad_request as django_bad_request

HOST = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.IGNORECASE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Name the setting to change if the host name is not allowed; a bare page for any other reason."""
    if not isinstance(exception, DisallowedHost):
        return django_bad_request(request, exception)
    host = request.META.get("HTTP_HOST", "")
    example = f"make run BASE_URL={request.scheme}://{host}" if HOST.fullmatch(host) else ""
    # Without the request: its context processors would ask for the host again.
    html = render_to_string("errors/host.html", {"host": host[:100], "example": example})
    return HttpResponse(html, status=400)
