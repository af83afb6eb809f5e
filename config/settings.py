"""Django settings, read from the environment once when a process starts.

config/environment.py replaces an invalid value by the default and reports it in SETTING_PROBLEMS, with which no
process starts (config/startup.py). docs/operations.md documents each variable (tests/docs/test_docs.py compares).
`make run` sets DATABASE_URL, REDIS_URL and SECRET_KEY for its own servers and key where they are not given
(config/launcher/runner.py).
"""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from config import environment
from config.environment import one_of, whole_number

env = environment.Environment()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- process -----------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
UNSAFE_KEY = "only-for-commands-that-sign-nothing"  # config/checks.py refuses to serve and work with it
SECRET_KEY = env.str("SECRET_KEY", UNSAFE_KEY)
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
# Encrypt the credentials of platforms (accounts/secret_box.py).
CREDENTIAL_KEYS: list[str] = env.list("CREDENTIAL_KEYS", [], validate=environment.FERNET_KEYS)
VIGIE_DATA_DIR = Path(env.str("VIGIE_DATA_DIR", str(BASE_DIR / "data")))
HOST = env.str("HOST", "127.0.0.1", validate=environment.LISTEN_ADDRESS)
PORT = env.int("PORT", 8000, validate=environment.PORT_NUMBER)
WEB_CONCURRENCY = env.int("WEB_CONCURRENCY", 2, validate=whole_number(1, 256))
WEB_GRACEFUL_TIMEOUT_S = env.int("WEB_GRACEFUL_TIMEOUT_S", 20, validate=whole_number(0, 3600))
# The URL that people enter in their browser; links in emails and sample feeds start with it.
BASE_URL = env.str("BASE_URL", f"http://localhost:{PORT}", validate=environment.WEB_ORIGIN).rstrip("/")
BASE_URL = environment.ascii_origin(BASE_URL)
# The URL under which the workers reach the web process, which serves the feeds of the sample projects.
SAMPLE_FEEDS_URL = env.str("SAMPLE_FEEDS_URL", f"http://127.0.0.1:{PORT}", validate=environment.WEB_ORIGIN).rstrip("/")
SAMPLE_FEEDS_URL = environment.ascii_origin(SAMPLE_FEEDS_URL)
OWN_HOSTS = environment.own_hosts(BASE_URL, HOST)
ALLOWED_HOSTS = [
    *map(environment.ascii_host, env.list("ALLOWED_HOSTS", OWN_HOSTS, validate=environment.ALLOWED_HOST_NAMES)),
    "127.0.0.1",  # config/launcher/healthcheck.py
    urlsplit(SAMPLE_FEEDS_URL).hostname or "",
]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [BASE_URL], validate=environment.TRUSTED_ORIGINS)
CSRF_TRUSTED_ORIGINS = list(map(environment.ascii_origin, CSRF_TRUSTED_ORIGINS))
# Behind a proxy that terminates TLS: secure cookies, HSTS, and trust in the proxy's X-Forwarded-Proto.
HTTPS = env.bool("HTTPS", BASE_URL.startswith("https://"))

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

INSTALLED_APPS = [
    "config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "ninja",
    "accounts",
    "delivery",
    "monitoring",
    "website",
    "alerts",
    "workplace",
    "reports",
    "provisioning",
    "assistant",
    "api",
    "dashboards",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "api.problems.api_answers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.person_locale",
    "config.csp.content_security_policy",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "dashboards.navigation.navigation",
                "dashboards.shortcuts.shortcuts",
            ],
        },
    }
]

# --- Postgres, Redis ---------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", "postgres://127.0.0.1/vigie", validate=environment.POSTGRES_URL)
DATABASES = {
    "default": {
        **(_database := dj_database_url.parse(DATABASE_URL)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # With those of the URL, such as ?sslmode=require.
        "OPTIONS": {"application_name": "vigie", **_database.get("OPTIONS", {})},
    }
}
REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0", validate=environment.REDIS_SERVER_URL)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # The cache only counts requests, so a Redis that does not respond must not delay them.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

# --- languages, time ---------------------------------------------------------------------------------------
LANGUAGE_CODE = env.str("LANGUAGE_CODE", "en", validate=one_of("en", "fr"))
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
# For new accounts and log lines; people set their own time zone in their account.
TIME_ZONE = env.str("TIME_ZONE", "Europe/Paris", validate=environment.TIME_ZONE_NAME)
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]

# --- static files ------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.StaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
if DEBUG:
    STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"

