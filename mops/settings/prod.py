"""What `manage.py up` and docker-compose run: the base, with DEBUG off."""

from mops.settings.base import *

DEBUG = False
