"""For the test suite and mypy: importable without secrets, quick hashes, plain static files."""

from os import environ

environ.setdefault("SECRET_KEY", "for tests only; never used to protect anything real")
environ.setdefault("SITE_URL", "http://testserver")

from mops.settings.base import *

DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
