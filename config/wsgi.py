"""The WSGI application: `gunicorn config.wsgi`. Refuses to start with bad settings or without a SECRET_KEY."""

from django.core.wsgi import get_wsgi_application

from config.startup import require_valid_settings

require_valid_settings()
application = get_wsgi_application()
