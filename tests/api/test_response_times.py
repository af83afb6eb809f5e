"""The API's response times."""

from monitoring.services.triage import set_status
from tests.factories import make_keyword, make_mention
from workplace.response_targets import set_target


def test_response_times_by_platform_and_person(program, project, owner, manager):
    set_target(project, owner, hours=4)
    keyword = make_keyword(project)
    replied, waiting = (make_mention(keyword, platform="bluesky") for _number in range(2))
    set_status(project, manager, [replied.pk], "replied")
    set_status(project, manager, [waiting.pk], "needs_reply")
    body = program(manager).get(f"/projects/{project.pk}/response-times").json()
    numbers = {"replied": 1, "within": 1, "late": 0, "overdue": 0, "waiting": 1, "declined": 0, "share": 1.0}
    assert body["total"] == {**numbers, "median_s": body["total"]["median_s"]}
    assert [one["replied"] for one in body["weeks"]] == [1] and body["reasons"] == []
    assert [one["platform"] for one in body["platforms"]] == ["bluesky"]
    assert {one["person"]: one["replied"] for one in body["people"]} == {manager.name: 1, None: 0}
    answer = program(manager).get(f"/projects/{project.pk}/response-times?platform=mastodon")
    assert answer.json()["total"]["replied"] == 0
