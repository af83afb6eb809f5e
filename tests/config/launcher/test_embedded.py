"""config/launcher/embedded.py: starting, restarting and stopping a real Postgres and Redis."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg2
import pytest
import redis
from celery import Celery
from celery.contrib.testing.worker import start_worker
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.celery import app as vigie_app
from config.launcher import embedded
from tests.config.launcher.waiting import alive_after

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def deep_folder(tmp_path_factory):
    # Longer than the 107 bytes of a Unix socket path, and with a space.
    return tmp_path_factory.mktemp("data") / ("d" * 110) / "a folder"


@pytest.fixture(scope="module")
def postgres(deep_folder):
    service = embedded.start_postgres(deep_folder, durable=False)
    yield service
    service.stop()


@pytest.fixture(scope="module")
def redis_server(deep_folder):
    service = embedded.start_redis(deep_folder)
    yield service
    service.stop()


def query(url, sql):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        cursor = connection.cursor()
        cursor.execute(sql)
        return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()


def test_postgres_role_is_not_superuser(postgres):
    sql = "SELECT usesuper, usecreatedb, lower('ÉCOLE') FROM pg_user WHERE usename = current_user"
    assert query(postgres.url, sql) == (False, True, "école")


def test_databases_have_pgvector_although_role_may_not_create_it(postgres):
    version = "SELECT split_part(extversion, '.', 1)::int, split_part(extversion, '.', 2)::int FROM pg_extension"
    version += " WHERE extname = 'vector'"
    query(postgres.url, "CREATE DATABASE of_tests")
    try:
        for url in (postgres.url, postgres.url.removesuffix("vigie") + "of_tests"):
            assert query(url, version) >= (0, 8)
    finally:
        query(postgres.url, "DROP DATABASE of_tests")


def test_cluster_of_earlier_version_gets_pgvector(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(embedded, "CREATE_VECTOR", "SELECT 1\n")
        first = embedded.start_postgres(tmp_path, durable=False)
    try:
        query(first.url, "CREATE TABLE kept ()")
        assert query(first.url, "SELECT count(*) FROM pg_extension WHERE extname = 'vector'") == (0,)
    finally:
        first.stop()
    second = embedded.start_postgres(tmp_path, durable=False)
    try:
        assert query(second.url, "SELECT count(*) FROM pg_extension WHERE extname = 'vector'") == (1,)
        assert query(second.url, "SELECT count(*) FROM kept") == (0,)
    finally:
        second.stop()


def test_postgres_rejects_connections_without_password(postgres):
    port = urlsplit(postgres.url).port
    for url in (
        f"postgres://vigie@127.0.0.1:{port}/vigie",
        f"postgres://vigie:guess@127.0.0.1:{port}/vigie",
        f"postgres://postgres:@127.0.0.1:{port}/postgres",
    ):
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(url, passfile="/dev/null")


def test_redis_rejects_connections_without_password(redis_server):
    port = urlsplit(redis_server.url).port
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port, retry=Retry(NoBackoff(), 0)).ping()


def test_passwords_are_in_private_files_and_no_command_line(deep_folder, postgres, redis_server):
    for service, file in ((postgres, "postgres-password"), (redis_server, "redis/redis.conf")):
        password = urlsplit(service.url).password
        assert password in (deep_folder / file).read_text()
        assert stat.S_IMODE((deep_folder / file).stat().st_mode) == 0o600
        assert password not in " ".join(psutil.Process(service.process.pid).cmdline())


def test_django_cache_works_with_embedded_redis(redis_server):
    cache = RedisCache(redis_server.url, {})
    cache.set("word", "école", 10)
    assert cache.get("word") == "école"


def test_celery_task_runs_with_embedded_redis(redis_server):
    app = Celery("sums", broker=redis_server.url, backend=redis_server.url, set_as_current=False)

    @app.task
    def add(a, b):
        return a + b

    try:
        with start_worker(app, perform_ping_check=False, shutdown_timeout=10):
            assert add.delay(2, 3).get(timeout=10) == 5
    finally:
        # start_worker makes its app the current one; restore Vigie's for the next test in this process.
        vigie_app.set_current()
        vigie_app.set_default()


def test_restarted_postgres_has_same_data_and_url_after_sigkill(tmp_path):
    first = embedded.start_postgres(tmp_path)
    query(first.url, "CREATE TABLE answers AS SELECT 42 AS answer")
    first.process.kill()
    first.process.wait()
    second = first.restart()
    try:
        assert second.url == first.url
        assert query(second.url, "SELECT answer FROM answers") == (42,)
    finally:
        second.stop()


def test_postgres_starts_when_pid_file_names_unrelated_process(postgres, tmp_path):
    data = tmp_path / "data"
    embedded.start_postgres(data, durable=False).stop()
    (data / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{data}/postgres\n")
    embedded.start_postgres(data, durable=False).stop()


def test_start_terminates_leftover_server_of_earlier_run(tmp_path):
    former = embedded.start_redis(tmp_path)
    latter = embedded.start_redis(tmp_path)
    assert former.process.wait(5) is not None
    latter.stop()


def test_start_rejects_folder_of_other_postgres_version(postgres, tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(embedded.EmbeddedError, match="written by Postgres 15 and this is Postgres 18"):
        embedded.start_postgres(tmp_path)


def test_start_raises_with_server_log_when_port_is_in_use(tmp_path):
    message = r"(?s)redis ended with status 1: .*Address already in use"
    with socket.socket() as taken, pytest.raises(embedded.EmbeddedError, match=message):
        taken.bind(("127.0.0.1", 0))
        embedded.start_redis(tmp_path, port=taken.getsockname()[1])


def test_postgres_stops_within_two_seconds_with_connected_client(tmp_path):
    service = embedded.start_postgres(tmp_path, durable=False)
    client = psycopg2.connect(service.url)
    client.cursor().execute("SELECT pg_backend_pid()")
    begun = time.monotonic()
    service.stop()
    assert time.monotonic() - begun < 2
    assert service.process.returncode == 0
    client.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals the death of a parent")
def test_servers_end_when_starting_program_is_killed(tmp_path):
    script = (
        "import sys, time; from pathlib import Path; from config.launcher import embedded; folder = Path(sys.argv[1]);"
        "print(embedded.start_postgres(folder).process.pid, embedded.start_redis(folder).process.pid, flush=True);"
        "time.sleep(60)"
    )
    argv = [sys.executable, "-c", script, str(tmp_path)]
    starter = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    servers = [psutil.Process(int(word)) for word in starter.stdout.readline().split()]
    assert [server.name() for server in servers] == ["postgres", "valkey-server"]
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    assert alive_after(servers, 5) == []
