"""Exports of lists: the rows, words and numbers of the page, in files that spreadsheets and programs read safely."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import ActivityEntry
from alerts.models import Incident, Rule
from monitoring.models import Author, Document, MentionTag, Triage
from reports.exports import xlsx_file
from tests.factories import make_documents, make_keyword, make_mention, make_mentions, make_story
from tests.reports.files import body, csv_rows, json_lines, sheets
from tests.website.world import make_figures

MOMENT = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # half past midnight of July 2 in Paris


def download(client, at, name, query="", file_format="csv", separator="comma"):
    return client.post(f"{at('export', name)}?{query}", {"format": file_format, "separator": separator})


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen")


def test_csv_has_headers_times_and_separator_of_the_reader(keyword, manager, as_person, at):
    manager.time_zone = "Europe/Paris"
    manager.save()
    make_mention(
        keyword, title="Lampe; « fêlée »", author="Léa", language="fr-fr", published=MOMENT, sentiment="negative"
    )
    page = as_person(manager)
    response = download(page, at, "mentions", "from=2026-07-01&to=2026-07-31", separator="semicolon")
    [row] = csv_rows(response, ";")
    assert row["Publiée le"] == "2026-07-02 00:30:00"
    assert row["Titre"] == "Lampe; « fêlée »"
    assert (row["Langue"], row["Sentiment"], row["Mots-clés"]) == ("Français", "Négatif", "Lumen")
    assert re.search(r'filename="maison-lumen-mentions-\d{4}-\d\d-\d\d\.csv"', response["Content-Disposition"])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_csv_cell_with_the_start_of_a_formula_is_not_computed(start, keyword, viewer, as_person, at):
    make_mention(keyword, title=f'{start}HYPERLINK("http://x.example";"a")', author="-1", followers=12)
    [row] = csv_rows(download(as_person(viewer), at, "mentions"))
    assert row["Title"].startswith(f"'{start}")
    assert (row["Author"], row["Followers"]) == ("'-1", "12")


def test_workbook_has_typed_cells_and_a_sheet_about_the_filter(keyword, owner, as_person, at):
    owner.time_zone = "UTC"
    owner.save()
    published = timezone.now().replace(microsecond=0) - timedelta(days=1)
    make_mention(keyword, title='=1+1&"<>', text="x" * 40_000, followers=12, rating=4.5, published=published)
    response = download(as_person(owner), at, "mentions", f"period=7d&keyword={keyword.pk}", "xlsx")
    [header, row], about = sheets(response)
    cells = {name: row.get(column) for column, (_type, name) in header.items()}
    assert cells["Title"] == ("s", '=1+1&"<>')
    assert cells["Text"] == ("s", "x" * 32_766 + "…")
    assert (cells["Followers"], cells["Rating"], cells["Likes"]) == (("n", 12.0), ("n", 4.5), None)
    days = (published.replace(tzinfo=None) - datetime(1899, 12, 30)) / timedelta(days=1)
    assert cells["Published"] == ("n", pytest.approx(days, abs=1e-5))
    facts = {line["A"][1]: line["B"][1] for line in about}
    assert facts["Keyword"] == "Lumen" and facts["Project"] == "Maison Lumen" and facts["Exported by"] == owner.name


def test_json_has_stable_names_and_utc(keyword, manager, as_person, at):
    other = make_keyword(keyword.project, "Lampe")
    mention = make_mentions(
        [keyword, other], [{"published": MOMENT, "sentiment": "positive", "status": "needs_reply"}]
    )[0]
    Triage.objects.create(document=mention.document, project=keyword.project, assignee=manager, is_founded=True)
    MentionTag.objects.create(document=mention.document, project=keyword.project, tag="sav")
    query = "from=2026-07-01&to=2026-07-31&status=needs_reply"
    found = json.loads(body(download(as_person(manager), at, "mentions", query, "json")))
    assert found["about"]["list"] == "mentions" and "status=needs_reply" in found["about"]["query"]
    [item] = found["items"]
    assert item["published"] == "2026-07-01T22:30:00Z"
    assert item["assignee"] == {"id": manager.pk, "name": manager.name}
    assert (item["tags"], item["is_founded"], item["status"]) == (["sav"], True, "needs_reply")
    assert [one["keyword"]["name"] for one in item["mentions"]] == ["Lumen", "Lampe"]
    assert item["sentiments"] == ["positive"]
    assert item["vigie_url"].endswith(f"/p/{keyword.project_id}/mentions/{mention.pk}")


def test_json_of_an_empty_list_is_valid(project, viewer, as_person, at):
    assert json.loads(body(download(as_person(viewer), at, "mentions", "", "json")))["items"] == []
    assert json_lines(download(as_person(viewer), at, "mentions", "", "jsonl")) == []
    assert csv_rows(download(as_person(viewer), at, "mentions")) == []


def test_unknown_date_is_empty(keyword, viewer, as_person, at):
    make_mention(keyword, published_is_known=False)
    assert csv_rows(download(as_person(viewer), at, "mentions"))[0]["Published"] == ""


def fill(keyword):
    """Rows of many kinds: two keywords, stories, statuses, labels, searches that match and don't."""
    other = make_keyword(keyword.project, "Lampe", query="lampe")
    now = timezone.now()
    rows = [
        {
            "title": f"Lumen {'red' if number % 3 else 'blue'} {number}",
            "status": ["to_review", "needs_reply", "replied", "ignored"][number % 4],
            "sentiment": ["negative", "neutral", "", "positive", "uncertain"][number % 5],
            "language": ["fr", "en", ""][number % 3],
            "published": now - timedelta(hours=number % 9),
        }
        for number in range(60)
    ]
    make_mentions([keyword, other], rows[:20])
    make_mentions(keyword, rows[20:])
    make_story(keyword, rows[5:12])
    make_story(other, rows[30:34])
    return other


