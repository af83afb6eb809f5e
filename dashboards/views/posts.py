"""A post of the editorial calendar: its page, its form with a preview, and what people do with it."""

from collections.abc import Mapping
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Project, Role
from dashboards.forms.posts import CommentForm, PostForm, read_day
from dashboards.presenters.post_accounts import Entered, account_rows
from dashboards.presenters.post_pictures import pictures_in, pictures_of
from dashboards.presenters.post_visits import visit_rows
from dashboards.presenters.posts import (
    link_hint,
    missing_words,
    own_time,
    preview_of,
    shown_texts,
    steps_for,
    texts_of,
    tile_of,
)
from monitoring.content.values import read_id
from monitoring.polling.replies import post_accounts
from workplace import posts
from workplace.models import Post, PostTemplate
from workplace.post_pictures import stored
from workplace.post_templates import templates_of
from workplace.post_texts import OwnLinks, links_of, own_links
from workplace.posting_slots import free_slot, slots_of
from workplace.publishing import latest_rows


@project_view()
def post(request: SignedInRequest, membership: Membership, post_id: int) -> HttpResponse:
    """The post with its texts to copy, its status and its comments."""
    return post_page(request, membership, post_of(membership, post_id), CommentForm())


def post_page(
    request: SignedInRequest,
    membership: Membership,
    found: Post,
    form: CommentForm,
    status: int = HTTPStatus.OK,
    entered: Mapping[str, Entered] | None = None,
) -> HttpResponse:
    """Return the page; `entered` are accounts of platforms that were refused, to be corrected."""
    rules, now = posts.rules_of(membership.project), timezone.now()
    needs_approval, pictures = rules.needs_approval, pictures_of(membership.project, stored(found))
    context = {
        "project": membership.project,
        "post": found,
        "tile": tile_of(found, now),
        "texts": texts_of(found, rules.charter, links_of(membership.project), pictures),
        "visits": visit_rows(found),
        "pictures": pictures,
        "own_time": own_time(found),
        "missing": missing_words(found, request.user, needs_approval=needs_approval),
        "steps": steps_for(found, request.user, needs_approval=needs_approval),
        "comments": found.comments.select_related("author").order_by("created_at", "pk"),
        "comment_form": form,
        "free_slot": free_slot(found, slots_of(membership.project), now) if found.is_editable else None,
        "accounts": account_rows(found, post_accounts(membership.project), latest_rows(found), entered or {}),
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "posts/post.html", context, status=status)


@project_view(Role.MANAGER)
def post_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """`?day=` is the day of the calendar that the button was on; `?title=`, `?text=`, `?kind=` may be known already.

    `?from=` is a post whose texts are copied, `?template=` a template that it starts with.
    """
    start: dict[str, object] = {name: request.GET[name][:1000] for name in ("title", "text") if name in request.GET}
    if day := read_day(request.GET.get("day", "")):
        start["day"] = day
    if (kind := request.GET.get("kind", "")) in Post.Kind.values:
        start["kind"] = kind
    form = PostForm.for_new(membership.project, request.user, start, request.POST or None, request.FILES or None)
    if request.method != "POST" and (copied := read_id(request.GET.get("from", ""))):
        form = PostForm.copy_of(post_of(membership, copied), request.user)
    if request.method != "POST" and (chosen := read_id(request.GET.get("template", ""))):
        form = PostForm.from_template(get_object_or_404(template_of(membership), pk=chosen), request.user, start)
    if request.method == "POST" and "preview" not in request.POST and form.is_valid():
        status = Post.Status.IDEA if "idea" in request.POST else Post.Status.DRAFT
        try:
            made = posts.create_post(membership.project, request.user, form.values(), status)
        except ValidationError as error:
            form.add_errors(error.message_dict)
        else:
            messages.success(request, _("Post created."))
            return redirect("post", membership.project_id, made.pk)
    return _form_page(request, membership, form)


@project_view(Role.MANAGER)
def post_edit(request: SignedInRequest, membership: Membership, post_id: int) -> HttpResponse:
    """The form of a post; `version` is the one that it was filled in for."""
    found = post_of(membership, post_id)
    form = PostForm.for_post(found, request.POST or None, request.FILES or None)
    if request.method == "POST" and "preview" not in request.POST and form.is_valid():
        try:
            posts.change_post(found, request.user, read_id(request.POST.get("version", "")) or 0, form.values())
        except posts.PostChanged:
            form.add_error(None, _("Another person changed this post meanwhile. Copy your text and reload the page."))
        except ValidationError as error:
            form.add_errors(error.message_dict if hasattr(error, "error_dict") else {"": error.messages})
        else:
            messages.success(request, _("Post saved."))
            return redirect("post", membership.project_id, found.pk)
    return _form_page(request, membership, form, found)


@project_view(Role.MANAGER)
@require_POST
def post_check(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST the form of a post for its preview with lengths; `?post=` is its number. Nothing is saved."""
    form = PostForm(request.POST, project=membership.project)
    preview = _preview(membership.project, form, read_id(request.GET.get("post", "")) or 0)
    return render(request, "posts/_preview.html", {"project": membership.project, **preview})


@project_view(Role.MANAGER)
@require_POST
def post_tag_links(request: SignedInRequest, membership: Membership, post_id: int) -> HttpResponse:
    """POST the form of a post to get it with campaign parameters in links to the website; nothing is saved."""
    found = post_of(membership, post_id)
    form = PostForm.for_post(found, request.POST, request.FILES)
    before = shown_texts(form, OwnLinks(), found.pk)
    texts = shown_texts(form, own_links(membership.project), found.pk)
    if texts == before:
        return _form_page(request, membership, form, found, _("No link to your website lacks campaign parameters."))
    done = _("Campaign parameters added. Check the texts, then save the post.")
    return _form_page(request, membership, form.with_texts(request.POST.copy(), texts), found, done)


def _preview(project: Project, form: PostForm, post_id: int) -> dict[str, object]:
    links, pictures = links_of(project), pictures_in(project, form.pictures)
    charter = posts.rules_of(project).charter
    return {
        "texts": preview_of(shown_texts(form, links, post_id), charter, pictures),
        "link_hint": link_hint(form, links, post_id),
        "pictures": pictures,
    }


def _form_page(
    request: SignedInRequest, membership: Membership, form: PostForm, found: Post | None = None, tagged: str = ""
) -> HttpResponse:
    """Return the form; `tagged` is what was done with its links, which is no reason to show errors."""
    status = HTTPStatus.BAD_REQUEST if form.is_bound and not tagged and form.errors else HTTPStatus.OK
    rules = posts.rules_of(membership.project)
    context = {
        "project": membership.project,
        "post": found,
        "tone": rules.tone,
        "templates": templates_of(membership.project) if found is None and not form.is_bound else (),
        "chosen_template": read_id(request.GET.get("template", "")),
        "form": form,
        "version": request.POST.get("version") or (found and found.version),
        "tagged": tagged,
        "can_tag": found is not None and not rules.tags_links and bool(own_links(membership.project).domains),
        **_preview(membership.project, form, found.pk if found else 0),
    }
    return render(request, "posts/form.html", context, status=status)


def template_of(membership: Membership) -> QuerySet[PostTemplate]:
    """Return the templates of the project, of which a view takes one."""
    return PostTemplate.objects.select_related("project").filter(project=membership.project)


def post_of(membership: Membership, post_id: int) -> Post:
    """Return a post of the project. Raises Http404."""
    rows = Post.objects.select_related("project", "owner", "reviewer", "approved_by", "written_by")
    return get_object_or_404(rows.prefetch_related("variants").filter(project=membership.project), pk=post_id)
