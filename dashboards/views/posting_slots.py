"""Weekly posting slots: add and remove them, and plan a post for the next free one."""

from datetime import time

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.posts import read_time
from dashboards.views.post_actions import CHANGED
from dashboards.views.posts import post_of
from monitoring.content.values import read_id
from workplace import posting_slots
from workplace.models import PostingSlot
from workplace.posts import PostChanged


@project_view(Role.MANAGER)
@require_POST
def posting_slot_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `platform`, `weekday` (0 is Monday) and `at`, a time of your zone."""
    post, at = request.POST, read_time(request.POST.get("at", ""))
    weekday = read_id(post.get("weekday", ""))
    try:
        if at is None:
            raise ValidationError(_("Enter a time."))
        number = -1 if weekday is None else weekday
        slot = time(at.hour, at.minute)
        posting_slots.add_slot(membership.project, request.user, post.get("platform", ""), number, slot)
        messages.success(request, _("Slot added."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("calendar_settings", membership.project_id)


@project_view(Role.MANAGER)
@require_POST
def posting_slot_delete(request: SignedInRequest, membership: Membership, slot_id: int) -> HttpResponse:
    slot = get_object_or_404(PostingSlot.objects.select_related("project"), project=membership.project, pk=slot_id)
    posting_slots.remove_slot(slot, request.user)
    messages.success(request, _("Slot removed."))
    return redirect("calendar_settings", membership.project_id)


@project_view(Role.MANAGER)
@require_POST
def post_slot(request: SignedInRequest, membership: Membership, post_id: int) -> HttpResponse:
    """POST `version` to plan a post for the next free slot of its platforms."""
    found = post_of(membership, post_id)
    try:
        version = read_id(request.POST.get("version", "")) or 0
        posting_slots.plan_in_slot(found, request.user, version, timezone.now())
        messages.success(request, _("Post moved."))
    except PostChanged:
        messages.error(request, CHANGED)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("post", membership.project_id, found.pk)
