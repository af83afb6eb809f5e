"""Chart.js configurations and sparklines, without a browser."""

from hypothesis import given
from hypothesis import strategies as st

from dashboards import charts
from dashboards.time_charts import spark_path
from monitoring.insights.shares import shares


def test_keyword_colors_stay_when_a_keyword_is_added():
    before = charts.keyword_colors([3, 8])
    after = charts.keyword_colors([3, 8, 12])
    assert {key: after[key] for key in before} == before
    assert len(set(after.values())) == 3


def test_merge_rest_adds_up_keywords_beyond_the_colors():
    colors = charts.keyword_colors(range(10))
    datasets = [charts.Dataset(f"t{key}", colors[key], (key, 1), str(key)) for key in range(10)]
    merged = charts.merge_rest(datasets, "others")
    assert len(merged) == charts.SERIES_COLORS + 1
    assert merged[-1] == charts.Dataset("others", charts.REST_COLOR, (7 + 8 + 9, 3))
    assert sum(dataset.total for dataset in merged) == sum(dataset.total for dataset in datasets)


def test_merge_rest_keeps_the_name_of_a_single_keyword():
    datasets = [charts.Dataset("eighth", charts.REST_COLOR, (1,), "8")]
    assert charts.merge_rest(datasets, "others") == datasets


def test_volume_links_each_bucket_to_its_mentions():
    buckets = [charts.Bucket("1", "1 May", "?a"), charts.Bucket("2", "2 May", "?b", "failing")]
    config = charts.volume(buckets, [charts.Dataset("Lumen", "--who-1", (4, 0), "7")])
    assert config["links"] == ["?a", "?b"]
    assert config["notes"] == ["", "failing"]
    assert config["data"]["datasets"] == [{"label": "Lumen", "data": [4, 0], "color": "--who-1", "key": "7"}]


def test_sparkline_draws_zeros_at_the_bottom():
    heights = {point.split(",")[1] for point in charts.sparkline_points([0, 0, 0]).split()}
    assert heights == {"24.0"}


def test_sparkline_is_empty_for_a_single_value():
    assert charts.sparkline_points([3]) == ""


@given(st.lists(st.integers(0, 1000), max_size=8))
def test_shares_add_up_to_100(counts):
    assert sum(shares(counts)) == (100 if sum(counts) else 0)


def test_shares_favor_the_largest_remainder():
    assert shares([1, 1, 1]) == [34, 33, 33]


def test_spark_path_joins_or_shows_gaps():
    values = [0, 2, None, None, 4, None]
    assert spark_path(values) == "M0.0 22.0L20.0 12.0L80.0 2.0"
    assert spark_path(values, shows_gaps=True) == "M0.0 22.0h0L20.0 12.0M80.0 2.0h0"
    assert spark_path([None, 3], shows_gaps=True) == ""
