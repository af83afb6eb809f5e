"""Add names, handles and followers to posts of Bluesky, whose stream names authors by DID alone.

Entries in, the same entries out, with what the public AppView says about their authors. Called by streaming/save.py
for the posts that are stored. A failed request changes nothing but the names.
"""

import json
import logging
import time
from collections import OrderedDict
from collections.abc import Iterable
from itertools import islice
from typing import Any

from monitoring.platforms.bluesky_posts import PROFILES_PER_REQUEST, profiles_request, with_author
from monitoring.platforms.jetstream import MALFORMED
from monitoring.records import Entry
from outbound import HttpClient

log = logging.getLogger(__name__)

KEPT, KEPT_S = 10_000, 3_600
# Requests for one batch: more authors than this at the same time keep their DID.
REQUESTS = 4
# After a failure, the AppView is left alone for a while.
REST_S = 60


class Authors:
    """The profiles that were asked for in the last hour. A profile that is unknown is None."""

    def __init__(self, http_client: HttpClient, api_url: str) -> None:
        self._http_client, self._api_url = http_client, api_url
        self._kept: OrderedDict[str, tuple[float, dict[str, Any] | None]] = OrderedDict()
        self._rests_until = 0.0

    def named(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return the entries with their authors' profiles, as far as they are known. Their author is a DID."""
        entries = list(entries)
        self._fetch({entry.author for entry in entries})
        return [self._named(entry) for entry in entries]

    def _named(self, entry: Entry) -> Entry:
        profile = self._kept.get(entry.author, (0.0, None))[1]
        return with_author(entry, profile) if profile else entry

    def _fetch(self, dids: set[str]) -> None:
        now = time.monotonic()
        unknown = iter(sorted(did for did in dids if self._kept.get(did, (0.0, None))[0] < now))
        for _ in range(REQUESTS):
            asked = list(islice(unknown, PROFILES_PER_REQUEST))
            if not asked or now < self._rests_until:
                return
            profiles = self._request(asked)
            if profiles is None:
                self._rests_until = now + REST_S
                return
            for did in asked:
                self._kept[did] = now + KEPT_S, profiles.get(did)
                self._kept.move_to_end(did)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def _request(self, dids: list[str]) -> dict[str, dict[str, Any]] | None:
        """Return profiles by DID, None if the request fails."""
        response = self._http_client.call(profiles_request(self._api_url, dids))
        if response.error:
            log.warning("event=profiles_failed error=%s", response.error.code)
            return None
        try:
            found = json.loads(response.body)["profiles"]
            return {profile["did"]: profile for profile in found if profile["did"] in dids}
        except MALFORMED:
            log.warning("event=profiles_failed error=unexpected_response")
            return None
