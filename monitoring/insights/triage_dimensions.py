"""The dimensions of what a team set for items: assignee, tag, founded, snoozed, due; of what it probably ignores; and
those with a minimum: reach and engagement. Registered in dimensions.py.

Their values are in tables with one row per document that a team has worked on (monitoring/models/triage.py), whose
indexes give the few documents of a value.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.formats import number
from accounts.models import Membership, Project, User
from monitoring.content.scrub import is_storable
from monitoring.content.values import read_id
from monitoring.insights.dimension import Condition, Dimension, GroupKey, Key, Selection
from monitoring.insights.filter_parser import QueryReader
from monitoring.models import Document, Mention, MentionTag, Triage
from monitoring.models.relevance import suggested_noise
from monitoring.models.triage import MAX_TAG

if TYPE_CHECKING:
    from monitoring.insights.filters import MentionFilter

ME, NOBODY = "me", "none"
NOISE = "noise"  # the value of ProbablyDimension
URGENCY = "urgency"  # the value of OrderDimension
MAX_NUMBER = 2**31 - 1  # Postgres integer


class AssigneeDimension(Dimension):
    """The member who takes care of an item: ids of members, "me", or "none"."""

    name, parameter, label = "assignees", "assignee", _("Assignee")
    description = 'ids of members; "me"; "none" for unassigned'
    facet_order: int | None = 10
    # The person of a row, and the rows that have one.
    person: F | Coalesce = F("assignee_id")
    named = Q(assignee__isnull=False)

    def read(self, reader: QueryReader, project: Project) -> Selection:
        is_checked = not reader.known  # a stored filter was checked before, and is read with many others
        return reader.many(self.parameter, lambda values: self._people(project, values, is_checked))

    def _people(self, project: Project, values: list[str], is_checked: bool) -> dict[str, str]:
        """Map ids of members, and of those who have left but still are assignees, to themselves."""
        ids = [found for value in values if (found := read_id(value)) is not None]
        if not is_checked:
            return {value: value for value in values if value in (ME, NOBODY) or read_id(value) is not None}
        members = Membership.objects.filter(project=project, user_id__in=ids).values_list("user_id", flat=True)
        rows = Triage.objects.filter(self.named, project=project).annotate(person=self.person)
        former = rows.filter(person__in=ids).values_list("person", flat=True)
        known = {ME, NOBODY, *map(str, members.union(former))} if ids else {ME, NOBODY}
        return {value: value for value in values if value in known}

    def condition(self, f: "MentionFilter") -> Condition | None:
        selected = self.selected(f)
        if not selected:
            return None
        people = [f.person_id or 0 if one == ME else int(one) for one in selected if one != NOBODY]
        rows = Triage.objects.filter(self.named, project_id=f.project_id).annotate(person=self.person)
        if NOBODY in selected:
            # One anti-join: nobody or one of these is the same as nobody else.
            return _without(rows.exclude(person__in=people) if people else rows)
        return Q(document_id__in=rows.filter(person__in=people).values("document_id"))

    def facet_key(self) -> GroupKey | None:
        return Cast("document__triage__assignee_id", CharField())

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        keys = list(keys)
        ids = [found for key in keys if (found := read_id(str(key))) is not None]
        names: dict[Key, str] = {str(pk): user.name for pk, user in User.objects.in_bulk(ids).items()}
        return {**names, ME: pgettext("assignee", "Me"), NOBODY: pgettext("assignee", "Unassigned")}


class ResponderDimension(AssigneeDimension):
    """The person whose response times an item counts in: who replied, else the assignee."""

    name, parameter, label = "responders", "responder", _("Replied by or assigned to")
    description = 'who replied, else the assignee: ids of members; "me"; "none" for nobody yet'
    facet_order = None
    person = Coalesce("replied_by_id", "assignee_id")
    named = Q(replied_by__isnull=False) | Q(assignee__isnull=False)

    def facet_key(self) -> None:
        """Return None: the page of response times counts by person."""

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {**super().labels(keys), NOBODY: gettext("Nobody yet")}


class TagDimension(Dimension):
    """A tag that people gave an item; an item with several has a row for each in the facet."""

    name, parameter, label = "tags", "tag", _("Tag")
    description = "tags in lower case"
    facet_order = 11

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.many(
            self.parameter,
            lambda values: {
                value: value.casefold() for value in values if len(value) <= MAX_TAG and is_storable(value)
            },
        )

    def condition(self, f: "MentionFilter") -> Condition | None:
        if not f.tags:
            return None
        tagged = MentionTag.objects.filter(project_id=f.project_id, tag__in=f.tags)
        return Q(document_id__in=tagged.values("document_id"))

    def facet_key(self) -> GroupKey:
        return F("document__tags__tag")


class FoundedDimension(Dimension):
    """Whether a complaint is justified: "true", "false", or "none" where nobody has said so."""

    name, parameter, label = "founded", "founded", _("Founded complaint")
    description = '"true", "false"; "none" where not set'
    facet_order = 12
    fixed_keys = ("true", "false")

    def read(self, reader: QueryReader, project: Project) -> Selection:
        known = (*self.fixed_keys, NOBODY)
        return reader.many(self.parameter, lambda values: {value: value for value in values if value in known})

    def condition(self, f: "MentionFilter") -> Condition | None:
        if not f.founded:
            return None
        known = Triage.objects.filter(project_id=f.project_id, is_founded__isnull=False)
        selected = [one == "true" for one in f.founded if one != NOBODY]
        if NOBODY in f.founded:
            return _without(known.exclude(is_founded__in=selected) if selected else known)
        return Q(document_id__in=known.filter(is_founded__in=selected).values("document_id"))

    def facet_key(self) -> GroupKey:
        return Cast("document__triage__is_founded", CharField())

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {"true": gettext("Yes"), "false": gettext("No"), NOBODY: pgettext("founded complaint", "Not set")}


class SnoozedDimension(Dimension):
    """Whether an item is snoozed now; "no" is the open queue. A snooze ends by time, without any change of the row."""

    name, parameter, label = "snoozed", "snoozed", _("Snoozed")
    description = '"no" leaves out what is snoozed now, "yes" selects it'
    is_many = False

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.one_of(self.parameter, ("", "no", "yes"))

    def condition(self, f: "MentionFilter") -> Condition | None:
        if not f.snoozed:
            return None
        snoozed = Triage.objects.filter(project_id=f.project_id, snoozed_until__gt=Now())
        return Q(document_id__in=snoozed.values("document_id")) if f.snoozed == "yes" else _without(snoozed)

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {"yes": gettext("Yes"), "no": gettext("No")}


class DueDimension(Dimension):
    """When the reply to an item is due and whether it came in time.

    Open items: "overdue", "today" for later today in the person's time zone, "waiting" for not due yet. Others: "met"
    and "missed" for a first response within or after the target, "replied" for any first response.
    """

    name, parameter, label = "due", "due", _("Reply due")
    description = '"overdue", "today" for later today, "waiting", "met", "missed", or "replied"'
    is_many = False

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.one_of(self.parameter, ("", "overdue", "today", "waiting", "met", "missed", "replied"))

    def condition(self, f: "MentionFilter") -> Condition | None:
        if not f.due:
            return None
        now = timezone.now()
        tomorrow = now.astimezone(f.zone).date() + timedelta(days=1)
        replied, is_open = Q(first_replied_at__isnull=False), Q(first_replied_at=None)
        conditions = {
            "overdue": is_open & Q(due_at__lt=now),
            "today": is_open & Q(due_at__gt=now, due_at__lt=datetime.combine(tomorrow, time(), f.zone)),
            "waiting": is_open & Q(due_at__gte=now),
            "met": replied & Q(due_at__gte=F("first_replied_at")),
            "missed": replied & Q(due_at__lt=F("first_replied_at")),
            "replied": replied,
        }
        rows = Triage.objects.filter(conditions[f.due], project_id=f.project_id)
        return Q(document_id__in=rows.values("document_id"))

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {
            "overdue": gettext("Overdue"),
            "today": gettext("Today"),
            "waiting": gettext("Not due yet"),
            "met": gettext("Replied in time"),
            "missed": gettext("Replied late"),
            "replied": gettext("Replied"),
        }


class ReasonDimension(Dimension):
    """Why an item without a reply is deliberately not replied to."""

    name, parameter, label = "reasons", "reason", _("Reason for not replying")
    description = "spam, off_topic, not_founded, resolved, troll, no_reply or other"

    def read(self, reader: QueryReader, project: Project) -> Selection:
        known = Triage.Reason.values
        return reader.many(self.parameter, lambda values: {value: value for value in values if value in known})

    def condition(self, f: "MentionFilter") -> Condition | None:
        if not f.reasons:
            return None
        rows = Triage.objects.filter(project_id=f.project_id, first_replied_at=None, reason__in=f.reasons)
        return Q(document_id__in=rows.values("document_id"))

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {key: str(label) for key, label in Triage.Reason.choices}


class ProbablyDimension(Dimension):
    """Items that await review and are suggested as noise, learned from the decisions of the team."""

    name, parameter, label = "probably", "probably", _("Suggestion")
    description = '"noise" where an item awaits review and is suggested as noise'
    is_many = False

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.one_of(self.parameter, ("", NOISE))

    def condition(self, f: "MentionFilter") -> Condition | None:
        if not f.probably:
            return None
        suggested = suggested_noise(f.project_id).values("document_id")
        return Q(status=Mention.Status.TO_REVIEW, document_id__in=suggested)

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {NOISE: gettext("Probably noise")}


class ApprovalDimension(Dimension):
    """Whether the person is asked to approve a draft of the item ("me"), or anybody is ("any").

    Drafts are rows of the layer above, which is not imported: their relation to documents is named.
    """

    name, parameter, label = "approval", "approval", _("Approval requested")
    description = '"me" where you are asked to approve a draft, "any" where somebody is'
    is_many = False

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.one_of(self.parameter, ("", ME, "any"))

    def condition(self, f: "MentionFilter") -> Condition | None:
        if not f.approval:
            return None
        asked = Document.objects.filter(project_id=f.project_id, drafts__state="requested")
        if f.approval == ME:
            asked = Document.objects.filter(
                project_id=f.project_id, drafts__state="requested", drafts__reviewer_id=f.person_id or 0
            )
        return Q(document_id__in=asked.values("pk"))

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {ME: pgettext("assignee", "Me"), "any": gettext("Anybody")}


class OrderDimension(Dimension):
    """The order of a list: the newest first, or "urgency". It has no condition, so counts don't depend on it."""

    name, parameter, label = "order", "order", _("Order")
    description = '"urgency" lists what is most urgent first; otherwise the newest'
    is_many = False
    is_filter = False

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.one_of(self.parameter, ("", URGENCY))

    def condition(self, f: "MentionFilter") -> Condition | None:
        """Return None: mentions.py orders."""
        return None

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {URGENCY: gettext("most urgent first")}


