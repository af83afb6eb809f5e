"""manage.py mentions"""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_keyword, make_mention, make_mentions, make_source


def run(*arguments):
    out = StringIO()
    call_command("mentions", *arguments, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_mentions_command_writes_one_json_line_per_mention(project):
    keyword = make_keyword(project, "Lumen")
    published = datetime(2020, 5, 4, 3, 2, 1, tzinfo=UTC)
    mention = make_mention(
        keyword, source=make_source(project, title="Le Monde"), published=published, title="Été", status="ignored"
    )
    (line,) = run("--project", "Maison Lumen")
    assert line["id"] == mention.pk
    assert (line["keyword"], line["title"], line["source"], line["status"]) == ("Lumen", "Été", "Le Monde", "ignored")
    assert line["published"] == "2020-05-04T03:02:01Z"
    assert line["language"] is None
    assert (line["kind"], line["rating"], line["country"]) == (None, None, None)


def test_mentions_command_writes_the_fields_of_reviews(project):
    make_mention(make_keyword(project), kind="review", rating=1.5, country="FR")
    [line] = run("--project", "Maison Lumen")
    assert (line["kind"], line["rating"], line["country"]) == ("review", 1.5, "FR")


def test_since_excludes_older_mentions(project):
    keywords = [make_keyword(project), make_keyword(project)]
    new, old = datetime(2026, 5, 2, tzinfo=UTC), datetime(2026, 5, 1, 23, 59, tzinfo=UTC)
    made = make_mentions(keywords, [{"published": new}, {"published": old}])
    lines = run("--project", str(project.pk), "--since", "2026-05-02")
    assert [line["id"] for line in lines] == [mention.pk for mention in made[:2]]


def test_mentions_command_lists_several_pages(project):
    make_mentions(make_keyword(project), 450)
    assert len({line["id"] for line in run("--project", str(project.pk))}) == 450


def test_invalid_arguments_are_reported(project):
    with pytest.raises(CommandError, match="Nobody"):
        run("--project", "Nobody")
    with pytest.raises(CommandError, match="--since") as refused:
        run("--project", str(project.pk), "--since", "yesterday")
    assert refused.value.returncode == 2
