"""Sign in with Google to connect Google Analytics: the way there, the way back, and the property to read. Admins only.

The way there is a page that goes on by itself, since the Content-Security-Policy lets forms lead to Vigie only.
"""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import SignedInRequest, membership_of, project_view
from accounts.models import Membership, Role
from accounts.secret_box import Unreadable
from dashboards.forms.website import PropertyForm
from dashboards.views.connections import leave_for
from website import connecting, google_sign_in
from website.messages import error_text
from website.models import GoogleSignIn
from website.readers.base import ReadError

PROVIDER = "google_analytics"


@project_view(Role.ADMIN)
@require_POST
def website_google(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST to begin; `website` is the one to connect again."""
    app = google_sign_in.google_app()
    if app is None:
        raise Http404
    pk = request.POST.get("website", "")
    own = connecting.websites_of(membership.project).filter(provider=PROVIDER)
    website = get_object_or_404(own, pk=pk) if pk.isdecimal() and len(pk) <= 18 else None
    url = google_sign_in.start(membership.project, request.user, app, website)
    return leave_for(request, "Google Analytics", url)


@never_cache
@require_GET
def website_callback(request: HttpRequest) -> HttpResponse:
    """GET by Google, with `state` and `code`, or with `error`. The address has no project: the state has."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("home"))
    begun = google_sign_in.take(request.user, request.GET.get("state", ""))
    if begun is None:
        messages.error(request, _("This sign-in isn’t valid any more. Begin again within 30 minutes."))
        return redirect("home")
    membership_of(request.user, begun.project_id, Role.ADMIN)
    code = request.GET.get("code", "")
    if request.GET.get("error") or not code:
        is_denied = request.GET.get("error") == "access_denied"
        messages.error(request, _("You didn’t allow access.") if is_denied else _("Google gave no access."))
        return redirect("websites", begun.project_id)
    return _finished(request, begun, code)


def _finished(request: HttpRequest, begun: GoogleSignIn, code: str) -> HttpResponse:
    website = begun.website
    try:
        error = google_sign_in.finish(begun, code)
    except connecting.NotConnected as refused:
        error = refused.error
    if error:
        messages.error(request, _words(error))
        return redirect("websites", begun.project_id)
    if website:
        messages.success(request, _("“%(name)s” connected again.") % {"name": website})
        return redirect("websites", begun.project_id)
    return redirect("website_google_property", begun.project_id, begun.pk)


@never_cache
@project_view(Role.ADMIN)
def website_google_property(request: SignedInRequest, membership: Membership, sign_in_id: int) -> HttpResponse:
    """GET shows the properties of the person, POST connects one."""
    begun = google_sign_in.open_sign_in(membership.project, request.user, sign_in_id)
    if begun is None:
        raise Http404
    choices = google_sign_in.choices_of(begun)
    form = PropertyForm(choices, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = google_sign_in.choose(begun, form.cleaned_data["property"])
        except connecting.NotConnected as refused:
            form.add_error("property", _words(refused.error))
        except connecting.AlreadyConnected:
            form.add_error("property", _("This website is connected already."))
        except connecting.TooMany:
            form.add_error(None, _("This project has no room for more websites. Disconnect one first."))
        except Unreadable:
            form.add_error(None, error_text(PROVIDER, "reconnect"))
        else:
            messages.success(request, _("“%(name)s” connected. Its figures arrive in a few minutes.") % {"name": made})
            return redirect("website", membership.project_id)
    return render(
        request, "website/google_property.html", {"project": membership.project, "form": form, "choices": choices}
    )


def _words(error: ReadError) -> str:
    text = error_text(PROVIDER, error.code)
    if not error.detail:
        return text
    return _("%(sentence)s Server response: %(response)s") % {"sentence": text, "response": error.detail}
