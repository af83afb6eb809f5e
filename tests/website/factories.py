"""Insert websites and their figures directly."""

from datetime import date, timedelta

from django.utils import timezone

from accounts.secret_box import seal
from website.models import GoogleSignIn, Website, WebsiteBreakdown, WebsiteDay
from website.readers.registry import READERS


def make_website(project, server=None, **fields):
    """Create a website of a running look-alike, else one of Matomo that nothing responds for."""
    provider = fields.pop("provider", server.platform if server else "matomo")
    number = Website.objects.count() + 1
    defaults = {"name": f"Website {number}", "identity": str(number), "zone_name": "America/Montreal"}
    website = Website(project=project, provider=provider, **defaults | fields)
    if server:
        has_url = any(field.name == "url" for field in READERS[provider].fields)
        website.settings = {**server.settings, **({"url": server.url} if has_url else {})}
        website.set_secrets(server.secrets)
    website.save()
    return website


def make_days(website, last: date, sessions, social=None, **fields):
    """Create consecutive days that end with `last`: `sessions` has the number of each."""
    social = social or [0] * len(sessions)
    first = last - timedelta(days=len(sessions) - 1)
    values = {"users": 1, "new_users": 1, "key_events": 0, "converted": 0} | fields
    days = WebsiteDay.objects.bulk_create(
        WebsiteDay(
            website=website,
            day=first + timedelta(days=number),
            sessions=count,
            social_sessions=social[number],
            **values,
        )
        for number, count in enumerate(sessions)
    )
    website.read_from, website.read_until = first, last
    website.save()
    return days


def make_sign_in(project, user, choices=1):
    """Create a sign-in with Google of a person who selects a property now."""
    return GoogleSignIn.objects.create(
        state_digest=f"s{project.pk}-{user.pk}-{choices}",
        project=project,
        user=user,
        sealed=seal("{}"),
        choices=[[str(number), f"Property {number} of Lumen", "Maison Lumen"] for number in range(choices)],
        expires_at=timezone.now() + timedelta(hours=1),
    )


def make_breakdown(website, day, dimension, value, count, detail=""):
    return WebsiteBreakdown.objects.create(
        website=website, day=day, dimension=dimension, value=value, detail=detail, count=count
    )
