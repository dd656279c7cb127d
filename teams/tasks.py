"""Doors for workers: ordinary mail."""

from celery import shared_task

from core import clock
from core.jobs import answers_bell
from teams.services import mail


@shared_task
@answers_bell
def send_mail() -> None:
    mail.send_waiting(at=clock.now())
