"""Connect Google Analytics by signing in: a person goes to Google, comes back with a code, and selects a property.

In: a project, a person, and what Google returned. Out: the address to go to; the properties to select from; then a
website, or the error that prevented it. Between the steps, a `GoogleSignIn` binds the state to the person and project.
Called by dashboards/views/website_google.py, which checks the role each time.
"""

import hashlib
import json
import secrets as randomness
from datetime import datetime, timedelta

from django.conf import settings as configuration
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Project, User
from accounts.secret_box import Unreadable, open_sealed, seal
from outbound.default import waiting_client
from website.connecting import connect, replace_secrets
from website.models import GoogleSignIn, Website
from website.readers.base import ReadError
from website.readers.google_analytics import GoogleAnalytics
from website.readers.google_sign_in import Choice, GoogleApp, authorization_url, list_properties, tokens_of_code
from website.readers.registry import READERS

VALID_FOR = timedelta(minutes=30)


def google_app() -> GoogleApp | None:
    """Return the OAuth client of this server, None if the server admin has entered none."""
    client_id, client_secret = configuration.GOOGLE_CLIENT_ID, configuration.GOOGLE_CLIENT_SECRET
    return GoogleApp(client_id, client_secret) if client_id and client_secret else None


def redirect_uri() -> str:
    """Return where Google sends people back: always below BASE_URL, regardless of the host of a request."""
    return f"{configuration.BASE_URL}{reverse('website_callback')}"


def start(project: Project, user: User, app: GoogleApp, website: Website | None = None) -> str:
    """Begin to sign in, and return the address at Google. `website` is the one to connect again."""
    state, verifier = randomness.token_urlsafe(32), randomness.token_urlsafe(64)
    now = timezone.now()
    GoogleSignIn.objects.create(
        state_digest=_digest(state),
        project=project,
        user=user,
        website=website,
        sealed=seal(json.dumps({"verifier": verifier})),
        expires_at=now + VALID_FOR,
    )
    return authorization_url(app, redirect_uri(), state, verifier, url=GoogleAnalytics.authorize_url)


def take(user: User, state: str) -> GoogleSignIn | None:
    """Return what the person has begun with a state, which works once; None if it is not valid.

    Closes the race of two requests with one state: the row is locked and its state removed, so one of them gets it.
    """
    with transaction.atomic():
        rows = GoogleSignIn.objects.select_for_update(of=("self",)).select_related("project", "website")
        begun = rows.filter(state_digest=_digest(state), user=user).first()
        if begun is None:
            return None
        begun.state_digest = _digest(randomness.token_urlsafe(32))
        begun.save(update_fields=["state_digest"])
    return begun if begun.expires_at > timezone.now() else None


def finish(begun: GoogleSignIn, code: str) -> ReadError | None:
    """Exchange the code, and store the tokens with the properties; or connect the website again. Return an error."""
    app = google_app()
    if app is None:
        return ReadError("app_rejected")
    try:
        verifier = json.loads(open_sealed(begun.sealed))["verifier"]
    except Unreadable:
        return ReadError("reconnect")
    call = waiting_client().call
    tokens = tokens_of_code(call, app, redirect_uri(), code, verifier, url=GoogleAnalytics.token_url)
    if isinstance(tokens, ReadError):
        return tokens
    refresh_token, token = tokens
    if begun.website:
        replace_secrets(begun.website, begun.user, {"refresh_token": refresh_token})
        begun.delete()
        return None
    found = list_properties(call, token, url=GoogleAnalytics.admin_url)
    if isinstance(found, ReadError):
        return found
    begun.sealed = seal(json.dumps({"refresh_token": refresh_token}))
    begun.choices = [[one.number, one.name, one.account] for one in found]
    begun.save(update_fields=["sealed", "choices"])
    return None


def open_sign_in(project: Project, user: User, pk: int) -> GoogleSignIn | None:
    """Return the sign-in from which the person selects a property, None if there is none or it has ended."""
    rows = GoogleSignIn.objects.filter(
        project=project, user=user, expires_at__gt=timezone.now(), choices__isnull=False
    )
    return rows.filter(pk=pk).first()


def forget_expired(now: datetime) -> None:
    """Delete sign-ins that nobody finished, with their tokens."""
    GoogleSignIn.objects.filter(expires_at__lt=now).delete()


def choices_of(begun: GoogleSignIn) -> list[Choice]:
    """Return the properties to select from."""
    return [Choice(*row) for row in begun.choices or ()]


def choose(begun: GoogleSignIn, number: str) -> Website:
    """Connect a property. Raise website.connecting.NotConnected, AlreadyConnected or TooMany; Unreadable."""
    name = next(one.name for one in choices_of(begun) if one.number == number)
    secrets = {"refresh_token": json.loads(open_sealed(begun.sealed))["refresh_token"]}
    reader = READERS[GoogleAnalytics.name]
    website = connect(begun.project, begun.user, reader, {"property": number}, secrets=secrets, name=name)
    begun.delete()
    return website


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
