"""The page behind a link in an email about an incident: a button that makes the change.

The signature in the link replaces signing in; GET changes nothing, and a repeated POST changes nothing more.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alerts import incident_people
from alerts.incident_counts import counts_of
from alerts.incident_links import ACKNOWLEDGE, link_of_token
from alerts.incident_messages import headline


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def incident_link(request: HttpRequest, signed: str) -> HttpResponse:
    """POST makes the change of the link."""
    link = link_of_token(signed)
    if link is None:
        return render(request, "incidents/link.html", {"link": None}, status=404)
    user, incident, is_done = link.membership.user, link.incident, False
    with translation.override(user.language), timezone.override(user.zone):
        if request.method == "POST":
            is_done = True
            if link.kind == ACKNOWLEDGE:
                incident_people.acknowledge(incident, user)
                incident.refresh_from_db(fields=["acknowledged_at", "acknowledged_by"])
            else:
                incident_people.rate(incident, user, link.kind)
        context = {
            "link": link,
            "incident": incident,
            "observed": headline(incident, counts_of([incident])[incident.pk]),
            "is_done": is_done,
        }
        return render(request, "incidents/link.html", context)
