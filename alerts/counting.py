"""Count the time windows of alert rules, and tell in which of them the sources could be read.

In: rules of any projects, and the time now. Out: a History per rule for alerts/conditions/. Rules that need the same
reading of the same windows share one statement (alerts/readings/): one for all keywords without a filter, and one per
filter. Counts use `Mention.found_at`; backlog, ignored mentions and those that the first poll of a source found never
count.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from alerts.baselines import Bounds, baselines
from alerts.conditions.base import ABOVE, BELOW, FEW, READS_PAST, Clause, History, Settings, Window
from alerts.conditions.registry import evaluate_clause
from alerts.conditions.unusual import needs_past
from alerts.coverage import Coverage, read_scope_coverage
from alerts.first_polls import FirstPolls, read_first_polls
from alerts.measures.base import UNANALYZED, Measure, total
from alerts.measures.registry import MEASURES
from alerts.models import Rule
from alerts.readings.base import Counts, Request
from alerts.readings.registry import READINGS
from alerts.rules import settings_of
from alerts.scope import Scope, scopes_of
from alerts.windows import Windows, pair, single, windows_of
from monitoring.insights.filters import MentionFilter

NOTHING: Counter[int] = Counter()
NOT_READ = Window(0, is_known=False)
COUNTING = frozenset({"items", "stories", "authors"})
# The windows, the name of the reading, and the filter; None for all keywords without one: one statement each.
Need = tuple[Windows, str, MentionFilter | None]


@dataclass(frozen=True)
class Part:
    """A clause of a rule with what it needs."""

    clause: Clause
    settings: Settings
    scope: Scope
    measure: Measure
    readings: tuple[str, ...]
    window_s: int

    @classmethod
    def of(cls, clause: Clause, settings: Settings, scope: Scope, window_s: int) -> "Part":
        measure = MEASURES[clause.measure]
        return cls(clause, settings, scope, measure, measure.readings(clause, settings), window_s)

    @property
    def reads_past(self) -> bool:
        return self.clause.condition in READS_PAST

    @property
    def windows(self) -> Windows:
        return windows_of(self.clause, self.window_s)

    @property
    def pair(self) -> Windows:
        return pair(self.window_s)

    @property
    def is_threshold(self) -> bool:
        """Whether the clause compares its current time window with nothing but a number, and counts mentions."""
        return self.clause.condition in (ABOVE, BELOW) and COUNTING.issuperset(self.readings)


@dataclass(frozen=True)
class Counted:
    """A rule with its settings, its scope, and the history that its conditions read.

    `unanalyzed` is how many mentions of the time window are not analyzed yet; 0 for a rule on all mentions, which does
    not wait for the analysis.
    """

    rule: Rule
    settings: Settings
    scope: Scope
    history: History
    unanalyzed: int


@dataclass
class Tables:
    """The readings, each of the same windows once."""

    now: datetime
    first_polls: FirstPolls
    coverage: Mapping[Scope, Coverage]
    counts: dict[tuple[Windows, str, Scope], Counts] = field(default_factory=dict)
    known: dict[tuple[int, Windows, datetime | None], list[tuple[bool, float]]] = field(default_factory=dict)
    bounded: dict[Part, History] = field(default_factory=dict)
    current_only: set[int] = field(default_factory=set)  # ids of parts

    def read(self, wanted: Iterable[tuple[Part, Windows]]) -> None:
        """Read the windows of clauses, with one statement for each need."""
        needs: dict[Need, dict[Scope, None]] = {}
        for part, windows in wanted:
            for reading in part.readings:
                needs.setdefault((windows, reading, part.scope.f), {})[part.scope] = None
        for (windows, reading, _f), scopes in needs.items():
            request = Request(tuple(scopes), windows, self.now, self.first_polls)
            counts = READINGS[reading](request) if request.keywords else {}
            # A later statement with the same need is about other keywords.
            self.counts |= {(windows, reading, scope): counts for scope in scopes}

    def read_thresholds(self, parts: Iterable[Part]) -> None:
        """Read the current time windows of clauses that need no other; the previous period of those they trigger, too.

        A statement that has read both for another rule has all that is needed, if it is about the same keywords.
        """
        parts = [
            one for one in parts if not all((one.pair, reading, one.scope) in self.counts for reading in one.readings)
        ]
        self.current_only |= {id(part) for part in parts}
        self.read((part, single(part.window_s)) for part in parts)
        triggered = [part for part in parts if evaluate_clause(self.history(part), part.clause).triggered]
        self.current_only -= {id(part) for part in triggered}
        self.read((part, part.pair) for part in triggered)

    def found(self, part: Part, windows: Windows) -> list[list[Counter[int]]]:
        """Return what the readings of a clause have in each window."""
        scope = part.scope
        group = scope.keywords[0] if scope.is_shared else 0
        tables = [self.counts[windows, reading, scope] for reading in part.readings]
        return [[table.get((group, number), NOTHING) for table in tables] for number in range(windows.number)]

    def windows(self, part: Part, windows: Windows) -> list[Window]:
        """Return the windows of a clause, newest first."""
        found, known = self.found(part, windows), self._known(part, windows)
        return [
            _window(part, found[number], is_known, stretch, is_past=number > 0)
            for number, (is_known, stretch) in enumerate(known)
        ]

    def history(self, part: Part) -> History:
        """Return the windows of a clause; without those of the past where they were not read."""
        if part in self.bounded:
            return self.bounded[part]
        windows = self.read_windows(part)
        if windows.number == 1:
            return History(self.windows(part, windows)[0], NOT_READ)
        current, previous, *earlier = self.windows(part, windows)
        return History(current, previous, (previous, *earlier) if part.reads_past and windows != part.pair else ())

    def read_windows(self, part: Part) -> Windows:
        """Return the windows that were read: those of the past, too, if it was needed."""
        if id(part) in self.current_only:
            return single(part.window_s)
        is_read = part.reads_past and all((part.windows, one, part.scope) in self.counts for one in part.readings)
        return part.windows if is_read else part.pair

    def bound(self, parts: Iterable[Part]) -> list[Part]:
        """Return those of these clauses that the past could trigger, and use its lower bounds for the others."""
        needed = []
        for part, past in baselines.bounds(parts, self.now, self._read_past).items():
            current, previous = self.windows(part, part.pair)
            is_known = [known for known, _stretch in self._known(part, part.windows)[1:]]
            bounds = tuple(Window(value, known) for value, known in zip(past, is_known, strict=True))
            history = History(current, previous, bounds)
            if evaluate_clause(history, part.clause).triggered:
                needed.append(part)
            else:
                self.bounded[part] = history
        return needed

    def _read_past(self, wanted: list[tuple[Part, Windows]], now: datetime) -> Bounds:
        """Return the values of the past windows of clauses, which end at a time."""
        tables = Tables(now, self.first_polls, self.coverage)
        tables.read(wanted)
        return {
            part: tuple(
                part.measure.measured(found, part.clause, part.settings, is_past=True).value
                for found in tables.found(part, windows)[1:]
            )
            for part, windows in wanted
        }

    def _known(self, part: Part, windows: Windows) -> list[tuple[bool, float]]:
        """Return for each window whether the sources could be read in it, and its stretch if it is the current one."""
        coverage, scope = self.coverage[part.scope], part.scope
        if scope.is_empty:
            return [(False, 1.0)] * windows.number
        # Nothing can be missing that could not have been found yet.
        began = scope.began if part.reads_past or part.clause.condition == BELOW else None
        key = id(coverage), windows, began
        if key not in self.known:
            rows = []
            for number in range(windows.number):
                end = windows.end(number, self.now)
                start = end - windows.length
                stretch = coverage.stretch(start, end) if number == 0 else 1.0
                rows.append((coverage.is_known(start, end, began=began), stretch))
            self.known[key] = rows
        return self.known[key]


def _window(part: Part, found: list[Counter[int]], is_known: bool, stretch: float, *, is_past: bool) -> Window:
    measured = part.measure.measured(found, part.clause, part.settings, is_past=is_past)
    return Window(measured.value, is_known, stretch, measured.listed, measured.judged)


def count_rules(rules: Iterable[Rule], now: datetime, *, ongoing: Collection[int] | None = None) -> dict[int, Counted]:
    """Return the rules by their id with their histories.

    The past four weeks are read only for the rules that they could trigger, and for those in `ongoing`, which have an
    open incident; for all rules if it is None. Other histories have lower bounds of them (alerts/baselines.py).
    """
    rules = list(rules)
    if not rules:
        return {}
    scopes = scopes_of(rules)
    parts = {rule.pk: _parts(rule, scopes[rule.pk]) for rule in rules}
    everything = [(rule, part) for rule in rules for part in parts[rule.pk]]
    first = now - max(part.windows.span for _rule, part in everything)
    tables = Tables(now, read_first_polls(first), read_scope_coverage(set(scopes.values()), first, now))

    def reads_past(rule: Rule, part: Part) -> bool:
        return part.reads_past and (ongoing is None or rule.pk in ongoing or part.clause.condition == FEW)

    def needs_current_only(rule: Rule, part: Part) -> bool:
        return ongoing is not None and rule.pk not in ongoing and len(parts[rule.pk]) == 1 and part.is_threshold

    thresholds = [part for rule, part in everything if needs_current_only(rule, part)]
    others = [(rule, part) for rule, part in everything if not needs_current_only(rule, part)]
    tables.read((part, part.windows if reads_past(rule, part) else part.pair) for rule, part in others)
    tables.read_thresholds(thresholds)
    # A count below the minimum of "unusual" needs no past, one that lower bounds don't trigger no exact one. A rule of
    # several clauses shows the numbers of all of them, so they are exact.
    maybe = [(rule, part) for (rule, part) in everything if part.reads_past and not reads_past(rule, part)]
    maybe = [(rule, part) for rule, part in maybe if needs_past(part.clause, tables.windows(part, part.pair)[0].value)]
    needed = tables.bound(part for rule, part in maybe if len(parts[rule.pk]) == 1)
    needed += [part for rule, part in maybe if len(parts[rule.pk]) > 1]
    tables.read((part, part.windows) for part in needed)
    return {rule.pk: _counted(rule, parts[rule.pk], tables) for rule in rules}


def _parts(rule: Rule, scope: Scope) -> list[Part]:
    settings = settings_of(rule)
    return [Part.of(clause, settings, scope, rule.window_s) for clause in settings.clauses]


def _counted(rule: Rule, parts: list[Part], tables: Tables) -> Counted:
    first, *others = [tables.history(part) for part in parts]
    history = History(first.current, first.previous, first.past, tuple(others)) if others else first
    part = parts[0]
    unanalyzed = 0
    if part.settings.labels and part.clause.measure == Rule.Measure.MENTIONS:
        unanalyzed = total(tables.found(part, tables.read_windows(part))[0][0], UNANALYZED)
    return Counted(rule, part.settings, part.scope, history, unanalyzed)
