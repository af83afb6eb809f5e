"""A batch of a stream: bounded, ordered, and not stopped by a single event."""

import json

from monitoring.streaming.batch import MAX_EVENTS, MAX_POSTS, StreamBatch

NOW = 2_000_000_000_000_000


class Wanting:
    """Stands for the keywords: a post that has "lumen" is wanted by these sources, and one that has "bug" crashes."""

    def __init__(self, *sources):
        self.sources = list(sources)

    def wanting(self, entry):
        if "bug" in entry.body:
            raise RuntimeError("bug")
        return self.sources if "lumen" in entry.body else []


def event(number, text="lumen", operation="create", time_us=None):
    record = {"text": text, "createdAt": "2026-11-20T12:00:00Z"}
    commit = {"operation": operation, "collection": "app.bsky.feed.post", "rkey": f"k{number}", "record": record}
    message = {"did": "did:plc:ada", "time_us": time_us or number, "kind": "commit", "commit": commit}
    return json.dumps(message).encode()


def batch_of(*messages, sources=(1,)):
    batch = StreamBatch()
    for message in messages:
        batch.add(message, Wanting(*sources), NOW)
    return batch


def test_batch_has_the_wanted_posts_of_each_source_and_the_newest_time():
    batch = batch_of(event(5), event(7, "rien"), event(6), sources=(1, 2))
    assert [len(batch.posts[source]) for source in (1, 2)] == [2, 2]
    assert (batch.first, batch.cursor, batch.count, batch.skipped) == (5, 7, 4, 0)


def test_later_version_of_a_post_replaces_the_earlier_one():
    batch = batch_of(event(1), event(1, "rien", "update", 9))
    assert (batch.count, len(batch.posts[1]), list(batch.edits)) == (1, 0, ["at://did:plc:ada/app.bsky.feed.post/k1"])
    batch = batch_of(event(1), event(1, operation="delete", time_us=9), event(1, "lumen encore", time_us=10))
    assert [entry.body for entry in batch.posts[1].values()] == ["lumen encore"]
    assert batch.deleted == set()


def test_event_that_crashes_is_skipped_and_passed():
    batch = batch_of(event(1), event(2, "bug"), event(3))
    assert (len(batch.posts[1]), batch.skipped, batch.cursor) == (2, 1, 3)


def test_batch_is_full_with_many_posts_or_many_events():
    batch = batch_of(*(event(number) for number in range(1, MAX_POSTS)))
    assert not batch.is_full
    batch.add(event(MAX_POSTS), Wanting(1), NOW)
    assert batch.is_full
    batch = StreamBatch(events=MAX_EVENTS - 1)
    batch.add(event(1, "rien"), Wanting(1), NOW)
    assert batch.is_full
