"""The web version of a sent digest, as it was sent, and what has changed since. Its signed link gives access."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from alerts.digests.sent import differences, web_version
from dashboards.navigation import theme_of
from dashboards.presenters.emails import in_theme


@require_safe
def sent_digest(request: HttpRequest, signed: str) -> HttpResponse:
    found = web_version(signed)
    if found is None:
        return render(request, "alerts/sent_digest.html", {"delivery": None}, status=404)
    delivery = found.sent.delivery
    with translation.override(found.language), timezone.override(found.zone):
        context = {
            "delivery": delivery,
            "differences": differences(found.sent, found.person_id),
            "html": in_theme(delivery.html, theme_of(request)),
        }
        response = render(request, "alerts/sent_digest.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
