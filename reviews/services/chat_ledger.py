"""Which chats are told of a run: one message per room and week."""

from datetime import datetime

from core.jobs import after_commit
from reviews.models import ChatPost, ChatRoom, DigestRun


def enter_chats(run: DigestRun, *, since: datetime) -> None:
    """
    Write a message for each room of the run's workspace, unless it has one.

    What still waits of earlier weeks is given up: a later one is about to tell more.
    """
    waiting = ChatPost.objects.filter(state=ChatPost.State.WAITING)
    waiting.filter(run__workspace=run.workspace, run__week__lt=run.week).update(
        state=ChatPost.State.SKIPPED, finished_at=run.made_at
    )
    rooms = ChatRoom.objects.for_workspace(run.workspace)
    ChatPost.objects.bulk_create(
        [ChatPost(run=run, room=room, send_after=since) for room in rooms], ignore_conflicts=True
    )
    after_commit("reviews.tasks.send_chats")
