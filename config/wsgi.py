"""The WSGI application: `gunicorn config.wsgi`. Refuses to start without a SECRET_KEY."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# The fallback key is public in the source, so anybody could forge sessions that are signed with it.
if settings.SECRET_KEY == settings.UNSAFE_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. Set it to a long random text; `make run` creates its own.")
