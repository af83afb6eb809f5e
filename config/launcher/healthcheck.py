"""Whether the web process answers /healthz: for config/launcher/runner.py, and `python -m
config.launcher.healthcheck` in a container."""

import http.client
import os
import sys


def answers(host: str, port: int, timeout_s: float = 4) -> bool:
    """`host` is the address that the web process listens on."""
    reached_at = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    connection = http.client.HTTPConnection(reached_at, port, timeout=timeout_s)
    try:
        # A name that config/settings.py always allows, whatever ALLOWED_HOSTS says.
        connection.request("GET", "/healthz", headers={"Host": "127.0.0.1"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not answers(os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or "8000")))
