"""Sentiment counts as text in the active language: "12 negative, 30 neutral, 8 positive, 5 uncertain".

In: a Split. Out: one phrase, the same on pages and in digests.
"""

from django.utils.translation import ngettext

from accounts.formats import number
from monitoring.insights.sentiment import Split

MINUS = "\N{MINUS SIGN}"


def split_words(split: Split) -> str:
    """Return the counts; uncertain and pending ones only if there are any, the labels only if any mention has one."""
    parts = []
    if split.labeled:
        parts += [
            ngettext("%(count)s negative", "%(count)s negative", split.negative) % {"count": number(split.negative)},
            ngettext("%(count)s neutral", "%(count)s neutral", split.neutral) % {"count": number(split.neutral)},
            ngettext("%(count)s positive", "%(count)s positive", split.positive) % {"count": number(split.positive)},
        ]
    if split.uncertain:
        parts.append(
            ngettext("%(count)s uncertain", "%(count)s uncertain", split.uncertain)
            % {"count": number(split.uncertain)}
        )
    if split.pending:
        waiting = ngettext("%(count)s not analyzed yet", "%(count)s not analyzed yet", split.pending)
        parts.append(waiting % {"count": number(split.pending)})
    return ", ".join(parts)


def signed(net: int) -> str:
    """Return a net sentiment with its sign: +12, 0, −8."""
    return f"+{net}" if net > 0 else f"{MINUS}{-net}" if net < 0 else "0"
