"""Fill a database of the version of 21 November 2026 with rows of every table, through its own services.

Input: that version's code (commit ad0b9bf) on the path and a migrated, empty database. README.md says how it is run.
Imports nothing of the current version; the tests never run it.
"""

# ruff: noqa: I001 (the modules are those of another version)

from datetime import UTC, datetime, timedelta

from accounts.invitations import accept, invite, resend
from accounts.members import change_role
from accounts.models import Invitation, Membership, Project, User
from accounts.projects import create_project, rename_project
from accounts.tokens import create_token
from alerts import outbox
from alerts.digests import change_subscription, send_now, subscription_of, unsubscribe
from alerts.incidents import acknowledge, close_incident
from alerts.models import Delivery, Incident, Rule
from alerts.rules import evaluate_all, pause_rule, save_rule
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.utils import timezone
from monitoring.corrections import correct_sentiment
from monitoring.enrich import judge_mentions
from monitoring.ingest import Batch, store
from monitoring.items import Entry
from monitoring.learning import set_learning, use_layer
from monitoring.models import Mention, SentimentLayer, SentimentState, Source, Topic
from monitoring.sources import import_opml, pause_source
from monitoring.topics import create_topic, delete_topic, pause_topic, update_topic
from monitoring.triage import set_status

settings.EMAIL_URL = "smtp://127.0.0.1:1"
now = timezone.now()

# --- people and projects -----------------------------------------------------------------------------------
ada = User.objects.create_user(
    "ada@example.com", "correct horse battery", language="en", first_name="Ada", is_superuser=True, is_staff=True
)
marc = User.objects.create_user("marc@example.com", "correct horse battery", language="fr", time_zone="Asia/Tokyo")
vera = User.objects.create_user("vera@example.com", "correct horse battery", language="en")
project = create_project(ada, "subject")
rename_project(project, ada, "Maison Lumen")
other = create_project(marc, "Ailleurs")
deleted = create_project(marc, "Supprimé")
Project.objects.filter(pk=deleted.pk).update(deleted_at=now)
for email, role in [("marc@example.com", "manager"), ("vera@example.com", "viewer")]:
    Membership.objects.create(project=project, user=User.objects.get(email=email), role=role)
invite(project, ada, "lea@example.com", "manager", now)
resend(project, ada, Invitation.objects.get().pk, now)
accepted = Invitation.objects.create(
    project=other,
    email="vera@example.com",
    role="viewer",
    token_digest="0" * 64,
    invited_by=marc,
    expires_at=now + timedelta(days=1),
)
accept(accepted.pk, vera, now)
change_role(other, marc, other.memberships.get(user=vera).pk, "manager")
create_token(ada, "dashboard")
EmailAddress.objects.create(user=ada, email=ada.email, verified=True, primary=True)
Authenticator.objects.create(user=marc, type="recovery_codes", data={"migrated_codes": ["abc"]})
Session.objects.create(session_key="s" * 32, session_data="x", expire_date=now + timedelta(days=1))
editors = Group.objects.create(name="Topic editors")
editors.permissions.set(Permission.objects.filter(codename__in=["change_topic", "view_auditline", "view_delivery"]))
LogEntry.objects.create(
    user=ada,
    content_type=ContentType.objects.get(app_label="monitoring", model="topic"),
    object_id="1",
    object_repr="Lumen",
    action_flag=2,
)

# --- keywords, sources, documents, mentions ----------------------------------------------------------------
lumen = create_topic(project, ada, name="Lumen", query="lumen OR answered", kind="brand")
solis = create_topic(project, marc, name="Solis", query='solis AND "unsure"', kind="subject", languages=["en"])
lighting = create_topic(
    project, ada, name="subject", query='"subject" OR lampe OR lamp', kind="subject", platforms=["feed"]
)
update_topic(solis, marc, kind="competitor", query="solis")
update_topic(lumen, ada, query="lumen")
pause_topic(create_topic(project, ada, name="En pause", query="veilleuse", kind="subject"), ada, True)
delete_topic(create_topic(project, ada, name="to_answer", query="answered", kind="subject"), ada)
elsewhere = create_topic(other, marc, name="Lumen", query="lumen", kind="brand")
Topic.objects.filter(pk=elsewhere.pk).update(backfilled_to=5)  # still searching past items

feeds = b"""<opml version="2.0"><body><outline type="rss" text="Le Phare" xmlUrl="https://phare.example/feed"/>
<outline type="rss" text="Lampes" xmlUrl="https://lampes.example/rss"/>
<outline type="rss" text="Old" xmlUrl="https://old.example/rss"/>
<outline type="rss" text="Silent" xmlUrl="https://silent.example/rss"/></body></opml>"""
import_opml(project, ada, feeds)
phare, lampes, old, silent = Source.objects.order_by("pk")
Source.objects.filter(pk=phare.pk).update(
    last_polled_at=now, last_success_at=now, last_new_at=now, etag='"1"',
    last_modified="Fri, 21 Nov 2026 10:00:00 GMT", body_hash=b"\x01\x02\xff" * 10, hints={"interval_s": 1800},
    next_poll_at=now + timedelta(minutes=15), language="fr",
)  # fmt: skip
Source.objects.filter(pk=lampes.pk).update(
    failures=3, failing_since=now - timedelta(hours=2), error_code="http_status", error_detail="503",
    last_polled_at=now, moved_to="https://lampes.example/atom", moved_count=1,
)  # fmt: skip
Source.objects.filter(pk=old.pk).update(state="stopped", error_code="gone")
pause_source(silent, ada, True)


