from datetime import timedelta

import pytest
from django.apps import apps
from django.db.models import ForeignKey
from django.utils import timezone

from accounts.invitations import accept
from accounts.models import Invitation, Project, User
from accounts.projects import create_project
from alerts.models import Digest, Incident, Rule
from delivery.models import Delivery
from monitoring.models import Correction, Document, Mention, SentimentLayer, SentimentState, Source
from provisioning import deletion
from provisioning.deletion import purge_retired, retire_project
from tests.factories import make_keyword, make_mentions, make_source
from tests.racing import race

PLENTY_S = 60


def fill(project, user, documents=12):
    """Some of everything that hangs on a project."""
    keywords = [make_keyword(project), make_keyword(project)]
    source = make_source(project)
    published = timezone.now()
    mentions = make_mentions(keywords, [{"source": source, "published": published}] * documents)
    for mention in (mentions[0], None):
        Correction.objects.create(project=project, mention=mention, user=user, label="negative", text="Lumen")
    scores = {"accuracy_before": 0.5, "accuracy_after": 0.6, "is_better": True}
    layer = SentimentLayer.objects.create(project=project, number=1, weights=b"", corrections=2, **scores)
    SentimentState.objects.create(project=project, layer=layer)
    rule = Rule.objects.create(project=project, keyword=keywords[0], threshold=3)
    rule.recipients.add(user)
    Incident.objects.create(rule=rule, opened_at=published, value=4, peak=4)
    Digest.objects.get_or_create(project=project, user=user)
    Invitation.objects.create(project=project, email="n@example.com", token_digest="d", expires_at=published)
    Delivery.objects.create(key=f"k{project.id}", kind="digest", project=project, user=user, recipient=user.email)
    return source


def rows():
    """How many rows each table of Vigie holds."""
    models = (model for app in ("accounts", "monitoring", "alerts") for model in apps.get_app_config(app).get_models())
    return {model.__name__: model.objects.count() for model in models if model is not User}


def test_nothing_is_left_of_a_deleted_project_and_nothing_else_is_touched(stranger, owner):
    other = stranger.memberships.get().project
    fill(other, stranger)
    Project.objects.exclude(pk=other.pk).delete()
    before = rows()
    project = create_project(owner, "Doomed")
    Invitation.objects.all().update(token_digest="other")
    fill(project, owner)
    assert all(count > before[name] for name, count in rows().items() if name != "ApiToken")
    retire_project(project, owner)
    assert purge_retired(PLENTY_S) == 1
    assert rows() == before


def test_every_table_that_hangs_on_a_project_is_known_to_this_test():
    hanging = {
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
    }
    covered |= {"Correction", "SentimentLayer", "SentimentState"}
    assert hanging == covered, "add the new table to fill() above, and here"


def test_from_the_moment_of_deletion_nothing_happens_any_more(project, owner):
    source = fill(project, owner)
    retire_project(project, owner)
    source.refresh_from_db()
    assert source.state == Source.State.STOPPED
    assert not Digest.objects.exists() and not Rule.objects.exists() and not Delivery.objects.exists()
    assert not project.keywords.filter(is_paused=False).exists()
    assert Mention.objects.exists()  # the rows that may be millions go later


def test_a_deletion_that_runs_out_of_time_goes_on_at_the_next_tick(project, owner, monkeypatch):
    monkeypatch.setattr(deletion, "BATCH", 5)
    fill(project, owner)
    retire_project(project, owner)
    assert purge_retired(0) == 0
    assert Project.objects.filter(pk=project.pk).exists()
    assert purge_retired(PLENTY_S) == 1
    assert not Document.objects.exists() and not Project.objects.filter(pk=project.pk).exists()


def test_a_poll_that_is_still_under_way_is_waited_for(project, owner):
    source = fill(project, owner)
    Source.objects.filter(pk=source.pk).update(claimed_until=timezone.now() + timedelta(minutes=5))
    retire_project(project, owner)
    assert purge_retired(PLENTY_S) == 0
    Source.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert purge_retired(PLENTY_S) == 1


def test_the_sample_project_can_be_loaded_again_as_soon_as_it_is_deleted(owner, db):
    retire_project(create_project(owner, "Sample", is_sample=True), owner)
    assert create_project(owner, "Sample", is_sample=True)


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_delete_at_once_do_not_disturb_each_other(project, owner, monkeypatch):
    monkeypatch.setattr(deletion, "BATCH", 3)
    fill(project, owner)
    retire_project(project, owner)
    answers = race(lambda: purge_retired(PLENTY_S), lambda: purge_retired(PLENTY_S))
    assert all(isinstance(answer, int) for answer in answers), answers
    assert not Project.objects.filter(pk=project.pk).exists() and not Document.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_nobody_joins_a_project_while_it_is_being_deleted(project, owner, stranger, attempt):
    invitation = Invitation.objects.create(
        project=project, email=stranger.email, token_digest="d", expires_at=timezone.now() + timedelta(days=1)
    )
    race(lambda: retire_project(project, owner), lambda: accept(invitation.pk, stranger, timezone.now()))
    assert not project.memberships.exists()
