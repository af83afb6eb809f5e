"""One row of each kind in a project, by the names of the URL parameters, for the walks over all URLs."""

import uuid
from dataclasses import asdict

from django.utils import timezone

from accounts.models import Invitation
from accounts.tokens import create_token
from alerts.models import Digest, HoldingStatement, Incident, IncidentEntry, IncidentTask, Rule
from alerts.rules import settings_of
from assistant.models import AssistantRequest, AssistantRules
from delivery.models import Delivery, Destination, ExternalRecipient
from monitoring.models import Author, AuthorNote, AuthorTag, Credential, Document, FetchRequest, Mention, Mute, Story
from reports.models import Logo, Report, ShareLink
from tests.dashboards.theme_rows import make_theme
from tests.factories import PNG, make_keyword, make_mention, make_source
from tests.website.factories import make_sign_in, make_website
from workplace.models import (
    Annotation,
    BulkChange,
    CalendarAddress,
    Collection,
    CollectionIssue,
    CollectionItem,
    Draft,
    FeedAddress,
    Goal,
    ItemPicture,
    Note,
    OutgoingReply,
    Post,
    SavedReply,
    SavedView,
)


def make_samples(project, owner, manager):
    """One real row of each kind in Maison Lumen, by the names of the URL parameters."""
    keyword = make_keyword(project, "Keyword of Lumen")
    source = make_source(project, title="Source of Lumen")
    mention = make_mention(keyword, source=source, title="Title about Lumen")
    rule = Rule.objects.create(project=project, keyword=keyword, threshold=1)
    then = {**asdict(settings_of(rule)), "window_s": rule.window_s}
    feed = FeedAddress.objects.create(project=project, user=owner, keyword=keyword, digest="sample")
    incident = Incident.objects.create(rule=rule, opened_at=timezone.now(), value=2, peak=2, settings=then)
    task = IncidentTask.objects.create(incident=incident, title="Task of Lumen")
    IncidentEntry.objects.create(incident=incident, kind="comment", user=owner, text="Comment of Lumen")
    statement = HoldingStatement.objects.create(project=project, name="Statement of Lumen", text_en="Text")
    delivery = Delivery.objects.create(
        key="sample", kind="digest", project=project, user=owner, recipient=owner.email, subject="Subject for Lumen"
    )
    invitation = Invitation.objects.create(
        project=project, email="n@example.com", token_digest="d", expires_at=timezone.now()
    )
    create_token(owner, "Token of Ada")
    fetch, page, preview = (
        FetchRequest.objects.create(
            project=project,
            user=owner,
            kind=kind,
            url="https://lumen.example/",
            parameters={"platform": "hackernews"},
        )
        for kind in FetchRequest.Kind
    )
    credential = Credential.objects.create(project=project, platform="bluesky", name="Key of Lumen")
    view = SavedView.objects.create(
        project=project, owner=owner, name="View of Lumen", query="period=7d", is_shared=True
    )
    reply = SavedReply.objects.create(project=project, name="Reply of Lumen", language="en", text="Thanks")
    note = Note.objects.create(project=project, document=mention.document, author=owner, text="Note of Lumen")
    draft = Draft.objects.create(project=project, document=mention.document, text="Draft of Lumen", state="sending")
    outgoing = OutgoingReply.objects.create(project=project, document=draft.document, draft=draft, text="Lumen")
    mute = Mute.objects.create(project=project, kind="domain", value="lumen.example", label="Mute of Lumen")
    bulk = BulkChange.objects.create(
        project=project, query="", last_mention_id=1, operation="AddTags", values={"added": ["lumen"]}, total=1
    )
    author = Author.objects.create(project=project, platform="bluesky", name="Author of Lumen", key=uuid.uuid4())
    author_note = AuthorNote.objects.create(author=author, user=owner, text="Author note of Lumen")
    digest = Digest.objects.create(project=project, user=owner, is_main=False, frequency="never")
    AuthorTag.objects.create(author=author, project=project, tag="lumen")
    story = Story.objects.create(project=project)
    for rows in (Document.objects.filter(pk=mention.document_id), Mention.objects.filter(pk=mention.pk)):
        rows.update(story=story)
    report = Report.objects.create(
        project=project, title="Report of Lumen", language="en", time_zone="UTC", sections=["summary"]
    )
    Logo.objects.create(project=project, png=PNG, width=1, height=1)
    collection = Collection.objects.create(
        project=project, name="Collection of Lumen", slug="lumen", language="en", time_zone="UTC"
    )
    issue = CollectionIssue.objects.create(collection=collection, number=1, title="Issue of Lumen", language="en")
    item = CollectionItem.objects.create(
        issue=issue, url="https://lumen.example/", title="Item of Lumen", position=0, document_id=mention.document_id
    )
    post = Post.objects.create(project=project, title="Post of Lumen", text="Text of Lumen", owner=owner)
    post.comments.create(author=owner, text="Comment of Lumen")
    picture = post.pictures.create(position=0, jpeg=PNG, width=1, height=1, alt="Photo of Lumen")
    address = CalendarAddress.objects.create(project=project, user=owner, digest="calendar")
    ItemPicture.objects.create(item=item, jpeg=PNG, width=1, height=1, alt="Picture of Lumen")
    reader = ExternalRecipient.objects.create(
        project=project, mailing_list=f"newsletter:{collection.pk}", email="reader@lumen.example", language="en"
    )
    destination = Destination(project=project, channel="slack", name="Channel of Lumen", language="en")
    destination.set_secrets({"url": "http://127.0.0.1:1/"})
    destination.save()
    days = {"starts_on": timezone.localdate(), "ends_on": timezone.localdate()}
    goal = Goal.objects.create(
        project=project, name="Goal of Lumen", metric="manual", target=1, time_zone="UTC", owner=owner, **days
    )
    annotation = Annotation.objects.create(project=project, text="Campaign of Lumen", **days)
    website = make_website(project, name="Website of Lumen")
    AssistantRules.objects.create(project=project, is_allowed=True)
    summary = AssistantRequest.objects.create(
        project=project,
        user=owner,
        kind="summary",
        about={"subject": "period", "query": "period=7d"},
        state="done",
        document_ids=[mention.document_id],
        result={
            "sentences": [{"text": "Lumen", "documents": [mention.document_id], "mentions": [mention.pk]}],
            "dropped": 0,
            "sent": 1,
            "total": 1,
            "is_capped": False,
            **dict.fromkeys(("since", "until"), timezone.now().isoformat()),
        },
    )
    return {
        "goal_id": goal.pk,
        "annotation_id": annotation.pk,
        "website_id": website.pk,
        "request_id": summary.pk,
        "provider_name": "matomo",
        "sign_in_id": make_sign_in(project, owner).pk,
        "post_id": post.pk,
        "picture_id": picture.pk,
        "template_id": project.post_templates.create(name="Template of Lumen", title="Post", kind="job").pk,
        "slot_id": project.posting_slots.create(platform="x", weekday=0, at="09:00", time_zone="UTC").pk,
        "address_id": address.pk,
        "report_id": report.pk,
        "collection_id": collection.pk,
        "issue_id": issue.pk,
        "item_id": item.pk,
        "section_id": 1,
        "reader_id": reader.pk,
        "address": "unknown",
        "link_id": ShareLink.objects.create(report=report).pk,
        "recipient_id": report.recipients.create(user=owner).pk,
        "story_id": story.pk,
        "theme_id": make_theme(project, [mention.document]).pk,
        "destination_id": destination.id,
        "channel_id": destination.id,
        "channel_name": "slack",
        "author_id": author.id,
        "author_note_id": author_note.id,
        "tag": "lumen",
        "project_id": project.id,
        "keyword_id": keyword.id,
        "source_id": source.id,
        "mention_id": mention.id,
        "document_id": mention.document_id,
        "rule_id": rule.id,
        "incident_id": incident.id,
        "task_id": task.id,
        "statement_id": statement.id,
        "delivery_id": delivery.id,
        "digest_id": digest.id,
        "fetch_id": fetch.id,
        "page_id": page.id,
        "preview_id": preview.id,
        "platform_name": "hackernews",
        "credential_id": credential.id,
        "mute_id": mute.id,
        "outgoing_id": outgoing.id,
        "note_id": note.id,
        "change_id": bulk.id,
        "view_id": view.id,
        "feed_id": feed.id,
        "format_name": "atom",
        "reply_id": reply.id,
        "member_id": project.memberships.get(user=manager).id,
        "invitation_id": invitation.id,
        "token_id": owner.api_tokens.get().id,
        "token": "unknown",
        "signed": "unknown",
        "uidb36": "x",
        "key": "x-y",
        "slug": "unknown",
        "number": 1,
        "name": "unknown",
        "path": "unknown",
        "list_name": "mentions",
    }
