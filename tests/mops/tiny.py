"""The smallest project that `manage.py up` can run: settings and URLs in one module."""

import os
import time

from celery import shared_task
from django.http import HttpRequest, HttpResponse
from django.urls import path

from mops.embedded import paths

DEMO = False
EMBEDDED_DATABASE = EMBEDDED_BROKER = True
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "mops",
        "USER": "mops",
        "OPTIONS": {"host": str(paths.socket_folder(paths.var_folder()))},
    },
}
CELERY_BROKER_URL = paths.broker_url(paths.redis_url())
CELERY_TASK_IGNORE_RESULT = True
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.staticfiles", "mops"]
ROOT_URLCONF = __name__
SECRET_KEY = "for tests only"
SITE_URL = "http://localhost"
STATIC_ROOT = paths.var_folder() / "static"
STATIC_URL = "/static/"
TIME_ZONE = "UTC"
USE_TZ = True
if os.environ.get("TINY_NEVER_READY"):
    STATICFILES_FINDERS = ["tests.mops.tiny.EndlessFinder"]


class EndlessFinder:
    """Finds static files for longer than any test is willing to wait."""

    def __init__(self) -> None:
        time.sleep(600)


def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@shared_task(name="nap")
def nap() -> None:
    """Keep a worker busy for longer than any test is willing to wait."""
    time.sleep(600)


urlpatterns = [path("livez", livez)]
