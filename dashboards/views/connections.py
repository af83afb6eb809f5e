"""Connecting an account at a platform: the page that explains it, the way there, and the way back.

The way there is a page that goes on by itself, since the Content-Security-Policy lets forms lead to Vigie only.
"""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import SignedInRequest, membership_of, project_view
from accounts.models import Membership, Role
from dashboards.forms.connections import AppForm, ConnectForm
from dashboards.forms.platforms import posted
from monitoring.messages.labels import translated
from monitoring.messages.source_errors import error_text
from monitoring.models import ConnectionRequest, Credential
from monitoring.platforms.oauth import OAuth
from monitoring.platforms.registry import PLATFORMS
from monitoring.records import PollError
from monitoring.services import connections


@project_view(Role.MANAGER)
def credential_connect(request: SignedInRequest, membership: Membership, platform_name: str) -> HttpResponse:
    """GET shows what will happen, POST begins. `credential` is the one to connect again."""
    platform = PLATFORMS.get(platform_name)
    oauth = connections.oauth_of(platform)
    if platform is None or oauth is None:
        return redirect("credentials", membership.project_id)
    credential = _credential(request, membership, platform_name)
    form = ConnectForm(platform, oauth, posted(request), initial=credential.settings if credential else None)
    if request.method == "POST" and form.is_valid():
        url = connections.start(membership.project, request.user, platform, form.values, credential)
        if not isinstance(url, PollError):
            return leave_for(request, translated(platform.label), url)
        if url.code == "other_account":
            form.add_problems(dict.fromkeys(form.fields, url.code))
        else:
            form.add_error(None, _sentence(url.code))
    return _page(request, membership, platform_name, oauth, form, AppForm(), credential)


@project_view(Role.ADMIN)
@require_POST
def credential_app(request: SignedInRequest, membership: Membership, platform_name: str) -> HttpResponse:
    """POST to store the ID and secret of the app."""
    platform = PLATFORMS.get(platform_name)
    oauth = connections.oauth_of(platform)
    if platform is None or oauth is None or oauth.registration_url:
        return redirect("credentials", membership.project_id)
    app_form = AppForm(request.POST)
    credential = _credential(request, membership, platform_name)
    if not app_form.is_valid():
        return _page(request, membership, platform_name, oauth, ConnectForm(platform, oauth), app_form, credential)
    connections.save_app(membership.project, request.user, platform.name, app_form.app)
    messages.success(request, _("App saved. Now connect the account."))
    again = f"?credential={credential.pk}" if credential else ""
    return redirect(reverse("credential_connect", args=[membership.project_id, platform_name]) + again)


@never_cache
@require_GET
def credential_callback(request: HttpRequest) -> HttpResponse:
    """GET by the platform, with `state` and `code`, or with `error`. The address has no project: the state has."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("home"))
    begun = connections.take(request.user, request.GET.get("state", ""))
    if begun is None:
        messages.error(request, _("This connection isn’t valid any more. Begin again within 10 minutes."))
        return redirect("home")
    membership_of(request.user, begun.project_id, Role.MANAGER)
    code = request.GET.get("code", "")
    if request.GET.get("error") or not code:
        is_denied = request.GET.get("error") == "access_denied"
        why = _("You didn’t allow access.") if is_denied else _("The platform gave no access.")
        messages.error(request, _not_connected(why))
        return redirect("credentials", begun.project_id)
    return _finished(request, begun, connections.finish(begun, code))


def _finished(
    request: HttpRequest, begun: ConnectionRequest, result: connections.Connected | PollError
) -> HttpResponse:
    if isinstance(result, PollError):
        messages.error(request, _not_connected(_sentence(result.code)))
        return redirect("credentials", begun.project_id)
    name = {"name": str(result.credential)}
    if result.is_new:
        messages.success(request, _("“%(name)s” connected. Now add a source that uses it.") % name)
        url = reverse("platform_add", args=[begun.project_id, begun.platform])
        return redirect(f"{url}?credential={result.credential.pk}")
    messages.success(request, _("“%(name)s” connected again. Its sources are checked now.") % name)
    return redirect("credentials", begun.project_id)


def _page(
    request: SignedInRequest,
    membership: Membership,
    platform_name: str,
    oauth: OAuth,
    form: ConnectForm,
    app_form: AppForm,
    credential: Credential | None,
) -> HttpResponse:
    context = {
        "form": form,
        "app_form": app_form,
        "app": connections.app_of(membership.project, platform_name),
        "oauth": oauth,
        "app_help": translated(oauth.app_help),
        "platform_name": platform_name,
        "label": translated(PLATFORMS[platform_name].label),
        "credential": credential,
        "redirect_uri": connections.redirect_uri(),
        "is_admin": membership.may(Role.ADMIN),
    }
    return render(request, "sources/connect.html", context)


def leave_for(request: SignedInRequest, label: str, url: str) -> HttpResponse:
    """Return the page that sends a person to the sign-in of a platform."""
    response = render(request, "sources/connect_go.html", {"label": label, "url": url})
    response.headers["Refresh"] = f"0; url={url}"
    response.headers["Cache-Control"] = "no-store"
    return response


def _credential(request: SignedInRequest, membership: Membership, platform: str) -> Credential | None:
    pk = request.POST.get("credential") or request.GET.get("credential") or ""
    if not pk.isdecimal() or len(pk) > 18:
        return None
    return get_object_or_404(membership.project.credentials, pk=pk, platform=platform)


def _sentence(code: str) -> str:
    text = error_text(code)
    return f"{text.message} {text.advice}"


def _not_connected(reason: str) -> str:
    return _("The account wasn’t connected. %(reason)s") % {"reason": reason}
