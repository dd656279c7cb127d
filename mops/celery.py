"""The Celery app: doorbells only, the work itself waits in Postgres rows."""

import os
from typing import Any

from celery import Celery, Task, signals
from kombu.transport.redis import Channel

from core import clock, pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mops.settings.prod")

app = Celery("mops")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Beat only says "look what is due": everything due is computed from rows.
app.conf.beat_schedule = {
    "numbers": {"task": "goals.tasks.heartbeat", "schedule": 30.0},
    "mail": {"task": "teams.tasks.heartbeat", "schedule": 30.0},
    "digests": {"task": "reviews.tasks.heartbeat", "schedule": 30.0},
}
# A worker that loses Redis would give back, over the lost connection, what it has fetched and not
# begun. That fails in a way that ends the worker, and all it would save is a doorbell.
Channel.do_restore = False


@signals.task_prerun.connect
def note_pulse(task: Task[..., Any], **_signal: Any) -> None:
    """Let the status page see that a worker takes tasks, and that beat rings for them."""
    pulse.note(pulse.WORKER, at=clock.now())
    if task.name.endswith(".heartbeat"):
        pulse.note(pulse.BEAT, at=clock.now())
