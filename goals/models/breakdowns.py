"""The segments that KPIs are broken down by."""

import pghistory
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from goals.querysets import SegmentQuerySet
from teams.models import WorkspaceOwned


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Breakdown(WorkspaceOwned):
    """One way to cut numbers: by market, by channel, by campaign."""

    number = models.PositiveIntegerField()
    name = models.CharField(_("Name"), max_length=60)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="breakdown_number"),
            models.UniqueConstraint(fields=["workspace", "id"], name="breakdown_in_workspace"),
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="breakdown_name_is_unique",
                violation_error_message=_("There is already a breakdown of this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        return f"B-{self.number}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Segment(models.Model):
    """One part of a breakdown: Poland, e-mail, the spring campaign."""

    breakdown = models.ForeignKey(Breakdown, on_delete=models.CASCADE, related_name="segments")
    number = models.PositiveIntegerField()
    code = models.CharField(_("Code"), max_length=120)
    name = models.CharField(_("Name"), max_length=120)
    counts_in_total = models.BooleanField(_("Counts in totals"), default=True)
    archived_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["breakdown", "code"],
                name="segment_code_is_unique",
                violation_error_message=_("This breakdown already has a segment of this code."),
            ),
            models.UniqueConstraint(fields=["breakdown", "number"], name="segment_number"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        return f"SG-{self.number}"
