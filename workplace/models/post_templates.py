"""A template of posts: what a new post starts with."""

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from workplace.models.posts import MAX_CAMPAIGN, MAX_TEXT, MAX_TITLE, Post

MAX_TEMPLATE_NAME = 80


class PostTemplate(models.Model):
    """The content of a post under a name, without its date, people and pictures.

    `platforms` has the own text of each platform, "" where `text` is used.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="post_templates", db_index=False)
    name = models.CharField(_("name"), max_length=MAX_TEMPLATE_NAME)
    title = models.CharField(max_length=MAX_TITLE)
    text = models.TextField(max_length=MAX_TEXT, blank=True)
    kind = models.CharField(max_length=12, choices=Post.Kind)
    campaign = models.CharField(max_length=MAX_CAMPAIGN, blank=True)
    platforms = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint("project", Lower("name"), name="one_post_template_per_name")]

    def __str__(self) -> str:
        return self.name
