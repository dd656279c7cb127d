"""Addresses from which numbers are pulled, and each time that they were."""

from typing import ClassVar

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.claims import WaitingWork, WaitingWorkQuerySet
from core.sealing import SecretAddress
from goals.models.imports import Import
from teams.models import Membership, WorkspaceOwned, WorkspaceOwnedQuerySet
from teams.models.workspaces import Weekday


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=["workspace", "number", "name", "host", "owner", "weekday", "hour", "state", "version"],
    model_name="SourceEvent",
)
class Source(SecretAddress, WorkspaceOwned):
    """
    An address whose file is pulled and imported again and again.

    How the file is matched it learned from an import that worked: ``headers`` says of which files.
    They are empty until the first one was imported by a person.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        ARCHIVED = "archived", _("Archived")

    number = models.PositiveIntegerField()
    name = models.CharField(_("Name"), max_length=80)
    owner = models.ForeignKey(
        Membership, on_delete=models.RESTRICT, related_name="sources", verbose_name=_("Owner")
    )
    # Without one it is pulled every day.
    weekday = models.PositiveSmallIntegerField(_("Day"), choices=Weekday, null=True, blank=True)
    hour = models.PositiveSmallIntegerField(_("Hour"), validators=[MaxValueValidator(23)])
    state = models.CharField(_("State"), max_length=8, choices=State.choices, default=State.ACTIVE)
    version = models.PositiveIntegerField(default=1)
    headers = models.CharField(max_length=64, blank=True)
    mapping = models.JSONField(default=dict, blank=True)
    options = models.JSONField(default=dict, blank=True)
    # The moment that weekday and hour come to next by the workspace's clocks.
    next_at = models.DateTimeField(null=True, blank=True)
    # By what the file is known that was imported last.
    content_hash = models.CharField(max_length=64, blank=True)
    etag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=200, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    # Since when no pull worked; its owner was told then.
    failing_since = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="source_number"),
            models.UniqueConstraint(fields=["workspace", "id"], name="source_in_workspace"),
            models.CheckConstraint(
                condition=Q(state="active", next_at__isnull=False)
                | (~Q(state="active") & Q(next_at=None)),
                name="source_is_pulled_while_active",
            ),
            models.CheckConstraint(condition=Q(hour__lte=23), name="source_hour_of_a_day"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="source_next_at"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("goals:source", args=[self.workspace.slug, self.number])

    @property
    def ref(self) -> str:
        return f"SO-{self.number}"

    @property
    def place(self) -> str:
        """The address as it may be shown: what follows the server may be a secret."""
        return f"https://{self.host}/…"

    @property
    def is_archived(self) -> bool:
        return self.state == self.State.ARCHIVED


class SourcePull(WorkspaceOwned, WaitingWork):
    """
    One time that a source is asked for its file.

    It waits for a worker to fetch the file, and then for the import of it to end.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        READING = "reading", _("Being imported")
        DONE = "done", _("Imported")
        SAME = "same", _("Nothing new")
        HELD = "held", _("Waits for a person")
        FAILED = "failed", _("Failed")

    OPEN: ClassVar = (State.WAITING, State.READING)

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="pulls")
    # Nobody, if it was due.
    asked_by = models.ForeignKey(
        Membership, on_delete=models.RESTRICT, related_name="+", null=True, blank=True
    )
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    imported = models.ForeignKey(
        Import, on_delete=models.RESTRICT, related_name="pulls", null=True, blank=True
    )
    content_hash = models.CharField(max_length=64, blank=True)
    etag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = WorkspaceOwnedQuerySet.as_manager()
    waiting = WaitingWorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(state__in=["waiting", "reading"]),
                name="source_is_pulled_once_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state"],
                condition=Q(state__in=["waiting", "reading", "held"]),
                name="source_pull_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN
