"""Deleted projects: gone for their members immediately, and purged without leftovers."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import ForeignKey
from django.utils import timezone

from accounts.activity_log import record
from accounts.invitations import accept
from accounts.models import Invitation, Project, User
from accounts.projects import create_project
from alerts.models import (
    Digest,
    DigestRecipient,
    HeldAlert,
    HoldingStatement,
    Incident,
    IncidentEntry,
    IncidentTask,
    Playbook,
    Rule,
    SentDigest,
)
from assistant.models import AssistantRequest, AssistantRules
from delivery.models import Delivery, ExternalRecipient
from monitoring.models import (
    Author,
    AuthorCheck,
    AuthorNote,
    AuthorSettings,
    AuthorTag,
    ConnectionRequest,
    Correction,
    Credential,
    Document,
    DocumentActivity,
    DocumentRevision,
    DocumentTheme,
    DocumentVector,
    EngagementPoint,
    FetchRequest,
    Mention,
    MentionTag,
    Mute,
    PlatformApp,
    RawItem,
    Recheck,
    SentimentLayer,
    SentimentState,
    Source,
    SourcePeriod,
    Story,
    StoryCheck,
    StoryRedirect,
    StorySignature,
    Theme,
    ThemeRun,
    Triage,
)
from provisioning import deletion
from provisioning.deletion import delete_project, purge_deleted_projects
from reports.models import Edition, Logo, Report, ReportRecipient, ShareLink
from tests.factories import PNG, make_keyword, make_mentions, make_source
from tests.racing import race
from tests.relevance import suggest_as_noise, use_new_version
from tests.website.factories import make_breakdown, make_days, make_sign_in, make_website
from workplace.models import (
    Annotation,
    BulkChange,
    CalendarAddress,
    CalendarRules,
    Collection,
    CollectionIssue,
    CollectionItem,
    Column,
    Draft,
    FeedAddress,
    FollowerCount,
    Goal,
    GoalFigure,
    ItemPicture,
    Note,
    OutgoingPost,
    OutgoingReply,
    OwnAccount,
    Post,
    PostingSlot,
    ReplyRules,
    ResponseTarget,
    SavedReply,
    SavedView,
)

BUDGET_S = 60


def fill(project, user, documents=12):
    """Create rows in every table that references a project. Return its source."""
    keywords = [make_keyword(project), make_keyword(project)]
    source = make_source(project)
    FeedAddress.objects.create(project=project, user=user, keyword=keywords[0], digest=f"f{project.pk}")
    SourcePeriod.objects.create(source=source, state="working", started_at=timezone.now())
    credential = Credential.objects.create(project=project, platform="bluesky")
    PlatformApp.objects.create(project=project, platform="x", client_id="lumen")
    ConnectionRequest.objects.create(
        project=project,
        user=user,
        platform="x",
        credential=credential,
        state_digest=f"d{project.pk}",
        expires_at=timezone.now(),
    )
    published = timezone.now()
    mentions = make_mentions(keywords, [{"source": source, "published": published}] * documents)
    DocumentRevision.objects.create(document=mentions[0].document, title="Lumen", text="", replaced_at=published)
    EngagementPoint.objects.create(document=mentions[0].document, at=published, likes=3)
    RawItem.objects.create(document=mentions[0].document, body="{}", stored_at=published)
    Recheck.objects.create(document=mentions[0].document, source=source, recheck_id="1", read_at=published)
    Triage.objects.create(document=mentions[0].document, project=project, assignee=user, due_at=published)
    MentionTag.objects.create(document=mentions[0].document, project=project, tag="livraison")
    Mute.objects.create(project=project, kind="domain", value="spam.example", label="spam.example", created_by=user)
    author = Author.objects.create(project=project, platform="bluesky", key=uuid4(), greeted_by=user)
    mentions[0].document.written_by = author
    AuthorCheck.objects.create(author=author)
    AuthorTag.objects.create(project=project, author=author, tag="client")
    AuthorNote.objects.create(author=author, user=user, text="Client since 2024")
    AuthorSettings.objects.create(project=project)
    entry = record(project, user, "mention.status", mentions[0].document)
    DocumentActivity.objects.create(document=mentions[0].document, entry=entry)
    mentions[0].document.story = mentions[0].story = Story.objects.create(project=project)
    mentions[0].document.save()
    mentions[0].save()
    StoryCheck.objects.create(document=mentions[0].document)
    StoryRedirect.objects.create(story_id=uuid4().int % 10**12, project=project, target=1)
    StorySignature.objects.create(document=mentions[0].document, keys=[1], published=published)
    DocumentVector.objects.create(document=mentions[0].document, project=project, version="1", vector=[0.0] * 256)
    suggest_as_noise([mentions[0].document], use_new_version(project), ignored=1, kept=1)
    theme = Theme.objects.create(project=project, center=[0.0] * 256, version="1")
    DocumentTheme.objects.create(document=mentions[0].document, theme=theme)
    ThemeRun.objects.create(project=project)
    for mention in (mentions[0], None):
        Correction.objects.create(project=project, mention=mention, user=user, label="negative", text="Lumen")
    scores = {"accuracy_before": 0.5, "accuracy_after": 0.6, "is_better": True}
    layer = SentimentLayer.objects.create(project=project, number=1, weights=b"", corrections=2, **scores)
    SentimentState.objects.create(project=project, layer=layer)
    rule = Rule.objects.create(project=project, keyword=keywords[0], threshold=3)
    rule.recipients.add(user)
    incident = Incident.objects.create(rule=rule, opened_at=published, value=4, peak=4)
    IncidentEntry.objects.create(incident=incident, kind="opened")
    IncidentTask.objects.create(incident=incident, title="Call the carrier")
    Playbook.objects.create(project=project).escalate_to.add(user)
    HoldingStatement.objects.create(project=project, name="Press", text_en="We are looking into it.")
    HeldAlert.objects.create(user=user, rule=rule, event="mentions", since=published)
    digest, _is_new = Digest.objects.get_or_create(project=project, user=user)
    digest.keywords.add(keywords[0])
    Invitation.objects.create(project=project, email="n@example.com", token_digest="d", expires_at=published)
    FetchRequest.objects.create(project=project, user=user, kind="page", url="https://essai.example/")
    delivery = {"key": f"k{project.id}", "kind": "digest", "project": project, "user": user, "recipient": user.email}
    SentDigest.objects.create(delivery=Delivery.objects.create(**delivery), keywords=1, total=1, negative=0, ignored=0)
    digest.destinations.create(project=project, channel="slack", name="Team", language="en")
    ResponseTarget.objects.update_or_create(project=project, defaults={"hours": 8})
    ReplyRules.objects.create(project=project)
    SavedReply.objects.create(project=project, name="Thanks", language="en", text="Thanks!")
    Note.objects.create(project=project, document=Document.objects.filter(project=project).first(), text="Hello")
    draft = Draft.objects.create(project=project, document=mentions[0].document, text="Hello")
    OutgoingReply.objects.create(project=project, document=draft.document, draft=draft, text="Hello")
    bulk = {"query": "", "last_mention_id": 1, "operation": "AddTags", "values": {"added": ["lumen"]}, "total": 1}
    BulkChange.objects.create(project=project, **bulk)
    view = SavedView.objects.create(project=project, owner=user, name="Negative", query="sentiment=negative")
    Column.objects.create(user=user, view=view, position=0)
    days = {"starts_on": published.date(), "ends_on": published.date()}
    goal = Goal.objects.create(project=project, name="Goal", metric="manual", target=1, time_zone="UTC", **days)
    GoalFigure.objects.create(goal=goal, day=published.date(), value=1, entered_by=user)
    Annotation.objects.create(project=project, text="Campaign", **days)
    account = OwnAccount.objects.create(project=project, credential=credential, platform="bluesky")
    FollowerCount.objects.create(account=account, day=published.date(), followers=3)
    fill_reports(project, user)
    website = make_website(project)
    make_days(website, published.date(), [3])
    make_sign_in(project, user)
    make_breakdown(website, published.date(), "source", "google", 3, "organic")
    fill_collections(project, mentions[0].document_id)
    AssistantRules.objects.create(project=project)
    AssistantRequest.objects.create(project=project, user=user, kind="summary", about_key="x")
    CalendarRules.objects.create(project=project)
    PostingSlot.objects.create(project=project, platform="x", weekday=0, at="09:00", time_zone="UTC")
    CalendarAddress.objects.create(project=project, user=user, digest=f"c{project.pk}")
    post = Post.objects.create(project=project, title="Advent", owner=user, written_by=user)
    variant = post.variants.create(platform="bluesky")
    outgoing = OutgoingPost.objects.create(project=project, variant=variant, text="Advent")
    outgoing.gains.create(at=published, count=3)
    post.comments.create(author=user, text="Shorter?")
    project.post_templates.create(name="Advent", title="Advent", kind="offer")
    post.pictures.create(position=0, jpeg=PNG, width=1, height=1, alt="Lumen")
    return source


def fill_collections(project, document_id):
    collection = Collection.objects.create(project=project, name="Week", slug=f"w{project.pk}", language="fr")
    issue = CollectionIssue.objects.create(collection=collection, number=1, language="fr")
    item = CollectionItem.objects.create(issue=issue, document_id=document_id, title="Lumen", position=0)
    ItemPicture.objects.create(item=item, jpeg=PNG, width=1, height=1, alt="Lumen")


def fill_reports(project, user):
    reader = ExternalRecipient.objects.create(project=project, email="client@example.com", language="fr")
    Logo.objects.create(project=project, png=PNG, width=1, height=1)
    report = Report.objects.create(project=project, title="Week", language="fr", time_zone="UTC", created_by=user)
    now = timezone.now()
    edition = Edition.objects.create(
        report=report,
        revision=1,
        start=now,
        end=now,
        title="Week",
        language="fr",
        time_zone="UTC",
        shows_logo=True,
        content={},
    )
    ShareLink.objects.create(report=report, edition=edition)
    ReportRecipient.objects.create(report=report, external=reader)
    DigestRecipient.objects.create(digest=Digest.objects.filter(project=project).first(), external=reader)


NOT_OF_A_PROJECT = {
    "ApiToken",
    "BounceMailbox",
    "EvaluationState",
    "PasswordResetRequest",
    "QuietHours",
    "RefusedAddress",
    "RequestBudget",
    "ServerOutage",
}


def rows():
    """Return the number of rows by model."""
    labels = ("accounts", "delivery", "monitoring", "website", "alerts", "workplace", "reports", "assistant")
    models = (model for label in labels for model in apps.get_app_config(label).get_models())
    return {model.__name__: model.objects.count() for model in models if model is not User}


def test_purge_deletes_all_rows_of_project_and_no_others(stranger, owner):
    other = stranger.memberships.get().project
    fill(other, stranger)
    Project.objects.exclude(pk=other.pk).delete()
    before = rows()
    project = create_project(owner, "Doomed")
    Invitation.objects.all().update(token_digest="other")
    fill(project, owner)
    assert [name for name, count in rows().items() if count <= before[name] and name not in NOT_OF_A_PROJECT] == []
    delete_project(project, owner)
    assert purge_deleted_projects(BUDGET_S) == 1
    assert rows() == before


def test_fill_covers_every_table_that_references_a_project():
    referencing = {
        model.__name__
        for model in apps.get_models()
        if any(isinstance(field, ForeignKey) and field.related_model is Project for field in model._meta.fields)
    }
    covered = {
        "Membership",
        "Invitation",
        "ActivityEntry",
        "Keyword",
        "Source",
        "Document",
        "Rule",
        "Digest",
        "Delivery",
        "Destination",
    }
    covered |= {"Correction", "SentimentLayer", "SentimentState", "FetchRequest", "Credential"}
    covered |= {"PlatformApp", "ConnectionRequest", "Triage", "MentionTag", "Mute", "ResponseTarget", "SavedView"}
    covered |= {"Story", "Draft", "Note", "ReplyRules", "SavedReply", "Author", "AuthorSettings", "AuthorTag"}
    covered |= {"Playbook", "HoldingStatement"}
    covered |= {
        "OutgoingReply",
        "BulkChange",
        "StoryRedirect",
        "FeedAddress",
        "Goal",
        "Annotation",
        "OwnAccount",
        "GoogleSignIn",
    }
    covered |= {"AssistantRequest", "AssistantRules", "Theme", "ThemeRun", "RelevanceState", "RelevanceVersion"}
    covered |= {"ExternalRecipient", "Logo", "Report", "Website", "Collection", "DocumentVector", "RelevanceScore"}
    covered |= {"CalendarAddress", "CalendarRules", "Post", "PostTemplate", "PostingSlot", "OutgoingPost"}
    assert referencing == covered, "add the new table to fill() above, and here"


def test_delete_project_stops_sources_keywords_and_messages(project, owner):
    source = fill(project, owner)
    delete_project(project, owner)
    source.refresh_from_db()
    assert source.state == Source.State.STOPPED
    assert not Digest.objects.exists() and not Rule.objects.exists() and not Delivery.objects.exists()
    assert not project.keywords.filter(is_paused=False).exists()
    assert Mention.objects.exists()  # possibly millions of rows: they are purged later


def test_purge_continues_at_next_run_after_time_limit(project, owner, monkeypatch):
    monkeypatch.setattr(deletion, "BATCH", 5)
    fill(project, owner)
    delete_project(project, owner)
    assert purge_deleted_projects(0) == 0
    assert Project.objects.filter(pk=project.pk).exists()
    assert purge_deleted_projects(BUDGET_S) == 1
    assert not Document.objects.exists() and not Project.objects.filter(pk=project.pk).exists()


def test_purge_waits_for_running_poll(project, owner):
    source = fill(project, owner)
    Source.objects.filter(pk=source.pk).update(claimed_until=timezone.now() + timedelta(minutes=5))
    delete_project(project, owner)
    assert purge_deleted_projects(BUDGET_S) == 0
    Source.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert purge_deleted_projects(BUDGET_S) == 1


def test_sample_project_can_be_created_again_after_deletion(owner, db):
    delete_project(create_project(owner, "Sample", is_sample=True), owner)
    assert create_project(owner, "Sample", is_sample=True)


@pytest.mark.django_db(transaction=True)
def test_concurrent_purges_complete(project, owner, monkeypatch):
    monkeypatch.setattr(deletion, "BATCH", 3)
    fill(project, owner)
    delete_project(project, owner)
    results = race(lambda: purge_deleted_projects(BUDGET_S), lambda: purge_deleted_projects(BUDGET_S))
    assert all(isinstance(result, int) for result in results), results
    assert not Project.objects.filter(pk=project.pk).exists() and not Document.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_invitation_cannot_be_accepted_during_deletion(project, owner, stranger, attempt):
    invitation = Invitation.objects.create(
        project=project, email=stranger.email, token_digest="d", expires_at=timezone.now() + timedelta(days=1)
    )
    race(lambda: delete_project(project, owner), lambda: accept(invitation.pk, stranger, timezone.now()))
    assert not project.memberships.exists()
