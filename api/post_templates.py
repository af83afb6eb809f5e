"""The API's templates of posts: list them, save one from a post, rename and delete it, start a post with it.

Members read, managers write through workplace/post_templates.py. Mounted by api/app.py.
"""

from dataclasses import replace
from datetime import datetime

from django.http import Http404
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Project, Role
from api.posts import PostOut, done, post_of
from api.schemas import UNSET, Body, Id, Items, Text
from workplace import post_templates as templates
from workplace import posts
from workplace.calendar.text_limits import PLATFORMS
from workplace.models import Post, PostTemplate

router = Router(tags=["posts"])
PATH = "/projects/{int:project_id}/post-templates"
ONE = PATH + "/{int:template_id}"


class TemplateIn(Body):
    name: Text
    post_id: Id = Field(description="the post whose content is saved")


class TemplatePatch(Body):
    name: Text


class TemplatePostIn(Body):
    title: Text = UNSET
    is_idea: bool = Field(False, description="an idea instead of a draft")


class TemplateTextOut(Schema):
    platform: str
    text: str = Field(description="empty where the text of the template is used")


class TemplateOut(Schema):
    id: int
    name: str
    title: str
    text: str
    type: str
    campaign: str
    platforms: list[TemplateTextOut]
    created_at: datetime


@router.get(PATH, response=Items[TemplateOut])
def list_post_templates(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """List the templates of posts by name."""
    project = membership_of(request.user, project_id).project
    return {"items": [_out(one) for one in templates.templates_of(project)]}


@router.post(PATH, response={201: TemplateOut})
def save_post_template(request: SignedInRequest, project_id: int, template: TemplateIn) -> Status:
    """Save the content of a post as a template."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    made = templates.save_template(post_of(project, template.post_id), request.user, template.name)
    return Status(201, _out(made))


@router.get(ONE, response=TemplateOut)
def get_post_template(request: SignedInRequest, project_id: int, template_id: int) -> dict[str, object]:
    return _out(_template_of(membership_of(request.user, project_id).project, template_id))


@router.patch(ONE, response=TemplateOut)
def rename_post_template(
    request: SignedInRequest, project_id: int, template_id: int, template: TemplatePatch
) -> dict[str, object]:
    """Give a template another name."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    return _out(templates.rename_template(_template_of(project, template_id), request.user, template.name))


@router.delete(ONE, response={204: None})
def delete_post_template(request: SignedInRequest, project_id: int, template_id: int) -> Status:
    """Delete a template; posts that started with it stay."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    templates.delete_template(_template_of(project, template_id), request.user)
    return Status(204, None)


@router.post(ONE + "/posts", response={201: PostOut})
def start_post(request: SignedInRequest, project_id: int, template_id: int, post: TemplatePostIn) -> Status:
    """Create a draft, or an idea, with the content of a template, and without a date."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    values = templates.values_of(_template_of(project, template_id), request.user)
    if post.title is not UNSET:
        values = replace(values, title=post.title)
    status = Post.Status.IDEA if post.is_idea else Post.Status.DRAFT
    return Status(201, done(project, lambda: posts.create_post(project, request.user, values, status)))


def _template_of(project: Project, template_id: int) -> PostTemplate:
    template = PostTemplate.objects.select_related("project").filter(project=project, pk=template_id).first()
    if template is None:
        raise Http404
    return template


def _out(template: PostTemplate) -> dict[str, object]:
    names = ("id", "name", "title", "text", "campaign", "created_at")
    texts = [{"platform": name, "text": template.platforms[name]} for name in PLATFORMS if name in template.platforms]
    return {**{name: getattr(template, name) for name in names}, "type": template.kind, "platforms": texts}
