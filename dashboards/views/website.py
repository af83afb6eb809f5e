"""The website page: figures of the project's own site next to its mentions; and the page of campaign links."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.website import LinkForm
from dashboards.presenters.website import progress_words, website_page
from dashboards.views.time_limit import within_time_limit
from website.connecting import websites_of
from website.messages import error_text, provider_label
from website.periods import PERIODS, chosen, period_of, read_days


@project_view()
@within_time_limit
def website(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The figures of one website: the one that `site` names, else the first. `days` is the length of the period."""
    websites = list(websites_of(membership.project).select_related("project"))
    shown, days = chosen(websites, request.GET), read_days(request.GET)
    context: dict[str, object] = {
        "project": membership.project,
        "websites": websites,
        "website": shown,
        "days": days,
        "periods": PERIODS,
        "may_connect": membership.may(Role.ADMIN),
    }
    if shown:
        period = period_of(shown, days)
        context |= {
            "provider": provider_label(shown.provider),
            "problem": error_text(shown.provider, shown.error_code),
            "progress": progress_words(shown),
            "export_query": urlencode({"site": shown.pk, "days": days}),
            "page": website_page(shown, period, timezone.now().astimezone(shown.zone).date()) if period else None,
        }
    return render(request, "website/website.html", context)


@project_view()
def website_link(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """Build a link with campaign parameters from the query string; nothing is stored."""
    form = LinkForm(request.GET if "url" in request.GET else None)
    link = form.link() if form.is_bound and form.is_valid() else ""
    return render(request, "website/link.html", {"project": membership.project, "form": form, "link": link})
