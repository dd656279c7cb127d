"""Scorecards: which KPIs are read together, and in what order."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from goals.models.kpis import Kpi
from goals.querysets import ScorecardLineQuerySet, ScorecardLinkQuerySet
from teams.models import Membership, Team, WorkspaceOwned


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Scorecard(WorkspaceOwned):
    """A named, ordered choice of KPIs, of the whole workspace or of one team."""

    number = models.PositiveIntegerField()
    name = models.CharField(_("Name"), max_length=60)
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="scorecards",
        verbose_name=_("Team"),
    )
    place = models.PositiveSmallIntegerField(_("Place in the menu"), default=1)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = [F("team__name").asc(nulls_first=True), "place", "name"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="scorecard_number"),
            models.UniqueConstraint(fields=["workspace", "id"], name="scorecard_in_workspace"),
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="scorecard_name_is_unique",
                violation_error_message=_("There is already a scorecard of this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("goals:scorecard", args=[self.workspace.slug, self.number])

    @property
    def ref(self) -> str:
        return f"SC-{self.number}"


# A move would be told of every line that it pushes aside; the scorecard's own change says enough.
@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class ScorecardLine(models.Model):
    """One line of a scorecard: a KPI, or the heading of those that follow."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    kpi = models.ForeignKey(
        Kpi, on_delete=models.CASCADE, null=True, blank=True, related_name="scorecard_lines"
    )
    heading = models.CharField(max_length=60, blank=True)

    objects = ScorecardLineQuerySet.as_manager()

    class Meta:
        ordering = ["scorecard", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["scorecard", "position"],
                name="scorecard_line_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(fields=["scorecard", "kpi"], name="scorecard_line_kpi"),
            models.CheckConstraint(
                condition=Q(kpi=None, heading__gt="") | Q(kpi__isnull=False, heading=""),
                name="scorecard_line_is_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.heading or str(self.kpi_id)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["secret_hash", "last_read_at"],
)
class ScorecardLink(models.Model):
    """
    An address under which whoever knows it reads a scorecard's numbers, until it is revoked.

    It outlives whoever made it: a dashboard that reads it belongs to the workspace.
    """

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="links")
    name = models.CharField(_("What reads it"), max_length=80)
    public_id = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    made_by = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_read_at = models.DateTimeField(null=True, blank=True)

    objects = ScorecardLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name
