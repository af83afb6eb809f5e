"""The tags and filters of the templates: icons, numbers, percentages, dates and times, languages and URLs.

Every number and date on a page goes through one of these filters, which follow the active language.
"""

import json
import re
from datetime import date, datetime
from functools import cache, lru_cache

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts import formats
from accounts.models import User
from dashboards.presenters import dates
from dashboards.presenters.mention_rows import ShownMention
from dashboards.presenters.sentiment_badges import RowBadges
from monitoring.insights.sentiment_words import signed as signed_number
from monitoring.messages.labels import language_name
from monitoring.models import Document
from monitoring.platforms.registry import short_lived

register = template.Library()


# A list has a hundred icons, and Django looks up the hashed name of their file each time.
@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """Return an icon by its Lucide name or that in static/icons.svg, hidden from screen readers: text follows it."""
    file = static("icons.svg" if name in _own_icons() else "vendor/lucide/icons.svg")
    return format_html('<svg class="ico" aria-hidden="true"><use href="{}#{}"></use></svg>', file, name)


@register.simple_tag
def mention_url(project_id: int, mention_id: int) -> str:
    """Return the URL of a mention's page. A list has dozens: Django builds one per project."""
    return f"{_mentions_url(project_id)}{mention_id}"


@lru_cache(maxsize=1000)
def _mentions_url(project_id: int) -> str:
    return reverse("mention", args=[project_id, 0]).removesuffix("0")


@register.simple_tag
def assignee(person: User | None) -> SafeString:
    """Return who an item is assigned to, as a face."""
    words = _("assigned to %(name)s") % {"name": person.name} if person else _("Unassigned")
    return format_html(
        '<span title="{words}"><span class="face"{kind} data-size="small" aria-hidden="true">{face}</span>'
        '<span class="sr">{words}</span></span>',
        words=words,
        kind="" if person else mark_safe(' data-kind="nobody"'),
        face=initials(person.name) if person else "",
    )


@register.filter
def sentiment_sign(row: ShownMention | RowBadges) -> SafeString:
    """Return the sign of a row's sentiment: an icon, or "…" while the sentiment is being analyzed."""
    sign = row.sign
    return format_html(
        '<span class="tone" data-sign="{}" data-tone="{}" role="img" aria-label="{}" title="{}">{}</span>',
        row.id,
        sign.tone,
        sign.label,
        sign.label,
        icon(sign.icon) if sign.icon else "…",
    )


@register.simple_tag(takes_context=True)
def shortcut(context: template.Context, action: str, *, spoken: bool = False) -> SafeString | str:
    """Return the key of an action; "" if the person has none. Unless `spoken`, it is hidden from screen readers."""
    shortcuts = context.get("shortcuts")
    name = shortcuts.name_of(action) if shortcuts else ""
    if not name:
        return ""
    return format_html("<kbd>{}</kbd>" if spoken else '<kbd aria-hidden="true">{}</kbd>', name)


@register.filter
def to_json(value: object) -> str:
    """Return a value as JSON, for `data-` attributes."""
    return json.dumps(value, ensure_ascii=False)


@cache
def _own_icons() -> frozenset[str]:
    return frozenset(re.findall(r'id="([a-z-]+)"', (settings.BASE_DIR / "static" / "icons.svg").read_text()))


@register.filter
def number(value: int) -> str:
    """Return 1,234,567; 1 234 567 with no-break spaces in French."""
    return formats.number(value)


@register.filter
def percent(value: int) -> str:
    """Return 42%; 42 % with a no-break space in French."""
    return formats.percent(value)


@register.filter
def full_date(value: date) -> str:
    """Return July 15, 2026 in the active time zone."""
    return formats.long_date(value)


@register.filter
def full_time(value: datetime) -> str:
    """Return July 15, 2026, 2:27 p.m. in the active time zone."""
    return dates.full_time(timezone.localtime(value))


@register.filter
def ago(value: datetime | None, now: datetime | None = None) -> SafeString | str:
    """Return a <time> in words ("3 minutes ago", "in 2 hours", "yesterday, 2:12 p.m.") with the full time as title."""
    if value is None:
        return ""
    full, words = full_time(value), dates.relative_time(value, now or timezone.now())
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), full, words)


@register.filter
def publication(item: Document) -> SafeString | str:
    """Return `ago` for the publication of an item; "date unknown · found 3 minutes ago" if it is not known."""
    if item.published_is_known:
        return ago(item.published)
    # Translators: when Vigie found an item, such as “found 3 minutes ago”.
    return format_html("{} · {}", _("date unknown"), format_html(_("found {}"), ago(item.fetched_at)))


@register.filter
def is_short_lived(document: Document) -> bool:
    """Return whether the terms of the document's platform limit how long it is stored."""
    return document.platform in short_lived()


@register.filter
def due(value: datetime) -> SafeString | str:
    """Return `ago` for a planned time; "any moment now" if it has passed."""
    return ago(value) if value > timezone.now() else _("any moment now")


@register.filter
def planned(value: datetime) -> SafeString:
    """Return a planned time in words, always with its hour ("today, 8 a.m.")."""
    words = dates.planned_time(value, timezone.now())
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words)


@register.filter
def day(value: str) -> str:
    """Return an ISO date as a short date with its year."""
    return formats.short_date(date.fromisoformat(value))


@register.filter
def rate(value: float | None) -> str:
    """Return items per day: whole above 10, one decimal below, "under 0.1" instead of a misleading zero."""
    if value is None:
        return "–"
    if 0 < value < 0.05:
        return _("under %s") % formats.number(0.1, 1)
    return number(round(value)) if value >= 10 or value == 0 else formats.number(round(value, 1), 1)


@register.filter
def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a person's name."""
    words = [word for word in name.split() if word[0].isalnum()] or [name]
    return "".join(word[:1] for word in (words[0], *words[1:][-1:])).upper()


@register.filter
def positive(value: int) -> int:
    """Return the absolute value."""
    return abs(value)


@register.filter
def signed(value: int) -> str:
    """Return a number with its sign: +12, 0, −8."""
    return signed_number(value)


@register.filter
def isolate(name: object) -> SafeString:
    """Return a name for the middle of a sentence: its direction of writing leaves the sentence around it alone."""
    return format_html("<bdi>{}</bdi>", name)


@register.filter
def language(code: str) -> str:
    """Return the name of a language tag's language."""
    return language_name(code.partition("-")[0])


@register.filter
def is_web_address(url: str) -> bool:
    """Return True for a URL that may be linked: http or https, never javascript: or data:."""
    return url.lower().startswith(("https://", "http://"))


@register.filter
def without_scheme(url: str) -> str:
    """Return a URL without scheme, "www." and final slash."""
    return url.partition("://")[2].removeprefix("www.").rstrip("/") or url
