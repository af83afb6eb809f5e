"""Connect accounts at platforms by OAuth 2.0 (platforms/oauth.py): a person goes there, and comes back with a code.

In: a project, a person, and what the platform returned. Out: the address to go to; then a stored credential, or the
error that prevented it. Between the two, a `ConnectionRequest` binds the state to the person, project and platform.
Called by dashboards/views/connections.py, which checks the role both times.
"""

import hashlib
import secrets as randomness
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings as configuration
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Project, User
from accounts.secret_box import Unreadable, open_sealed, seal
from monitoring.messages.labels import translated
from monitoring.models import ConnectionRequest, Credential, PlatformApp
from monitoring.platforms.base import Platform
from monitoring.platforms.oauth import (
    App,
    OAuth,
    all_scopes,
    authorization_url,
    connect,
    read_app,
    registration_request,
)
from monitoring.platforms.pages import Connection
from monitoring.platforms.registry import PLATFORMS
from monitoring.polling.credential_state import is_for_server, store_secrets
from monitoring.records import PollError
from monitoring.services.credentials import check_sources_again
from monitoring.services.sources import wake_pollers
from outbound.default import waiting_client

VALID_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Connected:
    """A connected account; `is_new` if its credential was created."""

    credential: Credential
    is_new: bool


def oauth_of(platform: Platform | None) -> OAuth | None:
    """Return how accounts of a platform are connected, None if they aren't."""
    return getattr(platform, "oauth", None)


def redirect_uri() -> str:
    """Return where platforms send people back: always below BASE_URL, regardless of the host of a request."""
    return f"{configuration.BASE_URL}{reverse('credential_callback')}"


def app_of(project: Project, platform: str, server: str = "") -> PlatformApp | None:
    """Return the app in whose name the project connects accounts."""
    return project.platform_apps.filter(platform=platform, server=server).first()


def save_app(project: Project, user: User, platform: str, app: App) -> None:
    """Store the app that an admin has created. Connected accounts of the same app get its new secret."""
    with transaction.atomic():
        PlatformApp.objects.update_or_create(
            project=project,
            platform=platform,
            server="",
            defaults={"client_id": app.client_id, "sealed": seal(app.client_secret)},
        )
        for credential in project.credentials.select_for_update().filter(platform=platform).order_by("pk"):
            _change_app_secret(credential, app)
        record(project, user, "app.saved", platform, platform=platform)


def start(
    project: Project, user: User, platform: Platform, settings: Mapping[str, str], credential: Credential | None = None
) -> str | PollError:
    """Begin a connection and return the address at the platform. The app is registered if that is needed.

    `other_account` if a credential would move to another server: its sources would send the new token to the old one.
    """
    oauth = oauth_of(platform)
    assert oauth is not None
    if credential and not is_for_server(credential, platform, settings):
        return PollError("other_account")
    app = _app(project, platform, oauth, settings)
    if isinstance(app, PollError):
        return app
    state, verifier = randomness.token_urlsafe(32), randomness.token_urlsafe(64)
    now = timezone.now()
    ConnectionRequest.objects.filter(expires_at__lt=now).delete()
    ConnectionRequest.objects.create(
        state_digest=_digest(state),
        project=project,
        user=user,
        platform=platform.name,
        settings=dict(settings),
        credential=credential,
        sealed=seal(verifier),
        expires_at=now + VALID_FOR,
    )
    for_replies = credential is not None and credential.can_reply
    return authorization_url(oauth, app, settings, redirect_uri(), state, verifier, for_replies=for_replies)


def take(user: User, state: str) -> ConnectionRequest | None:
    """Return the connection that the person has begun with a state, which is used up; None if it is not valid.

    Closes the race of two requests with one state: the row is locked and deleted, so one of them gets it.
    """
    with transaction.atomic():
        begun = (
            ConnectionRequest.objects.select_for_update(of=("self",))
            .select_related("project", "credential")
            .filter(state_digest=_digest(state), user=user)
            .first()
        )
        if begun is None:
            return None
        begun.delete()
    return begun if begun.expires_at > timezone.now() else None


