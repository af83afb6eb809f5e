"""Near misses of a keyword: what its query just misses, on its page and in the API."""

import html
import json
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from accounts.models import Project
from accounts.tokens import create_token
from monitoring.models import Document
from monitoring.query import Doc, compile_query
from monitoring.query_tools import near_misses as near_miss_search
from monitoring.query_tools.near_misses import near_misses
from tests.factories import make_documents, make_keyword, make_mentions
from tests.reports.files import body, csv_rows, json_lines, sheets

FRENCH = {
    "plural": "Les chevaux Lumen galopent",
    "typo": "Mon chauffge Lumen",
    "spelling": "Chez l'Oréal et Lumen",
    "condition": "Une lampe Lumen",
    "exclusion": "Le cheval Lumen en promo",
}
QUERY = "lumen (cheval OR chauffage OR loreal) -promo"


@pytest.fixture
def keyword(project):
    made = make_keyword(project, "Lumen", QUERY)
    make_mentions(made, [{"title": f"Le chauffage Lumen {n}"} for n in range(4)])
    make_documents(project, [{"title": title} for title in FRENCH.values()])
    make_documents(project, [{"title": f"Rien à voir {n}", "text": ""} for n in range(60)])
    return made


def found(keyword):
    return near_misses(keyword, timezone.get_current_timezone(), timezone.now())


def test_each_cause_finds_its_item_and_the_widened_query_matches_it(keyword):
    result = found(keyword)
    by_cause = result.misses
    for cause, title in FRENCH.items():
        titles = {hit.doc.title for miss in by_cause[cause] for hit in miss.found.newest}
        assert title in titles, cause
    former = compile_query(QUERY)
    for misses in by_cause.values():
        for miss in misses:
            wider = compile_query(miss.query)
            assert miss.found.count == len(miss.found.newest) > 0
            assert all(wider.match(hit.doc) and not former.match(hit.doc) for hit in miss.found.newest)
            assert all(wider.match(Doc(f"Le chauffage Lumen {n}", "")) for n in range(4))
    assert [miss.widening.forms for miss in by_cause["plural"]] == [("chevaux",)]
    assert [miss.widening.forms for miss in by_cause["typo"]] == [("chauffge",)]
    assert result.total == 69 and result.is_complete and not result.is_cut


def test_english_plurals_and_typos(project):
    keyword = make_keyword(project, "Battery", "battery")
    make_mentions(keyword, [{"title": f"My battery {n}"} for n in range(3)])
    make_documents(project, [{"title": "Two batteries"}, {"title": "My batery"}, {"title": "A lottery"}])
    forms = {cause: [miss.widening.forms for miss in misses] for cause, misses in found(keyword).misses.items()}
    assert forms["plural"] == [("batteries",)] and forms["typo"] == [("batery",)] and forms["condition"] == []


def test_items_of_another_language_or_time_or_project_are_no_near_misses(project):
    keyword = make_keyword(project, "Cheval", "cheval", languages=["fr"])
    old, _ = make_documents(project, [{"title": "chevaux", "language": code} for code in ("fr", "en")])
    Document.objects.filter(pk=old.pk).update(fetched_at=timezone.now() - timedelta(days=31))
    make_documents(Project.objects.create(name="Other"), [{"title": "chevaux", "language": "fr"}])
    assert not any(found(keyword).misses.values())


def test_search_that_runs_out_of_time_says_so(keyword, monkeypatch, owner, as_person):
    monkeypatch.setattr(near_miss_search, "TOTAL_S", 0)
    assert not found(keyword).is_complete
    page = as_person(owner).get(f"/p/{keyword.project_id}/keywords/{keyword.pk}/near-misses").content.decode()
    assert "not all of them could be tried in time" in page


def test_page_links_the_form_with_the_widened_query(keyword, owner, viewer, as_person):
    path = f"/p/{keyword.project_id}/keywords/{keyword.pk}/near-misses"
    page = html.unescape(as_person(owner).get(path).content.decode())
    assert "Plural or singular" in page and "<mark>chevaux</mark>" in page
    links = re.findall(r'href="([^"]*/edit\?query=[^"]*)"', page)
    assert any("chevaux" in parse_qs(urlsplit(link).query)["query"][0] for link in links)
    form = html.unescape(as_person(owner).get(links[0]).content.decode())
    assert parse_qs(urlsplit(links[0]).query)["query"][0] in form
    assert "/edit?query=" not in as_person(viewer).get(path).content.decode()


