"""The sample project, one per person: an invented brand with two competitors, 90 days of mentions, and active feeds.

`texts.py` has the texts, `feeds.py` decides which item appears when (pure), `load.py` creates the project, and
dashboards/views/sample.py publishes the feeds that the real workers poll.
"""
