"""The questions one may ask of KPIs and their numbers."""

from datetime import date
from typing import Self

from django.db.models import Case, IntegerField, Q, Value, When

from teams.models import Membership, WorkspaceOwnedQuerySet

_KINDS = ("value", "efficiency", "response", "activity")
_KIND_RANK = Case(
    *(When(kind=kind, then=Value(rank)) for rank, kind in enumerate(_KINDS)),
    output_field=IntegerField(),
)


class KpiQuerySet(WorkspaceOwnedQuerySet):
    def active(self) -> Self:
        return self.filter(archived_at=None)

    def formulas(self) -> Self:
        return self.filter(aggregation="formula")

    def measured(self) -> Self:
        """Keep KPIs whose numbers somebody enters."""
        return self.exclude(aggregation="formula")

    def owned_by(self, membership: Membership) -> Self:
        return self.filter(owner=membership)

    def in_order(self) -> Self:
        """Sort as every list shows them: by kind, then as the leads arranged them."""
        return self.order_by(_KIND_RANK, "position", "number")


class SegmentQuerySet(WorkspaceOwnedQuerySet):
    workspace_path = "breakdown__workspace"

    def active_on(self, day: date) -> Self:
        return self.filter(Q(archived_on=None) | Q(archived_on__gt=day))


class TargetQuerySet(WorkspaceOwnedQuerySet):
    workspace_path = "kpi__workspace"


class SeriesQuerySet(WorkspaceOwnedQuerySet):
    workspace_path = "kpi__workspace"


class MeasurementQuerySet(WorkspaceOwnedQuerySet):
    workspace_path = "series__kpi__workspace"
