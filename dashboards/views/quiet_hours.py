"""The quiet hours of a person, on the account page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from dashboards.forms.quiet_hours import QuietHoursForm
from dashboards.views.account import account_page


@never_cache
@login_required
@require_POST
def quiet_hours(request: SignedInRequest) -> HttpResponse:
    """POST the times between which alerts wait; both empty for none."""
    form = QuietHoursForm(request.POST, user=request.user)
    if not form.is_valid():
        return account_page(request, quiet_form=form)
    form.store()
    is_on = form.cleaned_data["start"] is not None or form.cleaned_data["weekends"]
    messages.success(request, _("Quiet hours saved.") if is_on else _("Quiet hours turned off."))
    return redirect("account")
