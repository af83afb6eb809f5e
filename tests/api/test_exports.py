"""Exports through the API: the rows of a list under its filter, as a file."""

from accounts.models import ActivityEntry
from tests.factories import make_keyword, make_mentions
from tests.reports.files import body, csv_rows, json_lines


def test_api_exports_a_list_as_filtered(project, viewer, program):
    make_mentions(make_keyword(project), [{"status": "replied"}, {"status": "needs_reply", "title": "Broken"}])
    request, path = program(viewer), f"/projects/{project.pk}/exports"
    response = request("POST", path, {"list": "mentions", "query": "status=needs_reply"})
    assert [row["title"] for row in json_lines(response)] == ["Broken"]
    assert response["Content-Type"] == "application/x-ndjson" and ".jsonl" in response["Content-Disposition"]
    rows = csv_rows(request("POST", path, {"list": "mentions", "format": "csv", "separator": "semicolon"}), ";")
    assert len(rows) == 2
    assert body(request("POST", path, {"list": "authors", "format": "xlsx"})).startswith(b"PK")
    assert ActivityEntry.objects.filter(action="list.exported", user=viewer).count() == 3


def test_api_refuses_exports_of_invalid_filters(project, viewer, program):
    request, path = program(viewer), f"/projects/{project.pk}/exports"
    for sent, field in (
        ({"list": "mentions", "query": "q=(lumen"}, "query"),
        ({"list": "nothing"}, "list"),
        ({"list": "mentions", "format": "pdf"}, "format"),
    ):
        response = request("POST", path, sent)
        assert response.status_code == 422
        assert [error["field"] for error in response.json()["errors"]] == [field]