# --- accounts and sign-in ----------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.InvitedSignupForm"
ACCOUNT_FORMS = {"reset_password": "accounts.password_reset.PasswordResetForm"}
ACCOUNT_REAUTHENTICATION_METHODS = ("password", "mfa")  # Vigie has no pages for codes by email
ACCOUNT_EMAIL_VERIFICATION = "none"  # the invitation has already verified the address
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # email when the password or two-factor authentication changes
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # send nothing to addresses without an account
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Vigie · "
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "accounts.mfa.MFAAdapter"
MFA_TOTP_ISSUER = "Vigie"
MFA_TOTP_TOLERANCE = 1  # accept codes one step (30 s) early or late: phone clocks differ
# HTTPS implies a proxy, whose X-Forwarded-For has the client IP; without a proxy, clients could forge the header.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
# The account that `manage.py first_admin` creates on an empty installation.
FIRST_ADMIN_EMAIL = env.str("FIRST_ADMIN_EMAIL", "admin@vigie.local")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 180 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- email: the outbox (delivery/outbox.py) sends every message through EMAIL_URL --------------------------
EMAIL_BACKEND = "delivery.email_backend.OutboxBackend"
EMAIL_URL = env.str("EMAIL_URL", "")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Vigie <vigie@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where servers report what they could not deliver, read by delivery/bounce_mailbox.py.
BOUNCE_MAILBOX_URL = env.str("BOUNCE_MAILBOX_URL", "")
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", "")

# --- polling and analysis ----------------------------------------------------------------------------------
# Exceptions to the private IP check: "host", "host:port" or a network such as "10.1.0.0/16".
FETCH_ALLOWED_HOSTS: list[str] = env.list("FETCH_ALLOWED_HOSTS", [])
FETCH_CA_FILE = env.str("FETCH_CA_FILE", "")
FETCH_TIMEOUT_S = env.int("FETCH_TIMEOUT_S", 20, validate=whole_number(1, 120))
FETCH_MAX_BYTES = env.int("FETCH_MAX_BYTES", 10 * 1024 * 1024, validate=whole_number(1024, 1024**3))
USER_AGENT = env.str("USER_AGENT", f"Vigie/0.1 (+{BASE_URL})", validate=environment.HEADER_TEXT)
POLL_THREADS = env.int("POLL_THREADS", 64, validate=whole_number(1, 1000))
POLL_MIN_INTERVAL_S = env.int("POLL_MIN_INTERVAL_S", 15 * 60, validate=whole_number(1, 30 * 24 * 60 * 60))
POLL_MAX_INTERVAL_S = env.int("POLL_MAX_INTERVAL_S", 24 * 60 * 60, validate=whole_number(1, 30 * 24 * 60 * 60))
DISPATCH_INTERVAL_S = env.int("DISPATCH_INTERVAL_S", 5, validate=whole_number(1, 3600))
DOCUMENT_RETENTION_DAYS = env.int("DOCUMENT_RETENTION_DAYS", 90, validate=whole_number(1, 36500))
# "builtin", "small" for the built-in model without the encoder, or "onnx" for the model and tokenizer in
# SENTIMENT_MODEL_DIR (docs/sentiment.md).
SENTIMENT_BACKEND = env.str("SENTIMENT_BACKEND", "builtin", validate=one_of("builtin", "small", "onnx"))
SENTIMENT_MODEL_DIR = env.str("SENTIMENT_MODEL_DIR", "")

# The OAuth client of this server at Google, with which people connect Google Analytics (website/google_sign_in.py).
GOOGLE_CLIENT_ID = env.str("GOOGLE_CLIENT_ID", "")
GOOGLE_CLIENT_SECRET = env.str("GOOGLE_CLIENT_SECRET", "")

# --- the assistant: an API compatible with that of OpenAI, off without ASSISTANT_URL (docs/assistant.md) -------
ASSISTANT_URL = env.str("ASSISTANT_URL", "", validate=environment.API_BASE_URL).rstrip("/")
ASSISTANT_MODEL = env.str("ASSISTANT_MODEL", "")
ASSISTANT_API_KEY = env.str("ASSISTANT_API_KEY", "", validate=environment.BEARER_KEY)
# Seconds per request. A model on a CPU takes a minute or two; the visibility timeout below is above two requests.
ASSISTANT_TIMEOUT = env.int("ASSISTANT_TIMEOUT", 120, validate=whole_number(5, 240))

# --- API ---------------------------------------------------------------------------------------------------
API_RATE_PER_MINUTE = env.int("API_RATE_PER_MINUTE", 300, validate=whole_number(1, 1_000_000))

