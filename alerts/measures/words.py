"""Numbers with a sign. In the active language."""

from django.utils.translation import ngettext

from accounts.formats import number


def signed(value: float) -> str:
    """Return a balance with its sign: "+12", "−20"."""
    whole = round(value)
    sign = "+" if whole > 0 else "−" if whole < 0 else ""
    return f"{sign}{number(abs(whole))}"


def points(value: int) -> str:
    """Return the difference of two shares: "5 points"."""
    return ngettext("%(count)s point", "%(count)s points", value) % {"count": number(value)}
