"""Tags of mentions: their form, and those that a project uses. Set by services/triage.py."""

import re
import unicodedata
from collections.abc import Iterable

from accounts.models import Project
from monitoring.content.scrub import scrub
from monitoring.models import MentionTag
from monitoring.models.triage import MAX_TAG

MAX_TAGS = 10  # per change


def normal_tag(text: str) -> str:
    """Return a tag in its only form: lower case, without further spaces and without what separates tags."""
    words = re.sub(r"[\s,]+", " ", scrub(unicodedata.normalize("NFC", text))).strip()
    return unicodedata.normalize("NFC", words.casefold())[:MAX_TAG].strip()


def normal_tags(texts: Iterable[str]) -> list[str]:
    """Return tags in their form, each once, in order, as many as one change may have."""
    return list(dict.fromkeys(tag for text in texts if (tag := normal_tag(text))))[:MAX_TAGS]


def tags_of_project(project: Project, start: str = "", limit: int = 50) -> list[str]:
    """Return the tags in use that start with a text, in alphabetical order, for suggestions."""
    tags = MentionTag.objects.filter(project=project, tag__startswith=normal_tag(start))
    return list(tags.values_list("tag", flat=True).distinct().order_by("tag")[:limit])
