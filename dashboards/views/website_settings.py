"""The connections of a project to its website's analytics: list, new one, new key, test, end. For admins only.

Keys are never shown again. A connection is stored once the provider has accepted it.
"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.website import WebsiteForm
from dashboards.presenters.website_settings import connection_rows, provider_cards
from website import connecting
from website.google_sign_in import google_app, redirect_uri
from website.messages import error_text
from website.models import Website
from website.readers.base import Reader, ReadError
from website.readers.google_analytics import GoogleAnalytics
from website.readers.registry import READERS


@project_view(Role.ADMIN)
def websites(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The connected websites with their state, and the providers that can be connected."""
    rows = connection_rows(connecting.websites_of(membership.project))
    context = {"project": membership.project, "rows": rows, "providers": provider_cards()}
    return render(request, "website/connections.html", context)


@project_view(Role.ADMIN)
def website_new(request: SignedInRequest, membership: Membership, provider_name: str) -> HttpResponse:
    """GET shows the form of a provider, POST connects a website."""
    reader = READERS.get(provider_name)
    if reader is None:
        raise Http404
    form = WebsiteForm(reader, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = connecting.connect(membership.project, request.user, reader, form.values)
        except connecting.NotConnected as refused:
            form.add_refusal(refused.error)
        except connecting.AlreadyConnected:
            form.add_error(reader.identity, _("This website is connected already."))
        except connecting.TooMany:
            form.add_error(None, _("This project has no room for more websites. Disconnect one first."))
        else:
            messages.success(request, _("“%(name)s” connected. Its figures arrive in a few minutes.") % {"name": made})
            return redirect("website", membership.project_id)
    context = {"project": membership.project, "form": form, "reader": reader, "website": None, **_google(reader)}
    return render(request, "website/connection_form.html", context)


@project_view(Role.ADMIN)
def website_key(request: SignedInRequest, membership: Membership, website_id: int) -> HttpResponse:
    """GET shows the form for a new key, POST stores it."""
    website = _website(membership, website_id)
    form = WebsiteForm(READERS[website.provider], request.POST or None, only_secrets=True)
    if request.method == "POST" and form.is_valid():
        try:
            connecting.replace_key(website, request.user, form.values)
        except connecting.NotConnected as refused:
            form.add_refusal(refused.error)
        else:
            messages.success(request, _("Key of “%(name)s” replaced.") % {"name": website})
            return redirect("websites", membership.project_id)
    reader = READERS[website.provider]
    context = {"project": membership.project, "form": form, "reader": reader, "website": website, **_google(reader)}
    return render(request, "website/connection_form.html", context)


@project_view(Role.ADMIN)
@require_POST
def website_test(request: SignedInRequest, membership: Membership, website_id: int) -> HttpResponse:
    """POST to ask the provider for the website, and show what it responds."""
    website = _website(membership, website_id)
    found = connecting.try_connection(website)
    if isinstance(found, ReadError):
        messages.error(request, f"{error_text(website.provider, found.code)} {found.detail}".strip())
    else:
        messages.success(request, _("“%(name)s” responds.") % {"name": website})
    return redirect("websites", membership.project_id)


@project_view(Role.ADMIN)
@require_POST
def website_disconnect(request: SignedInRequest, membership: Membership, website_id: int) -> HttpResponse:
    """POST to delete a connection with its figures."""
    website = _website(membership, website_id)
    connecting.disconnect(website, request.user)
    messages.success(request, _("“%(name)s” disconnected.") % {"name": website})
    return redirect("websites", membership.project_id)


def _google(reader: Reader) -> dict[str, object]:
    """Return whether people can sign in with Google instead, and what the server admin enters for it."""
    is_google = reader.name == GoogleAnalytics.name
    return {"is_google": is_google, "google_app": google_app() if is_google else None, "redirect_uri": redirect_uri()}


def _website(membership: Membership, website_id: int) -> Website:
    return get_object_or_404(connecting.websites_of(membership.project).select_related("project"), pk=website_id)
