"""For `manage.py runserver`: tracebacks in the browser, templates read afresh."""

from mops.settings.base import *

DEBUG = True
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
