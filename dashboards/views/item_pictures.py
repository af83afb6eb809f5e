"""The pictures of the items of collections: set and removed by managers, shown to members and to readers."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.fetching import too_many_fetches
from dashboards.views.collection_public import reader_view
from monitoring.services.fetches import NoFetchSlot, TooManyFetches
from workplace.curation import pictures
from workplace.curation.picture_fetch import fetch_picture
from workplace.models import Collection, CollectionItem, ItemPicture


@project_view(Role.MANAGER)
@require_POST
def item_picture_change(request: SignedInRequest, membership: Membership, item_id: int) -> HttpResponse:
    """POST an image as `picture` or its `picture_url`, with a description as `alt`; only the latter; or `delete`."""
    rows = CollectionItem.objects.select_related("issue").filter(issue__collection__project=membership.project)
    item, now, upload = get_object_or_404(rows, pk=item_id), timezone.now(), request.FILES.get("picture")
    try:
        if "delete" in request.POST:
            pictures.remove_picture(item, now)
            messages.success(request, _("Picture removed."))
        else:
            data = upload.read(pictures.MAX_BYTES + 1) if upload else None
            if data is None and (url := request.POST.get("picture_url", "").strip()):
                data = fetch_picture(membership.project, request.user, url)
            pictures.set_picture(item, data, request.POST.get("alt", ""), now)
            messages.success(request, _("Picture saved."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except TooManyFetches:
        messages.error(request, too_many_fetches())
    except NoFetchSlot:
        messages.error(request, _("Other fetches are in progress. Try again in a few seconds."))
    return HttpResponseRedirect(f"{reverse('issue', args=[membership.project_id, item.issue_id])}#item-{item.pk}")


@project_view()
def item_picture(request: SignedInRequest, membership: Membership, item_id: int) -> HttpResponse:
    """The picture of an item, for members."""
    rows = ItemPicture.objects.filter(item__issue__collection__project=membership.project)
    response = _shown(get_object_or_404(rows, item=item_id))
    response["Cache-Control"] = "private, no-cache"
    return response


@reader_view
def collection_picture(request: HttpRequest, collection: Collection, number: int, item_id: int) -> HttpResponse:
    """The picture of an item of a published issue."""
    rows = ItemPicture.objects.filter(item__issue__collection=collection, item__issue__number=number)
    found = rows.filter(item=item_id, item__issue__published_at__isnull=False).first()
    return _shown(found) if found else render(request, "curation/gone.html", status=404)


def _shown(picture: ItemPicture) -> HttpResponse:
    return HttpResponse(bytes(picture.jpeg), content_type="image/jpeg")
