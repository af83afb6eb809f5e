"""The first screen: is anything wrong, and what is said?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import project_view
from accounts.models import Membership


@project_view()
def overview(request: HttpRequest, membership: Membership) -> HttpResponse:
    return render(request, "dashboards/overview.html", {"project": membership.project})
