"""The Celery app of mops with heartbeats every second, so that tests need not wait for them."""

from mops.celery import app

for beat in app.conf.beat_schedule.values():
    beat["schedule"] = 1.0
