"""The keyboard shortcuts of a person, changed on the account page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from dashboards.forms.shortcuts import ShortcutsForm
from dashboards.views.account import account_page


@login_required
@require_POST
def shortcuts(request: SignedInRequest) -> HttpResponse:
    """POST the fields of the form, or `reset` to return to the default keys."""
    user = request.user
    if "reset" in request.POST:
        user.has_shortcuts, user.shortcut_keys = True, {}
        user.save(update_fields=["has_shortcuts", "shortcut_keys"])
        messages.success(request, _("Shortcuts reset."))
        return redirect("account")
    form = ShortcutsForm(request.POST, user=user)
    if not form.is_valid():
        return account_page(request, shortcuts_form=form)
    form.save(user)
    messages.success(request, _("Shortcuts saved."))
    return redirect("account")
