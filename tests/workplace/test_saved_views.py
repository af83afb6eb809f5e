"""Saved views: who sees and changes them, what they store, and their counts."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ActivityEntry, Membership
from monitoring.insights import filter_lists
from monitoring.services.keywords import delete_keyword
from tests.factories import make_keyword, make_mentions, make_source
from workplace.models import SavedView
from workplace.saved_views import (
    MAX_VIEWS,
    counted_views,
    create_view,
    delete_view,
    may_change,
    update_view,
    views_of,
)


@pytest.fixture
def save(project, manager):
    """`save(name, query)` saves a view of Marc."""

    def create(name="Negative", query="sentiment=negative", user=manager, **fields):
        return create_view(project, user, name, query, timezone.now(), **fields)

    return create


@pytest.fixture
def keyword(project):
    return make_keyword(project)


def counts(project, user):
    return [
        one.count and tuple(one.count)
        for one in counted_views(project, user, views_of(user, project.pk), timezone.now())
    ]


def test_create_view_stores_filter_in_its_only_form(save, keyword):
    view = save("  My  view ", f"?keyword={keyword.pk}&status=replied&period=30d&cursor=n1.2")
    assert (view.name, view.query) == ("My view", f"period=30d&keyword={keyword.pk}&status=replied")


def test_views_of_has_own_and_shared_views_of_project_only(save, project, manager, viewer, stranger):
    own, shared = save("Own"), save("Shared", is_shared=True)
    assert list(views_of(manager, project.pk)) == [own, shared]
    assert list(views_of(viewer, project.pk)) == [shared]
    assert list(views_of(stranger, stranger.projects.get().pk)) == []


def test_owner_and_admins_may_change_view(save, project, manager, owner, viewer):
    def may(user, view):
        return may_change(Membership.objects.get(project=project, user=user), view)

    own, shared = save("Own"), save("Shared", is_shared=True)
    assert [may(user, own) for user in (manager, owner, viewer)] == [True, False, False]
    assert [may(user, shared) for user in (manager, owner, viewer)] == [True, True, False]


def test_shared_view_outlives_account_of_its_owner(save, project, manager, owner):
    save("Shared", is_shared=True)
    manager.delete()
    [view] = views_of(owner, project.pk)
    assert view.name == "Shared"
    update_view(view, owner, timezone.now(), is_shared=False)
    assert [view.owner for view in views_of(owner, project.pk)] == [owner]


@pytest.mark.parametrize(
    ("name", "query", "field", "code"),
    [
        (" ", "", "name", "required"),
        ("x" * 81, "", "name", "too_long"),
        ("NEGATIVE", "", "name", "taken"),
        ("Other", "status=nonsense", "query", "unknown"),
        ("Other", "q=(lumen", "query", "unbalanced"),
        ("Other", "&".join(f"author={'x' * 900}&platform={n}{'x' * 25}" for n in range(120)), "query", "too_long"),
    ],
)
def test_create_view_names_invalid_field(save, name, query, field, code):
    save()
    with pytest.raises(ValidationError) as raised:
        save(name, query)
    errors = raised.value.error_dict
    assert list(errors) == [field]
    assert code == "unbalanced" or errors[field][0].code == code


def test_create_view_limits_views_per_person(save, project, manager):
    SavedView.objects.bulk_create(
        SavedView(project=project, owner=manager, name=f"View {n}", query="period=7d") for n in range(MAX_VIEWS)
    )
    with pytest.raises(ValidationError):
        save("One more")


def test_update_and_delete_of_shared_view_are_logged_and_of_own_view_not(save, project, manager):
    now = timezone.now()
    own, shared = save("Own"), save("Shared", is_shared=True)
    update_view(own, manager, now, name="Mine", position=7)
    update_view(shared, manager, now, query="status=replied")
    delete_view(own, manager)
    delete_view(SavedView.objects.get(pk=shared.pk), manager)
    assert [entry.action for entry in ActivityEntry.objects.order_by("pk")] == [
        "view.created",
        "view.changed",
        "view.deleted",
    ]


def test_view_survives_deleted_keyword(save, project, manager, keyword):
    other = make_keyword(project)
    save("Both", f"keyword={keyword.pk}&keyword={other.pk}")
    make_mentions(other, 3)
    delete_keyword(keyword, manager)
    view = counted_views(project, manager, views_of(manager, project.pk), timezone.now())[0]
    assert view.filter.keywords == (other.pk,)
    assert [problem.parameter for problem in view.filter.problems] == ["keyword"]
    assert view.count.value == 3


def test_counts_are_those_of_the_lists(save, project, manager, keyword, monkeypatch):
    other = make_keyword(project)
    make_mentions([keyword, other], 4)
    source = make_source(project)
    make_mentions(other, [{"status": "replied", "source": source}] * 2)
    make_mentions(other, [{"published": timezone.now() - timedelta(days=20)}])
    for name, query in [
        ("all", ""),
        ("keyword", f"keyword={keyword.pk}"),
        ("replied", "status=replied"),
        ("source", f"source={source.pk}"),
        ("month", "period=30d"),
        ("search", "q=lumen"),
        ("none", "author=nobody"),
    ]:
        save(name, query)
    assert counts(project, manager) == [
        (6, False),
        (4, False),
        (2, False),
        (2, False),
        (7, False),
        None,
        (0, False),
    ]
    monkeypatch.setattr(filter_lists, "CAP", 5)
    assert counts(project, manager)[0] == (5, True)


def test_counts_take_as_many_queries_for_many_views_as_for_one(save, project, manager, keyword):
    source = make_source(project)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            counts(project, manager)
        return len(captured)

    save("First", f"source={source.pk}&keyword={keyword.pk}")
    one = queries()
    for number in range(20):
        save(f"View {number}", f"source={source.pk}&keyword={keyword.pk}&status=replied")
    assert queries() == one <= 4


def test_project_without_keywords_counts_nothing(save, project, manager):
    save()
    assert counts(project, manager) == [(0, False)]