queries = st.fixed_dictionaries(
    {},
    optional={
        "status": st.lists(st.sampled_from(["to_review", "needs_reply", "replied", "ignored"]), max_size=3),
        "sentiment": st.lists(st.sampled_from(["negative", "positive", "uncertain"]), max_size=2),
        "language": st.just(["fr"]),
        "q": st.sampled_from([["red"], ["blue -red"], ['"Lumen red"'], ["nothing"]]),
        "stories": st.just(["fold"]),
        "order": st.just(["urgency"]),
        "period": st.sampled_from([["24h"], ["7d"]]),
        "by": st.just(["found"]),
    },
)


def test_export_has_as_many_rows_as_the_list_counts(keyword, viewer, as_person, at):
    other = fill(keyword)
    client = as_person(viewer)

    @given(query=queries, keywords=st.sampled_from([[], [keyword.pk], [other.pk]]))
    @settings(max_examples=20)
    def compare(query, keywords):
        text = "&".join(f"{name}={value}" for name, values in query.items() for value in values)
        text = f"period=7d&{text}" + "".join(f"&keyword={pk}" for pk in keywords)
        page = client.get(f"{at('mentions')}?{text}&counts=1").content.decode()
        counted = re.search(r"<span data-count>([\d,]+) mention", page)
        rows = json_lines(download(client, at, "mentions", text, "jsonl"))
        assert len(rows) == int(counted[1]), text
        assert len({row["document_id"] for row in rows}) == len(rows)

    compare()


def test_export_by_urgency_begins_as_the_list_and_has_all_rows(keyword, viewer, as_person, at):
    now = timezone.now()
    rows = [{"published": now - timedelta(minutes=number), "status": "needs_reply"} for number in range(1200)]
    late = make_mentions(keyword, rows)[600]
    Triage.objects.create(document=late.document, project=keyword.project, due_at=now - timedelta(days=2))
    found = json_lines(download(as_person(viewer), at, "mentions", "order=urgency&period=7d", "jsonl"))
    assert found[0]["document_id"] == late.document_id
    assert len({row["document_id"] for row in found}) == len(found) == 1200


