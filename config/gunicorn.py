"""gunicorn settings for `make run` and the container: `gunicorn -c python:config.gunicorn config.wsgi`.

HOST, PORT, WEB_CONCURRENCY and WEB_GRACEFUL_TIMEOUT_S come from config/settings.py.
"""

from django.conf import settings

from config.startup import require_valid_settings

require_valid_settings()
bind = f"{f'[{settings.HOST}]' if ':' in settings.HOST else settings.HOST}:{settings.PORT}"
worker_class = "config.web_worker.BufferingWorker"
workers = settings.WEB_CONCURRENCY
threads = 8
timeout = 60
preload_app = True  # the workers share the memory of one loaded application
graceful_timeout = settings.WEB_GRACEFUL_TIMEOUT_S
control_socket_disable = True  # the socket has one path per user, so two runs would conflict
