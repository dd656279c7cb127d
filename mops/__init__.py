"""The composition root: settings, addresses, servers and the demo workspace."""

from mops.celery import app as celery_app

__all__ = ["celery_app"]
