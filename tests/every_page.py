"""Every page and email of Vigie: a data set with rows of each kind, and what each person opens.

Pages are collected from the URLs as in tests/access/urls.py, so one that is added later is found here.
What it needs then is at most a value for a new kind of id, or a line in STATES for what it shows only in some state.
"""

from dataclasses import dataclass
from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from accounts.models import Invitation, Membership, Project, Role, User, token_digest
from alerts.digests.read import read_digest
from alerts.digests.render import render_digest
from alerts.digests.scope import Scope
from alerts.digests.unsubscribe import unsubscribe_url
from alerts.incident_links import ACKNOWLEDGE, link_url
from alerts.incident_messages import render_closed, render_opened
from alerts.incident_view import IncidentView
from alerts.models import Digest, Incident
from delivery.message import Window
from delivery.models import Delivery, ExternalRecipient
from monitoring.models import FetchRequest
from reports.links import share_url
from reports.recipients import unsubscribe_url as stop_url
from tests.access.urls import PAGES, PUBLIC
from tests.dashboards.test_query_counts import answers_get
from tests.dashboards.world import World
from tests.factories import make_documents, make_mention, make_mentions, make_source

PASSWORD = "correct horse battery"
SIGNED_OUT = ""
RIGHT_TO_LEFT = "שלום עולם: Lumen 2.0!"
LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 3
# Further states of pages, by URL name.
STATES = {
    "mentions": [
        "?status=to_review&sentiment=negative&q=lumen",
        "?q=(lumen",
        "?q=nothing",
        '?q=~"late+delivery"',
        "?status=to_review&probably=noise&counts=1",
        "?period=x",
        "?from=2026-01-01&to=2026-01-05",
    ],
    "search": ["?q=lumen", "?q=(lumen", "?q=nothing", '?q=~"late+delivery"'],
    "explain": [
        "?text=Lumen+lamp",
        "?text=Lumen&keyword={keyword_id}",
        "?url=https://nowhere.example/",
        "?document={document_id}",
    ],
    "sources": ["?status=failing", "?q=nothing"],
    "keyword_new": ["?q=lumen"],
    "saved_replies": ["?q=nothing"],
    "issue": ["?preview"],
    "calendar": ["?view=week", "?view=list", "?view=list&which=undated", "?view=list&status=failed"],
}
# Pages that refuse, with their status: error pages are pages, too.
REFUSED = [("viewer", "/p/{project_id}/keywords/new"), (SIGNED_OUT, "/nothing"), ("owner", "/nothing")]
# The server admin pages, which Django makes.
OPERATOR_PAGES = [
    "/operator/",
    "/operator/accounts/user/",
    "/operator/accounts/user/{owner}/change/",
    "/operator/accounts/user/{owner}/history/",
]
TEMPLATES_WITHOUT_URL = ["403_csrf.html", "429.html", "500.html", "errors/host.html"]


@dataclass(frozen=True)
class Visit:
    """A page to open as a person; `html` is its content if no URL leads to it."""

    person: str
    url: str
    html: str = ""


