"""The columns in which a person shows saved views: read and change them. Called by the columns page and the API."""

from collections.abc import Callable, Collection, Iterable, Sequence

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
    with transaction.atomic():
        _lock(user)
        _store(project, user, view_ids, paused)


def add_column(project: Project, user: User, view_id: int) -> None:
    """Show a view as the last column."""
    _change(project, user, lambda order: [*order, view_id])


def remove_column(project: Project, user: User, view_id: int) -> None:
    """Show a view as a column no more."""
    _change(project, user, lambda order: [pk for pk in order if pk != view_id])


def move_column(project: Project, user: User, view_id: int, step: int) -> None:
    """Move the column of a view to the left (-1) or to the right (1)."""

    def moved(order: list[int]) -> list[int]:
        if view_id not in order:
            return order
        place, others = order.index(view_id), [pk for pk in order if pk != view_id]
        others.insert(max(place + step, 0), view_id)
        return others

    _change(project, user, moved)


def sort_columns(project: Project, user: User, view_ids: Sequence[int]) -> None:
    """Show the columns in this order; those that are not in it, which another tab may have added, come after them."""
    places = {pk: place for place, pk in enumerate(view_ids)}
    _change(project, user, lambda order: sorted(order, key=lambda pk: places.get(pk, len(places))))


def pause_column(project: Project, user: User, view_id: int, *, is_paused: bool) -> None:
    """Pause the column of a view, or resume it. Its place, which another tab may change meanwhile, stays."""
    with transaction.atomic():
        _lock(user)
        Column.objects.filter(user=user, view__project=project, view=view_id).update(is_paused=is_paused)


def _change(project: Project, user: User, change: Callable[[list[int]], list[int]]) -> None:
    """Store what `change` makes of the ids of the present columns."""
    with transaction.atomic():
        _lock(user)
        _store(project, user, change([column.view_id for column in columns_of(user, project.pk)]), None)


def _lock(user: User) -> None:
    """Let two tabs of a person change the columns one after the other, each from what the other one has left."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _store(project: Project, user: User, view_ids: Iterable[int], paused: Collection[int] | None) -> None:
    visible = views_of(user, project.pk).in_bulk()
    wanted = [pk for pk in dict.fromkeys(view_ids) if pk in visible][:MAX_VIEWS]
    present = Column.objects.filter(user=user, view__project=project)
    if paused is None:
        paused = set(present.filter(is_paused=True).values_list("view_id", flat=True))
    present.delete()
    Column.objects.bulk_create(
        Column(user=user, view=visible[pk], position=place, is_paused=pk in paused) for place, pk in enumerate(wanted)
    )
