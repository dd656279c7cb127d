"""Doors for workers: ordinary mail, and tidying up."""

from celery import shared_task

from core import clock
from core.jobs import answers_bell, one_at_a_time, ring
from teams.api import idempotency
from teams.services import mail


@shared_task
@answers_bell
@one_at_a_time
def send_mail() -> None:
    while mail.send_waiting(at=clock.now()):
        pass


@shared_task
def heartbeat() -> None:
    """Ring for mail whose bell got lost, and forget old answers."""
    ring("teams.tasks.send_mail")
    idempotency.forget_old(at=clock.now())
