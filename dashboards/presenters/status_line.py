"""The first sentence of the overview: a Status of alerts/status.py in, its words, links and one button out.

Called by dashboards/views/overview.py; templates/overview/_status.html shows it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number
from accounts.models import Project
from alerts.incident_counts import counts_of
from alerts.incident_filters import filter_of_peak
from alerts.incident_messages import headline
from alerts.models import Incident
from alerts.status import Status, Tone
from dashboards.presenters.coverage import Coverage
from dashboards.presenters.dates import relative_time
from monitoring.insights.filters import MentionFilter
from monitoring.insights.signals import Signal
from monitoring.insights.terms import Term
from monitoring.insights.urgency import NEEDS_REPLY, Queue


@dataclass(frozen=True)
class Button:
    """The one thing to do. `incident` is set where the button acknowledges it, which is a form."""

    label: str
    url: str = ""
    incident: Incident | None = None


@dataclass(frozen=True)
class StatusLine:
    """`first` is the bold sentence, `rest` the following ones, `facts` the small line below."""

    tone: Tone
    first: str
    rest: list[SafeString]
    facts: list[SafeString]
    button: Button | None


class StatusWords:
    """Writes the status of one project at one time."""

    def __init__(self, project: Project, status: Status, sources: Coverage, now: datetime, *, may_edit: bool) -> None:
        self.project, self.status, self.sources, self.now, self.may_edit = project, status, sources, now, may_edit
        self.mentions_url = reverse("mentions", args=[project.pk])

    def line(self) -> StatusLine:
        """Return the whole status."""
        status = self.status
        if status.incident:
            first, numbers = (
                _sentence(headline(status.incident, counts_of([status.incident])[status.incident.pk])),
                self._incident(status.incident),
            )
        elif status.signal:
            first = self._signal_headline(status.signal)
            numbers = self._signal(status.signal)
        else:
            first = self._hindered_headline() if status.tone == Tone.WARN else _("All clear.")
            numbers = [self._last_day()]
        rest = [*numbers, self._late(), self._about(), self._queue(status.queue)]
        return StatusLine(status.tone, first, [one for one in rest if one], self._facts(), self._button())

    def _incident(self, incident: Incident) -> list[SafeString]:
        opened = _("Open since %(time)s.") % {"time": relative_time(incident.opened_at, self.now)}
        before = ngettext(
            "%(count)s in the previous period.", "%(count)s in the previous period.", incident.baseline
        ) % {"count": number(incident.baseline)}
        return [SafeString(opened), SafeString(before)]

    def _signal_headline(self, signal: Signal) -> str:
        if not signal.is_negative:
            return _("More mentions than usual.")
        if self.now - signal.since <= timedelta(days=1):
            return _("Spike in negative mentions.")
        day = date_format(timezone.localtime(signal.since), "l")
        return _("Spike in negative mentions since %(day)s.") % {"day": day}

    def _signal(self, signal: Signal) -> list[SafeString]:
        count, ratio = signal.surge.count, signal.surge.ratio
        if signal.is_negative:
            text = ngettext("%(count)s negative mention", "%(count)s negative mentions", count)
        else:
            text = ngettext("%(count)s mention", "%(count)s mentions", count)
        link = self._link(signal.f, text % {"count": number(count)})
        if ratio is None:
            sentence = _("%(mentions)s in the last 24 hours, usually none.")
        else:
            sentence = _("%(mentions)s in the last 24 hours, %(ratio)s times as many as usual.")
        times = "" if ratio is None else number(ratio, 1 if ratio < 10 else 0)
        turn = {1: _("The number is rising."), -1: _("The number is falling."), 0: ""}[signal.trend]
        return [_filled(sentence, mentions=link, ratio=times), SafeString(turn)]

    def _late(self) -> SafeString:
        if not self.status.late_since:
            return SafeString()
        when = relative_time(self.status.late_since, self.now)
        return _filled(_("The rules were last evaluated %(when)s: no alert can be triggered."), when=when)

    def _hindered_headline(self) -> str:
        if self.status.late_since:
            return _("Alerts are late.")
        failing = len(self.sources.failing)
        text = ngettext(
            "%(number)s of %(total)s sources is failing.", "%(number)s of %(total)s sources are failing.", failing
        )
        return text % {"number": number(failing), "total": number(self.sources.total)}

    def _last_day(self) -> SafeString:
        day = self.status.day
        text = ngettext("%(count)s mention", "%(count)s mentions", day.count) % {"count": number(day.count)}
        link = self._link(day.f, text)
        if day.usual is None:
            return _filled(_("%(mentions)s in the last 24 hours."), mentions=link)
        usual = number(round(day.usual))
        return _filled(_("%(mentions)s in the last 24 hours; %(usual)s are usual."), mentions=link, usual=usual)

    def _about(self) -> SafeString:
        status = self.status
        if not status.about:
            return SafeString()
        scope = filter_of_peak(status.incident).replace(statuses=()) if status.incident else None
        scope = scope or (status.signal.f if status.signal else status.day.f)
        return _filled(_("Distinctive terms: %(terms)s."), terms=self.terms(scope, status.about))

    def terms(self, scope: MentionFilter, terms: Iterable[Term]) -> SafeString:
        """Return terms with links to the mentions that have them, separated by commas."""
        links = [(self._link(scope.replace(q=term.word), term.word),) for term in terms]
        return format_html_join(", ", "{}", links)

    def _queue(self, queue: Queue) -> SafeString:
        if not queue.total:
            return SafeString(_("Nothing needs a reply."))
        text = ngettext("%(count)s mention needs a reply", "%(count)s mentions need a reply", queue.total)
        link = format_html('<a href="{}">{}</a>', queue_url(self.project, queue, self.now), text % _count(queue.total))
        if not queue.overdue:
            return _filled("%(link)s.", link=link)
        overdue = ngettext(
            "%(link)s, %(count)s of them overdue.", "%(link)s, %(count)s of them overdue.", queue.overdue
        )
        return _filled(overdue, link=link, count=number(queue.overdue))

    def _facts(self) -> list[SafeString]:
        status, facts = self.status, []
        if status.incident:
            url = reverse("incident", args=[self.project.pk, status.incident.pk])
            facts.append(_anchor(url, _("View incident")))
            if status.incident.acknowledged_by:
                facts.append(_filled(_("acknowledged by %(name)s"), name=_isolated(status.incident.acknowledged_by)))
        if status.incidents > 1:
            others = status.incidents - 1
            text = ngettext("%(count)s more open incident", "%(count)s more open incidents", others)
            facts.append(_anchor(reverse("incidents", args=[self.project.pk]), text % _count(others)))
        facts.append(self._sources())
        if status.day.usual is None and status.history_start:
            text = _("too little history to compare with")
            facts.append(SafeString(text))
        return facts

    def _sources(self) -> SafeString:
        sources, url = self.sources, reverse("sources", args=[self.project.pk])
        text = ngettext(
            "%(active)s of %(total)s source active", "%(active)s of %(total)s sources active", sources.total
        ) % {"active": number(sources.active), "total": number(sources.total)}
        if not sources.failing:
            return _anchor(url, text)
        names = ", ".join(source.name for source in sources.failing[:2]) + ("…" if len(sources.failing) > 2 else "")
        failing = format_html(
            '<a class="t-warn" href="{}?status=failing" id="failing-sources">{}</a>',
            url,
            _filled(_("failing: %(names)s"), names=_isolated(names)),
        )
        return format_html("{} · {}", _anchor(url, text), failing)

    def _button(self) -> Button | None:
        status, queue = self.status, self.status.queue
        waiting = queue_url(self.project, queue, self.now)
        if queue.overdue:
            text = ngettext("Reply to %(count)s overdue", "Reply to %(count)s overdue", queue.overdue)
            return Button(text % _count(queue.overdue), waiting)
        if status.incident and self.may_edit and not status.incident.acknowledged_at:
            return Button(_("Acknowledge"), incident=status.incident)
        if status.incident:
            return Button(_("View incident"), reverse("incident", args=[self.project.pk, status.incident.pk]))
        if status.signal:
            return Button(_("View these mentions"), f"{self.mentions_url}?{status.signal.f.to_query()}")
        if status.tone == Tone.WARN and status.failing:
            return Button(_("View failing sources"), f"{reverse('sources', args=[self.project.pk])}?status=failing")
        if queue.total:
            text = ngettext("Reply to %(count)s mention", "Reply to %(count)s mentions", queue.total)
            return Button(text % _count(queue.total), waiting)
        return None

    def _link(self, f: MentionFilter, text: str) -> SafeString:
        return format_html('<a href="{}?{}">{}</a>', self.mentions_url, f.to_query(), text)


def queue_url(project: Project, queue: Queue, now: datetime) -> str:
    """Return the URL of the list of what the queue counts: all that needs a reply and is not snoozed."""
    since = queue.oldest or now - timedelta(days=1)
    f = MentionFilter(project_id=project.pk, since=since, until=now, statuses=(NEEDS_REPLY,), snoozed="no")
    return f"{reverse('mentions', args=[project.pk])}?{f.to_query()}"


def _anchor(url: str, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, text)


def _isolated(text: object) -> SafeString:
    return format_html("<bdi>{}</bdi>", text)


def _count(value: int) -> dict[str, str]:
    return {"count": number(value)}


def _sentence(phrase: str) -> str:
    """Return a phrase as a sentence."""
    return _("%(phrase)s.") % {"phrase": phrase}


def _filled(text: str, **values: str) -> SafeString:
    """Return a translated text with its placeholders filled; values that are not safe are escaped."""
    escaped = {name: format_html("{}", value) for name, value in values.items()}
    return mark_safe(text % escaped)  # the text is a message of the catalog
