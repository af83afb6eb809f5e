"""Build the image, run every service of docker-compose.yml from it, and follow a mention and a digest through them.

    sudo .venv/bin/python -m tests.image.run_services [--work FOLDER] [--volume /from:/to:ro ...]

Needs root and Debian's buildah and mmdebstrap; not part of `make test`. Each service is a `buildah run` with the user,
the command and the environment of docker-compose.yml, a read-only system, no capabilities, and a real Postgres, Valkey
and SMTP server on 127.0.0.1. Exit status 1 with the logs if a step fails.
"""

import argparse
import contextlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import requests
import yaml

from config.launcher.embedded import start_postgres, start_redis
from tests.image.build import IMAGE, ROOT, Buildah
from tests.lookalikes.smtp import Mailbox, free_port, serve_mailbox

SYSTEM_FOLDERS = ("app", "bin", "etc", "lib", "sbin", "usr", "var", "venv")
ADMIN = "admin@essai.example"


class Services:
    """The services of docker-compose.yml as processes; `environment` is added to that of the image."""

    def __init__(self, buildah: Buildah, environment: dict[str, str], work: Path) -> None:
        self.buildah, self.work = buildah, work
        self.environment = environment
        compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
        self.compose = {name: service for name, service in compose.items() if service.get("image") == "vigie"}
        self.container = buildah.run("from", IMAGE)
        self.system = Path(buildah.run("mount", self.container))
        self.image_command = re.findall(r'"([^"]+)"', (ROOT / "Dockerfile").read_text().splitlines()[-1])
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def command(self, argv: list[str]) -> list[str]:
        # The image's volume /data is writable, and the same for all services, as in docker-compose.yml.
        options = ["--isolation=chroot", "--network=host", "--cap-drop=ALL", "--mount=type=tmpfs,destination=/tmp"]
        # chroot isolation can't make the root read-only; its folders can be mounted over themselves.
        options += [f"--volume={self.system}/{name}:/{name}:ro" for name in SYSTEM_FOLDERS]
        options += [f"--env={name}={value}" for name, value in self.environment.items()]
        return self.buildah.command("run", *options, self.container, "--", *argv)

    def run(self, *argv: str) -> str:
        """Run a command to its end. Return its output."""
        done = subprocess.run(self.command(list(argv)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(argv)} ended with status {done.returncode}:\n{done.stdout}")
        return done.stdout

    def start(self, name: str) -> None:
        argv = self.compose[name].get("command") or self.image_command
        with (self.work / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                self.command(argv), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def is_healthy(self, name: str) -> bool:
        test = self.compose[name].get("healthcheck", {}).get("test")
        shell = ["sh", "-c", test[1].replace("$$HOSTNAME", "$(cat /proc/sys/kernel/hostname)")] if test else None
        argv = self.command(shell or ["python", "-m", "config.launcher.healthcheck"])
        return subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    def stop(self) -> None:
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def wait_until(what: str, check: Callable[[], object], seconds: float) -> None:
    started = time.monotonic()
    while not check():
        if time.monotonic() - started > seconds:
            raise SystemExit(f"not reached within {seconds:.0f} s: {what}")
        time.sleep(1)
    print(f"{what}: {time.monotonic() - started:.0f} s", flush=True)


class Person:
    """The first admin in a browser, signed in, in the sample project."""

    def __init__(self, base_url: str, password: str) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        self.session.get(f"{base_url}/accounts/login/", timeout=20)
        page = self.post("/accounts/login/", login=ADMIN, password=password)
        self.project = re.search(r"/p/(\d+)/", page.url + page.text)[1]
        # The first visit creates the digest, which covers the mentions from then on.
        self.session.get(f"{base_url}/p/{self.project}/digest", timeout=20).raise_for_status()

    def post(self, path: str, **fields: str) -> requests.Response:
        fields["csrfmiddlewaretoken"] = self.session.cookies["csrftoken"]
        response = self.session.post(self.base_url + path, fields, timeout=60)
        response.raise_for_status()
        return response


@contextlib.contextmanager
def servers(work: Path) -> Iterator[dict[str, str]]:
    """Start Postgres, Valkey. Return the environment that leads to them."""
    postgres, valkey = start_postgres(work), start_redis(work)
    try:
        yield {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
    finally:
        valkey.stop()
        postgres.stop()


def follow(services: Services, mailbox: Mailbox, database_url: str) -> None:
    """Start everything in the order of docker-compose.yml, then follow a mention and a digest."""
    password = re.search(r"Password: +(\S+)", services.run(*services.compose["prepare"]["command"]))[1]
    names = [name for name in services.compose if name != "prepare"]
    for name in names:
        services.start(name)
    for name in names:
        wait_until(f"{name} is healthy", lambda name=name: services.is_healthy(name), 120)
    print(services.run("python", "manage.py", "load_sample").strip(), flush=True)

    def ask(sql: str) -> int:
        with contextlib.closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]

    person = Person(services.environment["BASE_URL"], password)
    last = ask("SELECT max(id) FROM monitoring_mention")
    new = f"SELECT count(*) FROM monitoring_mention WHERE NOT is_backlog AND id > {last}"
    wait_until("a mention arrives from a sample feed", lambda: ask(new), 240)
    wait_until("its sentiment is analyzed", lambda: ask(f"{new} AND sentiment <> ''"), 60)
    person.post(f"/p/{person.project}/digest/send")
    wait_until("the digest arrives over SMTP", lambda: mailbox.messages, 60)
    if "new mention" not in mailbox.messages[0]["Subject"] or "no new" in mailbox.messages[0]["Subject"]:
        raise SystemExit(f"the digest lists nothing: {mailbox.messages[0]['Subject']}")
    print(f"Subject: {mailbox.messages[0]['Subject']}", flush=True)
    ended = [name for name, process in services.running.items() if process.poll() is not None]
    if ended:
        raise SystemExit(f"ended by themselves: {', '.join(ended)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, help="a folder for the base image, reused by the next run")
    parser.add_argument("--volume", action="append", default=[], help="mounted while building, as for buildah")
    arguments = parser.parse_args()
    missing = [name for name in ("buildah", "mmdebstrap") if not shutil.which(name)]
    if missing or os.geteuid() != 0:
        sys.exit(f"Run as root, with {' and '.join(missing or ['buildah'])} installed.")
    work = arguments.work or Path(tempfile.mkdtemp(prefix="vigie-image-"))
    work.mkdir(parents=True, exist_ok=True)
    buildah = Buildah(work.resolve(), arguments.volume)
    buildah.build()
    print(f"image: {buildah.megabytes()} MB", flush=True)
    with tempfile.TemporaryDirectory(prefix="vigie-services-") as name, servers(Path(name)) as urls:
        Path(name).chmod(0o755)
        port, smtp_port = str(free_port()), free_port()
        with serve_mailbox(smtp_port) as mailbox:
            environment = urls | {
                "SECRET_KEY": secrets.token_urlsafe(50),
                "PORT": port,
                "BASE_URL": f"http://127.0.0.1:{port}",
                "SAMPLE_FEEDS_URL": f"http://127.0.0.1:{port}",
                "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
                "FIRST_ADMIN_EMAIL": ADMIN,
            }
            services = Services(buildah, environment, Path(name))
            try:
                follow(services, mailbox, urls["DATABASE_URL"])
            except BaseException:
                for log in sorted(Path(name).glob("*.log")):
                    print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}")
                raise
            finally:
                services.stop()
                buildah.run("rm", services.container)


if __name__ == "__main__":
    main()
