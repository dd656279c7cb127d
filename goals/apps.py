"""The room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GoalsConfig(AppConfig):
    name = "goals"

    def ready(self) -> None:
        from goals.models import Kpi  # noqa: PLC0415  # models exist only now
        from goals.services.kpis import hand_over_kpis  # noqa: PLC0415  # as above
        from teams import ownership  # noqa: PLC0415  # as above

        ownership.register(
            ownership.Owned(
                label=_("KPIs"),
                held_by=lambda member: Kpi.objects.owned_by(member).in_order(),
                hand_over=hand_over_kpis,
            )
        )
