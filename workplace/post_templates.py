"""Templates of posts: save one from a post, rename and delete it, and start a post with it.

Raises ValidationError by field. Changes are in the activity log. Called by the pages and the API.
"""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.content.scrub import is_storable
from workplace.calendar.links import untagged
from workplace.calendar.text_limits import PLATFORMS
from workplace.models import Post, PostTemplate
from workplace.models.post_templates import MAX_TEMPLATE_NAME
from workplace.posts import PostValues

MAX_TEMPLATES = 200  # per project: their list has no pages


def templates_of(project: Project) -> list[PostTemplate]:
    """Return the templates of a project by name."""
    return list(PostTemplate.objects.filter(project=project).order_by("name", "pk"))


def save_template(post: Post, user: User, name: str) -> PostTemplate:
    """Save the content of a post as a template; both change independently afterwards."""
    template = PostTemplate(project=post.project, created_by=user, title=post.title)
    template.kind, template.campaign = post.kind, post.campaign
    template.text = untagged(post.text)
    template.platforms = {one.platform: untagged(one.text) for one in post.variants.all()}
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=post.project_id)  # one at a time: they are limited
        if post.project.post_templates.count() >= MAX_TEMPLATES:
            text = _("This project has %(count)s templates. Delete one first.") % {"count": MAX_TEMPLATES}
            raise ValidationError({"name": ValidationError(text, code="too_many")})
        _store(template, user, name, "post_template.created")
    return template


def rename_template(template: PostTemplate, user: User, name: str) -> PostTemplate:
    """Give a template another name."""
    with transaction.atomic():
        locked = PostTemplate.objects.select_for_update(of=("self",)).filter(pk=template.pk).first()
        if locked is None:
            text = _("Another person deleted this template meanwhile.")
            raise ValidationError({"name": ValidationError(text, code="deleted")})
        locked.project = template.project
        _store(locked, user, name, "post_template.renamed")
    return locked


def delete_template(template: PostTemplate, user: User) -> None:
    """Delete a template; posts that started with it stay."""
    with transaction.atomic():
        record(template.project, user, "post_template.deleted", template.name)
        template.delete()


def values_of(template: PostTemplate, user: User) -> PostValues:
    """Return the values of a new post of this person, without a date."""
    return PostValues(
        title=template.title,
        text=template.text,
        kind=template.kind,
        campaign=template.campaign,
        platforms={name: text for name, text in template.platforms.items() if name in PLATFORMS},
        time_zone=user.time_zone,
    )


def _store(template: PostTemplate, user: User, name: str, action: str) -> None:
    template.name = " ".join(name.split())
    if not template.name:
        raise ValidationError({"name": ValidationError(_("Enter a name."), code="required")})
    if len(template.name) > MAX_TEMPLATE_NAME or not is_storable(template.name):
        text = _("This name is too long, or has an invalid character.")
        raise ValidationError({"name": ValidationError(text, code="invalid")})
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        text = _("A template has this name already.")
        raise ValidationError({"name": ValidationError(text, code="unique")}) from None
    record(template.project, user, action, template.name)
