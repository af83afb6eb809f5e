"""The columns in which a person shows saved views: read and replace them. Called by the columns page and the API."""

from collections.abc import Collection, Iterable

from django.db import transaction

from accounts.models import Project, User
from workplace.models import Column
from workplace.saved_views import MAX_VIEWS, views_of


def columns_of(user: User, project_id: int) -> list[Column]:
    """Return a person's columns in their order, those of views that the person still sees."""
    shown = Column.objects.filter(user=user, view__in=views_of(user, project_id)).select_related("view")
    return list(shown.order_by("position", "pk"))


def set_columns(project: Project, user: User, view_ids: Iterable[int], paused: Collection[int] | None = None) -> None:
    """Show these views as columns, in this order; ids of views that the person doesn't see are skipped.

    `paused` are the ids of views whose columns are paused; None leaves that as it is.
    """
    visible = views_of(user, project.pk).in_bulk()
    wanted = [pk for pk in dict.fromkeys(view_ids) if pk in visible][:MAX_VIEWS]
    with transaction.atomic():
        # Two tabs of a person change the columns one after the other; the last order stays.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        present = Column.objects.filter(user=user, view__project=project)
        if paused is None:
            paused = set(present.filter(is_paused=True).values_list("view_id", flat=True))
        present.delete()
        Column.objects.bulk_create(
            Column(user=user, view=visible[pk], position=place, is_paused=pk in paused)
            for place, pk in enumerate(wanted)
        )


def pause_column(project: Project, user: User, view_id: int, *, is_paused: bool) -> None:
    """Pause the column of a view, or resume it. Its place, which another tab may change meanwhile, stays."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        Column.objects.filter(user=user, view__project=project, view=view_id).update(is_paused=is_paused)
