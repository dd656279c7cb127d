"""The questions one may ask of KPIs and their numbers."""

from datetime import date
from typing import Self

from django.db.models import Case, Expression, IntegerField, Q, Value, When
from django.db.models.functions import Lower

from core.sorting import Sort
from teams.models import Membership, WorkspaceOwnedQuerySet


def _rank(field: str, *values: str) -> Case:
    """Sort by the place of a field's value among ``values``."""
    places = (When(**{field: value}, then=Value(rank)) for rank, value in enumerate(values))
    return Case(*places, output_field=IntegerField())


_KIND_RANK = _rank("kind", "value", "efficiency", "response", "activity")
# By what a list of KPIs can be sorted.
KPI_SORTS: dict[str, Expression] = {
    "name": Lower("name"),
    "kind": _KIND_RANK,
    "cadence": _rank("cadence", "daily", "weekly", "monthly", "quarterly", "yearly"),
    "owner": Lower("owner__user__name"),
    "code": Lower("code"),
}
_IN_ORDER = (_KIND_RANK, "position", "number")


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
        return self.order_by(*_IN_ORDER)

    def sorted_by(self, sort: Sort) -> Self:
        """Sort by one of ``KPI_SORTS``; what is equal in it stays in order."""
        if not sort.name:
            return self.in_order()
        column = KPI_SORTS[sort.name]
        return self.order_by(column.desc() if sort.descending else column.asc(), *_IN_ORDER)

    def matching(self, *, kind: str, stage: str, owner: str) -> Self:
        """Keep those of a kind, a stage, and of an owner by e-mail address; empty means any."""
        # PostgreSQL stores no null character, and compares with none.
        if "\0" in kind + stage + owner:
            return self.none()
        found = self.filter(kind=kind) if kind else self
        found = found.filter(stage=stage) if stage else found
        return found.filter(owner__user__email=owner) if owner else found


class SegmentQuerySet(WorkspaceOwnedQuerySet):
    workspace_path = "breakdown__workspace"

    def active_on(self, day: date) -> Self:
        return self.filter(Q(archived_on=None) | Q(archived_on__gt=day))


class TargetQuerySet(WorkspaceOwnedQuerySet):
    workspace_path = "kpi__workspace"


class ScorecardLineQuerySet(WorkspaceOwnedQuerySet):
    workspace_path = "scorecard__workspace"


class ScorecardLinkQuerySet(WorkspaceOwnedQuerySet):
    workspace_path = "scorecard__workspace"

    def open(self) -> Self:
        return self.filter(revoked_at=None)


class WhyLineQuerySet(WorkspaceOwnedQuerySet):
    workspace_path = "kpi__workspace"


class SeriesQuerySet(WorkspaceOwnedQuerySet):
    workspace_path = "kpi__workspace"


class MeasurementQuerySet(WorkspaceOwnedQuerySet):
    workspace_path = "series__kpi__workspace"
