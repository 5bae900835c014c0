"""Settings for the tests: the product's own, on a throw-away data folder, at full speed.

Only DATABASE_URL and CELERY_BROKER_URL are taken from outside (make test-services sets them).
Every test process has its own folder, so that several runs never share a database file.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

_data = tempfile.TemporaryDirectory(prefix="blindspot-test-")

for name in ("BLINDSPOT_DEMO", "DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "CACHE_URL", "EMAIL_HOST"):
    os.environ.pop(name, None)
os.environ.update(
    SECRET_KEY="tests-only-" + "0123456789abcdef" * 4,
    BLINDSPOT_DATA=_data.name,
    HTTPS="0",
    RECORDED_PACE="0",
    PAID_MODELS="0",
)

# Compiled once, for the tests as for every site and program that they start, and not beside the sources:
# a container that sets PYTHONDONTWRITEBYTECODE would have each of them compile everything anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
_compiled = str(Path(__file__).resolve().parents[1] / "var" / "cache" / "bytecode")
os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = _compiled
sys.dont_write_bytecode = False

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, STORAGES  # noqa: E402

# No collected files: their names need no hash here.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# The threads of a worker in a test keep no connection beyond their task: the database is taken away.
DATABASES["default"]["CONN_MAX_AGE"] = 0
# Real hashes are slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
