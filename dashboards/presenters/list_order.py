"""How the inbox lists what its filter finds: its order, and whether a story is one row.

In: a MentionFilter. Out: frozen links for templates/mentions/_list_order.html. Called by views/mentions.py.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from monitoring.insights.dimensions import FOLD
from monitoring.insights.filters import MentionFilter
from monitoring.insights.triage_dimensions import URGENCY
from monitoring.models import Mention


@dataclass(frozen=True)
class ListLink:
    """A way to list; `query` is the query string that lists that way."""

    label: str
    query: str
    is_current: bool


@dataclass(frozen=True)
class ListOrders:
    order: tuple[ListLink, ListLink]
    stories: tuple[ListLink, ListLink]

    @property
    def current(self) -> str:
        return next(link.label for link in self.order if link.is_current)


def list_orders(f: MentionFilter) -> ListOrders:
    """Return the links. Urgency is about what needs a reply, unless statuses are selected."""
    urgent = f.replace(order=URGENCY, statuses=f.statuses or (Mention.Status.NEEDS_REPLY,))
    return ListOrders(
        order=(
            ListLink(
                _("Closest in meaning first") if f.phrase else _("Newest first"),
                f.replace(order="").to_query(),
                not f.order,
            ),
            ListLink(_("Most urgent first"), urgent.to_query(), f.order == URGENCY),
        ),
        stories=(
            ListLink(_("One row per story"), f.replace(stories=FOLD).to_query(), f.is_folded),
            ListLink(_("Every item"), f.replace(stories="").to_query(), not f.is_folded),
        ),
    )
