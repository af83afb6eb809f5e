"""Reports: the builder, the page, share links, the PDF, and what is cut out of frozen editions."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone, translation
from PIL import Image

from accounts.formats import date_range
from accounts.models import ActivityEntry
from dashboards.views.report_public import PDFS_PER_MINUTE
from monitoring.ingest.deletions import blanked
from monitoring.ingest.erasure import author_erased
from reports.changes import create_link, create_report
from reports.links import share_url
from reports.models import Edition, Logo, Report
from reports.periods import rolling_window
from reports.sections.registry import SECTIONS
from tests.factories import PNG, make_mentions

DAY = timedelta(days=1)


def path(report, rest=""):
    return f"/p/{report.project_id}/reports/{report.pk}{rest}"


def form_of(report, **changes):
    return {
        "title": report.title,
        "language": report.language,
        "period": report.period,
        "first_day": report.first_day or "",
        "last_day": report.last_day or "",
        "section": report.sections,
        "order": report.sections,
        **changes,
    }


def open_link(report, owner, days=30):
    link = create_link(report, owner, days, timezone.now())
    return link, share_url(link).removeprefix("http://localhost:8000")


def test_new_report_is_named_after_its_project(as_person, owner, project):
    project.name = "Maison Lumen" * 8
    project.save()
    as_person(owner).post(f"/p/{project.pk}/reports/new")
    assert Report.objects.get().title.startswith("Report on Maison Lumen")


def test_list_offers_first_report_and_new_one_opens_the_builder(as_person, owner, project):
    client = as_person(owner)
    assert "No reports yet" in client.get(f"/p/{project.pk}/reports").content.decode()
    response = client.post(f"/p/{project.pk}/reports/new", follow=True)
    report = Report.objects.get()
    assert response.redirect_chain[-1][0] == path(report, "/edit")
    assert (report.period, report.language) == ("last_week", "en")
    assert ActivityEntry.objects.filter(action="report.created", project=project).exists()


def test_report_shows_every_section_with_the_numbers_of_the_overview(as_person, owner, fixed):
    body = as_person(owner).get(path(fixed)).content.decode()
    for kind in SECTIONS.values():
        assert f">{kind.title}</h2>" in body
    assert "10 mentions in this period" in body
    overview = as_person(owner).get(f"/p/{fixed.project_id}/?from={fixed.first_day}&to={fixed.last_day}")
    assert overview.context["total"].documents == 10
    assert "Lumen burns" in body and "3 items" in body and "Ada 0" in body
    assert re.search(r"Lampion</th>\s*<td [^>]*>4</td>\s*<td [^>]*>29%", body)


def test_comment_is_shown_as_safe_markup(as_person, owner, fixed):
    body = as_person(owner).get(path(fixed)).content.decode()
    assert "<strong>Calm</strong>" in body
    assert "&lt;script&gt;x&lt;/script&gt;" in body
    assert 'href="javascript' not in body
    assert 'href="https://lumen.example"' in body


def test_builder_saves_order_and_filter_and_names_wrong_fields(as_person, owner, fixed):
    client = as_person(owner)
    order = ["volume", "summary"]
    client.post(path(fixed, "/edit"), form_of(fixed, section=order, order=order, query="?sentiment=negative"))
    fixed.refresh_from_db()
    assert (fixed.sections, fixed.query, fixed.revision) == (order, "sentiment=negative", 2)
    assert "3 mentions in this period" in client.get(path(fixed)).content.decode()
    wrong = form_of(fixed, query="sentiment=loud", title=" ", section=[], first_day="2026-13-01")
    response = client.post(path(fixed, "/edit"), wrong)
    assert response.status_code == 400
    response = client.post(path(fixed, "/edit"), {**wrong, "first_day": fixed.first_day})
    for text in ("Unknown value: “loud”", "Enter a title", "Select at least one section"):
        assert text in response.content.decode()
    fixed.refresh_from_db()
    assert fixed.revision == 2


@pytest.mark.parametrize(
    "entered", ["http://localhost:8000/p/1/mentions?language=fr&period=7d#m3", "language=fr", "?language=fr"]
)
def test_builder_accepts_the_address_of_a_filtered_list(as_person, owner, fixed, entered):
    as_person(owner).post(path(fixed, "/edit"), form_of(fixed, query=entered))
    assert Report.objects.get().query == "language=fr"


def test_report_is_in_its_own_language_whoever_reads_it(as_person, owner, fixed):
    owner.language = "fr"
    owner.save()
    html = as_person(owner).get(path(fixed)).content.decode()
    report = html[html.index('<article class="report"') : html.index("</article>")]
    assert "Made with Vigie · Numbers as of" in report
    assert "Show as table" in report
    assert "Afficher en tableau" not in report


def test_shares_of_all_sentiments_add_up_and_agree_with_the_summary(as_person, owner, fixed):
    sections = {one["name"]: one["blocks"] for one in create_link(fixed, owner, 7, timezone.now()).edition.content}
    negative = next(one for one in sections["summary"][1]["items"] if one["label"] == "Negative mentions")
    rows = {row[0]: row for row in sections["sentiment"][1]["rows"]}
    assert negative["value"] == rows["Negative"][1] == "3"
    assert negative["note"] == "30% of mentions"
    assert rows["Negative"][2] == "30%"
    assert sum(int(row[1]) for row in rows.values()) <= 10


def test_report_page_mentions_the_mail_server_only_if_there_is_none(as_person, owner, fixed, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    assert "EMAIL_URL" not in as_person(owner).get(path(fixed)).content.decode()
    settings.EMAIL_URL = ""
    assert "EMAIL_URL" in as_person(owner).get(path(fixed)).content.decode()


@pytest.mark.parametrize(
    ("first", "last", "english", "french"),
    [
        (date(2026, 11, 3), date(2026, 11, 3), "November 3, 2026", "3 novembre 2026"),
        (date(2026, 11, 1), date(2026, 11, 30), "November 1–30, 2026", "du 1er au 30 novembre 2026"),
        (date(2026, 11, 30), date(2026, 12, 6), "November 30 – December 6, 2026", "du 30 novembre au 6 décembre 2026"),
        (
            date(2026, 12, 28),
            date(2027, 1, 1),
            "December 28, 2026 – January 1, 2027",
            "du 28 décembre 2026 au 1er janvier 2027",
        ),
    ],
)
def test_range_of_days_says_what_they_share_once(first, last, english, french):
    assert date_range(first, last) == english
    with translation.override("fr"):
        assert date_range(first, last) == french


def test_builder_keeps_what_was_entered_when_a_field_is_wrong(as_person, owner, fixed):
    client = as_person(owner)
    for wrong in ({"section": []}, {"first_day": "2026-13-01"}):
        response = client.post(path(fixed, "/edit"), form_of(fixed, title="Draft", comment="Hot week", **wrong))
        assert response.status_code == 400
        assert 'value="Draft"' in response.text and ">Hot week</textarea>" in response.text
    fixed.refresh_from_db()
    assert (fixed.title, fixed.revision) == ("Press review", 1)


def test_preview_follows_the_form_and_saves_nothing(as_person, owner, fixed):
    client = as_person(owner)
    response = client.post(path(fixed, "/preview"), form_of(fixed, title="Draft", section=["summary"]))
    assert "Draft" in response.content.decode() and "Top authors" not in response.content.decode()
    response = client.post(path(fixed, "/preview"), form_of(fixed, last_day=fixed.first_day - DAY))
    assert "before the start date" in response.content.decode()
    fixed.refresh_from_db()
    assert fixed.title == "Press review"


def test_section_moves_by_button_without_script(as_person, owner, fixed):
    body = as_person(owner).post(path(fixed, "/edit"), form_of(fixed, move="up:volume")).content.decode()
    assert re.findall(r'name="order" value="(\w+)"', body)[1:3] == ["volume", "comment"]


def test_viewer_reads_report_without_links(as_person, viewer, owner, fixed):
    _link, address = open_link(fixed, owner)
    body = as_person(viewer).get(path(fixed)).content.decode()
    assert "Press review" in body and address not in body


def test_share_link_shows_frozen_report_without_account(fixed, owner, mentions):
    _link, address = open_link(fixed, owner)
    make_mentions(mentions, [{"published": timezone.now() - timedelta(minutes=1)}] * 5)
    response = Client().get(address)
    body = response.content.decode()
    assert "10 mentions in this period" in body and "15 mentions" not in body
    assert response["X-Robots-Tag"] == "noindex, nofollow" and "no-store" in response["Cache-Control"]
    assert "og:" not in body and "<script" not in body and f"/p/{fixed.project_id}/" not in body
    assert not re.findall(r'(?:src|href)="https?://(?!lumen\.example|site\.example)', body)


def test_share_link_of_last_week_is_made_once_per_period_and_revision(project, owner, mentions):
    report = create_report(project, owner)
    _link, address = open_link(report, owner)
    for _ in range(2):
        assert Client().get(address).status_code == 200
    assert Edition.objects.count() == 1
    edition = Edition.objects.get()
    assert edition.end - edition.start == 7 * DAY
    assert edition.end.astimezone(edition.zone).weekday() == 0


def test_button_copies_the_address_of_the_link(as_person, owner, fixed):
    _link, address = open_link(fixed, owner)
    body = as_person(owner).get(path(fixed)).text
    copied = re.search(r'data-copy="([^"]+)"', body)[1]
    assert re.search(f'id="{copied}"[^>]*>http://localhost:8000{re.escape(address)}</a>', body)


@pytest.mark.parametrize("state", ["revoked", "expired", "forged", "deleted_report", "deleted_project"])
def test_share_link_that_has_ended_shows_nothing(as_person, fixed, owner, state):
    link, address = open_link(fixed, owner)
    if state == "revoked":
        as_person(owner).post(path(fixed, f"/links/{link.pk}/revoke"))
        assert ActivityEntry.objects.filter(action="report.link_revoked").count() == 1
    elif state == "expired":
        fixed.links.update(expires_at=timezone.now())
    elif state == "forged":
        address = address[:-1] + ("A" if address[-1] != "A" else "B")
    elif state == "deleted_report":
        as_person(owner).post(path(fixed, "/delete"))
    else:
        type(fixed.project).objects.update(deleted_at=timezone.now())
    for end in ("", "/pdf"):
        response = Client().get(address + end)
        assert response.status_code == 404
        assert "Press review" not in response.content.decode()


def test_stranger_reaches_no_report(as_person, stranger, fixed, owner):
    link, _address = open_link(fixed, owner)
    client = as_person(stranger)
    for rest in ("", "/pdf", "/edit"):
        assert client.get(path(fixed, rest)).status_code == 404
    other = stranger.memberships.get().project
    assert client.get(f"/p/{other.pk}/reports/{fixed.pk}").status_code == 404
    assert client.post(f"/p/{other.pk}/reports/{fixed.pk}/links/{link.pk}/revoke").status_code == 404


def test_deleted_items_and_erased_authors_are_cut_out_of_editions(fixed, owner):
    _link, address = open_link(fixed, owner)
    edition = Edition.objects.get()
    items = [block for section in edition.content for block in section["blocks"] if block["kind"] == "items"]
    blanked.send(sender=None, project_id=fixed.project_id, document_ids=[items[0]["items"][0]["document"]])
    author_erased.send(sender=None, project_id=fixed.project_id, names=["Ada 0"])
    body = Client().get(address).content.decode()
    assert "Lumen burns" not in body and "Ada 0" not in body
    assert body.count("(no longer available)") == 2 and "Ada 1" in body


def test_pdf_has_cover_sections_and_logo(as_person, owner, fixed):
    Logo.objects.create(project=fixed.project, png=PNG, width=1, height=1)
    fixed.title = "Revue d’été ☀ œuvre"
    fixed.save()
    response = as_person(owner).get(path(fixed, "/pdf"))
    assert response["Content-Type"] == "application/pdf" and response.content.startswith(b"%PDF")
    assert "revue-dete" in response["Content-Disposition"]


def test_share_link_gives_the_frozen_report_as_pdf(fixed, owner):
    fixed.language = "fr"
    fixed.save()
    _link, address = open_link(fixed, owner)
    page = Client().get(address).content.decode()
    link = re.search(r'<a class="btn" href="([^"]+/pdf)" download>', page)
    fixed.title = "Another title"
    fixed.save()
    response = Client().get(link[1])
    assert response["Content-Type"] == "application/pdf" and response.content.startswith(b"%PDF")
    assert b"/Lang(fr" in response.content and "press-review.pdf" in response["Content-Disposition"]
    assert response["X-Robots-Tag"] == "noindex, nofollow" and "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("language", "title", "button"),
    [
        ("en", "This PDF was requested too often", "View report"),
        ("fr", "Ce PDF a été demandé trop souvent", "Voir le rapport"),
    ],
)
def test_pdf_of_a_share_link_is_limited_per_minute_and_says_what_to_do(fixed, owner, language, title, button):
    fixed.language = language
    fixed.save()
    _link, address = open_link(fixed, owner)
    # One more than two minutes allow: the minute may change meanwhile.
    statuses = []
    while 429 not in statuses and len(statuses) <= 2 * PDFS_PER_MINUTE:
        response = Client().get(f"{address}/pdf")
        statuses.append(response.status_code)
    assert statuses.count(200) >= PDFS_PER_MINUTE and statuses[-1] == 429
    page = response.content.decode()
    assert title in page and f'href="{address}">{button}</a>' in page
    assert 0 < int(response["Retry-After"]) <= 60
    assert response["X-Robots-Tag"] == "noindex, nofollow" and "no-store" in response["Cache-Control"]
    assert Client().get(address).status_code == 200, "the page itself has no limit"


def picture(kind, size=(800, 100)):
    written = io.BytesIO()
    Image.new("RGB", size, "red").save(written, kind)
    written.name = f"logo.{kind.lower()}"
    written.seek(0)
    return written


def test_logo_is_written_again_as_small_png_and_shown_on_shared_report(as_person, owner, fixed):
    client = as_person(owner)
    client.post(f"/p/{fixed.project_id}/reports/logo", {"logo": picture("JPEG")})
    logo = Logo.objects.get()
    assert bytes(logo.png).startswith(b"\x89PNG") and (logo.width, logo.height) == (640, 80)
    assert client.get(f"/p/{fixed.project_id}/reports/logo.png").content == bytes(logo.png)
    _link, address = open_link(fixed, owner)
    assert 'src="data:image/png;base64,' in Client().get(address).content.decode()
    client.post(f"/p/{fixed.project_id}/reports/logo", {"delete": "1"})
    assert not Logo.objects.exists()


@pytest.mark.parametrize("kind", ["svg", "bmp", "cut", "wide", "empty"])
def test_logo_refuses_what_is_no_safe_image(as_person, owner, project, kind):
    files = {
        "svg": io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        "bmp": picture("BMP"),
        "cut": io.BytesIO(picture("PNG").read()[:80]),
        "wide": picture("PNG", (5000, 1)),
        "empty": io.BytesIO(b"x"),
    }
    files[kind].name = "logo.png"
    response = as_person(owner).post(f"/p/{project.pk}/reports/logo", {"logo": files[kind]}, follow=True)
    assert not Logo.objects.exists()
    assert "Upload" in response.content.decode()


def test_period_follows_calendar_of_time_zone():
    paris = ZoneInfo("Europe/Paris")
    month = rolling_window("last_month", datetime(2026, 4, 1, 0, 30, tzinfo=paris), paris)
    assert (month.start, month.end) == (datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC))
    week = rolling_window("last_week", datetime(2026, 3, 30, 0, 30, tzinfo=paris), paris)
    assert week.start.astimezone(paris).date() == date(2026, 3, 23)