def test_folded_export_counts_the_further_items_of_a_story(keyword, viewer, as_person, at):
    make_story(keyword, 4)
    [row] = csv_rows(download(as_person(viewer), at, "mentions", "stories=fold"))
    assert row["Further items of the story"] == "3"


def test_export_of_a_search_has_items_without_a_mention(project, keyword, viewer, as_person, at):
    make_documents(project, [{"title": f"Lantern {number}"} for number in range(3)])
    make_mention(keyword, title="Lantern with a keyword")
    make_documents(project, [{"title": "Something else", "text": "else"}])
    rows = csv_rows(download(as_person(viewer), at, "items", "q=lantern"))
    assert sorted(row["Keywords"] for row in rows) == ["", "", "", "Lumen"]
    only = csv_rows(download(as_person(viewer), at, "items", "q=lantern&in=mentions"))
    assert [row["Title"] for row in only] == ["Lantern with a keyword"]


def test_deleted_items_follow_the_rules_of_the_lists(project, keyword, viewer, as_person, at):
    document = make_mention(keyword, title="Lantern").document
    Document.objects.filter(pk=document.pk).update(deleted_at=timezone.now(), title="", text="", url="", author="")
    assert csv_rows(download(as_person(viewer), at, "items", "q=lantern")) == []
    [row] = csv_rows(download(as_person(viewer), at, "mentions"))
    assert row["Title"] == row["Text"] == ""


def test_export_of_authors_has_order_and_filter_of_the_page(project, viewer, as_person, at):
    for number in range(3):
        Author.objects.create(
            project=project, platform="bluesky", name=f"A{number}", key=f"{number:032x}", mention_count=number
        )
    rows = csv_rows(download(as_person(viewer), at, "authors", "sort=mentions"))
    assert [(row["Author"], row["Mentions"]) for row in rows] == [("A2", "2"), ("A1", "1")]
    assert csv_rows(download(as_person(viewer), at, "authors", "label=regular")) == []


def test_export_of_incidents_has_the_rule_as_a_sentence(project, keyword, viewer, as_person, at):
    rule = Rule.objects.create(project=project, keyword=keyword, threshold=7)
    then = {"condition": "above", "threshold": 7, "window_s": 3600}
    for number in range(2):
        opened = timezone.now() - timedelta(days=number)
        Incident.objects.create(
            rule=rule, opened_at=opened, value=8, peak=9, settings=then, closed_at=opened if number else None
        )
    rows = csv_rows(download(as_person(viewer), at, "incidents"))
    assert [row["Status"] for row in rows] == ["Open", "Resolved"]
    assert "7" in rows[0]["Rule"] and "Lumen" in rows[0]["Rule"] and rows[0]["Peak"] == "9"


def test_export_of_response_times_has_the_numbers_of_the_page(project, keyword, owner, viewer, as_person, at):
    document = make_mention(keyword, status="replied").document
    now = timezone.now()
    Triage.objects.create(
        document=document, project=project, due_at=now, first_replied_at=now, replied_by=owner, response_s=1800
    )
    rows = csv_rows(download(as_person(viewer), at, "response-times"))
    assert {row["Group"] for row in rows} == {"Total", "Week", "Platform", "Person"}
    assert {(row["Replied"], row["Time to first response (minutes)"], row["Share in time (%)"]) for row in rows} == {
        ("1", "30", "100")
    }


def test_export_of_website_has_the_days_of_the_page(project, keyword, viewer, as_person, at):
    assert download(as_person(viewer), at, "website").status_code == 422  # none is connected
    make_figures(keyword)
    rows = csv_rows(download(as_person(viewer), at, "website", "days=7"))
    shown = as_person(viewer).get(f"{at('website')}?days=7").context["page"].rows
    assert [int(row["Sessions"]) for row in rows] == [row.sessions for row in shown]
    assert [int(row["Visits from social sites"]) for row in rows] == [row.social for row in shown]