def test_ignored_mentions_suggest_an_exclusion(keyword, owner, as_person):
    noise = [{"title": f"Le chauffage Lumen au cinéma, cinq exemples {n}", "status": "ignored"} for n in range(9)]
    make_mentions(keyword, noise)
    make_mentions(keyword, [{"title": f"Mon chauffage Lumen en panne, cinq exemples {n}"} for n in range(9)])
    page = html.unescape(
        as_person(owner).get(f"/p/{keyword.project_id}/keywords/{keyword.pk}/near-misses").content.decode()
    )
    assert re.findall(r'<code class="miss-label" dir="auto">-(\w+)', page) == ["cinéma"]
    assert "removes 9 ignored mentions, and no other" in page


def test_api_returns_near_misses_and_exclusions(keyword, owner, client):
    headers = {"Authorization": f"Bearer {create_token(owner, 'test')}"}
    body = client.get(
        f"/api/v1/projects/{keyword.project_id}/keywords/{keyword.pk}/near-misses", headers=headers
    ).json()
    [plural] = [one for one in body["near_misses"] if one["cause"] == "plural"]
    assert (plural["part"], plural["forms"], plural["count"], plural["is_exact"]) == ("cheval", ["chevaux"], 1, True)
    assert plural["newest"][0]["title"] == FRENCH["plural"] and body["items"] == 69 and body["exclusions"] == []


# --- export ----------------------------------------------------------------------------------------------------


@pytest.fixture
def export(keyword, viewer, as_person):
    """`export(format, keyword_id=None)`: download the near misses as a viewer."""
    client = as_person(viewer)

    def export(file_format, keyword_id=None):
        url = f"/p/{keyword.project_id}/export/near-misses?keyword={keyword_id or keyword.pk}"
        return client.post(url, {"format": file_format, "separator": "comma"})

    return export


def test_export_has_the_near_misses_of_the_page_in_each_format(keyword, export, as_person, owner):
    page = as_person(owner).get(f"/p/{keyword.project_id}/keywords/{keyword.pk}/near-misses").content.decode()
    labels = [
        html.unescape(one) for one in re.findall(r'<code class="miss-label" dir="auto">([^<-][^<]*)</code>', page)
    ]
    table = csv_rows(export("csv"))
    assert [row["Word or condition"] for row in table] == [label.split(" → ")[0] for label in labels]
    assert table[0]["Near miss"] == "Plural or singular" and table[0]["Words to add"] == "chevaux"
    assert (table[0]["Newest items"], table[0]["Items"], table[0]["Count"]) == (FRENCH["plural"], "1", "Exact")
    whole = json.loads(body(export("json")))
    assert whole["items"] == json_lines(export("jsonl"))
    assert (whole["about"]["items"], whole["about"]["is_complete"]) == (69, True)
    first = whole["items"][0]
    assert (first["cause"], first["forms"], first["newest"][0]["title"]) == ("plural", ["chevaux"], FRENCH["plural"])
    assert first["query"] == table[0]["Widened query"]
    sheet, about = sheets(export("xlsx"))
    assert len(sheet) == len(table) + 1
    assert {line["A"][1]: line["B"][1] for line in about}["Query"] == QUERY


def test_page_leads_to_the_export_and_back(keyword, as_person, viewer):
    client, path = as_person(viewer), f"/p/{keyword.project_id}/keywords/{keyword.pk}/near-misses"
    link = re.search(r'href="([^"]+/export/near-misses[^"]*)"', client.get(path).content.decode())
    page = client.get(link[1]).content.decode()
    assert f'href="{path}"' in page and "Lumen" in page


def test_export_of_unknown_keyword_is_refused(keyword, export, as_person, viewer):
    theirs = make_keyword(Project.objects.create(name="Other"), "Theirs", "theirs")
    for keyword_id in (theirs.pk, "x", "9" * 30):
        answer = export("csv", keyword_id)
        assert answer.status_code == 422 and "Choose a keyword of this project" in answer.content.decode()
        assert "theirs" not in answer.content.decode()


def test_api_exports_near_misses(keyword, viewer, client):
    headers = {"authorization": f"Bearer {create_token(viewer, 'test')}"}
    url = f"/api/v1/projects/{keyword.project_id}/exports"

    def call(query):
        sent = json.dumps({"list": "near-misses", "query": query})
        return client.post(url, sent, "application/json", headers=headers)

    assert [row["cause"] for row in json_lines(call(f"keyword={keyword.pk}"))][:2] == ["plural", "typo"]
    refused = call("keyword=0")
    assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "query"
