"""What KPIs should reach."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from goals.models.breakdowns import Segment
from goals.models.kpis import Kpi
from goals.querysets import TargetQuerySet
from goals.rules.status import RANGES, Comparator, Goalpost
from teams.models import Membership


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Target(models.Model):
    """What a KPI, or one segment of it, should reach from a period on, until the next target."""

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="targets")
    segment = models.ForeignKey(
        Segment, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    number = models.PositiveIntegerField()
    valid_from = models.DateField(_("Valid from"))
    comparator = models.CharField(_("Comparator"), max_length=12, choices=Comparator.choices)
    value = models.DecimalField(_("Target"), max_digits=24, decimal_places=8, null=True, blank=True)
    upper = models.DecimalField(
        _("Upper bound"), max_digits=24, decimal_places=8, null=True, blank=True
    )
    reason = models.CharField(_("Reason"), max_length=300, blank=True)
    set_by = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    set_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = TargetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kpi", "segment", "valid_from"],
                name="target_is_unique",
                nulls_distinct=False,
                violation_error_message=_("There is already a target from this day on."),
            ),
            models.UniqueConstraint(fields=["kpi", "number"], name="target_number"),
            models.CheckConstraint(
                condition=Q(comparator="none", value=None)
                | (~Q(comparator="none") & Q(value__isnull=False)),
                name="target_has_a_value",
                violation_error_message=_("Write the number that should be reached."),
            ),
            models.CheckConstraint(
                condition=Q(
                    comparator__in=sorted(RANGES), upper__isnull=False, upper__gt=F("value")
                )
                | (~Q(comparator__in=sorted(RANGES)) & Q(upper=None)),
                name="target_range_has_two_bounds",
                violation_error_message=_("A range needs a lower and a higher bound."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.comparator} {self.value}"

    @property
    def ref(self) -> str:
        return f"T-{self.number}"

    @property
    def goalpost(self) -> Goalpost | None:
        """What is to be reached, as numbers are judged by it; None ends an earlier target."""
        if self.value is None:
            return None
        return Goalpost(Comparator(self.comparator), self.value, self.upper)
