"""What owners say about numbers that are off track."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from goals.models.breakdowns import Segment
from goals.models.kpis import Kpi
from goals.querysets import WhyLineQuerySet
from teams.models import Membership


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class WhyLine(models.Model):
    """
    Why a number of one period is off track, and what comes next.

    Lines are only ever added: of several about one period, the newest is the one that counts.
    ``start`` is the first day of a period of the KPI's ``judged_grain``.
    """

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="why_lines")
    segment = models.ForeignKey(
        Segment, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    start = models.DateField(_("Period"))
    why = models.CharField(_("Why"), max_length=300)
    next_step = models.CharField(_("What next"), max_length=300, blank=True)
    said_by = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    said_at = models.DateTimeField()

    objects = WhyLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(why__gt=""), name="why_line_says_why"),
        ]
        indexes = [models.Index(fields=["kpi", "start"], name="why_line_by_period")]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.start}: {self.why}"
