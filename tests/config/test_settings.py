"""Bad settings: each is reported by its name and what it must be, and no process starts with one."""

import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

import dj_database_url
import pytest
from django.core.checks import run_checks

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = (
    "POLL_THREADS",
    "POLL_MIN_INTERVAL_S",
    "POLL_MAX_INTERVAL_S",
    "DISPATCH_INTERVAL_S",
    "DOCUMENT_RETENTION_DAYS",
    "API_RATE_PER_MINUTE",
    "FETCH_TIMEOUT_S",
    "FETCH_MAX_BYTES",
    "WEB_CONCURRENCY",
    "PORT",
)
KEY = "test-3f9b1c7e5d2a8460"


def problems(monkeypatch, **environment):
    """Return what config/settings.py reports with these variables."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "config" / "settings.py"))["SETTING_PROBLEMS"]


def database(query):
    """Return DATABASES of a URL with these options."""
    return {"default": dj_database_url.parse(f"postgres://u:p@db/vigie?{query}")}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["abc", "0", "-1", "1.5", "99999999999"])
def test_number_out_of_range_is_reported(monkeypatch, name, value):
    (problem,) = problems(monkeypatch, **{name: value})
    assert problem.startswith(f"{name} is '{value}'; it must be a ")
    assert "from 1" in problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("HTTPS", "https"),
        ("BASE_URL", "foo"),
        ("BASE_URL", "vigie.example.com"),
        ("BASE_URL", "ftp://vigie.example.com"),
        ("BASE_URL", "https://vigie.example.com/below"),
        ("BASE_URL", "https://vigie.example.com/?a=b"),
        ("BASE_URL", "https://vigie.example.com#a"),
        ("BASE_URL", "https://user@vigie.example.com"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "http://localhost:99999"),
        ("BASE_URL", "http://local host"),
        ("BASE_URL", "https://exä mple.fr"),
        ("BASE_URL", "https://exämple..fr"),
        ("BASE_URL", "https://☃.example"),
        ("SAMPLE_FEEDS_URL", "web:8000"),
        ("SAMPLE_FEEDS_URL", "http://web:8000/sample"),
        ("HOST", "http://0.0.0.0"),
        ("HOST", "0.0.0.0:8000"),
        ("HOST", "256.0.0.1"),
        ("HOST", "[::1]"),
        ("HOST", "foo bar"),
        ("PORT", "70000"),
        ("ALLOWED_HOSTS", "https://vigie.example.com"),
        ("ALLOWED_HOSTS", "vigie.example.com:8000"),
        ("ALLOWED_HOSTS", "a.example b.example"),
        ("CSRF_TRUSTED_ORIGINS", "vigie.example.com"),
        ("CSRF_TRUSTED_ORIGINS", "https://vigie.example.com/"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("TIME_ZONE", "Europe"),
        ("LANGUAGE_CODE", "de"),
        ("LANGUAGE_CODE", "english"),
        ("LOG_LEVEL", "loud"),
        ("SENTIMENT_BACKEND", "gpt"),
        ("USER_AGENT", "Vigie\nX-Header: 1"),
        ("WEB_GRACEFUL_TIMEOUT_S", "-1"),
        ("ASSISTANT_TIMEOUT", "0"),
    ],
)
def test_invalid_value_is_reported_with_what_it_must_be(monkeypatch, name, value):
    (problem,) = problems(monkeypatch, **{name: value})
    assert problem.startswith(f"{name} is ") and "; it must be " in problem
    assert "\n" not in problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://vigie:s3cret@db/vigie"),
        ("DATABASE_URL", "postgres://vigie:s3cret@db"),
        ("DATABASE_URL", "postgres://vigie:s3cret@db:99999/vigie"),
        ("DATABASE_URL", "postgres://vigie:s3cret@db:port/vigie"),
        ("DATABASE_URL", "postgres://vigie:s3cret#1@db:5432/vigie"),
        ("DATABASE_URL", "postgres://vigie:s3cret/1@db:5432/vigie"),
        ("DATABASE_URL", "postgres://vigie:s3cret@db/vigie#1"),
        ("DATABASE_URL", "postgres://vigie:s3cret@db/" + "v" * 64),
        ("DATABASE_URL", "s3cret"),
        ("REDIS_URL", "redis://:s3cret#1@redis:6379/0"),
        ("REDIS_URL", "http://:s3cret@redis:6379/0"),
        ("REDIS_URL", "redis://:s3cret@redis:99999/0"),
        ("REDIS_URL", "redis://:s3cret@redis:6379/zero"),
        ("REDIS_URL", "redis://"),
    ],
)
def test_invalid_server_url_is_reported_without_its_password(monkeypatch, name, value):
    (problem,) = problems(monkeypatch, **{name: value})
    assert problem.startswith(f"{name} must be a URL such as ") and "s3cret" not in problem
    assert "%23 for #" in problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSISTANT_URL", "http://user:s3cret@127.0.0.1:11434/v1"),
        ("ASSISTANT_URL", "http://127.0.0.1:11434/v1?key=s3cret"),
        ("ASSISTANT_URL", "ftp://s3cret/v1"),
        ("ASSISTANT_URL", "s3cret"),
        ("ASSISTANT_API_KEY", "s3cret key"),
    ],
)
def test_invalid_setting_of_the_assistant_is_reported_without_its_value(monkeypatch, name, value):
    (problem,) = problems(monkeypatch, **{name: value})
    assert problem.startswith(f"{name} must be ") and "s3cret" not in problem


@pytest.mark.parametrize(
    "environment",
    [
        {"ASSISTANT_URL": "http://[::1]:11434/v1/", "ASSISTANT_MODEL": "llama3.1:8b", "ASSISTANT_API_KEY": "sk-a.b_c"},
        dict.fromkeys((*NUMBERS, "BASE_URL", "HOST", "TIME_ZONE", "DEBUG", "LOG_LEVEL", "ALLOWED_HOSTS"), ""),
        {"BASE_URL": "https://vigie.example.com/", "HOST": "::", "REDIS_URL": "rediss://:a%2Fb@h:6380/1"},
        {"BASE_URL": "http://[::1]:8000", "HOST": "localhost", "DATABASE_URL": "postgres:///vigie"},
        {"ALLOWED_HOSTS": "a.example, .b.example,[::1],*", "CSRF_TRUSTED_ORIGINS": "https://*.a.example"},
        {"DATABASE_URL": "postgres://u:p%40ss@%2Fvar%2Frun/vigie", "REDIS_URL": "redis://h"},
    ],
)
def test_valid_values_are_not_reported(monkeypatch, environment):
    assert problems(monkeypatch, **environment) == []


def test_database_url_keeps_its_options(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@db/vigie?sslmode=require")
    database = runpy.run_path(str(ROOT / "config" / "settings.py"))["DATABASES"]["default"]
    assert database["OPTIONS"] == {"application_name": "vigie", "sslmode": "require"}


@pytest.mark.parametrize("query", ["", "sslmode=require&connect_timeout=5", "currentSchema=public", "assume_role=a"])
def test_known_database_option_is_accepted(settings, query):
    settings.SECRET_KEY, settings.DATABASES = KEY, database(query)
    assert run_checks(tags=["settings"], include_deployment_checks=True) == []


@pytest.mark.parametrize("absent", ["model.onnx", "tokenizer.json", "config.json"])
@pytest.mark.parametrize("is_folder", [False, True])
def test_incomplete_sentiment_model_is_reported(settings, tmp_path, absent, is_folder):
    for name in {"model.onnx", "tokenizer.json", "config.json"} - {absent}:
        (tmp_path / name).touch()
    if is_folder:
        (tmp_path / absent).mkdir()
    settings.SECRET_KEY, settings.SENTIMENT_BACKEND, settings.SENTIMENT_MODEL_DIR = KEY, "onnx", str(tmp_path)
    (found,) = run_checks(tags=["settings"], include_deployment_checks=True)
    assert found.msg.startswith(f"SENTIMENT_MODEL_DIR is '{tmp_path}', where {absent} is missing or not readable; it")
    assert "docs/sentiment.md" in found.msg
    (tmp_path / absent).rmdir() if is_folder else None
    (tmp_path / absent).touch()
    assert run_checks(tags=["settings"], include_deployment_checks=True) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("BASE_URL", "https://vigie.exämple.fr", "https://vigie.xn--exmple-cua.fr"),
        ("BASE_URL", "https://Vigie.Exämple.fr:8443/", "https://vigie.xn--exmple-cua.fr:8443"),
        ("SAMPLE_FEEDS_URL", "http://démo:8000", "http://xn--dmo-bma:8000"),
        ("CSRF_TRUSTED_ORIGINS", "https://*.exämple.fr,http://a", ["https://*.xn--exmple-cua.fr", "http://a"]),
    ],
)
def test_host_name_with_accents_is_converted(monkeypatch, name, value, expected):
    monkeypatch.setenv(name, value)
    values = runpy.run_path(str(ROOT / "config" / "settings.py"))
    assert (values["SETTING_PROBLEMS"], values[name]) == ([], expected)


def test_allowed_hosts_with_accents_are_converted(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "vigie.exämple.fr, .exämple.fr, *")
    values = runpy.run_path(str(ROOT / "config" / "settings.py"))
    assert values["SETTING_PROBLEMS"] == []
    assert values["ALLOWED_HOSTS"][:3] == ["vigie.xn--exmple-cua.fr", ".xn--exmple-cua.fr", "*"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"DATABASES": database("foo=bar")}, "DATABASE_URL has the option 'foo', which Postgres doesn’t know"),
        ({"DATABASES": database("schema=public")}, "or currentSchema=public for a schema"),
        ({"DATABASES": database("pool=true")}, "DATABASE_URL has the option 'pool'"),
        ({"DATABASES": database("dsn=x")}, "DATABASE_URL has the option 'dsn'"),
        ({"EMAIL_URL": "foo://"}, "EMAIL_URL must start with"),
        ({"EMAIL_URL": "smtp://"}, "EMAIL_URL must start with"),
        ({"EMAIL_URL": "smtp://u:p@host:99999"}, "EMAIL_URL is not a URL such as"),
        ({"EMAIL_URL": "smtp://u:p@host/?tls=True"}, "EMAIL_URL must end after the host and port"),
        ({"BOUNCE_MAILBOX_URL": "imap://a%40b.example:p@host"}, "BOUNCE_MAILBOX_URL must start with imaps://"),
        ({"BOUNCE_MAILBOX_URL": "imaps://u:p/w@host"}, "BOUNCE_MAILBOX_URL is not a URL such as"),
        ({"BOUNCE_MAILBOX_URL": "imaps://u:p@10.0.0.256"}, "BOUNCE_MAILBOX_URL must name a host or an IP address"),
        ({"BOUNCE_MAILBOX_URL": "imaps://a%40b.example@host"}, "BOUNCE_MAILBOX_URL must have a user and a password"),
        ({"BOUNCE_MAILBOX_URL": "imaps://u:p@host/INBOX?x=1"}, "BOUNCE_MAILBOX_URL must end after the folder"),
        ({"BOUNCE_MAILBOX_URL": "imaps://u:p@host"}, "such as bounces@example.com, since the user of BOUNCE_MAILBOX"),
        ({"BOUNCE_ADDRESS": "Vigie <bounces@vigie.example>"}, "BOUNCE_ADDRESS must be an email address such as"),
        ({"DEFAULT_FROM_EMAIL": "Vigie <vigie@"}, "DEFAULT_FROM_EMAIL is "),
        ({"FIRST_ADMIN_EMAIL": "admin"}, "FIRST_ADMIN_EMAIL is 'admin'; it must be an email address."),
        ({"FETCH_ALLOWED_HOSTS": ["10.0.0.1/8"]}, "'10.0.0.1/8'; the network must be written 10.0.0.0/8."),
        ({"FETCH_ALLOWED_HOSTS": ["http://intranet"]}, "FETCH_ALLOWED_HOSTS has 'http://intranet'; each entry"),
        ({"FETCH_ALLOWED_HOSTS": ["*.example.com"]}, "FETCH_ALLOWED_HOSTS has '*.example.com'; each entry"),
        ({"FETCH_ALLOWED_HOSTS": ["intranet:99999"]}, "FETCH_ALLOWED_HOSTS has 'intranet:99999'; each entry"),
        ({"FETCH_ALLOWED_HOSTS": ["10.0.0.256"]}, "FETCH_ALLOWED_HOSTS has '10.0.0.256'; each entry"),
        ({"FETCH_ALLOWED_HOSTS": ["a", ""]}, "FETCH_ALLOWED_HOSTS has ''; each entry"),
        ({"FETCH_CA_FILE": "/nowhere.pem"}, "FETCH_CA_FILE is '/nowhere.pem'; it must be a readable PEM file"),
        ({"FETCH_CA_FILE": __file__}, "no certificate in it"),
        ({"POLL_MIN_INTERVAL_S": 60, "POLL_MAX_INTERVAL_S": 30}, "POLL_MIN_INTERVAL_S is 60 and POLL_MAX_INTERVAL_S"),
        ({"SENTIMENT_BACKEND": "onnx", "SENTIMENT_MODEL_DIR": ""}, "SENTIMENT_MODEL_DIR is not set"),
        ({"SENTIMENT_BACKEND": "onnx", "SENTIMENT_MODEL_DIR": "/nope"}, "is '/nope', which is no folder; it must be"),
        ({"ASSISTANT_URL": "http://a/v1", "ASSISTANT_MODEL": ""}, "ASSISTANT_MODEL must be the name of a model"),
        (
            {"ASSISTANT_URL": "http://a:22/v1", "ASSISTANT_MODEL": "m"},
            "ASSISTANT_URL can’t be requested: port 22 is not a web port",
        ),
        ({"SECRET_KEY": "only-for-commands-that-sign-nothing"}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "please-change-me-0123456789"}, "SECRET_KEY is an example"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is too short or too simple"),
    ],
)
def test_check_reports_unusable_setting(settings, values, expected):
    for name, value in {"SECRET_KEY": KEY, **values}.items():
        setattr(settings, name, value)
    (found,) = run_checks(tags=["settings"], include_deployment_checks=True)
    assert expected in found.msg


CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "config.celery"]
PROCESSES = {
    "web": [sys.executable, "-c", "import config.wsgi"],
    "gunicorn": [sys.executable, "-m", "gunicorn", "--check-config", "-c", "python:config.gunicorn", "config.wsgi"],
    "worker": [*CELERY, "worker", "-Q", "poll", "-c", "1", "--without-heartbeat"],
    "beat": [*CELERY, "beat", "--pidfile=", "--schedule", str(Path(tempfile.gettempdir()) / "vigie-beat-test")],
    "prepare": [sys.executable, "-m", "config.launcher.prepare"],
    "command without checks": [sys.executable, "manage.py", "migrate", "--skip-checks"],
}


def start(process, **values):
    # Celery warns when it runs as root.
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "SECRET_KEY": KEY, **values}
    return subprocess.run(PROCESSES[process], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("process", PROCESSES)
def test_process_refuses_bad_settings_in_one_line_each(process):
    done = start(process, POLL_THREADS="0", EMAIL_URL="foo://", FETCH_ALLOWED_HOSTS="10.0.0.1/8", BASE_URL="foo")
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert sorted(line.split()[0] for line in lines) == [
        "BASE_URL",
        "EMAIL_URL",
        "FETCH_ALLOWED_HOSTS",
        "POLL_THREADS",
    ]
    assert done.stdout == ""


@pytest.mark.slow
@pytest.mark.parametrize("process", ["worker", "beat", "web", "prepare"])
def test_process_that_signs_refuses_public_secret_key(process):
    done = start(process, SECRET_KEY="")
    assert done.returncode == 1
    assert done.stderr.startswith("SECRET_KEY is not set; it must be a long random text.")
    assert "Traceback" not in done.stderr


def test_healthcheck_reports_bad_port():
    argv = [sys.executable, "-m", "config.launcher.healthcheck"]
    done = subprocess.run(argv, cwd=ROOT, env={**os.environ, "PORT": "http"}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "PORT is 'http'; it must be a number from 1 to 65535.\n")
