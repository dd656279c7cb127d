"""Accounts of numbers that were written, by which they are found again and undone."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from teams.models import Membership, WorkspaceOwned, WorkspaceOwnedQuerySet


class Writing(WorkspaceOwned):
    """
    Numbers that somebody wrote or removed in one act, by hand or by API.

    The numbers themselves are not named here: they and their revisions carry who and when, and
    ``series`` says where to look. An import is an account of its own.
    """

    written_by = models.ForeignKey(
        Membership, on_delete=models.RESTRICT, related_name="+", db_index=False
    )
    # The moment that all its measurements carry.
    written_at = models.DateTimeField()
    source = models.CharField(max_length=80)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    series = ArrayField(models.BigIntegerField())
    # The first few numbers: series, first day of the period, value before and after.
    gist = models.JSONField(default=list)
    undone_by = models.ForeignKey(
        Membership,
        on_delete=models.RESTRICT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    # How many numbers were put back and taken away, and which stay because they changed since.
    undone = models.JSONField(default=dict)

    objects: ClassVar = WorkspaceOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_by=None, undone_at=None)
                | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="undone_writing_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(created__gt=0) | Q(updated__gt=0) | Q(removed__gt=0),
                name="writing_changed_something",
            ),
        ]
        indexes = [
            models.Index(F("workspace"), F("written_at").desc(), name="writings_of_workspace"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.written_at}"

    @property
    def size(self) -> int:
        return self.created + self.updated + self.removed
