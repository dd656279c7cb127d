"""Notes about a KPI, its own and those about the whole workspace."""

from django.db.models import Q

from goals.models import Kpi, Note

# A page shows so many notes; older ones are in the API.
LATEST = 50


def get_notes(kpi: Kpi) -> list[Note]:
    """Read what happened around a KPI, latest first, in one query."""
    about = Q(kpi=kpi) | Q(kpi=None)
    rows = Note.objects.for_workspace(kpi.workspace).filter(about)
    return list(rows.select_related("made_by__user").order_by("-on_date", "-pk")[:LATEST])
