"""The web application: `gunicorn config.wsgi`."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# Sessions signed with a key that anybody can read in the source would be anybody's.
if settings.SECRET_KEY == settings.UNSAFE_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. Set it to a long random text; `make run` makes its own.")
