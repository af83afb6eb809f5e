"""A story: near-identical items, how they spread, and splitting and joining them by hand. Managers change."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import ActivityEntry, Membership, Role
from dashboards.forms.query_problem import search_problem
from dashboards.presenters.mention_rows import full_title, shown_mention, shown_mentions
from dashboards.presenters.story import joins_with, last_change, shown_facts, spread_chart, story_items
from dashboards.views.time_limit import within_time_limit
from monitoring.content.values import read_id, read_ids
from monitoring.insights import mentions as mention_lists
from monitoring.insights import sentiment
from monitoring.insights import story as stories
from monitoring.insights.cursors import EPOCH
from monitoring.insights.filters import MentionFilter
from monitoring.insights.story_redirects import present_stories
from monitoring.models import Mention, Story
from monitoring.services.stories import MAX_DOCUMENTS, StoryChange, join_stories, split_stories, undo_story_change

MAX_FOUND = 20


@project_view()
@within_time_limit
def story(request: SignedInRequest, membership: Membership, story_id: int) -> HttpResponse:
    """The page. htmx requests further items with `cursor`, and with `find` the items to join.

    The query string may be that of a list, which the page then leads back to; `changed` is what was just done.
    A story whose items another one took in leads to that one.
    """
    project, now = membership.project, timezone.now()
    f = stories.filter_of(project.pk, story_id, request.user.zone)
    if f is None:
        return _moved(request, membership, story_id)
    may_edit = membership.may(Role.MANAGER)
    context = {"project": project, "story_id": story_id, "may_edit": may_edit}
    if may_edit:
        context |= _found(request, membership, story_id)
    if request.htmx and "find" in request.GET:
        return render(request, "stories/_find.html", context)
    first, texts = stories.first_of(f), stories.same_texts(f)
    rows, next_cursor = stories.items_of(f, request.GET.get("cursor"))
    context |= {"items": story_items(rows, first.document, texts, now), "next_cursor": next_cursor}
    if request.htmx and "cursor" in request.GET:
        return render(request, "stories/_items.html", context)
    url = reverse("mentions", args=[project.pk])
    context |= {
        "first": shown_mention(first),
        "title": full_title(first),
        "facts": shown_facts(f, stories.facts_of(f), texts),
        "chart": spread_chart(f, url),
        "split": sentiment.split(f),
        "query": f.to_query(),
        "changed": last_change(project.pk, read_id(request.GET.get("changed", "")), request.user),
        "is_continued": "cursor" in request.GET,
        **_list_context(request, membership, story_id),
    }
    return render(request, "stories/story.html", context)


def _moved(request: SignedInRequest, membership: Membership, story_id: int) -> HttpResponse:
    """Redirect to the story that took in the items of this one. Raises Http404 if there is none."""
    target = present_stories(membership.project_id, [story_id]).get(story_id)
    if target is None or stories.filter_of(membership.project_id, target, request.user.zone) is None:
        raise Http404
    query = request.GET.urlencode()
    url = reverse("story", args=[membership.project_id, target])
    return redirect(f"{url}?{query}" if query else url)


@project_view(Role.MANAGER)
@require_POST
def story_split(request: SignedInRequest, membership: Membership, story_id: int) -> HttpResponse:
    """POST `id` (several) of mentions: their items become a story of their own."""
    ids = _documents(request, membership)
    change = split_stories(membership.project, request.user, ids, story_id)
    if not ids:
        messages.error(request, _("Select items first."))
    elif not change.entry_id:
        messages.error(request, _("Nothing was split: leave at least one item in the story."))
    return _back(membership, story_id, change)


@project_view(Role.MANAGER)
@require_POST
def story_join(request: SignedInRequest, membership: Membership, story_id: int) -> HttpResponse:
    """POST `id` (several) of mentions: their items, with all of their stories, join this one."""
    ids = _documents(request, membership)
    try:
        change = join_stories(membership.project, request.user, ids, story_id) if ids else StoryChange()
    except Story.DoesNotExist:
        raise Http404 from None
    if not ids:
        messages.error(request, _("Select items first."))
    elif not change.entry_id:
        messages.info(request, _("No change: these items are in the story already."))
    return _back(membership, story_id, change)


@project_view(Role.MANAGER)
@require_POST
def story_undo(request: SignedInRequest, membership: Membership, story_id: int) -> HttpResponse:
    """POST `change` to undo a split or a join. Items that were moved again since stay."""
    entry_id = read_id(request.POST.get("change", ""))
    try:
        change = undo_story_change(membership.project, request.user, entry_id or 0)
    except ActivityEntry.DoesNotExist:
        raise Http404 from None
    done = _("Change undone.") if change.entry_id else _("Nothing to undo: it was changed again since.")
    messages.success(request, done)
    stays = Story.objects.filter(pk=story_id, project=membership.project).exists()
    if stays or change.story_ids:
        return redirect("story", membership.project_id, story_id if stays else change.story_ids[0])
    return redirect("mentions", membership.project_id)


def _back(membership: Membership, story_id: int, change: StoryChange) -> HttpResponse:
    url = reverse("story", args=[membership.project_id, story_id])
    return redirect(f"{url}?changed={change.entry_id}" if change.entry_id else url)


def _documents(request: SignedInRequest, membership: Membership) -> list[int]:
    """Return the documents of the posted mentions of this project."""
    ids = read_ids(request.POST.getlist("id")[:MAX_DOCUMENTS])
    rows = Mention.objects.filter(pk__in=ids, keyword__project=membership.project)
    return sorted(set(rows.values_list("document_id", flat=True)))


def _found(request: SignedInRequest, membership: Membership, story_id: int) -> dict[str, object]:
    """Return the items outside the story that match the words in `find`, newest first."""
    words = request.GET.get("find", "").strip()
    problem = search_problem(words) if words else None
    matches: list = []
    if words and not problem:
        params = QueryDict(mutable=True)
        params["q"] = words
        f = MentionFilter.from_query(membership.project, params, timezone.now(), request.user.zone)
        rows = mention_lists.page(f.replace(since=EPOCH, statuses=Mention.Status.values), size=2 * MAX_FOUND).rows
        shown = shown_mentions([row for row in rows if row.story_id != story_id][:MAX_FOUND])
        sizes = stories.sizes_of(membership.project_id, [row.story_id for row in shown if row.story_id])
        matches = joins_with(shown, sizes)
    return {"find": words, "matches": matches, "find_problem": problem}


def _list_context(request: SignedInRequest, membership: Membership, story_id: int) -> dict[str, object]:
    """Return the list that the person came from, and how many items of the story it has."""
    if "period" not in request.GET and "from" not in request.GET:
        return {"back": "", "listed": None}
    now, person = timezone.now(), request.user
    f = MentionFilter.from_query(membership.project, request.GET, now, person.zone, person_id=person.pk)
    inside = f.replace(story_ids=(story_id,), stories="", order="")
    return {"back": f.to_query(), "listed": mention_lists.count(inside).value, "listed_query": inside.to_query()}
