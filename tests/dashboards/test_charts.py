"""Rows to charts, without a browser."""

from hypothesis import given
from hypothesis import strategies as st

from dashboards import charts


def test_a_keyword_added_later_changes_nobodys_color():
    before = charts.colors([3, 8])
    after = charts.colors([3, 8, 12])
    assert {key: after[key] for key in before} == before
    assert len(set(after.values())) == 3


def test_keywords_beyond_the_colors_are_summed_up():
    colors = charts.colors(range(10))
    lines = [charts.Line(f"t{key}", colors[key], (key, 1), str(key)) for key in range(10)]
    summed = charts.summed_up(lines, "others")
    assert len(summed) == charts.SERIES_COLORS + 1
    assert summed[-1] == charts.Line("others", charts.REST_COLOR, (7 + 8 + 9, 3))
    assert sum(line.total for line in summed) == sum(line.total for line in lines)


def test_a_single_keyword_beyond_the_colors_keeps_its_name():
    lines = [charts.Line("eighth", charts.REST_COLOR, (1,), "8")]
    assert charts.summed_up(lines, "others") == lines


def test_every_bar_leads_to_its_own_mentions():
    buckets = [charts.Bucket("1", "1 May", "?a"), charts.Bucket("2", "2 May", "?b", "deaf")]
    config = charts.volume(buckets, [charts.Line("Lumen", "--series-1", (4, 0), "7")])
    assert config["links"] == ["?a", "?b"]
    assert config["notes"] == ["", "deaf"]
    assert config["data"]["datasets"] == [{"label": "Lumen", "data": [4, 0], "color": "--series-1", "key": "7"}]


def test_a_quiet_month_is_drawn_on_the_floor():
    heights = {point.split(",")[1] for point in charts.spark_points([0, 0, 0]).split()}
    assert heights == {"24.0"}


def test_one_value_is_no_line():
    assert charts.spark_points([3]) == ""


@given(st.lists(st.integers(0, 1000), max_size=8))
def test_shares_add_up_to_a_hundred(counts):
    assert sum(charts.shares(counts)) == (100 if sum(counts) else 0)


def test_shares_favor_the_largest_remainder():
    assert charts.shares([1, 1, 1]) == [34, 33, 33]
