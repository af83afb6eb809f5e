"""Stories are the connected items, regardless of the order of pairs; stories that people fixed stay apart."""

from hypothesis import given
from hypothesis import strategies as st

from monitoring.stories.groups import plan

items = st.integers(1, 8)
pairs = st.lists(st.tuples(st.sampled_from([0.7, 1.0]), items, items).filter(lambda pair: pair[1] != pair[2]))


def outcome(stories, result):
    """Return the sets of items that share a story afterwards."""
    after = {item: result.merged.get(story, story) for item, story in stories.items()} | result.joined
    after |= {item: -number for number, group in enumerate(result.new, 1) for item in group}
    return {frozenset(item for item in after if after[item] == story) for story in after.values() if story is not None}


@given(pairs=pairs, order=st.randoms())
def test_plan_is_the_same_in_any_order_of_pairs(pairs, order):
    stories = dict.fromkeys(range(1, 9)) | {7: 70, 8: 70}
    shuffled = order.sample(pairs, len(pairs))
    assert outcome(stories, plan(stories, set(), pairs)) == outcome(stories, plan(stories, set(), shuffled))


def test_plan_makes_joins_and_merges_stories():
    stories = {1: None, 2: None, 3: None, 4: 40, 5: 50, 6: None}
    result = plan(stories, set(), [(1.0, 1, 2), (0.9, 3, 4), (0.8, 4, 5)])
    assert (result.new, result.joined, result.merged) == ([[1, 2]], {3: 40}, {50: 40})


def test_plan_keeps_two_fixed_stories_apart_and_joins_the_most_similar():
    stories = {1: 10, 2: 20, 3: None}
    result = plan(stories, {10, 20}, [(0.8, 1, 3), (0.9, 2, 3), (1.0, 1, 2)])
    assert (result.joined, result.merged) == ({3: 20}, {})


def test_plan_merges_other_stories_into_the_fixed_one():
    assert plan({1: 10, 2: 20}, {20}, [(1.0, 1, 2)]).merged == {10: 20}
