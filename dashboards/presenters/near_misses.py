"""The near misses of a keyword as its page shows them: by cause, with rounded counts and highlighted examples.

In: the results of monitoring/query_tools/near_misses.py and noise.py. Out: frozen values for
templates/keywords/near_misses.html. Called by dashboards/views/near_misses.py.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.presenters.query_preview import ShownResult, shown_result
from monitoring.messages.labels import NEAR_MISS_LABELS
from monitoring.models import Keyword
from monitoring.query_tools.near_misses import NearMiss, NearMisses
from monitoring.query_tools.noise import Noise
from monitoring.query_tools.widenings import CONDITION, EXACT, EXCLUSION, PLURAL, SPELLING, TYPO

SAMPLES = 3
MAX_FORMS = 4

_EXPLANATIONS: dict[str, str | Promise] = {
    PLURAL: gettext_lazy("Another number of a word in the query."),
    TYPO: gettext_lazy("Rare words that differ from a word in the query by one or two letters."),
    SPELLING: gettext_lazy("The same letters with an apostrophe or a space."),
    EXACT: gettext_lazy("The sign = asks for exactly these letters."),
    EXCLUSION: gettext_lazy("Items that a single exclusion removes."),
    CONDITION: gettext_lazy("Items that meet all other conditions."),
}


@dataclass(frozen=True)
class ShownMiss:
    """A way to widen the query: `label` says what it changes, `edit_url` opens the form with the widened query."""

    label: str
    query: str
    result: ShownResult
    edit_url: str


@dataclass(frozen=True)
class MissGroup:
    """The near misses of one cause."""

    cause: str
    title: str
    explanation: str
    misses: list[ShownMiss]


@dataclass(frozen=True)
class ShownExclusion:
    """A word to exclude; `lost` are titles of kept mentions that it would remove."""

    term: str
    ignored: int
    kept: int
    query: str
    lost: list[str]
    edit_url: str


def miss_groups(keyword: Keyword, found: NearMisses) -> list[MissGroup]:
    """Return the causes that have near misses."""
    return [
        MissGroup(
            cause,
            str(NEAR_MISS_LABELS[cause]),
            str(_EXPLANATIONS[cause]),
            [_miss(keyword, miss) for miss in misses],
        )
        for cause, misses in found.misses.items()
        if misses
    ]


def shown_exclusions(keyword: Keyword, noise: Noise) -> list[ShownExclusion]:
    return [
        ShownExclusion(
            one.term,
            one.ignored,
            one.kept,
            one.query,
            [doc.title or doc.text[:80] or _("(no text)") for doc in one.lost],
            edit_url(keyword, one.query),
        )
        for one in noise.exclusions
    ]


def edit_url(keyword: Keyword, query: str) -> str:
    """Return the form of the keyword with this query, which shows its preview."""
    return f"{reverse('keyword_edit', args=[keyword.project_id, keyword.pk])}?{urlencode({'query': query})}"


def _miss(keyword: Keyword, miss: NearMiss) -> ShownMiss:
    forms = miss.widening.forms
    label = f"{miss.widening.part} → {', '.join(forms[:MAX_FORMS])}" if forms else miss.widening.part
    return ShownMiss(label, miss.query, shown_result(miss.found, SAMPLES), edit_url(keyword, miss.query))
