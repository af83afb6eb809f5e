"""Every page costs the same number of queries with a few rows and with several times as many.

Pages are collected from the URLs as in test_access_walk.py, so a page added later is measured by itself. What it needs
then is at most a line below: a value for a new kind of id, or a reason in NOT_MEASURED.
"""

from dataclasses import asdict
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Invitation, Membership, Project, Role, User
from accounts.tokens import create_token
from alerts.models import Digest, Incident, Rule
from alerts.rules import settings_of
from delivery.models import Delivery
from monitoring.models import (
    Author,
    AuthorNote,
    AuthorTag,
    Correction,
    Credential,
    Document,
    DocumentRevision,
    DocumentSource,
    EngagementPoint,
    FetchRequest,
    Mention,
    Mute,
    RequestBudget,
    SentimentLayer,
    SentimentState,
    SourcePeriod,
)
from tests.dashboards.test_access_walk import GUARDED
from tests.factories import make_documents, make_keyword, make_mention, make_mentions, make_source
from workplace.models import BulkChange, Column, Draft, Note, OutgoingReply, SavedReply, SavedView

FEW, MANY = 2, 12
NOT_MEASURED = {
    "home": "redirects to a project",
    "credential_callback": "redirects to the pages of credentials",
    "mention_reply": "redirects to the page of the mention, which has the reply field",
    "sent_replies": "for htmx: the page of the mention has the same list",
}
NOT_MEASURED_PREFIXES = ("mfa_", "account_")  # signing in: these pages have no lists
# The query strings with which pages show the most rows.
QUERY_STRINGS = {
    "search": "?q=lumen",
    "explain": "?text=Lumen+lamp",
    "mentions": "?status=to_review&status=needs_reply&sentiment=negative&sentiment=positive",
    "mentions_fresh": "?after=0",
}


