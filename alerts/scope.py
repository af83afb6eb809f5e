"""Which mentions rules are about: a keyword, the keywords and the filter of a query string, or a saved view.

In: rules of any projects. Out: a frozen Scope for each, with at most two queries for all of them. Called by
alerts/counting.py, and by the pages and messages that name what a rule is about.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from alerts.models import Rule
from monitoring.content.values import read_id
from monitoring.insights.filters import MentionFilter
from monitoring.models import Keyword

NAMED = 3  # keywords in the name of a scope
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Parts of a query string that say how a list is shown, or from when: a rule has its own time window and stories.
IGNORED = frozenset({"period", "from", "to", "by", "stories", "order"})


class _Known(dict[int, int]):
    """Every id: rows that have been deleted stay in a stored filter and match nothing, which needs no query."""

    def __contains__(self, item: object) -> bool:
        return True

    def __missing__(self, item: int) -> int:
        return item


# The dimensions whose values are rows of the project.
_ROWS = dict.fromkeys(("keywords", "sources", "mutes", "stories", "authors", "story_ids", "themes"), _Known())


@dataclass(frozen=True)
class Scope:
    """The mentions of `keywords`, those under `f` if it is a filter. `query` is the query string of a list of them.

    `is_shared`: one keyword without a filter, which counts together with all others of its kind. `began` (UTC) is when
    the first of its keywords was created, and `is_empty` whether all of them have been deleted.
    """

    project_id: int
    keywords: tuple[int, ...]
    query: str
    name: str
    began: datetime
    f: MentionFilter | None = None
    is_active: bool = True

    @property
    def is_shared(self) -> bool:
        return self.f is None

    @property
    def is_empty(self) -> bool:
        return not self.keywords

    def selects_source(self, source_id: int, platform: str) -> bool:
        """Return whether the filter, if any, selects a source or its platform."""
        sources, platforms = (self.f.sources, self.f.platforms) if self.f else ((), ())
        return (not sources or source_id in sources) and (not platforms or platform in platforms)

    def filter(self, since: datetime, until: datetime, zone: tzinfo = UTC) -> MentionFilter:
        """Return the mentions that were found in a time window."""
        f = self.f or MentionFilter(project_id=self.project_id, keywords=self.keywords, since=since, until=until)
        return f.replace(since=since, until=until, by="found", stories="", order="", zone=zone)


def scopes_of(rules: Iterable[Rule]) -> dict[int | None, Scope]:
    """Return the scopes of rules by their primary key."""
    rules = list(rules)
    filtered = [rule for rule in rules if not is_plain(rule)]
    keywords: dict[int, list[Keyword]] = {}
    if filtered:
        rows = Keyword.objects.filter(project__in={rule.project_id for rule in filtered}).order_by("pk")
        for keyword in rows.only("pk", "name", "project_id", "is_paused", "created_at"):
            keywords.setdefault(keyword.project_id, []).append(keyword)
    plain: dict[int, Scope] = {}  # many rules are about the same keyword
    scopes: dict[int | None, Scope] = {}
    for rule in rules:
        if rule.keyword is None or not is_plain(rule):
            scopes[rule.pk] = _filtered(rule, keywords.get(rule.project_id, []))
        elif rule.keyword.pk in plain:
            scopes[rule.pk] = plain[rule.keyword.pk]
        else:
            scopes[rule.pk] = plain[rule.keyword.pk] = _plain(rule, rule.keyword)
    return scopes


def scope_of(rule: Rule) -> Scope:
    """Return the scope of one rule, which may be unsaved."""
    return scopes_of([rule])[rule.pk]


def normal_query(query: str) -> str:
    """Return a query string without the parts that a rule ignores."""
    pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=False)
    return urlencode([(name, value) for name, value in pairs if name not in IGNORED])


def split_query(query: str) -> tuple[list[int], list[tuple[str, str]]]:
    """Return the ids of the keywords in a query string, and its other parts."""
    pairs = parse_qsl(query)
    ids = [read_id(value) for name, value in pairs if name == "keyword"]
    return [pk for pk in ids if pk is not None], [pair for pair in pairs if pair[0] != "keyword"]


def keep_query_of_view(instance: Any, **signal_fields: Any) -> None:
    """Leave the rules on a saved view that is about to be deleted with the filter that it has now."""
    Rule.objects.filter(view_id=instance.pk).update(query=normal_query(instance.query), view=None)


def query_of(rule: Rule) -> str:
    """Return the query string of a rule: that of its view, else its own."""
    return normal_query(rule.view.query if rule.view else rule.query)


def is_plain(rule: Rule) -> bool:
    """Return whether a rule is about one keyword, without a filter."""
    return rule.keyword_id is not None and not rule.query and rule.view_id is None


def _plain(rule: Rule, keyword: Keyword) -> Scope:
    return Scope(
        project_id=rule.project_id,
        keywords=(keyword.pk,),
        query=urlencode({"keyword": keyword.pk}),
        name=keyword.name,
        began=keyword.created_at,
        is_active=not keyword.is_paused,
    )


def _filtered(rule: Rule, keywords: list[Keyword]) -> Scope:
    """Return the scope of a query string. Keywords that have been deleted are no longer part of it."""
    params = QueryDict(query_of(rule), mutable=True)
    if rule.keyword_id is not None:
        params.setlist("keyword", [str(rule.keyword_id)])
    f = MentionFilter.from_query(rule.project, params, EPOCH, UTC, _ROWS, rule.created_by_id)
    f.set_project_keywords(keyword.pk for keyword in keywords)
    selected = set(f.scope)
    inside = [keyword for keyword in keywords if keyword.pk in selected]
    return Scope(
        project_id=rule.project_id,
        keywords=tuple(keyword.pk for keyword in inside),
        query=params.urlencode(),
        name=_name(rule, [keyword.name for keyword in inside], params),
        began=min((keyword.created_at for keyword in inside), default=EPOCH),
        f=f,
        is_active=any(not keyword.is_paused for keyword in inside),
    )


def _name(rule: Rule, keywords: list[str], params: QueryDict) -> str:
    """Return the name of the view, those of the selected keywords, or that of the project."""
    if rule.view:
        return _("%(name)s (saved view)") % {"name": rule.view.name}
    if not any(read_id(value) for value in params.getlist("keyword")):
        is_filtered = bool(set(params) - {"keyword"})
        text = _("%(name)s (whole project, filtered)") if is_filtered else _("%(name)s (whole project)")
        return text % {"name": rule.project.name}
    if not keywords:
        name = _("deleted keywords")
    else:
        *others, last = [*keywords[:NAMED], "…"] if len(keywords) > NAMED else keywords
        name = _("%(first)s or %(last)s") % {"first": ", ".join(others), "last": last} if others else last
    return _("%(name)s (filtered)") % {"name": name} if set(params) - {"keyword"} else name
