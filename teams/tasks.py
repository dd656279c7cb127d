"""Doors for workers: ordinary mail, and tidying up."""

from celery import shared_task

from core import clock
from core.jobs import answers_bell
from teams.api import idempotency
from teams.services import mail


@shared_task
@answers_bell
def send_mail() -> None:
    mail.send_waiting(at=clock.now())


@shared_task
def heartbeat() -> None:
    """Send mail whose bell got lost, and forget old answers."""
    mail.send_waiting(at=clock.now())
    idempotency.forget_old(at=clock.now())
