"""The website page: figures of the project's own site next to its mentions; and the page of campaign links."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.website import LinkForm
from dashboards.presenters.website import PERIODS, USUAL_PERIOD, period_of, progress_words, website_page
from dashboards.views.time_limit import within_time_limit
from monitoring.content.values import read_id
from website.connecting import websites_of
from website.messages import error_text, provider_label


@project_view()
@within_time_limit
def website(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The figures of one website: the one that `site` names, else the first. `days` is the length of the period."""
    websites = list(websites_of(membership.project).select_related("project"))
    wanted = read_id(request.GET.get("site", ""))
    shown = next((one for one in websites if one.pk == wanted), websites[0] if websites else None)
    days = read_id(request.GET.get("days", "")) or USUAL_PERIOD
    days = days if days in PERIODS else USUAL_PERIOD
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
            "page": website_page(shown, period, timezone.now().astimezone(shown.zone).date()) if period else None,
        }
    return render(request, "website/website.html", context)


@project_view()
def website_link(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """Build a link with campaign parameters from the query string; nothing is stored."""
    form = LinkForm(request.GET if "url" in request.GET else None)
    link = form.link() if form.is_bound and form.is_valid() else ""
    return render(request, "website/link.html", {"project": membership.project, "form": form, "link": link})
