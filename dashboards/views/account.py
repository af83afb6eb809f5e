"""The account page: name, language, time zone and theme, shortcuts (views/shortcuts.py), sign-in, and API tokens."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from accounts.formats import clock
from accounts.forms import AccountForm, TokenForm
from accounts.models import User
from accounts.tokens import create_token
from dashboards.forms.quiet_hours import QuietHoursForm
from dashboards.forms.shortcuts import ShortcutsForm
from delivery.refused_addresses import refused_since


@never_cache
@login_required
def account(request: SignedInRequest) -> HttpResponse:
    form = _form(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with translation.override(user.language):
            messages.success(request, _("Settings saved."))
        response = redirect("account")
        # The sign-in page does not know the person yet; it uses the language that was last chosen here.
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            settings.SESSION_COOKIE_AGE,
            samesite="Lax",
            secure=settings.HTTPS,
        )
        return response
    return account_page(request, form=form)


@never_cache
@login_required
@require_POST
def token_new(request: SignedInRequest) -> HttpResponse:
    """POST `name`. Shows the token on the page itself, since a redirect would have to store it."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return account_page(request, token_form=form)
    return account_page(request, new_token=create_token(request.user, form.cleaned_data["name"]))


@login_required
@require_POST
def token_revoke(request: SignedInRequest, token_id: int) -> HttpResponse:
    """POST to revoke a token."""
    token = get_object_or_404(request.user.api_tokens, pk=token_id)
    token.delete()
    messages.success(request, _("Token “%(name)s” revoked.") % {"name": token.name})
    return redirect("account")


def _form(user: User, data: QueryDict | None = None) -> AccountForm:
    """Return the form on a copy of the user: invalid values must not change how the page is shown."""
    form = AccountForm(data, instance=User.objects.get(pk=user.pk), initial={"name": user.get_full_name()})
    time = clock(timezone.localtime(timezone=user.zone).time())
    form.fields["time_zone"].help_text = _("It is %(time)s in %(zone)s.") % {"time": time, "zone": user.zone}
    return form


def account_page(request: SignedInRequest, **forms: object) -> HttpResponse:
    """Show the page, with `forms` in place of its own."""
    context = {
        "form": _form(request.user),
        "shortcuts_form": ShortcutsForm(None, user=request.user),
        "quiet_form": QuietHoursForm(user=request.user),
        "token_form": TokenForm(),
        "tokens": request.user.api_tokens.order_by("-created_at"),
        "refused_since": refused_since([request.user.email]).get(request.user.email.lower()),
        "has_second_factor": Authenticator.objects.filter(user=request.user, type="totp").exists(),
        **forms,
    }
    return render(request, "accounts/account.html", context)
