"""The Stats API v2 of Plausible."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.lookalikes.platforms.base import Received, Reply
from tests.lookalikes.website.base import ZONE, Visit, WebsiteServer

VALUES = {
    "time:day": lambda visit: visit.day.isoformat(),
    "visit:source": lambda visit: "Direct / None" if visit.source == "(direct)" else visit.source,
    "visit:utm_medium": lambda visit: visit.medium or "(not set)",
    "visit:entry_page": lambda visit: visit.page,
    "visit:utm_term": lambda visit: visit.term or "(not set)",
    "visit:utm_campaign": lambda visit: visit.campaign or "(not set)",
    "visit:utm_content": lambda visit: visit.content or "(not set)",
}


class PlausibleServer(WebsiteServer):
    platform = "plausible"
    settings = {"site": "lumen.example", "zone": ZONE}
    secrets = {"key": "stats-key-of-ada"}

    def is_accepted(self, request: Received) -> bool:
        is_key = request.headers.get("authorization") == f"Bearer {self.valid['key']}"
        return is_key and request.json["site_id"] == self.settings["site"]

    def rejection(self) -> Reply:
        return Reply({"error": "Invalid API key or site ID. Please make sure you're using a valid API key."}, 401)

    def rate_limited(self) -> Reply:
        return Reply({"error": "Too many API requests. The limit is 600 per hour."}, 429)

    def respond(self, request: Received) -> Reply:
        assert request.path == "/api/v2/query"
        query = request.json
        first, last = map(date.fromisoformat, query["date_range"])
        names = query.get("dimensions", [])
        rows = self._rows(self._visits(query, first, last), names, query["metrics"])
        pages = query.get("pagination", {"limit": 10_000, "offset": 0})
        begin = datetime.combine(first, datetime.min.time(), ZoneInfo(self.zone)).isoformat()
        meta = {"total_rows": len(rows)} if query.get("include", {}).get("total_rows") else {}
        shown = rows[pages["offset"] : pages["offset"] + pages["limit"]]
        return Reply({"results": shown, "meta": meta, "query": {"date_range": [begin, begin], "metrics": []}})

    def _visits(self, query: dict[str, Any], first: date, last: date) -> list[Visit]:
        visits = self.between(first, last)
        for operator, name, goals in query.get("filters", []):
            assert (operator, name) == ("is", "event:goal")
            visits = [visit for visit in visits if set(visit.events) & set(goals)]
        return visits

    def _rows(self, visits: list[Visit], names: list[str], metrics: list[str]) -> list[dict[str, Any]]:
        groups: dict[tuple[str, ...], list[Visit]] = defaultdict(list)
        for visit in visits:
            if "event:goal" in names:
                for event in visit.events:
                    groups[visit.day.isoformat(), event].append(visit)
            else:
                groups[tuple(VALUES[name](visit) for name in names)].append(visit)
        return [
            {"dimensions": list(key), "metrics": [_metric(name, groups[key]) for name in metrics]}
            for key in sorted(groups)
        ]


def _metric(name: str, visits: list[Visit]) -> int:
    return len({(visit.day, visit.user) for visit in visits}) if name == "visitors" else len(visits)
