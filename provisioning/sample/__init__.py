"""The sample project: an invented brand with two competitors, 90 days of mentions, and feeds that go on publishing.

`texts.py` has the texts, `feeds.py` decides which item appears when (pure), `load.py` creates the project, and
dashboards/views/sample.py publishes the feeds that the real workers poll.
"""
