"""The sample project of a person: loading and removing it, and its feeds, which the workers poll over loopback."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Project, Role
from provisioning.deletion import delete_project
from provisioning.sample.apis import APIS
from provisioning.sample.feeds import FEEDS, Feed, current_items
from provisioning.sample.fields import as_of
from provisioning.sample.load import feed_url, load_sample


@login_required
@require_POST
def load(request: SignedInRequest) -> HttpResponse:
    project = load_sample(request.user)
    messages.success(request, _("Sample project loaded. New mentions will arrive within a minute."))
    return redirect("overview", project.pk)


@project_view(Role.ADMIN)
@require_POST
def remove(request: SignedInRequest, membership: Membership) -> HttpResponse:
    if not membership.project.is_sample:
        raise Http404
    delete_project(membership.project, request.user)
    messages.success(request, _("Sample project removed."))
    return redirect("home")


def feed(request: HttpRequest, number: int, slug: str) -> HttpResponse:
    """One of the feeds of a sample project at the present time. Public, since workers have no account."""
    sample, found = _found(number, slug)
    url = feed_url(sample, slug)
    rss = Rss201rev2Feed(found.title, settings.SAMPLE_FEEDS_URL, "", language=found.language, feed_url=url)
    for entry in current_items(found, sample.created_at, timezone.now(), settings.SAMPLE_FEEDS_URL + "/sample"):
        rss.add_item(
            entry.title,
            entry.url,
            entry.body,
            author_name=entry.author,
            pubdate=entry.published,
            unique_id=entry.native_id,
            unique_id_is_permalink=False,
        )
    return HttpResponse(rss.writeString("utf-8"), content_type=rss.content_type)


def platform_api(request: HttpRequest, number: int, slug: str, path: str) -> HttpResponse:
    """The API of a sample platform at the present time. Public, as the feeds."""
    sample, found = _found(number, slug)
    respond = APIS.get(found.platform)
    now = timezone.now()
    current = current_items(found, sample.created_at, now, settings.SAMPLE_FEEDS_URL + "/sample")
    items = [as_of(item, now) for item in current]
    content = respond(items, path, request.GET.dict()) if respond else None
    if content is None:
        raise Http404
    return JsonResponse(content, safe=False)


def _found(number: int, slug: str) -> tuple[Project, Feed]:
    """Return a sample project and one of its feeds, or raise Http404."""
    sample = Project.objects.filter(is_sample=True, pk=number).first()
    found = next((feed for feed in FEEDS if feed.slug == slug), None)
    if sample is None or found is None:
        raise Http404
    return sample, found


def story(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """The page that sample mentions link to; it says that the article is invented."""
    found = next((feed for feed in FEEDS if feed.slug == slug), None)
    if found is None:
        raise Http404
    return render(request, "sample/story.html", {"feed": found})
