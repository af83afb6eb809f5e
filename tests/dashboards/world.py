"""A project with rows of every kind, which grows: for tests that open every page with few and with many rows."""

from datetime import timedelta

from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Invitation, Membership, Project, Role, User
from accounts.tokens import create_token
from alerts.models import Digest, Incident, Playbook
from delivery.models import ExternalRecipient
from monitoring.models import (
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
    Story,
)
from reports.changes import create_link
from reports.models import Logo, Report
from reports.sections.registry import SECTIONS
from tests.dashboards.alert_rows import AlertRows
from tests.dashboards.assistant_rows import AssistantRows
from tests.dashboards.author_rows import AuthorRows
from tests.dashboards.collection_rows import CollectionRows
from tests.dashboards.goal_rows import GoalRows
from tests.dashboards.post_rows import PostRows
from tests.dashboards.theme_rows import make_theme
from tests.dashboards.website_rows import WebsiteRows
from tests.factories import PNG, make_documents, make_keyword, make_mention, make_mentions, make_source
from tests.relevance import suggest_as_noise, use_new_version
from tests.vectors import direction, store_vectors
from tests.website.factories import make_sign_in
from workplace.models import (
    BulkChange,
    Column,
    Draft,
    FeedAddress,
    Note,
    OutgoingReply,
    SavedReply,
    SavedView,
)

# The query strings with which pages show the most rows.
QUERY_STRINGS = {
    "search": "?q=lumen",
    "explain": "?text=Lumen+lamp",
    "mentions": "?status=to_review&status=needs_reply&sentiment=negative&sentiment=positive",
    "mentions_fresh": "?after=0",
    "calendar": "?view=week",
    "story": "?find=lumen",
}


