"""The room as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GoalsConfig(AppConfig):
    name = "goals"

    def ready(self) -> None:
        # Models exist only now, so what refers to them is imported here.
        from core import clock  # noqa: PLC0415
        from goals import models  # noqa: PLC0415
        from goals.selectors.found import (  # noqa: PLC0415
            find_imports,
            find_kpis,
            find_scorecards,
            find_sources,
        )
        from goals.services.kpis import hand_over_kpis  # noqa: PLC0415
        from goals.services.marks import numbers_changed  # noqa: PLC0415
        from goals.services.purge import purge_numbers  # noqa: PLC0415
        from goals.services.sources import hand_over_sources, reschedule  # noqa: PLC0415
        from teams import audit, events, finding, ownership  # noqa: PLC0415

        ownership.register(
            ownership.Owned(
                label=_("KPIs"),
                held_by=lambda member: models.Kpi.objects.owned_by(member).in_order(),
                hand_over=hand_over_kpis,
            )
        )
        ownership.register(
            ownership.Owned(
                label=_("Sources"),
                held_by=lambda member: models.Source.objects.filter(owner=member).order_by("pk"),
                hand_over=hand_over_sources,
            )
        )
        finding.register(finding.Findable("kpi", _("KPIs"), find_kpis))
        finding.register(finding.Findable("scorecard", _("Scorecards"), find_scorecards))
        finding.register(finding.Findable("import", _("Imports"), find_imports))
        finding.register(finding.Findable("source", _("Sources"), find_sources))
        archived = audit.Deed.ARCHIVED
        for audited in (
            audit.Audited(
                models.Kpi,
                _("KPI"),
                gist=("owner", "cadence"),
                moments={"archived_at": archived},
            ),
            audit.Audited(
                models.Target,
                _("Target"),
                named_by=("kpi", "segment"),
                gist=("comparator", "value", "upper", "valid_from"),
            ),
            audit.Audited(models.Scorecard, _("Scorecard"), gist=("team",)),
            audit.Audited(
                models.ScorecardLine,
                _("Line of a scorecard"),
                named_by=("scorecard", "kpi", "heading"),
            ),
            audit.Audited(
                models.ScorecardLink,
                _("Link of a scorecard"),
                named_by=("scorecard", "name"),
                moments={"revoked_at": audit.Deed.REVOKED},
            ),
            audit.Audited(
                models.WhyLine,
                _("Why line"),
                named_by=("kpi", "segment"),
                gist=("start", "why", "next_step"),
            ),
            audit.Audited(models.Note, _("Note"), named_by=("kpi", "text"), gist=("on_date",)),
            audit.Audited(models.Breakdown, _("Breakdown")),
            audit.Audited(
                models.Segment,
                _("Segment"),
                named_by=("breakdown", "name"),
                moments={"archived_on": archived},
            ),
            audit.Audited(models.Source, _("Source"), gist=("host", "owner", "weekday", "hour")),
        ):
            audit.register(audited)

        def purge(workspace: Any, **_kwargs: Any) -> None:
            purge_numbers(workspace=workspace)

        events.workspace_deleting.connect(purge, weak=False, dispatch_uid="goals.purge")

        def forget_fragments(workspace: Any, **_kwargs: Any) -> None:
            numbers_changed(workspace)

        events.workspace_changed.connect(
            forget_fragments, weak=False, dispatch_uid="goals.forget_fragments"
        )

        def set_clocks(workspace: Any, **_kwargs: Any) -> None:
            reschedule(workspace=workspace, at=clock.now())

        events.workspace_changed.connect(
            set_clocks, weak=False, dispatch_uid="goals.reschedule_sources"
        )
