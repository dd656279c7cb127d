"""The room as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GoalsConfig(AppConfig):
    name = "goals"

    def ready(self) -> None:
        # Models exist only now, so what refers to them is imported here.
        from goals import models  # noqa: PLC0415
        from goals.services.kpis import hand_over_kpis  # noqa: PLC0415
        from goals.services.marks import numbers_changed  # noqa: PLC0415
        from goals.services.purge import purge_numbers  # noqa: PLC0415
        from teams import audit, events, ownership  # noqa: PLC0415

        ownership.register(
            ownership.Owned(
                label=_("KPIs"),
                held_by=lambda member: models.Kpi.objects.owned_by(member).in_order(),
                hand_over=hand_over_kpis,
            )
        )
        for model, label, path in (
            (models.Kpi, _("KPI"), "workspace"),
            (models.Target, _("Target"), "kpi__workspace"),
            (models.Breakdown, _("Breakdown"), "workspace"),
            (models.Segment, _("Segment"), "breakdown__workspace"),
        ):
            audit.register(audit.Audited(model, label, path))

        def purge(workspace: Any, **_kwargs: Any) -> None:
            purge_numbers(workspace=workspace)

        events.workspace_deleting.connect(purge, weak=False, dispatch_uid="goals.purge")

        def forget_fragments(workspace: Any, **_kwargs: Any) -> None:
            numbers_changed(workspace)

        events.workspace_changed.connect(
            forget_fragments, weak=False, dispatch_uid="goals.forget_fragments"
        )
