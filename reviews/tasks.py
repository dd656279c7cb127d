"""Doors for workers: digests."""

from celery import shared_task

from core import clock
from core.jobs import answers_bell
from reviews.services import digests


@shared_task
@answers_bell
def send_digests() -> None:
    digests.send_waiting(at=clock.now())


@shared_task
def heartbeat() -> None:
    """Plan what is due, and send what waits though nobody rang."""
    digests.plan_due(at=clock.now())
    digests.send_waiting(at=clock.now())
