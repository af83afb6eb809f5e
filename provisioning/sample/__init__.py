"""The sample world: an invented brand, its two competitors, what is said of them in 90 days, and feeds that go on.

`stories.py` is what people write, `world.py` when and where (pure), `load.py` brings it in and takes it away, and
dashboards/views/sample.py publishes the feeds that the real workers poll.
"""
