"""gunicorn settings for `make run` and the container: `gunicorn -c python:config.gunicorn config.wsgi`.

Reads HOST, PORT, WEB_CONCURRENCY and WEB_GRACEFUL_TIMEOUT_S from the environment.
"""

import os

_host = os.environ.get("HOST") or "127.0.0.1"
bind = f"{f'[{_host}]' if ':' in _host else _host}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
timeout = 60
preload_app = True  # the workers share the memory of one loaded application
graceful_timeout = int(os.environ.get("WEB_GRACEFUL_TIMEOUT_S", "20"))
control_socket_disable = True  # the socket has one path per user, so two runs would conflict
