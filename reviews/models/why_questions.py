"""Questions about numbers that are off track: what was noticed, and who was asked."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from goals.models import Kpi
from teams.models import Membership, Workspace, WorkspaceOwnedQuerySet


class WhyWatch(models.Model):
    """When a workspace was last looked through for numbers that nobody explains."""

    workspace = models.OneToOneField(
        Workspace, on_delete=models.CASCADE, primary_key=True, related_name="why_watch"
    )
    looked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.looked_at}"


class WhyQuestionQuerySet(WorkspaceOwnedQuerySet):
    workspace_path = "kpi__workspace"

    def open(self) -> Self:
        """Keep what was noticed and not asked yet."""
        return self.filter(asked_of=None)


class WhyQuestion(models.Model):
    """
    A number that is off track without a word: first noticed, then asked about, once.

    ``start`` is the first day of a period of the KPI's ``judged_grain``. The mail that asks holds
    a link for this row, by which the person ``asked_of`` answers without signing in.
    """

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="+")
    start = models.DateField()
    noticed_at = models.DateTimeField()
    asked_of = models.ForeignKey(
        Membership, on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = WhyQuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kpi", "start"], name="why_question_is_unique"),
            models.CheckConstraint(
                condition=Q(asked_of=None, asked_at=None)
                | Q(asked_of__isnull=False, asked_at__isnull=False),
                name="why_question_was_asked_of_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.start}"
