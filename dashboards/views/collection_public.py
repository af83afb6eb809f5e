"""The pages of a collection for readers without an account: its issues, one issue, feeds, and an embeddable list.

The address in the URL gives access. The pages set no cookie, need no script, load nothing from elsewhere, and count
nobody. Those of a secret address are not to be listed, stored, or named to other sites.
"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import conditional_page, require_safe

from dashboards.outside_responses import unlisted
from dashboards.presenters.issue_feed import FORMATS, issue_feed
from delivery.links import absolute
from monitoring.content.values import read_id
from workplace.curation.addresses import collection_at
from workplace.curation.paper import archive, paper_of
from workplace.models import Collection

# Of the list that any site may show in a frame: it has no script, form or session.
EMBEDDABLE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; frame-ancestors *; base-uri 'none'; "
    "form-action 'none'"
)
CACHE_S = 300


def reader_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a page for readers: call it with the collection at the address, in its language."""

    @require_safe
    @wraps(view)
    def shown(request: HttpRequest, address: str, **kwargs: object) -> HttpResponse:
        collection = collection_at(address)
        if collection is None:
            return unlisted(render(request, "curation/gone.html", status=404))
        with translation.override(collection.language):
            response = view(request, collection, **kwargs)
        if collection.access == Collection.Access.SECRET or response.status_code != 200:
            return unlisted(response)
        response["Cache-Control"] = f"public, max-age={CACHE_S}"
        return response

    return shown


@reader_view
def collection_page(request: HttpRequest, collection: Collection) -> HttpResponse:
    """The published issues, the newest first; `before` is the last number of the previous page."""
    rows, next_before = archive(collection, read_id(request.GET.get("before", "")))
    return render(request, "curation/archive.html", head(request, collection) | {"rows": rows, "before": next_before})


@reader_view
def collection_issue(request: HttpRequest, collection: Collection, number: int) -> HttpResponse:
    """A published issue."""
    published = collection.issues.filter(published_at__isnull=False)
    found = published.filter(number=number).first()
    if found is None:
        return render(request, "curation/gone.html", head(request, collection), status=404)
    found.collection = collection
    numbers = published.order_by("number").values_list("number", flat=True)
    context = {
        "paper": paper_of(found, timezone.now()),
        "earlier": numbers.filter(number__lt=number).last(),
        "later": numbers.filter(number__gt=number).first(),
    }
    with translation.override(found.language):
        return render(request, "curation/page.html", head(request, collection) | context)


@conditional_page
@reader_view
def collection_feed(request: HttpRequest, collection: Collection, format_name: str) -> HttpResponse:
    """The newest issues for feed readers."""
    if format_name not in FORMATS:
        return render(request, "curation/gone.html", head(request, collection), status=404)
    body, content_type = issue_feed(collection, format_name, absolute(request.path), timezone.now())
    return HttpResponse(body, content_type=content_type)


@xframe_options_exempt
@reader_view
def collection_embed(request: HttpRequest, collection: Collection) -> HttpResponse:
    """The links of the newest issue, for a frame in any site; of public collections only."""
    found = collection.issues.filter(published_at__isnull=False).order_by("-number").first()
    if collection.access != Collection.Access.PUBLIC:
        return render(request, "curation/gone.html", status=404)
    paper = None
    if found:
        found.collection = collection
        paper = paper_of(found, timezone.now())
    response = render(request, "curation/embed.html", head(request, collection) | {"paper": paper})
    response["Content-Security-Policy"] = EMBEDDABLE_POLICY
    response["X-Robots-Tag"] = "noindex"
    return response


def head(request: HttpRequest, collection: Collection) -> dict[str, object]:
    """Return the context that all pages of a collection have."""
    address = request.resolver_match.kwargs["address"] if request.resolver_match else ""
    page = reverse("collection_page", args=[address])
    return {
        "collection": collection,
        "address": address,
        "page": page,
        "canonical": absolute(request.path),
        "is_secret": collection.access == Collection.Access.SECRET,
        "feeds": {name: reverse("collection_feed", args=[address, name]) for name in FORMATS},
    }
