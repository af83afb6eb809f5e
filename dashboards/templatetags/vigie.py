"""Tags and filters of the templates: icons, numbers, times in words, matching words marked."""

from datetime import date, datetime

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from dashboards.presenters.volume_chart import clock_of, day_of
from monitoring.insights.sentiment_words import signed as signed_words
from monitoring.messages.labels import language_name

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """One symbol of static/icons.svg, as an ornament: the words beside it say what it means."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons.svg"), name
    )


@register.filter
def number(value: int) -> str:
    """1234567 as people of the language write it, with spaces that do not break."""
    return intcomma(value).replace("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}")


@register.filter
def ago(value: datetime | None, now: datetime | None = None) -> SafeString | str:
    """A <time> in words ("3 minutes ago", "in 2 hours", "yesterday, 14:12"), with the full date as its title."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    full = formats.date_format(local, "DATETIME_FORMAT")
    words = in_words(value, now or timezone.now())
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), full, words)


def in_words(value: datetime, now: datetime) -> str:
    """Minutes and hours for what is near, days by their name, then the date; both ways in time."""
    seconds = (now - value).total_seconds()
    past, minutes, hours = seconds >= 0, round(abs(seconds) / 60), round(abs(seconds) / 3600)
    if minutes < 1:
        return _("just now") if past else _("any moment now")
    if minutes < 60:
        text = (
            ngettext("%d minute ago", "%d minutes ago", minutes)
            if past
            else ngettext("in %d minute", "in %d minutes", minutes)
        )
        return text % minutes
    if hours < 12:
        text = ngettext("%d hour ago", "%d hours ago", hours) if past else ngettext("in %d hour", "in %d hours", hours)
        return text % hours
    return _calendar_words(timezone.localtime(value), timezone.localtime(now))


def dated(local: date) -> str:
    """A short date with its year: Jul 31, 2026; 31 juil. 2026."""
    return formats.date_format(local, pgettext("short date with its year in Django's date format", "M j, Y"))


def _calendar_words(local: datetime, today: datetime) -> str:
    clock = clock_of(local)
    days = (today.date() - local.date()).days
    named = {0: _("today, %s"), 1: _("yesterday, %s"), -1: _("tomorrow, %s")}
    if days in named:
        return named[days] % clock
    return day_of(local) if local.year == today.year else dated(local)


@register.filter
def due(value: datetime) -> SafeString | str:
    """`ago` for what is to come: what should have come by now comes at any moment."""
    return ago(value) if value > timezone.now() else _("any moment now")


@register.filter
def day(value: str) -> str:
    """An ISO date as a short local one."""
    return dated(date.fromisoformat(value))


@register.filter
def rate(value: float | None) -> str:
    """Items a day: whole above ten, one decimal below, "under 0.1" rather than a misleading zero."""
    if value is None:
        return "–"
    if 0 < value < 0.05:
        return _("under %s") % formats.number_format(0.1, 1)
    return number(round(value)) if value >= 10 or value == 0 else formats.number_format(round(value, 1), 1)


@register.filter
def positive(value: int) -> int:
    return abs(value)


@register.filter
def signed(value: int) -> str:
    """A number that may be negative, with its sign."""
    return signed_words(value)


@register.filter
def language(code: str) -> str:
    """A language tag as a name."""
    return language_name(code.partition("-")[0])


@register.filter
def is_web_address(url: str) -> bool:
    """True for what may stand behind a link: never javascript: or data:."""
    return url.lower().startswith(("https://", "http://"))


@register.filter
def without_scheme(url: str) -> str:
    return url.partition("://")[2].removeprefix("www.").rstrip("/") or url
