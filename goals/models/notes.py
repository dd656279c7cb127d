"""What happened, beside the numbers."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from goals.models.kpis import Kpi
from teams.models import Membership, WorkspaceOwned


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class Note(WorkspaceOwned):
    """
    Something that happened on a day: a flag on charts and a mark in the cells of scorecards.

    Without a KPI it is about the whole workspace, and stands on the chart of every KPI.
    """

    number = models.PositiveIntegerField()
    kpi = models.ForeignKey(
        Kpi, on_delete=models.CASCADE, null=True, blank=True, related_name="notes"
    )
    on_date = models.DateField(_("Day"))
    text = models.CharField(_("What happened"), max_length=200)
    made_by = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="note_number"),
            models.CheckConstraint(condition=Q(text__gt=""), name="note_says_something"),
        ]
        indexes = [models.Index(fields=["workspace", "kpi", "on_date"], name="note_by_day")]

    def __str__(self) -> str:
        return self.text

    @property
    def ref(self) -> str:
        return f"N-{self.number}"
