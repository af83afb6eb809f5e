"""docker-compose.yml, Dockerfile and .env.example against the code they name; nothing is built here."""

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
OURS = ("prepare", "web", "poller", "worker", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def option(command, name):
    return command[command.index(name) + 1]


def test_every_service_has_a_health_check_or_ends_by_itself():
    without = {name for name, service in SERVICES.items() if "healthcheck" not in service}
    assert without == {"web"}, "web has the one of the image"
    assert "HEALTHCHECK" in DOCKERFILE
    assert SERVICES["prepare"]["healthcheck"] == {"disable": True}


def test_the_application_waits_for_migrations_and_for_healthy_servers():
    for name in OURS[1:]:
        waits = {other: how["condition"] for other, how in SERVICES[name]["depends_on"].items()}
        assert waits == {
            "prepare": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }


def test_every_module_that_a_command_names_exists():
    commands = [service["command"] for name, service in SERVICES.items() if name in OURS and "command" in service]
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


def test_the_workers_of_a_container_and_of_make_run_are_the_same_and_take_every_queue(tmp_path):
    queues = {queue.name for queue in celery_app.conf.task_queues}
    ours = {name: SERVICES[name]["command"] for name in ("poller", "worker")}
    taken = [queue for command in ours.values() for queue in option(command, "-Q").split(",")]
    assert sorted(taken) == sorted(queues)
    local = runner.programs(tmp_path)
    for service, child in (("poller", "poll"), ("worker", "work"), ("web", "web"), ("beat", "beat")):
        command = SERVICES[service].get("command") or re.findall(r'"([^"]+)"', DOCKERFILE.splitlines()[-1])
        there = [word.replace("/data/", f"{tmp_path}/") for word in command]
        assert local[child].argv[2:] == there, "after python -m"


def test_every_variable_of_the_example_is_read_by_something():
    names = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)
    code = (ROOT / "docker-compose.yml").read_text() + (ROOT / "config" / "settings.py").read_text()
    assert {"SECRET_KEY", "POSTGRES_PASSWORD", "BASE_URL"} <= set(names)
    assert [name for name in names if not re.search(rf"\b{name}\b", code)] == []


def test_every_variable_that_compose_demands_is_in_the_example():
    wanted = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert wanted <= set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))


def test_only_web_and_the_mailbox_open_a_port_and_by_default_to_this_machine_alone():
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"web": ["${PUBLISH:-127.0.0.1:8000}:8000"], "mailpit": ["127.0.0.1:8025:8025"]}
    assert SERVICES["mailpit"]["profiles"] == ["mail"]


def test_the_image_runs_as_nobody_special_on_what_the_ignore_file_lets_in():
    assert re.search(r"^USER vigie$", DOCKERFILE, re.M)
    let_in = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.M)
    assert [name for name in let_in if not (ROOT / name).exists()] == []
    own = {name for name in settings.INSTALLED_APPS if (ROOT / name).is_dir()}
    assert own | {"config", "templates", "static", "locale", "manage.py"} <= set(let_in)
