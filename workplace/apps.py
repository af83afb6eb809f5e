"""Django application of what a team does with mentions together: notes, drafts, replies, saved views."""

from django.apps import AppConfig


class WorkplaceConfig(AppConfig):
    name = "workplace"
