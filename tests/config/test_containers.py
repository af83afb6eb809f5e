"""docker-compose.yml, Dockerfile and .env.example agree with the code that they name. No image is built."""

import importlib.util
import re
from pathlib import Path

import yaml
from django.conf import settings

from config.celery import app as celery_app
from config.launcher import runner

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
VIGIE_SERVICES = ("prepare", "web", "poller", "worker", "sender", "fetcher", "stream", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def option(command, name):
    return command[command.index(name) + 1]


def test_every_service_has_health_check_except_prepare():
    unchecked = {name for name, service in SERVICES.items() if "healthcheck" not in service}
    assert unchecked == {"web"}, "web uses the health check of the image"
    assert "HEALTHCHECK" in DOCKERFILE
    assert SERVICES["prepare"]["healthcheck"] == {"disable": True}


def test_services_wait_for_prepare_and_healthy_servers():
    for name in VIGIE_SERVICES[1:]:
        conditions = {other: entry["condition"] for other, entry in SERVICES[name]["depends_on"].items()}
        assert conditions == {
            "prepare": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }


def test_modules_in_commands_exist():
    commands = [
        service["command"] for name, service in SERVICES.items() if name in VIGIE_SERVICES and "command" in service
    ]
    commands += [re.findall(r'"([^"]+)"', line) for line in DOCKERFILE.splitlines() if "CMD [" in line]
    modules = {
        word.removeprefix("python:")
        for command in commands
        for word in command
        if re.fullmatch(r"(python:)?config(\.\w+)+", word)
    }
    assert modules == {
        "config.launcher.prepare",
        "config.celery",
        "config.gunicorn",
        "config.wsgi",
        "config.launcher.healthcheck",
    }
    assert all(importlib.util.find_spec(module) for module in modules)


def test_container_commands_match_make_run_and_read_every_queue(tmp_path):
    queues = {queue.name for queue in celery_app.conf.task_queues}
    commands = [SERVICES[name]["command"] for name in ("poller", "worker", "sender", "fetcher")]
    read_queues = [queue for command in commands for queue in option(command, "-Q").split(",")]
    assert sorted(read_queues) == sorted(queues)
    local = runner.programs(tmp_path)
    for service, child in (
        ("poller", "poll"),
        ("worker", "work"),
        ("sender", "send"),
        ("fetcher", "fetch"),
        ("web", "web"),
        ("beat", "beat"),
    ):
        command = SERVICES[service].get("command") or re.findall(r'"([^"]+)"', DOCKERFILE.splitlines()[-1])
        expected = [word.replace("/data/", f"{tmp_path}/") for word in command]
        assert local[child].argv[2:] == expected, "after python -m"
    assert local["stream"].argv[1:] == SERVICES["stream"]["command"][1:] == ["manage.py", "read_jetstream"]


def test_env_example_variables_are_read_by_compose_or_settings():
    names = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)
    code = (ROOT / "docker-compose.yml").read_text() + (ROOT / "config" / "settings.py").read_text()
    assert {"SECRET_KEY", "POSTGRES_PASSWORD", "BASE_URL"} <= set(names)
    assert [name for name in names if not re.search(rf"\b{name}\b", code)] == []


def test_compose_variables_are_in_env_example():
    required = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert required <= set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))


def test_only_web_and_mailpit_publish_ports_on_localhost_by_default():
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"web": ["${PUBLISH:-127.0.0.1:8000}:8000"], "mailpit": ["127.0.0.1:8025:8025"]}
    assert SERVICES["mailpit"]["profiles"] == ["mail"]


def test_image_runs_as_unprivileged_user_with_all_packages_copied():
    assert re.search(r"^USER vigie$", DOCKERFILE, re.M)
    included = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.M)
    assert [name for name in included if not (ROOT / name).exists()] == []
    packages = {name for name in settings.INSTALLED_APPS if (ROOT / name).is_dir()}
    assert packages | {"config", "templates", "static", "locale", "manage.py"} <= set(included)