class World:
    """A project with rows of every kind, to which `grow` adds; pages with an id show the first of their kind."""

    def __init__(self, project, owner):
        self.project, self.owner, self.size = project, owner, 0
        owner.is_superuser = True
        owner.save()
        self.keyword = make_keyword(project, "First keyword")
        self.source = make_source(project, title="First source")
        self.mention = make_mention(self.keyword, source=self.source, title="Lumen and a competitor")
        self.rule = self._rule(self.keyword)
        self.incident = self._incident(self.rule)
        self.delivery = self._delivery()
        self.member = self._member()
        self.invitation = self._invitation()
        self.token = create_token(owner, "First")
        self.fetch, self.page, self.preview = (
            FetchRequest.objects.create(
                project=project,
                user=owner,
                kind=kind,
                url="https://a.example/",
                parameters={"platform": "hackernews"},
            )
            for kind in FetchRequest.Kind
        )
        self.credential = self._platform_source()
        self.mute = self._mute()
        self.view = self._view()
        self.reply = self._reply()
        self.bulk_change = self._bulk_change()
        self.author = self._author()
        Digest.objects.create(project=project, user=owner, sent_until=timezone.now() - timedelta(hours=1))
        SentimentState.objects.create(project=project, analyzed_by="model", layer=self._layer())

    def grow(self, size):
        """Add rows of every kind until there are `size` more than the first."""
        while self.size < size:
            self.size += 1
            self._grow_by_one()

    def _grow_by_one(self):
        project, now = self.project, timezone.now()
        keyword = make_keyword(project, type=["brand", "competitor", "topic"][self.size % 3])
        source = make_source(project, error_code=["", "timeout"][self.size % 2], last_success_at=now)
        statuses, labels = ["to_review", "needs_reply"], ["negative", "positive"]
        rows = [
            {
                "source": source,
                "status": statuses[number % 2],
                "sentiment": labels[number % 2],
                "author": f"Author {self.size}",
                "language": f"{chr(97 + self.size)}{chr(97 + number)}",
                "published": now - timedelta(minutes=number),
            }
            for number in range(2)
        ]
        made = make_mentions([keyword, self.keyword], rows)
        make_documents(project, [{"source": source}])
        # The mention page shows the first mention: add a keyword and a source to its document.
        make_mention(keyword, self.mention.document)
        draft = Draft.objects.create(project=project, document=self.mention.document, text="Hello", state="discarded")
        OutgoingReply.objects.create(
            project=project, document=draft.document, draft=draft, text="Hello", state="failed", user=self.owner
        )
        DocumentSource.objects.create(
            document=self.mention.document, source=source, native_key=self.mention.document.address_key, published=now
        )
        DocumentRevision.objects.create(document=self.mention.document, title=f"{self.size}", replaced_at=now)
        EngagementPoint.objects.create(document=self.mention.document, at=now, likes=self.size)
        Document.objects.filter(pk=self.mention.document_id).update(edited_at=now, edits=self.size)
        first = DocumentSource.objects.get(document=made[0].document, source=source)
        DocumentSource.objects.create(
            document=first.document, source=self.source, native_key=first.native_key, published=now
        )
        rule = self._rule(keyword)
        self._incident(rule)
        self._incident(self.rule, closed_at=now)
        self._delivery()
        member = self._member()
        self.rule.recipients.add(member.user)
        self._notes(member.user)
        rule.recipients.add(member.user, self.owner)
        self._invitation()
        create_token(self.owner, f"Token {self.size}")
        Membership.objects.create(project=Project.objects.create(name="Other"), user=self.owner, role=Role.ADMIN)
        Mention.objects.filter(pk=made[0].pk).update(analyzed_by=Mention.BY_PERSON)
        Correction.objects.create(
            project=project, mention=made[0], user=member.user, label="negative", shown="positive", text="Lumen"
        )
        self._layer()
        self._platform_source()
        self._mute()
        self._view()
        self._reply()
        self._bulk_change()
        self._author()
        record(project, member.user, "sentiment.learning", project, learns=bool(self.size % 2))

    def _bulk_change(self):
        """Add a finished change of all mentions."""
        return BulkChange.objects.create(
            project=self.project,
            user=self.owner,
            query="period=7d",
            last_mention_id=1,
            operation="SetStatus",
            values={"status": "to_review"},
            total=1,
            state="done",
            finished_at=timezone.now(),
        )

    def _platform_source(self):
        """Add a source of Bluesky with a key, a report, a used-up limit and an outage. Return its credential."""
        project, now = self.project, timezone.now()
        credential = Credential.objects.create(project=project, platform="bluesky", name=f"Key {self.size}")
        source = make_source(
            project,
            platform="bluesky",
            settings={"handle": f"lumen{self.size}.bsky.social"},
            host="bsky.social",
            credential=credential,
            report={"gap": True, "wider": [self.keyword.pk], "skipped": 2, "searches": 1},
            error_code="credential_rejected",
            last_success_at=now - timedelta(days=1),
        )
        RequestBudget.objects.create(
            key=f"bluesky:{credential.pk}",
            name="requests/300",
            left=0,
            at=now,
            blocked_until=now + timedelta(hours=1),
            quota_left=0,
            quota_resets_at=now + timedelta(hours=1),
        )
        SourcePeriod.objects.create(
            source=source, state="failing", error_code="credential_rejected", started_at=now - timedelta(days=1)
        )
        return credential

    def _view(self):
        query = f"source={self.source.pk}&keyword={self.keyword.pk}"
        view = SavedView.objects.create(
            project=self.project, owner=self.member.user, name=f"View {self.size}", query=query, is_shared=True
        )
        Column.objects.create(user=self.owner, view=view, position=self.size)
        return view

    def _reply(self):
        return SavedReply.objects.create(
            project=self.project, name=f"Reply {self.size}", language="en", text="Hi {{author}}"
        )

    def _author(self):
        """Add an author to welcome; the items, notes and tags of the first one grow too."""
        now = timezone.now()
        author = Author.objects.create(
            project=self.project,
            platform="bluesky",
            key=uuid4(),
            name=f"Author {self.size}",
            mention_count=1,
            first_at=now,
            last_at=now,
            welcome_at=now,
        )
        first = Author.objects.filter(project=self.project).order_by("pk").first()
        for one in {author, first}:
            make_mention(self.keyword, written_by=one, kind="post", sentiment="negative", published=now)
            AuthorNote.objects.create(author=one, user=self.member.user, text="Client")
            AuthorTag.objects.create(project=self.project, author=one, tag=f"tag {self.size}")
        Document.objects.filter(pk=self.mention.document_id).update(written_by=first)
        return author

    def _mute(self):
        """Add a mute with a hidden mention."""
        name = f"site{self.size}.example"
        mute = Mute.objects.create(
            project=self.project, kind="domain", value=name, label=name, created_by=self.member.user
        )
        make_mention(self.keyword, status="ignored", muted_by=mute)
        return mute

    def _notes(self, member):
        """Add a note of the owner that names a member, one of the member, and a deleted one."""
        about = {"project": self.project, "document": self.mention.document}
        Note.objects.create(**about, author=self.owner, text=f"Ask @{{{member.pk}}}", mentioned=[member.pk])
        Note.objects.create(**about, author=member, text="Asked")
        Note.objects.create(**about, author=member, deleted_by=self.owner, deleted_at=timezone.now())

    def _rule(self, keyword):
        return Rule.objects.create(project=self.project, keyword=keyword, threshold=1, created_by=self.owner)

    def _incident(self, rule, **fields):
        then = {**asdict(settings_of(rule)), "window_s": rule.window_s}
        opened_at = timezone.now() - timedelta(hours=1)
        return Incident.objects.create(rule=rule, opened_at=opened_at, value=2, peak=2, settings=then, **fields)

    def _delivery(self):
        return Delivery.objects.create(
            key=f"delivery:{Delivery.objects.count()}",
            kind=Delivery.Kind.DIGEST,
            project=self.project,
            user=self.owner,
            recipient=self.owner.email,
            subject="Digest",
        )

    def _member(self):
        user = User.objects.create_user(f"member{self.size}@example.com", "correct horse battery")
        return Membership.objects.create(project=self.project, user=user, role=Role.MANAGER)

    def _invitation(self):
        return Invitation.objects.create(
            project=self.project,
            email=f"guest{self.size}@example.com",
            token_digest=f"digest {self.size}",
            invited_by=self.owner,
            expires_at=timezone.now() + timedelta(days=1),
        )

    def _layer(self):
        number = self.size + 1
        return SentimentLayer.objects.create(
            project=self.project,
            number=number,
            model="model",
            weights=b"",
            corrections=number,
            accuracy_before=0.7,
            accuracy_after=0.8,
            is_better=True,
        )

    @property
    def ids(self):
        return {
            "author_id": self.author.pk,
            "project_id": self.project.pk,
            "keyword_id": self.keyword.pk,
            "source_id": self.source.pk,
            "mention_id": self.mention.pk,
            "rule_id": self.rule.pk,
            "incident_id": self.incident.pk,
            "delivery_id": self.delivery.pk,
            "fetch_id": self.fetch.pk,
            "page_id": self.page.pk,
            "preview_id": self.preview.pk,
            "platform_name": "hackernews",
            "credential_id": self.credential.pk,
            "mute_id": self.mute.pk,
            "outgoing_id": 1,
            "view_id": self.view.pk,
            "reply_id": self.reply.pk,
            "change_id": self.bulk_change.pk,
            "member_id": self.member.pk,
            "invitation_id": self.invitation.pk,
            "token_id": self.owner.api_tokens.order_by("pk").first().pk,
        }

    def ids_of(self, page):
        """Return the ids for a page; those of a source's settings and key show the source of a platform."""
        if page.name in ("source_settings", "source_credential"):
            return {**self.ids, "source_id": self.credential.sources.get().pk}
        if page.name == "credential_connect":
            return {**self.ids, "platform_name": "x"}
        return self.ids

    def query_string(self, name):
        if name == "mention_sentiments":  # of as many rows as there are
            ids = Mention.objects.filter(keyword=self.keyword).values_list("pk", flat=True)
            return "?" + "&".join(f"ids={pk}" for pk in ids)
        return QUERY_STRINGS.get(name, "")


@pytest.fixture
def world(project, owner):
    return World(project, owner)


def answers_get(page):
    """False for views that only accept POST."""
    view, closures = page.view, []
    while view is not None:
        closures += [cell.cell_contents for cell in view.__closure__ or () if isinstance(cell.cell_contents, list)]
        view = getattr(view, "__wrapped__", None)
    return ["POST"] not in closures


MEASURED = [
    page
    for page in GUARDED
    if page.name not in NOT_MEASURED and not page.name.startswith(NOT_MEASURED_PREFIXES) and answers_get(page)
]


@pytest.mark.parametrize("page", MEASURED, ids=lambda page: page.name)
def test_page_costs_the_same_queries_with_few_and_many_rows(page, world, as_person, queries):
    client = as_person(world.owner)
    counts = []
    for size in (FEW, MANY):
        world.grow(size)
        path = page.path(world.ids_of(page)) + world.query_string(page.name)
        counts.append(queries(client, path))
    assert counts[0] == counts[1]
    assert Document.objects.count() > MANY


def test_query_counts_are_measured_for_the_main_pages():
    names = {page.name for page in MEASURED}
    assert {"overview", "mentions", "keywords", "sources", "search", "rules", "incidents", "outbox", "digest"} <= names
