"""The feeds of a person: their secret addresses, and what a feed reader gets from one."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import conditional_page, require_POST, require_safe

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership
from dashboards.outside_responses import secret_feed
from delivery.links import absolute
from monitoring.content.values import read_id
from monitoring.insights import mentions
from monitoring.insights.time_limit import TooSlow, time_limit
from monitoring.models import Keyword
from reports.mention_feeds import FeedHead, atom, feed_item, json_feed
from workplace import feed_addresses
from workplace.models import FeedAddress
from workplace.saved_views import views_of

LABELS = {"atom": "Atom", "json": "JSON"}
FORMATS = {"atom": (atom, "application/atom+xml; charset=utf-8"), "json": (json_feed, "application/feed+json")}


@project_view()
def feeds(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The feeds of the person, and the form for another one; `?keyword=` or `?view=` chooses what it is about."""
    return _page(request, membership)


@never_cache
@project_view()
@require_POST
def feed_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `about`: "keyword-ID" or "view-ID". Shows the addresses on the page itself: a redirect would store them."""
    kind, _dash, number = request.POST.get("about", "").partition("-")
    pk = read_id(number)
    try:
        address, token = feed_addresses.create_address(
            membership,
            keyword_id=pk if kind == "keyword" else None,
            view_id=pk if kind == "view" else None,
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("feeds", membership.project_id)
    urls = [(LABELS[name], url) for name, url in feed_addresses.urls_of(token).items()]
    return _page(request, membership, new=address, urls=urls)


@project_view()
@require_POST
def feed_revoke(request: SignedInRequest, membership: Membership, feed_id: int) -> HttpResponse:
    """POST to revoke a feed of one's own."""
    address = get_object_or_404(feed_addresses.addresses_of(membership), pk=feed_id)
    feed_addresses.revoke_address(address, request.user)
    messages.success(request, _("Feed revoked: its address no longer works."))
    return redirect("feeds", membership.project_id)


@require_safe
@conditional_page
def feed(request: HttpRequest, token: str, format_name: str) -> HttpResponse:
    """The newest mentions; the secret token gives access."""
    now = timezone.now()
    address = feed_addresses.read_address(token, now)
    if address is None or format_name not in FORMATS:
        raise Http404
    try:
        with time_limit():
            f = feed_addresses.filter_of(address, now)
            rows = mentions.newest_rows(f) if f.phrase else mentions.page(f).rows
    except TooSlow:
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "600"})
    write, content_type = FORMATS[format_name]
    return secret_feed(write(_head(address, request), map(feed_item, rows)), content_type)


def _head(address: FeedAddress, request: HttpRequest) -> FeedHead:
    page = f"{reverse('mentions', args=[address.project_id])}?{feed_addresses.query_of(address)}"
    return FeedHead(
        id=f"urn:vigie:feed:{address.pk}",
        title=f"{address} · {address.project}",
        feed_url=absolute(request.path),
        page_url=absolute(page),
        language=address.user.language,
    )


def _page(request: SignedInRequest, membership: Membership, **new: object) -> HttpResponse:
    project = membership.project
    keyword, view = request.GET.get("keyword"), request.GET.get("view")
    context = {
        "project": project,
        "feeds": list(feed_addresses.addresses_of(membership)),
        "choices": [(label, options) for label, options in _choices(request, membership) if options],
        "chosen": f"keyword-{keyword}" if keyword else f"view-{view}",
        **new,
    }
    return render(request, "feeds/feeds.html", context)


def _choices(request: SignedInRequest, membership: Membership) -> list[tuple[str, list[tuple[str, str]]]]:
    keywords = Keyword.objects.filter(project=membership.project).order_by("name", "pk")
    views = views_of(request.user, membership.project_id)
    return [
        (_("Keywords"), [(f"keyword-{keyword.pk}", keyword.name) for keyword in keywords]),
        (_("Saved views"), [(f"view-{view.pk}", view.name) for view in views]),
    ]
