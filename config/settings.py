"""Settings, all from the environment. What is not set falls back to production's safe side.

`make run` sets BLINDSPOT_DEMO=1. docs/operations.md lists every variable.
"""

from __future__ import annotations

import os
import secrets
import sys
from email.utils import getaddresses
from pathlib import Path

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import broker

# Lets Django's generic classes be written with their types: ModelForm[Course].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str = "") -> str:
    """The text of an environment variable."""
    return os.environ.get(name, default)


def env_flag(name: str, default: bool = False) -> bool:
    """Whether an environment variable says yes."""
    return env(name, str(default)).lower() in {"1", "true", "yes", "on"}


def env_list(name: str) -> list[str]:
    """The comma-separated items of an environment variable."""
    return [item.strip() for item in env(name).split(",") if item.strip()]


DEMO = env_flag("BLINDSPOT_DEMO")
DEBUG = env_flag("DEBUG")

DATA_DIR = Path(env("BLINDSPOT_DATA", str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)


def secret_key() -> str:
    """SECRET_KEY from the environment; a demo makes one and keeps it beside its data."""
    if key := env("SECRET_KEY"):
        return key
    if not DEMO:
        raise ImproperlyConfigured("Set SECRET_KEY to a long random text (see docs/operations.md).")
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = secret_key()
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS") or (["localhost", "127.0.0.1", "[::1]"] if DEMO else [])
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "template_partials",
    "courses",
    "reviews",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.vary_on_htmx",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "courses.context.site",
            ],
        },
    }
]

# --- Data ---------------------------------------------------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(
        env("DATABASE_URL", f"sqlite:///{DATA_DIR / 'blindspot.sqlite3'}"),
        conn_max_age=60,
        # Whoever kept a connection over the database's restart does not fail by it.
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "config.sqlite"
    # Measured: without IMMEDIATE seven of ten concurrent writers fail as locked.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env("CACHE_URL")}
        if env("CACHE_URL")
        else {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": DATA_DIR / "cache",
            "TIMEOUT": 30 * 24 * 3600,
            "OPTIONS": {"MAX_ENTRIES": 5000},
        }
    )
}

# --- Reviews in the background ------------------------------------------------------------------
CELERY_BROKER_URL = env("CELERY_BROKER_URL", "filesystem://localhost//")
# The default needs nothing installed: messages are files, and config.serve starts the workers.
EMBEDDED_BROKER = CELERY_BROKER_URL.startswith("filesystem://")
BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
if EMBEDDED_BROKER:
    CELERY_BROKER_TRANSPORT = "config.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {**broker.options(BROKER_DIR)}
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 600,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "reviews"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# That is, Celery closes none: config.celery has Django say when a connection is not kept.
CELERY_DB_REUSE_MAX = sys.maxsize
REVIEW_PROCESSES = int(env("REVIEW_PROCESSES", "2"))
CELERY_WORKER_CONCURRENCY = int(env("REVIEW_THREADS", "24"))
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

REVIEW_PROVIDERS = {
    "ruff": "reviews.providers.ruff.Ruff",
    "bandit": "reviews.providers.bandit.Bandit",
    "ast-grep": "reviews.providers.ast_grep.AstGrep",
    "recorded": "reviews.providers.recorded.Recorded",
    "openai": "reviews.providers.openai.OpenAI",
    "anthropic": "reviews.providers.anthropic.Anthropic",
    "compatible": "reviews.providers.compatible.Compatible",
    "codex": "reviews.providers.codex.Codex",
    "claude-code": "reviews.providers.claude_code.ClaudeCode",
}
REVIEW_PROVIDER_OPTIONS: dict[str, dict[str, object]] = {
    # A recording takes as long as the reviewer took, times this; 0 replays at once.
    "recorded": {"pace": float(env("RECORDED_PACE", "1"))},
    "codex": {"program": env("CODEX_PROGRAM", "codex")},
    "claude-code": {"program": env("CLAUDE_PROGRAM", "claude")},
}
# Off, no model is asked but one on this machine: the tests' switch.
PAID_MODELS = env_flag("PAID_MODELS", default=True)
# Keys of providers are sealed with the first; the others still open what was sealed before.
KEYRING = env_list("KEYRING")
REVIEW_LEASE_SECONDS = float(env("REVIEW_LEASE_SECONDS", "30"))
# Between two looks for reviews that a crash or a lost message left behind.
REVIEW_SWEEP_SECONDS = float(env("REVIEW_SWEEP_SECONDS", "5"))

# --- Uploads ------------------------------------------------------------------------------------
UPLOAD_LIMITS = {
    "files": int(env("UPLOAD_MAX_FILES", "200")),
    "file_bytes": int(env("UPLOAD_MAX_FILE_BYTES", str(512 * 1024))),
    "total_bytes": int(env("UPLOAD_MAX_TOTAL_BYTES", str(4 * 1024 * 1024))),
    "depth": int(env("UPLOAD_MAX_DEPTH", "12")),
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * UPLOAD_LIMITS["total_bytes"]
# Above the limit on files, so that the form can say which were too many.
DATA_UPLOAD_MAX_NUMBER_FILES = 10 * UPLOAD_LIMITS["files"]
# The longest form is a walkthrough's review: a hundred findings of eighteen fields each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- People -------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_REDIRECT_URL = "courses:index"
LOGIN_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "courses.forms.people.NameForm"
ACCOUNT_EMAIL_VERIFICATION = env("EMAIL_VERIFICATION", "optional")
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Blindspot: "
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if env("EMAIL_HOST")
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = env("EMAIL_HOST", "localhost")
EMAIL_PORT = int(env("EMAIL_PORT", "25"))
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_flag("EMAIL_USE_TLS")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "Blindspot <blindspot@localhost>")
ADMINS = getaddresses(env_list("ADMINS"))

# --- Security -----------------------------------------------------------------------------------
HTTPS = env_flag("HTTPS", default=not DEMO)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = int(env("HSTS_SECONDS", "31536000")) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = env_flag("BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Whose address a request comes from, where attempts are counted by it.
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Text, time, static files -------------------------------------------------------------------
LANGUAGE_CODE = "en"
TIME_ZONE = env("TIME_ZONE", "UTC")
USE_TZ = True
USE_I18N = True
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# No page asks for the others, and to compress them too is half of what a first start takes for its files.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "WARNING")},
    "loggers": {"blindspot": {"level": env("LOG_LEVEL", "INFO")}},
}
