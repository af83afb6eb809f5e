"""The progress of a fetch that a person waits for: what templates/components/_fetching.html shows."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import SignedInRequest
from accounts.formats import number
from monitoring.models import FetchRequest
from monitoring.services.fetches import MAX_PER_PERSON
from outbound import host_key

# Most sites respond within it, so most people never see the progress; a web thread waits for them.
WAIT_S = 1.0


@dataclass(frozen=True)
class Progress:
    """A fetch in progress: the site, whether a worker has begun, and the seconds since the person asked."""

    host: str
    is_queued: bool
    elapsed_s: int
    address: str


def too_many_fetches() -> str:
    """Return the sentence for a person with too many fetches in progress."""
    text = _("You already have %(number)s fetches in progress. Wait until one has finished.")
    return text % {"number": number(MAX_PER_PERSON)}


def show_progress(request: SignedInRequest, fetch: FetchRequest, title: str, back: str) -> HttpResponse:
    """Return the page of a fetch in progress, or for htmx its content; `back` is where its cancel link leads."""
    elapsed = timezone.now() - fetch.created_at
    is_queued = fetch.state == FetchRequest.State.QUEUED
    progress = Progress(host_key(fetch.url), is_queued, int(elapsed.total_seconds()), request.path)
    template = "components/_fetching.html" if request.htmx else "components/fetching.html"
    return render(request, template, {"progress": progress, "title": title, "back": back})


def show_result(request: SignedInRequest) -> HttpResponse | None:
    """Return the redirect that makes htmx load the finished page; None for a request of the page itself."""
    return HttpResponseClientRedirect(request.path) if request.htmx else None