class MinimumDimension(Dimension):
    """A whole number that a count must reach; items without the count never do, so 0 selects those that have it."""

    is_many = False

    def read(self, reader: QueryReader, project: Project) -> Selection:
        value = reader.text(self.parameter)
        minimum = read_id(value) if value else None
        if value and (minimum is None or minimum > MAX_NUMBER):
            reader.add_problem(self.parameter, value, gettext("Enter a whole number."))
        return "" if minimum is None or minimum > MAX_NUMBER else str(minimum)

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {key: number(int(key)) for key in keys}


class FollowersDimension(MinimumDimension):
    """The reach of an item, as far as it is known: the followers of its author."""

    name, parameter, label = "min_followers", "min_followers", _("Minimum followers")
    description = "of the author"

    def condition(self, f: "MentionFilter") -> Condition | None:
        if not f.min_followers:
            return None
        documents = Document.objects.filter(project_id=f.project_id, followers__gte=int(f.min_followers))
        return Q(document_id__in=documents.values("pk"))


class EngagementDimension(MinimumDimension):
    """The reactions, comments and shares of an item together."""

    name, parameter, label = "min_engagement", "min_engagement", _("Minimum engagement")
    description = "reactions, comments and shares"

    def condition(self, f: "MentionFilter") -> Condition | None:
        return Q(engagement__gte=int(f.min_engagement)) if f.min_engagement else None


def _without(rows: QuerySet[Triage]) -> Q:
    """Return the condition that a mention's document is in none of these rows."""
    return ~Q(Exists(rows.filter(document_id=OuterRef("document_id"))))


def _fits(tag: str) -> bool:
    return len(tag) <= MAX_TAG and is_storable(tag)
