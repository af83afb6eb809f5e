"""The models of teamwork on mentions, one noun per file."""

from workplace.models.response_targets import ResponseTarget

__all__ = ["ResponseTarget"]
