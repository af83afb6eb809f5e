"""Template filters for the blocks of reports."""

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString, mark_safe

from reports.blocks import Chart
from reports.markup import markup_html
from reports.stacked_bars import PAGE_COLORS, stacked_bars

register = template.Library()


@register.filter
def bars(chart: Chart) -> SafeString:
    """Return a chart as SVG, in the colors of the page."""
    return mark_safe(stacked_bars(chart.bars, PAGE_COLORS))  # it has nothing but numbers


@register.filter
def markup(text: str) -> SafeString:
    """Return the Markdown of a comment as HTML."""
    return markup_html(text)


@register.filter
def named(row: Sequence[str], header: Sequence[str]) -> list[tuple[str, str]]:
    """Return the cells of a row, each with the name of its column."""
    return list(zip(header, row, strict=True))
