"""Name a theme, hide it, and show it again. Each writes the activity log. Called by the page of themes."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.models import User
from monitoring.content.scrub import is_storable
from monitoring.models import Theme
from monitoring.models.themes import MAX_NAME


@transaction.atomic
def rename_theme(theme: Theme, user: User, name: str) -> None:
    """Give a theme a name that stays, or with "" let its terms name it again. Raises ValidationError."""
    name = " ".join(name.split())
    if len(name) > MAX_NAME or not is_storable(name):
        raise ValidationError(_("The name may have at most %(number)s characters.") % {"number": MAX_NAME})
    before = theme.name
    # One column: a run that finds themes again writes the others.
    Theme.objects.filter(pk=theme.pk).update(given_name=name)
    theme.given_name = name
    record(theme.project, user, "theme.renamed", theme.name, before=before)


@transaction.atomic
def hide_theme(theme: Theme, user: User, *, hidden: bool) -> None:
    """Hide a theme from the lists of themes, or show it again. Its mentions are in all lists as before."""
    if Theme.objects.filter(pk=theme.pk, is_hidden=not hidden).update(is_hidden=hidden):
        record(theme.project, user, "theme.hidden" if hidden else "theme.shown", theme.name)
