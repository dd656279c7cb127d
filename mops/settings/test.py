"""For the test suite and mypy: importable without secrets, quick hashes, plain static files."""

import os

os.environ.setdefault("SECRET_KEY", "for tests only; never used to protect anything real")
os.environ.setdefault("SITE_URL", "http://testserver")

from mops.settings.base import *

# Named by mops.pytest_embedded, unless the database server is an operator's.
DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ.get("TEST_TEMPLATE")}
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
