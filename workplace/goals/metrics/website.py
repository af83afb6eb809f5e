"""Figures of the websites of a project, all together; the days are those of each website's own time zone."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from monitoring.insights.filters import MentionFilter
from website import figures
from workplace.goals.metrics.base import PERCENT, Metric

DAY = timedelta(days=1)


class WebsiteSum(Metric):
    """A figure whose days add up. A day that was not read is unknown, not 0."""

    has_filter, knows_gaps = False, True

    def __init__(self, figure: str, label: str | Promise) -> None:
        self.name, self.figure, self.label = f"website_{figure}", figure, label

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        windows = windows_of(f, starts)
        days = dict(figures.daily(f.project_id, self.figure, windows[0][0], windows[-1][1]))
        found: list[float | None] = []
        for first, last in windows:
            values = [value for day, value in days.items() if first <= day <= last and value is not None]
            found.append(sum(values) if values else None)
        return found

    def whole(self, f: MentionFilter, now: datetime) -> float | None:
        ((first, last),) = windows_of(f, [f.since])
        return super().whole(f, now) if figures.is_whole(f.project_id, self.figure, first, last) else None


class ConversionRate(Metric):
    """The share of sessions, or of users where the provider counts these, with a key event."""

    name, label, unit = "website_conversion_rate", _("Website: conversion rate"), PERCENT
    is_sum, has_filter, knows_gaps = False, False, True

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        return figures.conversion_rates(f.project_id, windows_of(f, starts))


def windows_of(f: MentionFilter, starts: Sequence[datetime]) -> list[tuple[date, date]]:
    """Return the first and the last day of each window."""
    firsts = [start.astimezone(f.zone).date() for start in starts]
    ends = [*firsts[1:], f.until.astimezone(f.zone).date()]
    return [(first, max(end - DAY, first)) for first, end in zip(firsts, ends, strict=True)]
