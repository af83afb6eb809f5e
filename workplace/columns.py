"""The columns in which a person shows saved views: read and replace them. Called by the columns page."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import Project, User
from workplace.models import Column, SavedView
from workplace.saved_views import MAX_VIEWS, views_of


def columns_of(user: User, project_id: int) -> list[SavedView]:
    """Return the views of a person's columns in their order, those that the person still sees."""
    shown = Column.objects.filter(user=user, view__in=views_of(user, project_id)).select_related("view")
    return [column.view for column in shown.order_by("position", "pk")]


def set_columns(project: Project, user: User, view_ids: Iterable[int]) -> None:
    """Show these views as columns, in this order; ids of views that the person doesn't see are skipped."""
    visible = views_of(user, project.pk).in_bulk()
    wanted = [pk for pk in dict.fromkeys(view_ids) if pk in visible][:MAX_VIEWS]
    with transaction.atomic():
        # Two tabs of a person change the columns one after the other; the last order stays.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        Column.objects.filter(user=user, view__project=project).delete()
        Column.objects.bulk_create(
            Column(user=user, view=visible[pk], position=place) for place, pk in enumerate(wanted)
        )
