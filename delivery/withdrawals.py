"""Take messages back that are not sent yet, because what they are about is withdrawn.

`withdraw` removes them, which allows to write them again later. A message that a worker had claimed then is
checked once more before each attempt: the package that wrote it registers who decides. Called by workplace/.
"""

from collections.abc import Callable

from django.db import transaction

from delivery.models import Delivery

_checks: dict[str, Callable[[Delivery], bool]] = {}


def register(kind: str, is_withdrawn: Callable[[Delivery], bool]) -> None:
    """Ask `is_withdrawn` before a delivery of this kind is sent."""
    _checks[kind] = is_withdrawn


def is_withdrawn(delivery: Delivery) -> bool:
    """Return whether a delivery must not be sent any more."""
    check = _checks.get(delivery.kind)
    return check is not None and check(delivery)


@transaction.atomic
def withdraw(prefix: str) -> int:
    """Remove the queued and the kept messages whose keys begin with `prefix`. Return how many."""
    states = [Delivery.State.PENDING, Delivery.State.KEPT]
    unsent = Delivery.objects.filter(key__startswith=prefix, state__in=states)
    ids = list(unsent.order_by("pk").select_for_update().values_list("pk", flat=True))
    return Delivery.objects.filter(pk__in=ids).delete()[0]
