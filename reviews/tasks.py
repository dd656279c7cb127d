"""Doors for workers: digests, reminders and questions."""

from celery import shared_task

from core import clock
from core.jobs import answers_bell, one_at_a_time, ring
from reviews.services import chat, planning, reminders, sending, why_questions


@shared_task
@answers_bell
@one_at_a_time
def send_digests() -> None:
    sending.send_waiting(at=clock.now())


@shared_task
@answers_bell
@one_at_a_time
def send_chats() -> None:
    chat.send_waiting(at=clock.now())


@shared_task
def heartbeat() -> None:
    """Plan what is due, and ring for what waits though nobody rang."""
    ring("reviews.tasks.send_digests")
    ring("reviews.tasks.send_chats")
    now = clock.now()
    reminders.plan_due(at=now)
    planning.plan_due(at=now)
    why_questions.ask_due(at=now)
