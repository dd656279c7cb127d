"""Chat rooms that hear of a week, and each time that one was told."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.claims import WaitingWork, WaitingWorkQuerySet
from core.sealing import SecretAddress
from reviews.models.digests import DigestRun
from teams.models import Membership, Team, WorkspaceOwned


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=["workspace", "team", "kind", "host", "added_by"],
    model_name="ChatRoomEvent",
)
class ChatRoom(SecretAddress, WorkspaceOwned):
    """A chat that takes messages at an address; it hears of one team, or of the workspace."""

    class Kind(models.TextChoices):
        SLACK = "slack", _("Slack")
        TEAMS = "teams", _("Microsoft Teams")

    team = models.ForeignKey(
        Team,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Team"),
    )
    kind = models.CharField(_("Chat"), max_length=5, choices=Kind.choices)
    # Messages are in the language of whoever added it.
    added_by = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "team"], name="chat_room_of_team", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.host}"


class ChatPost(WaitingWork):
    """One message to one room: about a week, or a test, which has no run."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        SKIPPED = "skipped", _("Nothing to tell")
        FAILED = "failed", _("Failed")

    run = models.ForeignKey(
        DigestRun, on_delete=models.CASCADE, null=True, blank=True, related_name="chat_posts"
    )
    room = models.ForeignKey(ChatRoom, on_delete=models.CASCADE, related_name="posts")
    state = models.CharField(_("State"), max_length=7, choices=State.choices, default=State.WAITING)
    send_after = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = WaitingWorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "room"], name="chat_post_is_unique"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="waiting"), name="chat_post_open"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.room_id}: {self.state}"
