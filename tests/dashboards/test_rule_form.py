"""The form of a rule: its scope, measures, further conditions, limits, and the errors at their fields."""

import re

import pytest

from alerts.models import QuietHours, Rule
from tests.factories import make_keyword
from tests.pages import words
from workplace.models import SavedView


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


@pytest.fixture
def send(keyword, manager, as_person):
    client = as_person(manager)

    def post(**changes):
        form = {
            "about": "keyword",
            "keyword": keyword.pk,
            "measure": "mentions",
            "condition": "above",
            "threshold": 50,
        }
        form |= {"minimum": 5, "window_s": 3600, "cooldown_s": 0, "hold": 1, **changes}
        return client.post(f"/p/{keyword.project_id}/rules/new", form)

    return post


def test_rule_is_about_several_keywords_with_a_filter(send, keyword, project):
    other = make_keyword(project, "Halo")
    address = "https://vigie.example/p/1/mentions?period=7d&language=fr&q=refund+-fast&order=urgency"
    assert send(about="keywords", keywords=[keyword.pk, other.pk], query=address).status_code == 302
    rule = Rule.objects.get()
    assert (rule.keyword, rule.query) == (None, f"keyword={keyword.pk}&keyword={other.pk}&language=fr&q=refund+-fast")


def test_rule_is_about_shared_view_or_project(send, project, manager, owner):
    shared, own = [
        SavedView.objects.create(project=project, owner=owner, name=name, query="language=fr", is_shared=is_shared)
        for name, is_shared in (("Shared", True), ("Own", False))
    ]
    assert send(about="view", view=own.pk).context["form"].errors.keys() == {"view"}
    assert send(about="view", view=shared.pk).status_code == 302
    assert send(about="project").status_code == 302
    assert [(rule.view, rule.keyword, rule.query) for rule in Rule.objects.order_by("pk")] == [
        (shared, None, "language=fr"),
        (None, None, ""),
    ]


def test_rule_has_further_conditions_and_limits(send, manager, as_person):
    also = {"also-1-measure": "negative_share", "also-1-condition": "above", "also-1-threshold": "30"}
    limits = {"hold": 5, "cooldown_s": 3600, "max_per_day": 3, "expires_on": "2030-01-31", "is_critical": "on"}
    assert send(**also, **limits, recovery=10, joined_by="or").status_code == 302
    rule = Rule.objects.get()
    assert [(one["measure"], one["threshold"], one["minimum"]) for one in rule.also] == [("negative_share", 30, 5)]
    assert (rule.hold, rule.cooldown_s, rule.max_per_day, rule.is_critical, rule.recovery) == (5, 3600, 3, True, 10)
    page = words(as_person(manager).get(f"/p/{rule.project_id}/rules/{rule.pk}/edit"))
    assert "ou quand la part de mentions négatives pour Lumen dépasse 30\u00a0% en 1\u00a0heure" in page.replace(
        "1 heure", "1\u00a0heure"
    ).replace("30 %", "30\u00a0%")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"about": "keyword", "keyword": ""}, "keyword"),
        ({"about": "keywords"}, "keywords"),
        ({"about": "view"}, "view"),
        ({"query": "language=fr&rating=9"}, "query"),
        ({"query": "q=(open"}, "query"),
        ({"query": "nonsense=1"}, "query"),
        ({"query": "just words"}, "query"),
        ({"measure": "reach", "condition": "unusual"}, "condition"),
        ({"measure": "negative_share", "threshold": "130"}, "threshold"),
        ({"measure": "net_sentiment", "threshold": "-101"}, "threshold"),
        ({"measure": "mentions", "threshold": "-1"}, "threshold"),
        ({"measure": "rating", "parameter": "6"}, "parameter"),
        ({"condition": "decrease", "percent": "101"}, "percent"),
        ({"condition": "rise", "change": "0"}, "change"),
        ({"condition": "rise", "change": ""}, "change"),
        ({"hold": "61"}, "hold"),
        ({"max_per_day": "0"}, "max_per_day"),
        ({"expires_on": "soon"}, "expires_on"),
        ({"condition": "each", "also-1-measure": "authors", "also-1-threshold": "3"}, "condition"),
        ({"also-2-measure": "authors", "also-2-threshold": ""}, "__all__"),
        ({"measure": "nonsense"}, "measure"),
    ],
)
def test_error_is_at_its_field(send, changes, field):
    assert send(**changes).context["form"].errors.keys() == {field}
    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"measure": "net_sentiment", "condition": "below", "threshold": "-20"},
        {"measure": "rating", "condition": "each", "parameter": ""},
        {"measure": "newcomer", "condition": "each", "parameter": "50000"},
        {"measure": "overdue", "threshold": "0"},
        {"condition": "few"},
        {"condition": "fall", "change": "5"},
    ],
)
def test_rule_of_each_kind_is_saved_and_listed(send, manager, as_person, changes):
    assert send(**changes).status_code == 302
    rule = Rule.objects.get()
    page = as_person(manager).get(f"/p/{rule.project_id}/rules")
    assert "Alert" in words(page)
    assert as_person(manager).get(f"/p/{rule.project_id}/rules/{rule.pk}/edit").status_code == 200


def test_limits_of_a_rule_are_open_when_it_recovers_at_zero(send, manager, as_person):
    assert send(recovery=0).status_code == 302
    rule = Rule.objects.get()
    page = as_person(manager).get(f"/p/{rule.project_id}/rules/{rule.pk}/edit")
    assert page.context["open"] == {"filter": True, "limits": True, "clauses": False}


def test_limits_of_a_rule_are_open_when_chance_counts(send, manager, as_person):
    assert send(counts_stories="on", tests_chance="on").status_code == 302
    path = f"/p/{Rule.objects.get().project_id}/rules/{Rule.objects.get().pk}/edit"
    assert not as_person(manager).get(path).context["open"]["limits"]
    Rule.objects.update(tests_chance=False)
    assert as_person(manager).get(path).context["open"]["limits"]


@pytest.mark.parametrize(
    ("language", "start", "order"),
    [
        ("en", "Alert when", ["about", "keyword", "view", "sentiment"]),
        ("fr", "Alerter quand", ["sentiment", "about", "keyword", "view"]),
    ],
)
def test_rule_form_is_a_sentence_in_the_order_of_the_language(keyword, manager, as_person, language, start, order):
    manager.language = language
    manager.save()
    page = as_person(manager).get(f"/p/{keyword.project_id}/rules/new").content.decode()
    sentence = page.partition('<p class="rule-sentence">')[2].partition("</p>")[0]
    assert sentence.strip().startswith(start)
    assert [name for name in re.findall(r'data-of="(\w+)"', sentence) if name in order] == order


def test_blanks_have_labels_hints_and_errors_by_name(send, manager, as_person):
    response = send(condition="rise", change="", **{"also-1-measure": "authors", "also-1-threshold": ""})
    page = response.content.decode()
    assert '<label class="sr" for="id_change">' in page
    error = page.partition('id="id_change_error"')[2].partition("</div>")[0]
    assert "<b>Variation</b>" in error
    assert "Indiquez un nombre." in error
    [described] = re.findall(r'<input[^>]*name="change"[^>]*>', page)
    assert 'aria-describedby="id_change_helptext id_change_error"' in described
    assert 'id="id_also-1-threshold_error"' in page
    assert response.context["open"]["clauses"]


def test_rule_on_each_mention_waits_for_no_further_evaluation(send, owner, as_person):
    assert send(condition="each", hold=99).status_code == 302
    rule = Rule.objects.get()
    assert rule.hold == 1
    Rule.objects.update(hold=5)  # stored by an earlier version
    assert "evaluations in a row" not in words(as_person(owner).get(f"/p/{rule.project_id}/rules"))


def test_rule_form_names_the_number_in_the_measure(send, owner, as_person):
    assert send(measure="rating", parameter=2).status_code == 302
    rule = Rule.objects.get()
    page = as_person(owner).get(f"/p/{rule.project_id}/rules/{rule.pk}/edit")
    assert page.context["form"]["parameter"].label == "Stars at most, or followers"


def test_list_of_mentions_fills_the_filter_of_a_new_rule(keyword, manager, as_person):
    path = f"/p/{keyword.project_id}/rules/new?keyword={keyword.pk}&period=7d&language=fr"
    form = as_person(manager).get(path).context["form"]
    assert (form["about"].value(), form["keywords"].value(), form["query"].value()) == (
        "keywords",
        [keyword.pk],
        "language=fr",
    )


def test_new_rule_ignores_keywords_that_are_no_ids(keyword, manager, as_person):
    path = f"/p/{keyword.project_id}/rules/new?keyword=%C2%B2&keyword={2**63}&keyword={keyword.pk}"
    assert as_person(manager).get(path).context["form"]["keywords"].value() == [keyword.pk]


@pytest.mark.parametrize(
    ("data", "stored"),
    [
        ({"quiet-start": "22:00", "quiet-end": "07:00"}, ("22:00", "07:00", False)),
        ({"quiet-weekends": "on"}, ("00:00", "00:00", True)),
        ({}, None),
    ],
)
def test_person_sets_and_ends_quiet_hours(owner, as_person, data, stored):
    QuietHours.objects.create(user=owner, start="12:00", end="13:00")
    assert as_person(owner).post("/account/quiet-hours", data).url == "/account"
    hours = QuietHours.objects.first()
    assert (hours and (f"{hours.start:%H:%M}", f"{hours.end:%H:%M}", hours.weekends)) == stored
    assert "Quiet hours" in words(as_person(owner).get("/account"))


@pytest.mark.parametrize("data", [{"quiet-start": "22:00"}, {"quiet-start": "22:00", "quiet-end": "22:00"}])
def test_incomplete_quiet_hours_are_an_error(owner, as_person, data):
    page = as_person(owner).post("/account/quiet-hours", data)
    assert page.context["quiet_form"].errors.keys() == {"quiet-end".removeprefix("quiet-")}