def finish(begun: ConnectionRequest, code: str) -> Connected | PollError:
    """Exchange the code for tokens and store them, in the credential of the same account if there is one."""
    platform = PLATFORMS.get(begun.platform)
    oauth = oauth_of(platform)
    if platform is None or oauth is None:
        return PollError("unknown_platform")
    app = _stored_app(app_of(begun.project, begun.platform, begun.settings.get("server", "")))
    if app is None:
        return PollError("app_rejected")
    connection = Connection(
        platform.api_url(begun.settings), begun.settings, {}, timezone.now(), waiting_client().call
    )
    try:
        verifier = open_sealed(begun.sealed)
    except Unreadable:
        return PollError("reconnect")
    found = connect(oauth, app, connection, redirect_uri(), code, verifier)
    return found if isinstance(found, PollError) else _store(begun, platform, found)


def _store(begun: ConnectionRequest, platform: Platform, secrets: Mapping[str, str]) -> Connected:
    account = secrets["account"]
    public = {**begun.settings, "account": account}
    if secrets.get("account_id"):
        public["account_id"] = secrets["account_id"]
    with transaction.atomic():
        known = _known(begun, public)
        credential = known or Credential(
            project=begun.project,
            platform=begun.platform,
            name=account or translated(platform.label),
            created_by=begun.user,
        )
        if known and account and known.name == known.settings.get("account"):
            credential.name = account
        credential.settings = public
        store_secrets(credential, secrets)
        credential.mark_replaced()
        credential.save()
        if known:
            check_sources_again(credential)
        record(begun.project, begun.user, "credential.connected", credential, platform=begun.platform)
    wake_pollers()
    return Connected(credential, is_new=known is None)


def _known(begun: ConnectionRequest, public: Mapping[str, str]) -> Credential | None:
    """Return the credential to connect again: the one that was asked for, or the one of the same account."""
    own = begun.project.credentials.select_for_update().filter(platform=begun.platform)
    if begun.credential:
        return own.filter(pk=begun.credential.pk).first()
    return own.filter(settings=dict(public)).order_by("pk").first() if public["account"] else None


def _app(project: Project, platform: Platform, oauth: OAuth, settings: Mapping[str, str]) -> App | PollError:
    """Return the app, registered at the server if it has none with the present redirect URI and permissions."""
    server = settings.get("server", "")
    stored = app_of(project, platform.name, server)
    app = _stored_app(stored)
    if not oauth.registration_url:
        return app or PollError("app_rejected")
    scopes = " ".join(all_scopes(oauth))
    if app and stored and (stored.redirect_uri, stored.scopes) == (redirect_uri(), scopes):
        return app
    request = registration_request(oauth, settings, redirect_uri(), configuration.BASE_URL)
    registered = read_app(waiting_client().call(request))
    if isinstance(registered, PollError):
        return registered
    values = {
        "client_id": registered.client_id,
        "sealed": seal(registered.client_secret),
        "redirect_uri": redirect_uri(),
        "scopes": scopes,
    }
    try:
        PlatformApp.objects.update_or_create(project=project, platform=platform.name, server=server, defaults=values)
    except IntegrityError:  # another request has just registered one
        return _stored_app(app_of(project, platform.name, server)) or PollError("app_rejected")
    return registered


def _stored_app(stored: PlatformApp | None) -> App | None:
    """Return an app with its secret, None if there is none that can be decrypted."""
    try:
        return App(stored.client_id, open_sealed(stored.sealed)) if stored else None
    except Unreadable:
        return None


def _change_app_secret(credential: Credential, app: App) -> None:
    try:
        secrets = credential.secrets
    except Unreadable:
        return
    if secrets.get("client_id") == app.client_id and secrets.get("client_secret") != app.client_secret:
        names = [name for name in ("client_secret", "app_secret") if name in secrets]
        credential.set_secrets({**secrets, **dict.fromkeys(names, app.client_secret)})
        credential.save(update_fields=["sealed"])


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