class World(AlertRows, AssistantRows, AuthorRows, GoalRows, CollectionRows, PostRows, WebsiteRows):
    """A project with rows of every kind, to which `grow` adds; pages with an id show the first of their kind."""

    def __init__(self, project, owner):
        self.project, self.owner, self.size = project, owner, 0
        owner.is_superuser = True
        owner.save()
        self.keyword = make_keyword(project, "First keyword")
        self.source = make_source(project, title="First source")
        self.mention = make_mention(self.keyword, source=self.source, title="Lumen and a competitor")
        store_vectors([(self.mention.document, direction(1))])
        self.story = Story.objects.create(project=project)
        self._add_to_story([self.mention])
        self.destination = self._destination()
        self.rule = self._rule(self.keyword)
        self.incident = self._incident(self.rule)
        self.playbook = Playbook.objects.create(project=project, checklist="Call", contacts="Ada: 1", escalate_after=9)
        self.task, self.statement = self._incident_work(owner)
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
        self.digest = Digest.objects.create(project=project, user=owner, is_main=False, frequency="never")
        self.report = self._report()
        self.goal = self._goal(owner)
        self.collection = self._collection("public")
        self.issue = self._issue(self.collection, 1)
        self.post = self._post()
        Logo.objects.create(project=project, png=PNG, width=1, height=1)
        self.website = self._website()
        self.sign_in = make_sign_in(project, owner)
        self.summary = self._assistant()
        SentimentState.objects.create(project=project, analyzed_by="model", layer=self._layer())
        self._relevance(self.mention.document)

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
        self._add_to_story(made[:2])
        make_theme(project, {one.document for one in made}, is_hidden=self.size % 3 == 0)
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
        destination = self._destination()
        self.rule.destinations.add(destination)
        rule.destinations.add(self.destination)
        member = self._member()
        self.rule.recipients.add(member.user)
        self._notes(member.user)
        rule.recipients.add(member.user, self.owner)
        self.playbook.escalate_to.add(member.user)
        self._incident_work(member.user)
        Incident.objects.filter(pk=self._incident(self._rule(keyword)).pk).update(joined=self.incident)
        self._invitation()
        create_token(self.owner, f"Token {self.size}")
        Membership.objects.create(project=Project.objects.create(name="Other"), user=self.owner, role=Role.ADMIN)
        Mention.objects.filter(pk=made[0].pk).update(analyzed_by=Mention.BY_PERSON)
        Correction.objects.create(
            project=project, mention=made[0], user=member.user, label="negative", shown="positive", text="Lumen"
        )
        self._layer()
        self._relevance(made[0].document)
        self._platform_source()
        self._mute()
        self._feeds(keyword, self._view())
        self._reply()
        self._bulk_change()
        self._author()
        self._official_reply(source)
        self._report()
        self._goal(member.user)
        self._grow_collections(now)
        self._website()
        self._cite(self.summary)
        self.sign_in.choices += [[str(self.size), f"Property {self.size}", f"Account {self.size}"]]
        self.sign_in.save()
        self._grow_posts(member.user)
        external = ExternalRecipient.objects.create(project=project, email=f"r{self.size}@example.org", language="en")
        main = Digest.objects.get(project=project, user=self.owner, is_main=True)
        main.recipients.create(external=external)
        for digest in (main, self.digest):
            digest.destinations.add(destination)
        create_link(self.report, self.owner, 30, now)
        self.report.recipients.create(user=member.user)
        record(project, member.user, "sentiment.learning", project, learns=bool(self.size % 2))
        record(project, member.user, "relevance.learning", project, learns=bool(self.size % 2))

    def _add_to_story(self, mentions):
        Document.objects.filter(pk__in=[one.document_id for one in mentions]).update(story=self.story)
        Mention.objects.filter(document__in=[one.document_id for one in mentions]).update(story=self.story)

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

    def _report(self):
        return Report.objects.create(
            project=self.project,
            title=f"Report {self.size}",
            language="en",
            time_zone="UTC",
            period="fixed",
            first_day=timezone.now().date() - timedelta(days=6),
            last_day=timezone.now().date(),
            sections=[*SECTIONS],
            comment="**Well** done",
            created_by=self.owner,
        )

    def _view(self):
        query = f"source={self.source.pk}&keyword={self.keyword.pk}"
        view = SavedView.objects.create(
            project=self.project, owner=self.member.user, name=f"View {self.size}", query=query, is_shared=True
        )
        Column.objects.create(user=self.owner, view=view, position=self.size)
        return view

    def _feeds(self, keyword, view):
        for about in ({"keyword": keyword}, {"view": view}):
            digest = f"feed {FeedAddress.objects.count()}"
            FeedAddress.objects.create(project=self.project, user=self.owner, digest=digest, **about)

    def _reply(self):
        return SavedReply.objects.create(
            project=self.project, name=f"Reply {self.size}", language="en", text="Hi {{author}}"
        )

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

    def _relevance(self, document):
        """Add a version in use, by which the first mention and one more are suggested as noise."""
        version = use_new_version(self.project, self.size + 1, noise_ids=[document.pk], kept_ids=[document.pk])
        suggest_as_noise([document, self.mention.document], version, document.pk, document.pk)

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
            "post_id": self.post.pk,
            "template_id": self.project.post_templates.order_by("pk").first().pk,
            "picture_id": self.post.pictures.order_by("pk").first().pk,
            "report_id": self.report.pk,
            "goal_id": self.goal.pk,
            "annotation_id": self.project.annotations.order_by("pk").first().pk,
            "collection_id": self.collection.pk,
            "issue_id": self.issue.pk,
            "item_id": self.issue.items.order_by("pk").first().pk,
            "website_id": self.website.pk,
            "request_id": self.summary.pk,
            "provider_name": "google_analytics",
            "sign_in_id": self.sign_in.pk,
            "story_id": self.story.pk,
            "project_id": self.project.pk,
            "keyword_id": self.keyword.pk,
            "source_id": self.source.pk,
            "mention_id": self.mention.pk,
            "rule_id": self.rule.pk,
            "incident_id": self.incident.pk,
            "task_id": self.task.pk,
            "statement_id": self.statement.pk,
            "delivery_id": self.delivery.pk,
            "fetch_id": self.fetch.pk,
            "page_id": self.page.pk,
            "preview_id": self.preview.pk,
            "platform_name": "hackernews",
            "list_name": "mentions",
            "credential_id": self.credential.pk,
            "destination_id": self.destination.pk,
            "channel_name": "slack",
            "mute_id": self.mute.pk,
            "outgoing_id": 1,
            "view_id": self.view.pk,
            "digest_id": self.digest.pk,
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
