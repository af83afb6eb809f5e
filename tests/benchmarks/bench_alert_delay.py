"""Time alerts from a stored mention to the mail server: python -m tests.benchmarks.bench_alert_delay [ROUNDS]

All processes of `make run` except the web server, with beat as the only clock. Each round publishes one item in a feed
and has it polled. An alert on each mention and an as-it-happens digest follow. The delay begins when the mention is
stored (`found_at`), and ends when the mail server has the message. Messages leave 5 minutes apart, so each round
begins as if that time had passed. The limit to beat is 5 seconds.
"""

import os
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from tests.benchmarks.services import run_with
from tests.lookalikes.feeds import FeedServerProcess
from tests.lookalikes.smtp import Mailbox, free_port, serve_mailbox

PROGRAMS = ("poll", "work", "send", "beat")
WAIT_S, LIMIT_S, PORT = 30, 5, free_port()
ALERT, DIGEST = "Lumen:", "Bench:"  # in the subjects
APART = timedelta(minutes=6)


class Clock(Mailbox):
    """A mailbox that stores when each message arrived, with its subject."""

    def __init__(self):
        super().__init__()
        self.arrived = []

    async def handle_DATA(self, server, session, envelope):
        answer = await super().handle_DATA(server, session, envelope)
        self.arrived.append((datetime.now(UTC), str(self.messages[-1]["Subject"])))
        return answer


def feed(number):
    items = "".join(
        f"<item><title>Lumen round {n}</title><link>https://site.example/{n}</link><guid>{n}</guid></item>"
        for n in range(number + 1)
    )
    return f'<rss version="2.0"><channel><title>Le Phare</title>{items}</channel></rss>'.encode()


def set_up(url):
    from django.utils import timezone

    from accounts.models import Membership, Project, Role, User
    from alerts.models import Digest, Rule
    from monitoring.models import Source
    from tests.factories import make_keyword

    project = Project.objects.create(name="Bench")
    keyword = make_keyword(project, "Lumen", "lumen", created_at=timezone.now() - timedelta(days=9))
    user = User.objects.create_user("ada@example.com", "correct horse battery", language="en")
    Membership.objects.create(project=project, user=user, role=Role.MANAGER)
    Rule.objects.create(project=project, keyword=keyword, condition="each")
    Digest.objects.create(project=project, user=user, frequency="instant", is_main=True)
    return Source.objects.create(project=project, url=url, host="127.0.0.1")


def poll(source, server, number):
    """Publish one more item, and have the source polled. Return when its mention was stored."""
    from django.utils import timezone

    from alerts.models import Digest, Rule
    from monitoring.models import Mention, Source

    server.put("/feed", body=feed(number))
    Mention.objects.all().delete()  # those of earlier rounds would be sent again
    earlier = timezone.now() - APART
    Rule.objects.update(told_until=earlier)
    Digest.objects.update(sent_until=earlier, last_sent_at=earlier)
    Source.objects.filter(pk=source.pk).update(next_poll_at=timezone.now())
    title = f"Lumen round {number}"
    return waited(lambda: Mention.objects.filter(document__title=title).values_list("found_at", flat=True).first())


def waited(found):
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        if value := found():
            return value
        time.sleep(0.01)
    raise TimeoutError(f"nothing for {WAIT_S} s")


def arrival(clock, word, after):
    try:
        return waited(lambda: next((at for at, subject in clock.arrived if word in subject and at > after), None))
    except TimeoutError:
        raise TimeoutError(f"no “{word}” among {clock.arrived}") from None


def run(rounds):
    from django.db.models import F

    from config.launcher.runner import programs
    from monitoring.models import Source, SourcePeriod

    folder = Path(os.environ["VIGIE_DATA_DIR"])
    with serve_mailbox(PORT, Clock()) as clock, FeedServerProcess() as server:
        server.put("/feed", body=feed(0))
        source = set_up(server.url("/feed"))
        with (folder / "log").open("w") as log:
            started = [subprocess.Popen(programs(folder)[name].argv, stdout=log, stderr=log) for name in PROGRAMS]
            try:
                waited(lambda: Source.objects.filter(pk=source.pk).exclude(last_success_at=None).exists())
                SourcePeriod.objects.update(started_at=F("started_at") - APART)  # the first poll triggers no alert
                delays = {ALERT: [], DIGEST: []}
                for number in range(1, rounds + 1):
                    stored = poll(source, server, number)
                    for word, values in delays.items():
                        values.append((arrival(clock, word, stored) - stored).total_seconds())
            finally:
                for process in started:
                    process.kill()
                    process.wait()
    for name, values in zip(("alert on each mention", "as-it-happens digest"), delays.values(), strict=True):
        print(
            f"{name}: {len(values)} sent, median {median(values):.1f} s, longest {max(values):.1f} s; "
            f"ratio to the limit of {LIMIT_S} s {max(values) / LIMIT_S:.2f}"
        )


if __name__ == "__main__":
    os.environ |= {"EMAIL_URL": f"smtp://127.0.0.1:{PORT}", "FETCH_ALLOWED_HOSTS": "127.0.0.0/8"}
    run_with(run, 20, __doc__, "rounds")
