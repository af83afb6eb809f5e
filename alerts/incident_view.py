"""An incident as pages, its PDF and the API show it: its numbers, its evidence, its timeline, and who does what.

In: an incident, the time now and the zone of a person. Out: one object whose parts are read when they are asked for;
texts are in the active language.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cached_property

from django.utils.translation import gettext as _

from accounts.formats import number
from alerts import incident_evidence as evidence
from alerts.conditions.base import READS_PAST
from alerts.incident_counts import counts_of
from alerts.incident_filters import during, filter_of_peak, is_falling
from alerts.incident_joining import rows_of
from alerts.incident_log import MAX_ENTRIES, entries_of
from alerts.incident_messages import headline, sentence_at_opening, severity_words
from alerts.incident_models import IncidentEntry, IncidentTask
from alerts.incident_summary import Summary, summary_facts, summary_of, syndication_words
from alerts.incident_timeline import Line, lines_of, tasks_words, timeline
from alerts.models import Incident
from monitoring.content.excerpts import excerpt, plain
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow
from monitoring.insights.terms import Term
from monitoring.insights.theme_rise import ThemeRise
from monitoring.models import Mention


@dataclass(frozen=True)
class RuleLine:
    """One of the rules of an incident, as it was at opening, with its number."""

    sentence: str
    observed: str
    incident: Incident


class IncidentView:
    """An incident with everything about it."""

    def __init__(self, incident: Incident, now: datetime, zone: tzinfo, entries: int = MAX_ENTRIES) -> None:
        """`entries` is how many entries of the log the timeline has at most, the newest ones."""
        self.incident, self.now, self.zone, self.entries = incident, now, zone, entries

    @cached_property
    def rows(self) -> list[Incident]:
        return rows_of(self.incident)

    @cached_property
    def counts(self) -> dict[int, int]:
        return counts_of(self.rows)

    @property
    def count(self) -> int:
        """The number that title, chart, peak and list show."""
        return self.counts[self.incident.pk]

    @property
    def observed(self) -> str:
        return headline(self.incident, self.count)

    @property
    def is_falling(self) -> bool:
        """Whether the incident is about too few mentions, so its peak is the lowest count."""
        return is_falling(self.incident)

    @property
    def severity(self) -> str:
        return severity_words(self.incident)

    @property
    def rules(self) -> list[RuleLine]:
        return [RuleLine(sentence_at_opening(row), headline(row, self.counts[row.pk]), row) for row in self.rows]

    @cached_property
    def first(self) -> Mention | None:
        return evidence.first_mention(self.whole)

    @property
    def sentence(self) -> str:
        """The incident in one sentence."""
        values = {"observed": self.observed, "baseline": number(self.incident.baseline)}
        if self.first is None:
            return _("%(observed)s instead of %(baseline)s.") % values
        document = self.first.document
        values["title"] = document.title or plain(excerpt(document.text, (), 80))
        values["source"] = self.source_of_first
        if not document.author:
            text = _("%(observed)s instead of %(baseline)s; it began with “%(title)s” (%(source)s).")
            return text % values
        values["author"] = document.author
        text = _("%(observed)s instead of %(baseline)s; it began with “%(title)s” by %(author)s (%(source)s).")
        return text % values

    @property
    def origin(self) -> str:
        """The number of the previous period or the usual one, and where the incident began."""
        values = {"count": number(self.incident.baseline)}
        text = _("Previous period: %(count)s.")
        if self.incident.settings["condition"] in READS_PAST:
            text = _("Usual for these hours: %(count)s.")
        if self.first is None:
            return text % values
        document = self.first.document
        values["title"] = document.title or plain(excerpt(document.text, (), 80))
        values["source"] = self.source_of_first
        began = _("It began with “%(title)s” (%(source)s).")
        if document.author:
            values["author"] = document.author
            began = _("It began with “%(title)s” by %(author)s (%(source)s).")
        return f"{text % values} {began % values}"

    @property
    def source_of_first(self) -> str:
        return str(self.first.source) if self.first and self.first.source else _("deleted source")

    @cached_property
    def summary(self) -> Summary:
        return summary_of(self.incident, self.whole, self.now)

    @property
    def facts(self) -> list[tuple[str, str]]:
        return summary_facts(self.summary)

    @property
    def syndication(self) -> str:
        return syndication_words(self.summary.tally.syndication)

    @cached_property
    def terms(self) -> list[tuple[Term, str]]:
        """The distinctive terms, each with the query of its mentions."""
        terms, scope = evidence.terms_of(self.peak)
        return [(term, scope.replace(q=term.word).to_query()) for term in terms]

    @cached_property
    def theme(self) -> ThemeRise | None:
        """The theme that most of the rise is about."""
        return evidence.theme_of(self.incident, self.peak)

    @cached_property
    def top_posts(self) -> tuple[MentionRow, ...]:
        return evidence.top_posts(self.whole)

    @cached_property
    def timeline(self) -> list[Line]:
        """The lines, oldest first."""
        replies = evidence.replies_of(self.incident, self.whole, self.now)
        return timeline(self.rows, entries_of(self.incident, self.entries), self.first, replies, self.counts)

    def line_of(self, entry: IncidentEntry) -> Line:
        """Return one entry of the log as a line."""
        return lines_of(self.rows, [entry])[0]

    @property
    def newest_first(self) -> list[Line]:
        return self.timeline[::-1]

    @cached_property
    def tasks(self) -> list[IncidentTask]:
        return list(self.incident.tasks.select_related("assignee", "done_by").order_by("pk"))

    @property
    def tasks_done(self) -> int:
        return sum(task.done_at is not None for task in self.tasks)

    @property
    def tasks_left(self) -> int:
        return len(self.tasks) - self.tasks_done

    @property
    def tasks_words(self) -> str:
        return tasks_words(self.tasks_done, len(self.tasks))

    @cached_property
    def peak(self) -> MentionFilter:
        """The mentions of the time window with the peak."""
        return filter_of_peak(self.incident, self.zone)

    @cached_property
    def whole(self) -> MentionFilter:
        """The mentions of the whole incident."""
        return during(self.peak, self.incident, self.now)

    @property
    def mentions_query(self) -> str:
        return self.peak.to_query()

    @property
    def in_window(self) -> int:
        """How many mentions, or stories, the rule counts in its time window now."""
        length = timedelta(seconds=self.incident.settings["window_s"])
        return self.peak.replace(since=self.now - length, until=self.now).document_count

    @property
    def incident_query(self) -> str:
        return self.whole.to_query()

    @property
    def needs_reply_query(self) -> str:
        f = self.whole.replace(stories="")
        return f.replace(statuses=(Mention.Status.NEEDS_REPLY,)).to_query()
