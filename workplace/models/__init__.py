"""The models of teamwork on mentions, one noun per file."""

from workplace.models.response_targets import ResponseTarget
from workplace.models.saved_views import Column, SavedView

__all__ = ["Column", "ResponseTarget", "SavedView"]