def test_export_page_remembers_the_choice_and_says_what_it_exports(keyword, owner, manager, as_person, at, read):
    make_mention(keyword)
    client = as_person(owner)
    address = f"{at('export', 'mentions')}?period=30d&status=to_review"
    assert "1 row" in read(client, address) and "Status To review" in read(client, address)
    assert 'value="comma" selected' in client.get(address).content.decode()
    assert 'value="semicolon" selected' in as_person(manager).get(address).content.decode()
    download(client, at, "mentions", "", "jsonl", "tab")
    page = client.get(address).content.decode()
    assert 'value="tab" selected' in page
    assert re.search(r'value="jsonl"[^>]*checked', page)


def test_malformed_filter_is_refused_and_not_widened(keyword, viewer, as_person, at):
    make_mention(keyword)
    client = as_person(viewer)
    for name, query in (("mentions", "q=(lumen"), ("mentions", "status=x"), ("items", "q=(lumen")):
        response = download(client, at, name, query)
        assert response.status_code == 422
        assert "can’t be used" in response.content.decode()
    assert not ActivityEntry.objects.filter(action="list.exported").exists()
    assert client.get(at("export", "unknown")).status_code == 404
    assert client.post(at("export", "mentions"), {"format": "pdf"}).status_code == 422


def test_workbook_with_too_many_rows_is_refused_with_advice(keyword, viewer, as_person, at, monkeypatch):
    monkeypatch.setattr(xlsx_file, "MAX_ROWS", 3)
    make_mentions(keyword, 4)
    response = download(as_person(viewer), at, "mentions", "", "xlsx")
    assert response.status_code == 422 and "Choose CSV or JSON" in response.content.decode()
    assert len(csv_rows(download(as_person(viewer), at, "mentions"))) == 4


def test_activity_log_says_what_was_exported_and_how_much(keyword, viewer, as_person, at):
    make_mentions(keyword, 3)
    body(download(as_person(viewer), at, "mentions", "period=24h"))
    entry = ActivityEntry.objects.get(action="list.exported")
    assert (entry.user, entry.target) == (viewer, "Mentions")
    assert entry.detail["query"].startswith("period=24h")
    assert (entry.detail["rows"], entry.detail["is_complete"]) == (3, True)


def test_activity_log_says_that_a_download_was_canceled(keyword, viewer, as_person, at):
    make_mentions(keyword, 600)
    response = download(as_person(viewer), at, "mentions", "period=90d")
    pieces = iter(response.streaming_content)
    next(pieces), next(pieces)
    response._iterator.close()
    detail = ActivityEntry.objects.get(action="list.exported").detail
    assert (detail["rows"], detail["is_complete"]) == (500, False)


def test_pages_of_lists_lead_to_their_export(project, keyword, owner, as_person, at):
    make_mention(keyword)
    Author.objects.create(project=project, platform="bluesky", name="A", key=f"{1:032x}", mention_count=1, followers=1)
    rule = Rule.objects.create(project=project, keyword=keyword, threshold=1)
    then = {"condition": "above", "threshold": 7, "window_s": 3600}
    Incident.objects.create(rule=rule, opened_at=timezone.now(), value=8, peak=9, settings=then)
    make_figures(keyword)
    client = as_person(owner)
    for name, query, exported in (
        ("mentions", "status=to_review", "mentions"),
        ("search", "q=lumen", "items"),
        ("authors", "sort=followers", "authors"),
        ("incidents", "", "incidents"),
        ("response_times", "period=30d", "response-times"),
        ("website", "days=7", "website"),
    ):
        page = client.get(f"{at(name)}?{query}").content.decode()
        link = re.search(rf'href="({at("export", exported)}[^"]*)"', page)
        assert link, name
        assert client.get(link[1].replace("&amp;", "&")).status_code == 200