def entry(number, title, body, language="en"):
    published = datetime(2026, 11, 20, tzinfo=UTC) + timedelta(minutes=number)
    return Entry(
        f"id-{number}",
        f"https://phare.example/{number}",
        title,
        f"<p>{body}</p>",
        author="Léa",
        published=published,
        language=language,
    )


store([
    Batch(phare.pk, project.pk, (
        entry(1, "Lumen opens a shop", "A wonderful lamp by Lumen, I love it."),
        entry(2, "Lumen recalls a lamp", "The Lumen lamp is terrible and broke after a day. Awful."),
        entry(3, "Lumen, une lampe", "La lampe Lumen est arrivée. Elle coûte 40 euros.", "fr"),
        entry(4, "Solis against Lumen", "Solis and Lumen both make lamps."),
        entry(5, "The weather", "Rain, then sun."),
        entry(6, "Lumen asks", "Does Lumen repair lamps?"),
    )),
    Batch(lampes.pk, project.pk, (
        entry(1, "Lumen opens a shop", "A wonderful lamp by Lumen, I love it."),
        entry(7, "Lampe de bureau", "Une lampe pour le bureau.", "fr"),
    )),
])  # fmt: skip
judge_mentions(budget_s=30)
# One mention of every status and of every sentiment, whatever this version's model makes of the texts.
rows = list(Mention.objects.filter(topic__project=project).order_by("pk"))
for row, sentiment in zip(rows, ["positive", "neutral", "negative", "unsure", "unsure", ""], strict=False):
    Mention.objects.filter(pk=row.pk).update(sentiment=sentiment)
by_document = {row.document_id: row.pk for row in rows}
first, second, third, fourth, *_ = by_document.values()
set_status(project, ada, [first], "to_answer")
set_status(project, marc, [second], "to_answer")
set_status(project, marc, [second], "answered")
set_status(project, ada, [third], "ignored")
Mention.objects.filter(pk=rows[-1].pk).update(is_backlog=True)
unsure = Mention.objects.filter(sentiment="unsure", topic__project=project).values_list("pk", flat=True)
correct_sentiment(project, ada, [unsure[0]], "negative")
correct_sentiment(project, ada, [rows[0].pk], "neutral")
correct_sentiment(project, marc, [rows[0].pk], "")

# --- what was learned --------------------------------------------------------------------------------------
state = SentimentState.objects.get(project=project)
judged_by = Mention.objects.exclude(judged_by="").exclude(judged_by="person").values_list("judged_by", flat=True)[0]
layers = [
    SentimentLayer.objects.create(
        project=project, number=number, model=judged_by, weights=b"\x00\x01" * 20, corrections=24,
        accuracy_before=0.7, accuracy_after=after, is_better=after > 0.7,
    )
    for number, after in [(1, 0.8), (2, 0.7)]
]  # fmt: skip
SentimentState.objects.filter(pk=state.pk).update(judged_by=judged_by, rescored_from=9, rescored_to=4)
use_layer(project, ada, 1)
set_learning(project, ada, False)

# --- alerts, digests, the outbox ---------------------------------------------------------------------------
many = save_rule(Rule(project=project, topic=lumen, condition="above", threshold=1, window_s=86400), ada, [])
bad = save_rule(
    Rule(
        project=project,
        topic=lumen,
        condition="above",
        threshold=0,
        window_s=604800,
        sentiment="negative",
        with_unsure=True,
    ),
    ada,
    [marc],
)
rise = save_rule(
    Rule(project=project, topic=lighting, condition="increase", percent=100, window_s=3600), marc, [ada, marc]
)
rise.percent = 150
save_rule(rise, marc, [ada])
evaluate_all(timezone.now() + timedelta(seconds=1))
opened = list(Incident.objects.order_by("pk"))
assert {incident.settings["with_unsure"] for incident in opened} == {True, False}, opened
acknowledge(opened[0], ada)
close_incident(opened[0], opened[0].rule, now + timedelta(hours=1))
pause_rule(rise, ada, True)

for member in Membership.objects.filter(project__deleted_at=None):
    subscription_of(member)
mine = subscription_of(Membership.objects.get(project=project, user=ada))
change_subscription(mine, frequency="weekly", hour=7, weekday=4)
mine.sent_until = now - timedelta(days=2)
mine.save()
send_now(mine, now + timedelta(minutes=1))
unsubscribe(subscription_of(Membership.objects.get(project=project, user=vera)))
outbox.write(
    outbox.Message(key="message:1", kind="message", recipient="lea@example.com", subject="Invitation", text="Bonjour")
)
states = ["sent", "failed", "sending", "kept"]
for delivery, value in zip(Delivery.objects.order_by("created_at"), states, strict=False):
    fields = {
        "sent": {"attempts": 1, "sent_at": now},
        "failed": {"attempts": 8, "error_code": "refused", "error": "550 no such user"},
    }.get(value, {})
    Delivery.objects.filter(pk=delivery.pk).update(state=value, **fields)
