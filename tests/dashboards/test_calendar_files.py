"""The calendar outside of Vigie: secret addresses read by the icalendar library, export, and import."""

import io
import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.utils import timezone

from accounts.models import ActivityEntry, Membership
from tests.pages import body_of, words
from workplace import posts
from workplace.models import CalendarAddress, Post
from workplace.posts import PostValues


@pytest.fixture
def advent(project, owner):
    day = timezone.localdate() + timedelta(days=3)
    values = PostValues(
        title="Advent; day 1, “lamp”",
        text="A lamp\nper day",
        kind="offer",
        campaign="Noël",
        platforms={"bluesky": "", "website": ""},
        day=day,
        at=time(18, 30),
        time_zone="America/Montreal",
    )
    posts.create_post(project, owner, PostValues(title="Someday"), "idea")
    return posts.create_post(project, owner, values)


def new_address(client, at):
    url = re.search(r'value="([^"]+\.ics)"', body_of(client.post(at("calendar_address_new")))).group(1)
    return "/" + url.split("/", 3)[3]


def upload(client, at, content, name="plan.csv"):
    file = io.BytesIO(content)
    file.name = name
    return client.post(at("calendar_import"), {"file": file}, follow=True)


def test_calendar_address_gives_the_posts_to_a_program(client, as_person, viewer, at, advent):
    address = new_address(as_person(viewer), at)
    response = client.get(address)
    assert response["Content-Type"].startswith("text/calendar")
    (event,) = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert str(event["summary"]) == advent.title and str(event["description"]) == "A lamp\nper day"
    assert event.decoded("dtstart") == datetime.combine(advent.due_day, time(18, 30), ZoneInfo("America/Montreal"))
    assert str(event["url"]).endswith(at("post", advent.pk))
    again = client.get(address, headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304 and CalendarAddress.objects.get().last_read_at


def test_calendar_follows_moves_and_leaves_out_canceled_posts(client, as_person, owner, at, advent):
    address = new_address(as_person(owner), at)
    moved = posts.move_post(advent, owner, 1, advent.due_day + timedelta(days=1), time(9))
    (event,) = icalendar.Calendar.from_ical(client.get(address).content).walk("VEVENT")
    assert event.decoded("dtstart").astimezone(moved.zone).hour == 9 and event["sequence"] == 2
    posts.take_step(moved, owner, 2, "cancel")
    assert icalendar.Calendar.from_ical(client.get(address).content).walk("VEVENT") == []


def test_calendar_address_ends_when_revoked_or_its_owner_leaves(client, as_person, viewer, owner, at, advent):
    first, second = new_address(as_person(viewer), at), new_address(as_person(viewer), at)
    pk = CalendarAddress.objects.order_by("pk").first().pk
    assert as_person(owner).post(at("calendar_address_revoke", pk)).status_code == 404
    as_person(viewer).post(at("calendar_address_revoke", pk))
    assert (client.get(first).status_code, client.get(second).status_code) == (404, 200)
    Membership.objects.filter(user=viewer).delete()
    assert client.get(second).status_code == 404
    assert client.get("/calendar/unknown.ics").status_code == 404


def test_calendar_addresses_are_limited(as_person, viewer, at, project):
    for number in range(10):
        CalendarAddress.objects.create(project=project, user=viewer, digest=f"{number}")
    response = as_person(viewer).post(at("calendar_address_new"), follow=True)
    assert "You can have up to 10 calendar addresses." in words(response)


def test_exported_files_are_known_when_they_are_imported_again(as_person, owner, at, advent):
    client = as_person(owner)
    calendar = client.post(at("calendar_ics")).content
    assert "0 posts created. 1 was already in the calendar." in words(upload(client, at, calendar, "plan.ics"))
    for language in ("en", "fr"):
        owner.language = language
        owner.save()
        response = as_person(owner).post(at("export", "posts"), {"format": "csv", "separator": "semicolon"})
        content = b"".join(response.streaming_content)
        owner.language = "en"
        owner.save()
        assert "2 were already in the calendar." in words(upload(as_person(owner), at, content))
        Post.objects.all().delete()
        assert "2 posts created." in words(upload(as_person(owner), at, content))
    made = Post.objects.get(title=advent.title)
    assert (made.text, made.kind, made.campaign) == (advent.text, "offer", "Noël")
    assert (made.due_day, made.due_time, made.due_at) == (advent.due_day, advent.due_time, advent.due_at)
    assert set(made.variants.values_list("platform", flat=True)) == {"bluesky", "website"}


def test_import_keeps_what_people_changed_and_creates_only_new_rows(as_person, owner, at):
    client, content = as_person(owner), b"Title,Date\nAdvent,2026-12-01\nNew Year,2027-01-01\n"
    assert "2 posts created." in words(upload(client, at, content))
    Post.objects.filter(title="Advent").update(title="Advent, day 1")
    assert "1 post created. 2 were already" in words(upload(client, at, content + b"Easter,2027-03-28\n"))
    assert set(Post.objects.values_list("title", flat=True)) == {"Advent, day 1", "New Year", "Easter"}
    assert Post.objects.get(title="Easter").due_time == time(9)
    assert ActivityEntry.objects.filter(action="posts.imported").count() == 2


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Montreal"])
def test_series_is_imported_once_on_the_hour_of_its_zone(as_person, owner, at, zone):
    """A year has both changes of the clocks; the file is imported again after one date was moved elsewhere."""
    client, start = as_person(owner), timezone.localdate() + timedelta(days=2)
    later = start + timedelta(days=7)
    lines = [
        "BEGIN:VCALENDAR",
        *("BEGIN:VEVENT", "UID:s", "SUMMARY:Tip of the week"),
        *(f"DTSTART;TZID={zone}:{start:%Y%m%d}T183000", "RRULE:FREQ=WEEKLY", "END:VEVENT"),
        "END:VCALENDAR",
    ]
    text = words(upload(client, at, "\r\n".join(lines).encode(), "tips.ics"))
    assert "52 posts created." in text
    made = list(Post.objects.order_by("due_at"))
    assert {(one.due_time, one.time_zone) for one in made} == {(time(18, 30), zone)}
    assert len({one.due_at.time() for one in made}) == 2
    posts.move_post(made[3], owner, 1, start, time(9))
    change = ("BEGIN:VEVENT", "UID:s", f"RECURRENCE-ID;TZID={zone}:{later:%Y%m%d}T183000", "SUMMARY:Moved")
    change = (*change, f"DTSTART;TZID={zone}:{later:%Y%m%d}T080000", "END:VEVENT")
    again = "\r\n".join([*lines[:-1], *change, lines[-1]]).encode()
    assert "0 posts created. 52 were already" in words(upload(client, at, again, "tips.ics"))
    assert Post.objects.get(pk=made[3].pk).due_day == start and Post.objects.count() == 52


def test_import_says_which_series_were_left_out(as_person, owner, at):
    event = "BEGIN:VEVENT\r\nUID:{0}\r\nSUMMARY:{0}\r\nDTSTART:20240101T090000\r\nRRULE:{1}\r\nEND:VEVENT\r\n"
    rules = {"Ended": "FREQ=WEEKLY;COUNT=2", "Hourly": "FREQ=HOURLY", "Odd": "FREQ=SOMETIMES"}
    content = "".join(event.format(*one) for one in rules.items())
    text = words(upload(as_person(owner), at, f"BEGIN:VCALENDAR\r\n{content}END:VCALENDAR".encode()))
    assert "“Ended” repeats, and has no date in the coming year." in text
    assert "“Hourly” repeats too often" in text and "“Odd” repeats by a rule that Vigie can’t read." in text
    assert not Post.objects.exists()


def test_import_names_the_lines_that_it_left_out(as_person, owner, at):
    response = upload(as_person(owner), at, b"Titre;Date;Heure\nAvent;demain;\n;2026-12-01;\nOK;;\n")
    text = words(response)
    assert "1 post created." in text and "Line 2: no usable date" in text and "Line 3: no title" in text
    assert Post.objects.get().due_day is None


@pytest.mark.parametrize(
    ("content", "words_of_error"),
    [
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT", "no calendar with events"),
        (b"\x89PNG\r\n\x1a\n", "no calendar and no CSV file"),
        (b"x" * (2 * 1024 * 1024 + 1), "too large"),
    ],
)
def test_import_says_what_is_wrong_with_a_file(as_person, owner, at, content, words_of_error):
    assert words_of_error in words(upload(as_person(owner), at, content))
    assert "Select a file." in words(as_person(owner).post(at("calendar_import"), follow=True))
    assert not Post.objects.exists()


def test_viewer_subscribes_and_exports_but_does_not_import(as_person, viewer, at, advent):
    client = as_person(viewer)
    assert at("calendar_import") not in body_of(client.get(at("calendar_files")))
    assert client.post(at("calendar_import")).status_code == 403
    assert b"Advent" in client.post(at("calendar_ics")).content
    assert ActivityEntry.objects.filter(action="list.exported", user=viewer).exists()
