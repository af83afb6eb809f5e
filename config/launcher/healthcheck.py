"""Health check of the web process: GET /healthz returns 200.

Called by config/launcher/runner.py, and by Docker as `python -m config.launcher.healthcheck`.
"""

import http.client
import os
import sys


def is_healthy(host: str, port: int, timeout_s: float = 4) -> bool:
    """Return whether the web process that listens on `host` and `port` responds with 200."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    connection = http.client.HTTPConnection(reachable, port, timeout=timeout_s)
    try:
        # config/settings.py allows this host name regardless of ALLOWED_HOSTS.
        connection.request("GET", "/healthz", headers={"Host": "127.0.0.1"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> None:
    port = os.environ.get("PORT") or "8000"
    if not port.isdecimal():
        sys.exit(f"PORT is {port!r}; it must be a number from 1 to 65535.")
    sys.exit(not is_healthy(os.environ.get("HOST") or "127.0.0.1", int(port)))


if __name__ == "__main__":
    main()