# --- Celery ------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
# visibility_timeout: seconds until an unacknowledged task goes to another worker; above the hard time limit.
# max_retries: without Redis, publishing a task fails immediately instead of after 6 s, so pages do not hang.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "max_retries": 1, "interval_start": 0}
CELERY_TIMEZONE = "UTC"
CELERY_IMPORTS = ["monitoring.services.fetch_tasks"]  # the tasks in each package's tasks.py are found without it
CELERY_TASK_DEFAULT_QUEUE = "poll"
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("poll", "enrich", "alert", "deliver", "fetch")]
# A worker gets tasks of priority 0 (the default) from all of its queues first, so new mentions and alerts wait for one
# run (a few seconds) of a job that may take hours, never for all of it.
LOW_PRIORITY = {"queue": "enrich", "priority": 9}
CELERY_TASK_ROUTES = {
    "monitoring.tasks.poll_due": {"queue": "poll"},
    "monitoring.tasks.recheck_items": {"queue": "poll"},
    "monitoring.tasks.backfill_keywords": LOW_PRIORITY,
    "monitoring.tasks.walk_mutes": LOW_PRIORITY,
    "monitoring.tasks.rescore_mentions": LOW_PRIORITY,
    "monitoring.tasks.encode_backlog": LOW_PRIORITY,
    "monitoring.tasks.group_themes": LOW_PRIORITY,
    "monitoring.tasks.refit_relevance": LOW_PRIORITY,
    "monitoring.tasks.score_relevance_of_waiting": LOW_PRIORITY,
    "monitoring.tasks.fill_authors": LOW_PRIORITY,
    "monitoring.tasks.walk_authors": LOW_PRIORITY,
    "monitoring.tasks.erase_items": LOW_PRIORITY,
    "monitoring.tasks.delete_expired_documents": LOW_PRIORITY,
    "monitoring.tasks.blank_expired_documents": LOW_PRIORITY,
    "provisioning.tasks.purge_projects": LOW_PRIORITY,
    "monitoring.services.fetch_tasks.*": {"queue": "fetch"},
    # Its thread waits for Postgres, for minutes in a large installation.
    "monitoring.tasks.prepare_vector_search": {"queue": "fetch"},
    "accounts.tasks.*": {"queue": "enrich"},
    "monitoring.tasks.*": {"queue": "enrich"},
    # Not where rules are evaluated: that process may be the one that hangs.
    "alerts.tasks.report_late_evaluation": {"queue": "deliver"},
    "alerts.tasks.*": {"queue": "alert"},
    # Not where messages are sent: a slow mailbox must not delay them.
    "delivery.tasks.read_bounces": {"queue": "fetch"},
    "delivery.tasks.*": {"queue": "deliver"},
    "provisioning.tasks.*": {"queue": "enrich"},
    "workplace.tasks.continue_bulk_changes": LOW_PRIORITY,
    "workplace.tasks.send_newsletters": LOW_PRIORITY,
    # Not where rules are evaluated: slow platforms must not delay alerts.
    "workplace.tasks.count_followers": {"queue": "fetch"},
    "workplace.tasks.read_post_engagement": {"queue": "fetch"},
    "workplace.tasks.*": {"queue": "alert"},
    "reports.tasks.*": {"queue": "alert"},
    # Threads that wait for other servers; a run claims one website at a time.
    "website.tasks.*": {"queue": "fetch"},
    # A model may respond after minutes: at most two of the threads wait for it (assistant/runs.py).
    "assistant.tasks.*": {"queue": "fetch"},
}
# Beat messages carry no state: tasks read from Postgres what is due. A lost message only costs a delay, one that
# waited in the queue longer than its interval expires, and none is added to a long queue.
CELERY_BEAT_SCHEDULER = "config.beat.BoundedScheduler"
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for name, task, seconds in (
        ("poll due sources", "monitoring.tasks.poll_due", DISPATCH_INTERVAL_S),
        ("renew tokens of platforms", "monitoring.tasks.renew_credentials", 3_600),
        ("check stored items again", "monitoring.tasks.recheck_items", 60),
        ("resume keyword backfills", "monitoring.tasks.backfill_keywords", 30),
        ("hide what is muted", "monitoring.tasks.walk_mutes", 30),
        ("index documents for search", "monitoring.tasks.index_documents", 5),
        ("group near-identical items", "monitoring.tasks.group_documents", 5),
        ("prepare the search by meaning", "monitoring.tasks.prepare_vector_search", 300),
        ("count the mentions of authors", "monitoring.tasks.refresh_authors", 5),
        ("give stored documents their author", "monitoring.tasks.fill_authors", 30),
        ("update the labels of authors", "monitoring.tasks.walk_authors", 60),
        ("erase the items of erased authors", "monitoring.tasks.erase_items", 60),
        ("analyze new mentions", "monitoring.tasks.analyze_mentions", 3),
        ("analyze new mentions with the encoder", "monitoring.tasks.encode_mentions", 3),
        ("analyze old mentions with the encoder", "monitoring.tasks.encode_backlog", 15),
        ("re-analyze stored mentions", "monitoring.tasks.rescore_mentions", 15),
        ("fit project layers to corrections", "monitoring.tasks.refit_layers", 15),
        ("find themes", "monitoring.tasks.group_themes", 60),
        ("learn relevance from decisions", "monitoring.tasks.refit_relevance", 60),
        ("suggest what is probably noise", "monitoring.tasks.score_relevance_of_waiting", 15),
        ("finish deleting projects", "provisioning.tasks.purge_projects", 60),
        ("send links to reset passwords", "accounts.tasks.send_password_resets", 10),
        ("evaluate alert rules", "alerts.tasks.evaluate_rules", 60),
        ("escalate incidents", "alerts.tasks.escalate_incidents", 60),
        ("send new mentions of rules on each mention", "alerts.tasks.send_each_mention", 2),
        ("send alerts held in quiet hours", "alerts.tasks.send_held_alerts", 60),
        ("report late evaluation", "alerts.tasks.report_late_evaluation", 60),
        ("report servers that fail", "delivery.tasks.report_outages", 60),
        ("report rejected credentials", "alerts.tasks.report_rejected_credentials", 60),
        ("recompute due times", "workplace.tasks.recompute_due_times", 60),
        ("escalate overdue items", "workplace.tasks.escalate_overdue_items", 60),
        ("send replies", "workplace.tasks.send_replies", 5),
        ("publish posts", "workplace.tasks.publish_posts", 10),
        ("read post engagement", "workplace.tasks.read_post_engagement", 600),
        ("count followers", "workplace.tasks.count_followers", 600),
        ("read goals", "workplace.tasks.read_goals", 300),
        ("send newsletters", "workplace.tasks.send_newsletters", 60),
        ("remind of posts", "workplace.tasks.remind_of_posts", 30),
        ("continue bulk changes", "workplace.tasks.continue_bulk_changes", 60),
        ("create due digests", "alerts.tasks.write_digests", 60),
        ("create as-it-happens digests", "alerts.tasks.write_instant_digests", 2),
        ("send due reports", "reports.tasks.write_reports", 60),
        ("fetch what people wait for", "monitoring.services.fetch_tasks.run_fetches", 10),
        ("ask the assistant", "assistant.tasks.run_requests", 10),
        ("read bounces", "delivery.tasks.read_bounces", 180),
        ("read website figures", "website.tasks.read_websites", 60),
        ("send queued messages", "delivery.tasks.send_outbox", 10),
    )
} | {
    "delete expired documents": {
        "task": "monitoring.tasks.delete_expired_documents",
        "schedule": crontab(hour=3, minute=17),
    },
    "remove items that may not be kept any longer": {
        "task": "monitoring.tasks.blank_expired_documents",
        "schedule": crontab(minute=29),
        "options": {"expires": 3600},
    },
    "delete old editions of reports": {
        "task": "reports.tasks.delete_old_editions",
        "schedule": crontab(hour=3, minute=37),
    },
    "delete old website figures": {
        "task": "website.tasks.delete_old_figures",
        "schedule": crontab(hour=3, minute=57),
    },
    "delete old requests to the assistant": {
        "task": "assistant.tasks.delete_old_requests",
        "schedule": crontab(hour=4, minute=7),
    },
    "delete expired sessions": {"task": "accounts.tasks.clear_sessions", "schedule": crontab(hour=3, minute=47)},
}

# --- logs: one line per event, key=value -------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", "INFO", validate=one_of("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s", "datefmt": "%H:%M:%S"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        # One line per beat message carries no information; each task logs its own result.
        "celery.app.trace": {"level": "WARNING"},
        # One line per expired beat message, which another one has replaced.
        "celery.worker.request": {"level": "WARNING"},
        # One line per request that waits for a thread, or whose client has gone.
        "waitress": {"level": "WARNING"},
        "waitress.queue": {"level": "ERROR"},
    },
}

SETTING_PROBLEMS = env.problems()
