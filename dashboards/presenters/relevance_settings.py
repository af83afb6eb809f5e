"""The relevance settings page: the versions with their figures, and what admins decided, ready to show.

In: rows of monitoring/enrichment/relevance_stats.py. Out: frozen values for templates/project_settings/relevance.html.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import ActivityEntry
from monitoring.models import RelevanceState, RelevanceVersion
from monitoring.relevance.measure import Measure


@dataclass(frozen=True)
class ShownVersion:
    """A version. `right` and `found` are whole percent: of its suggestions that were right, and of the noise that it
    suggested; the same of the newest decisions. `status` is one of "used", "former" and "not_better".
    """

    version: RelevanceVersion
    right: int
    found: int
    newest_right: int
    newest_found: int
    status: str


def shown_version(version: RelevanceVersion, state: RelevanceState) -> ShownVersion:
    """Return a version with its figures and status."""
    by_text = Measure(version.decisions, version.noise, version.suggested, version.right)
    by_time = Measure(version.newest_decisions, version.newest_noise, version.newest_suggested, version.newest_right)
    is_used = state.learns and state.version_id == version.pk
    return ShownVersion(
        version,
        right=round(100 * by_text.precision),
        found=round(100 * by_text.recall),
        newest_right=round(100 * by_time.precision),
        newest_found=round(100 * by_time.recall),
        status="used" if is_used else "former" if version.is_better else "not_better",
    )


def admin_change_words(entry: ActivityEntry) -> str:
    """Return what a person decided about the versions, without the subject."""
    if entry.action == "relevance.learning":
        return _("turned suggestions on") if entry.detail["learns"] else _("turned suggestions off")
    if number := entry.detail["number"]:
        return _("restored version %(number)s") % {"number": number}
    return _("stopped using a version")
