"""The counts of own posts: only numbers that can be stored."""

from monitoring.platforms.own_posts import counted


def test_counts_are_numbers_that_the_database_can_store():
    entry = counted({"1": (2**40, -1, "12")}).entries["1"]
    assert (entry.likes, entry.replies, entry.shares) == (2**31 - 1, None, None)