class Site:
    """The data set: a project with rows of every kind, an empty one, and people. `cookies` has their sessions."""

    def __init__(self, project, owner):
        self.world = World(project, owner)
        self.world.grow(2)
        self.project, self.owner = project, owner
        owner.is_staff = True
        owner.save()
        self._add_texts()
        self._add_email()
        self.people = {
            "owner": owner,
            "viewer": self._member("viewer", project, Role.VIEWER),
            "starter": self._member("starter", Project.objects.create(name="Empty"), Role.ADMIN),
            "newcomer": User.objects.create_user("newcomer@example.com", PASSWORD),
        }
        self.cookies = {name: _session(user) for name, user in self.people.items()}
        self._turn_on_two_factor(self.people["newcomer"])
        self.visits = list(self._visits())

    def speak(self, language):
        """Set the language of all people."""
        User.objects.update(language=language)
        self.owner.refresh_from_db()

    def html_pages(self, language):
        """Return the emails and the pages that no URL leads to."""
        request = RequestFactory().get("/")
        request.user = AnonymousUser()
        with translation.override(language):
            for name in TEMPLATES_WITHOUT_URL:
                yield Visit(SIGNED_OUT, name, render_to_string(name, request=request))
        for name, message in self._emails():
            yield Visit(SIGNED_OUT, name, message.html)

    def _emails(self):
        now = timezone.now()
        digest = Digest.objects.select_related("user").get(user=self.owner, is_main=True)
        scope = Scope(self.project)
        for name, start in (("digest email", now - timedelta(days=1)), ("empty digest email", now)):
            content = read_digest(scope, Window(start, now), self.owner.zone)
            yield name, render_digest(content, digest, scope)
        incident = Incident.objects.get(pk=self.world.incident.pk)
        theme = IncidentView(incident, now, self.owner.zone).theme
        yield "alert email", render_opened(incident, self.owner, failing=2, theme=theme)
        incident.closed_at = now
        closed = IncidentView(incident, now, self.owner.zone)
        yield "resolved email", render_closed(incident, self.owner, closed.summary, closed.count, theme)

    def _add_texts(self):
        source = make_source(self.project, title=LONG, url=f"https://{LONG}.example/{'path' * 30}", error_code="dns")
        texts = {"title": RIGHT_TO_LEFT, "text": f"{RIGHT_TO_LEFT} {LONG}", "author": RIGHT_TO_LEFT}
        make_mention(self.world.keyword, source=source, **texts)
        make_documents(self.project, [{"title": f"Lumens {number}"} for number in range(3)])
        noise = [{"title": f"Lumen: film {number}", "status": "ignored"} for number in range(12)]
        make_mentions(self.world.keyword, noise)
        make_mention(self.world.keyword, source=source, title=LONG, text=LONG, author=LONG, status="replied")

    def _add_email(self):
        for name, message in list(self._emails())[::3]:
            Delivery.objects.filter(pk=self.world.delivery.pk).update(
                html=message.html, text=message.text, subject=name
            )

    def _preview(self, **result):
        """Add the result of a preview of a platform."""
        item = {"title": RIGHT_TO_LEFT, "text": LONG, "url": "https://a.example/", "author": LONG, "published": ""}
        found = {"found": 12, "matched": 1, "keywords": 1, "wider": [self.world.keyword.pk], "skipped": 2}
        return FetchRequest.objects.create(
            project=self.project,
            user=self.owner,
            kind="platform",
            url="https://a.example/",
            state="done",
            parameters={"platform": "hackernews"},
            result={**found, "items": [{**item, "keywords": [self.world.keyword.pk]}], **result},
        )

    def _member(self, name, project, role):
        user = User.objects.create_user(f"{name}@example.com", PASSWORD)
        Membership.objects.create(project=project, user=user, role=role)
        return user

    def _turn_on_two_factor(self, user):
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)

    def _visits(self):
        ids = {**self.world.ids, "document_id": self.world.mention.document_id}
        empty = {"project_id": self.people["starter"].memberships.get().project_id}
        for page in PAGES:
            if not answers_get(page):
                continue
            if set(page.parameters) <= set(ids) and page.name not in PUBLIC:
                for state in ["", *STATES.get(page.name, [])]:
                    path = page.path({**ids, **self.world.ids_of(page)})
                    yield from _if_page(Visit("owner", path + state.format(**ids)), self.cookies)
            if set(page.parameters) == {"project_id"}:
                yield from _if_page(Visit("starter", page.path(empty)), self.cookies)
            if not page.parameters and not page.name.startswith("account_"):
                yield from _if_page(Visit("newcomer", page.path({})), self.cookies)
            if not page.parameters and page.name in PUBLIC:
                yield from _if_page(Visit(SIGNED_OUT, page.path({})), self.cookies)
        yield Visit("owner", f"/p/{self.project.pk}/sources/{self.world.credential.sources.get().pk}")
        yield Visit("owner", f"/p/{self.project.pk}/sources/preview/{self._preview().pk}")
        yield Visit("owner", f"/p/{self.project.pk}/sources/preview/{self._preview(error='credential_rejected').pk}")
        yield Visit(SIGNED_OUT, "/sample/phare-du-design/x")
        for path in OPERATOR_PAGES:
            yield Visit("owner", path.format(owner=self.owner.pk))
        yield Visit("owner", "/accounts/logout/")
        for person, url in [*REFUSED, *self._links()]:
            yield Visit(person, url.format(**ids))

    def _links(self):
        """Return links of emails, with who opens them."""
        yield SIGNED_OUT, "/" + unsubscribe_url(Digest.objects.get(user=self.owner, is_main=True)).split("/", 3)[3]
        yield SIGNED_OUT, "/unsubscribe/unknown"
        for url in (share_url(self.world.report.links.first()), stop_url(self.world.report.recipients.first())):
            yield SIGNED_OUT, "/" + url.split("/", 3)[3]
        ExternalRecipient.objects.create(
            project=self.project,
            email="client@example.org",
            language="en",
            token_digest=token_digest("client"),
            asked_at=timezone.now(),
        )
        yield SIGNED_OUT, "/confirm/client"
        yield SIGNED_OUT, "/report/unknown"
        for path in ("", "/2", "/embed", "/99"):
            yield SIGNED_OUT, f"/curation/{self.world.collection.slug}{path}"
        ExternalRecipient.objects.create(
            project=self.project,
            mailing_list=f"newsletter:{self.world.collection.pk}",
            email="reader@example.org",
            language="en",
            token_digest=token_digest("reader"),
            asked_at=timezone.now(),
        )
        yield SIGNED_OUT, "/newsletter/confirm/reader"
        yield SIGNED_OUT, "/newsletter/unsubscribe/unknown"
        published = self.world.collection.issues.exclude(published_at=None).first()
        yield "owner", f"/p/{self.project.pk}/curation/issues/{published.pk}"
        for kind in (ACKNOWLEDGE, Incident.Usefulness.USEFUL):
            yield SIGNED_OUT, "/" + link_url(kind, self.world.incident, self.owner).split("/", 3)[3]
        yield SIGNED_OUT, "/incident/unknown"
        past = Incident.objects.filter(rule=self.world.rule, joined=None).exclude(closed_at=None).first()
        for path in ("", "/wall"):
            yield "owner", f"/p/{self.project.pk}/incidents/{past.pk}{path}"
        yield "viewer", f"/p/{self.project.pk}/incidents/{self.world.incident.pk}"
        key = default_token_generator.make_token(self.owner)
        yield SIGNED_OUT, f"/accounts/password/reset/key/{user_pk_to_url_str(self.owner)}-{key}/"
        yield SIGNED_OUT, "/accounts/password/reset/key/x-y/"
        for email, people in [
            ("new@example.com", [SIGNED_OUT]),
            ("starter@example.com", [SIGNED_OUT, "starter", "viewer"]),
        ]:
            Invitation.objects.create(
                project=self.project,
                email=email,
                token_digest=token_digest(email),
                invited_by=self.owner,
                expires_at=timezone.now() + timedelta(days=1),
            )
            yield from ((person, f"/invitation/{email}") for person in people)
        yield SIGNED_OUT, "/invitation/unknown"


def _session(user):
    """Return the session of somebody who has just entered the password."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, method="password", reauthenticated=True)
    request.session.save()
    return request.session.session_key


def _if_page(visit, cookies):
    """Yield the visit if its URL shows a page, not a fragment, a file or a redirect."""
    client = Client()
    if visit.person:
        client.cookies["sessionid"] = cookies[visit.person]
    response = client.get(visit.url)
    if response.status_code == 200 and not response.streaming and b"<html" in response.content:
        yield visit
