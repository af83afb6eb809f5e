"""The API of deliveries: the log of a project, sending again, and what keeps messages from being sent."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Project
from delivery.models import Delivery, Destination, ExternalRecipient, RefusedAddress, ServerOutage
from tests.delivery.helpers import write

State, Kind = Delivery.State, Delivery.Kind


@pytest.fixture
def deliveries(program, owner, project):
    call = program(owner)
    return lambda method="GET", path="", **parameters: (
        call.get(f"/projects/{project.pk}/deliveries{path}", **parameters)
        if method == "GET"
        else call(method, f"/projects/{project.pk}/deliveries{path}")
    )


@pytest.fixture
def log(project, owner):
    """Five messages, one per hour, the newest first: their subjects say what is special about them."""
    now = timezone.now()
    rows = {
        "sent": {"state": State.SENT, "sent_at": now},
        "failed": {"state": State.FAILED, "error_code": "address_refused", "error": "550 no such user"},
        "kept": {"state": State.KEPT},
        "alert": {"kind": Kind.INCIDENT},
        "slack": {"kind": Kind.INCIDENT, "channel": "slack", "recipient": "Team", "notice": {}},
    }
    return [
        Delivery.objects.create(
            key=name,
            project=project,
            user=owner,
            subject=name,
            text=f"Text of {name}",
            html=f"<p>{name}</p>",
            created_at=now - timedelta(hours=number),
            **{"kind": Kind.DIGEST, "recipient": owner.email, **fields},
        )
        for number, (name, fields) in enumerate(rows.items())
    ]


def subjects(answer):
    assert answer.status_code == 200, answer.content
    return [row["subject"] for row in answer.json()["items"]]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, ["sent", "failed", "kept", "alert", "slack"]),
        ({"state": "failed"}, ["failed"]),
        ({"kind": "incident"}, ["alert", "slack"]),
        ({"channel": "email", "kind": "incident"}, ["alert"]),
    ],
)
def test_list_has_the_messages_that_fit(deliveries, log, parameters, expected):
    assert subjects(deliveries(**parameters)) == expected


def test_list_includes_since_and_excludes_until(deliveries, log):
    times = {"since": log[3].created_at.isoformat(), "until": log[1].created_at.isoformat()}
    assert subjects(deliveries(**times)) == ["kept", "alert"]


def test_list_continues_after_the_last_row_though_others_were_written(deliveries, log, program, owner, project):
    since = log[3].created_at
    Delivery.objects.filter(pk__in=[log[1].pk, log[2].pk]).update(created_at=log[0].created_at)
    first = deliveries(size=2, since=since.isoformat())
    write("new", project=project, subject="new")
    second = program(owner).get(first.json()["next"])
    assert second.json()["next"] is None
    assert sorted(subjects(first) + subjects(second)) == ["alert", "failed", "kept", "sent"]


def test_list_costs_the_same_queries_with_many_rows(deliveries, log, project):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            deliveries()
        return [query["sql"] for query in captured]

    for channel in ("slack", "webhook", "ntfy"):
        made = Destination.objects.create(project=project, channel=channel, name=channel, language="en")
        Delivery.objects.create(
            key=f"to:{channel}", kind=Kind.INCIDENT, project=project, channel=channel, destination=made, notice={}
        )
    deliveries()
    few = queries()
    for number in range(20):
        write(f"more:{number}", project=project)
    assert queries() == few


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"state": "lost"}, "state"),
        ({"kind": "message"}, "kind"),
        ({"channel": "pigeon"}, "channel"),
        ({"since": "2026-01-01T00:00:00"}, "since"),
        ({"cursor": "1.x"}, "cursor"),
        ({"cursor": "9" * 30 + "." + "0" * 32}, "cursor"),
        ({"size": 101}, "size"),
        ({"page": 2}, "page"),
    ],
)
def test_list_names_invalid_parameters(deliveries, parameters, field):
    answer = deliveries(**parameters)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_message_is_read_as_rendered_with_its_problem(deliveries, log):
    shown = deliveries(path=f"/{log[1].pk}").json()
    assert (shown["text"], shown["html"]) == ("Text of failed", "<p>failed</p>")
    assert shown["problem"] and shown["response"] == "550 no such user" and shown["next_attempt_at"] is None
    assert "text" not in deliveries().json()["items"][0]


@pytest.mark.parametrize("of_project", [False, True])
def test_account_emails_are_never_read_or_retried(deliveries, project, owner, of_project):
    account = write(kind=Kind.MESSAGE, project=project if of_project else None, subject="Reset your password")
    Delivery.objects.filter(pk=account.pk).update(state=State.FAILED)
    assert subjects(deliveries()) == []
    assert deliveries(path=f"/{account.pk}").status_code == 404
    assert deliveries("POST", f"/{account.pk}/retry").status_code == 404


@pytest.mark.parametrize("role", ["manager", "viewer"])
def test_log_is_for_admins(program, project, log, role, request):
    call = program(request.getfixturevalue(role))
    for path in ("", "/problems", f"/{log[1].pk}"):
        assert call.get(f"/projects/{project.pk}/deliveries{path}").status_code == 403
    assert call("POST", f"/projects/{project.pk}/deliveries/{log[1].pk}/retry").status_code == 403


def test_failed_and_kept_messages_are_queued_once(deliveries, log, mailbox, send_outbox):
    Delivery.objects.filter(pk__in=[log[0].pk, log[3].pk]).update(state=State.SENT)
    for row in log[1:3]:
        queued = deliveries("POST", f"/{row.pk}/retry")
        assert queued.status_code == 200 and queued.json()["state"] == "pending", queued.content
        again = deliveries("POST", f"/{row.pk}/retry")
        assert again.status_code == 409 and again.json()["detail"]
    send_outbox()
    assert len(mailbox.messages) == 2


def test_retry_says_what_is_missing(deliveries, log, settings):
    Delivery.objects.filter(pk=log[4].pk).update(state=State.FAILED)
    channel_gone = deliveries("POST", f"/{log[4].pk}/retry")
    settings.EMAIL_URL = ""
    without_server = deliveries("POST", f"/{log[1].pk}/retry")
    assert (channel_gone.status_code, without_server.status_code) == (409, 409)
    assert "Turn it on" in channel_gone.json()["detail"] and "EMAIL_URL" in without_server.json()["detail"]


def test_all_failed_messages_are_queued(deliveries, log, mailbox, project):
    Delivery.objects.filter(pk__in=[log[2].pk, log[3].pk]).update(state=State.FAILED)
    assert deliveries("POST", "/retry-failed").json() == {"queued": 3}
    assert deliveries("POST", "/retry-failed").json() == {"queued": 0}


def test_problems_are_those_of_the_project(deliveries, project, manager, stranger):
    now, other_project = timezone.now(), Project.objects.create(name="Theirs")
    for number, owner_of in enumerate((None, project, other_project)):
        channel = owner_of and Destination.objects.create(
            project=owner_of, channel="slack", name="Team", language="en"
        )
        name = "slack" if channel else "email"
        ServerOutage.objects.create(
            server=f"{number}",
            channel=name,
            destination=channel,
            since=now + timedelta(seconds=number),
            retry_at=now,
            error_code="unreachable",
            error="timed out",
        )
    ExternalRecipient.objects.create(project=project, email="Client@example.com", language="en")
    ExternalRecipient.objects.create(project=other_project, email="theirs@example.com", language="en")
    for address in (manager.email, "client@example.com", "theirs@example.com", stranger.email):
        RefusedAddress.objects.create(address=address, failures=3, off_since=now, error="550 no such user")
    found = deliveries(path="/problems").json()
    mine = project.destinations.get()
    assert [(one["channel"], one["channel_id"]) for one in found["outages"]] == [("email", None), ("slack", mine.pk)]
    assert all(one["problem"] and one["response"] == "timed out" for one in found["outages"])
    assert [one["address"] for one in found["refused_addresses"]] == ["client@example.com", manager.email]
