"""Every setting of mops, read from the environment; dev, test and prod change a few lines each."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.utils.translation import gettext_lazy as _

from mops.embedded import paths

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# -- Where things are ---------------------------------------------------------------------------
# Without DATABASE_URL and REDIS_URL mops starts servers of its own (see mops/embedded).
EMBEDDED_DATABASE = not env.str("DATABASE_URL", default="")
EMBEDDED_BROKER = not env.str("REDIS_URL", default="")
DATABASE_URL = env.str("DATABASE_URL", default="") or paths.database_url()
REDIS_URL = env.str("REDIS_URL", default="") or paths.redis_url()

# Links in mail are built from SITE_URL, never from what a request claims its host to be.
SITE_URL = env.str("SITE_URL", default=f"http://localhost:{env.str('PORT', default='8000')}")
SITE_IS_HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = [
    str(urlsplit(SITE_URL).hostname),
    *env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"]),
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# -- Secrets ------------------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY", default="") or paths.secret_key()
# Keys that were used before: what they signed and sealed is still read.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# -- Apps ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "core",
    "teams",
    "goals",
    "reviews",
    "mops",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "teams.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mops.limits.BodyLimitMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]

ROOT_URLCONF = "mops.urls"
WSGI_APPLICATION = "mops.wsgi.application"

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
                "mops.navigation.shell",
            ],
            "builtins": ["core.templatetags.ui"],
        },
    },
]

# -- Data ---------------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **env.db_url_config(DATABASE_URL),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    },
}
# No wait for the database is without end, on either side: not for a server that is cut off from
# us, nor, on the server, with locks held, for a client that is gone.
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=5,
    keepalives_idle=10,
    keepalives_interval=5,
    keepalives_count=3,
    tcp_user_timeout=30_000,
    options="-c statement_timeout=30s -c lock_timeout=10s"
    " -c idle_in_transaction_session_timeout=60s -c client_connection_check_interval=5s",
    # Django's cursors take no notice of this; psycopg's own are for the few statements that run
    # so often that planning them each time would show.
    prepare_threshold=3,
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # Sign-in throttles live in Postgres, so that they survive a lost Redis.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "teams_throttle_cache",
        # Beyond this rows are thrown away unread, and whoever makes many would undo the throttles.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Fragments made of numbers; losing them costs one slower page.
    "numbers": {
        "BACKEND": "core.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "mops",
        "TIMEOUT": 24 * 3600,
        "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2},
    },
}

# -- Ways out -----------------------------------------------------------------------------------
# Networks that mops may fetch from although they are not public, and their ports.
EGRESS_ALLOWED = env.list("EGRESS_ALLOWED", default=[])
# The certificates to trust instead of the system's, for servers of one's own.
EGRESS_CA_FILE = env.str("EGRESS_CA_FILE", default="")

# -- Work that waits ----------------------------------------------------------------------------
CELERY_BROKER_URL = paths.broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
# A message is a doorbell, so it is over when its task begins. A task that kills its worker must
# not be handed to the next one at once, over and over; the heartbeat rings again.
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# For messages that a killed worker had fetched and not begun: the two unacked settings bring them
# back within seconds of the timeout, not minutes.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
}
CELERY_TIMEZONE = "UTC"

# -- People -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "teams.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "teams.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "teams.account_forms.SignInForm",
    "reset_password": "teams.account_forms.AskForResetForm",
    "reset_password_from_key": "teams.account_forms.ResetForm",
    "change_password": "teams.account_forms.ChangePasswordForm",
    "set_password": "teams.account_forms.SetPasswordForm",
    "reauthenticate": "teams.account_forms.ConfirmForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
}

# -- Cookies, headers, transport ------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SITE_IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_SSL_REDIRECT = False  # the proxy that ends TLS redirects; see docs/deploy.md
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SITE_IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_HSTS_PRELOAD = False
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "mops.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # what else runs below the operator's domain is not ours to decide
    "security.W008",  # the proxy that ends TLS redirects; a health check speaks plain HTTP
    "security.W021",  # preloading is the domain owner's choice
]
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# -- Mail ---------------------------------------------------------------------------------------
# Django and its libraries write into the queue; core.mailer alone speaks SMTP. Without EMAIL_URL
# nothing leaves the house: mail is kept and shown on the outbox page.
EMAIL_BACKEND = "teams.outbox.OutboxBackend"
SMTP = env.email("EMAIL_URL") if env.str("EMAIL_URL", default="") else None
SMTP_TIMEOUT_SECONDS = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="mops <mops@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# -- Languages and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("pl", "Polski"), ("it", "Italiano"), ("th", "ไทย")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# -- Static files -------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "core.assets.NodeFinder",
    "core.assets.ApiDocsFinder",
]
# The files that mops publishes out of node_modules: {path under /static/: path in node_modules}.
NODE_MODULES = BASE_DIR / "node_modules"
NODE_ASSETS = {
    "vendor/tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/htmx.js": "htmx.org/dist/htmx.min.js",
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.assets.StaticStorage"},
}

# -- Audit ---------------------------------------------------------------------------------------
# Who did it is told to the database with each of these, and only these write.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# -- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "teams.api.auth.TokenAuthentication",
        "teams.api.auth.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["teams.api.auth.MayDoAction"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.Schema",
    "EXCEPTION_HANDLER": "core.api.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": _("mops API"),
    "DESCRIPTION": _("What an error means: [kinds of problems](/api/docs/problems/)."),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.schema.add_problem",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ChatKind": "reviews.models.ChatRoom.Kind",
        "KpiKind": "goals.models.Kpi.Kind",
        "ImportState": "goals.models.Import.State",
        "SourcePullState": "goals.models.SourcePull.State",
        "SourceState": "goals.models.Source.State",
        "WeekdayEnum": "teams.api.serializers.WEEKDAYS",
    },
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# -- Limits ---------------------------------------------------------------------------------------
UPLOAD_LIMIT_BYTES = 25 * 1024 * 1024
# The file, and room for the form around it.
REQUEST_LIMIT_BYTES = DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_LIMIT_BYTES + 1024 * 1024
MEASUREMENTS_PER_REQUEST = 10_000

# -- Logs ---------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        # A line for each of the jobs that run every few seconds would bury the others.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}

# Who may set up the first workspace when it is not somebody on the machine itself.
SETUP_TOKEN = env.str("SETUP_TOKEN", default="")
DEMO = env.bool("MOPS_DEMO", default=EMBEDDED_DATABASE)
