"""The first numbers of a workspace, with the targets that are guessed from them."""

from datetime import datetime

from django.db import transaction

from core.periods import Grain
from goals.models import Import
from goals.selectors.first_numbers import get_first_numbers
from goals.services import imports, targets
from teams.models import Membership


@transaction.atomic
def take_first_numbers(*, row: Import, by: Membership, at: datetime) -> Import:
    """
    Have a checked file written, and set targets for its KPIs that have none.

    KPIs that it brings along are made at once, for their targets. These hold from the last week
    that is over, so that it can be judged.

    Raises:
        ImportStateError: as for ``imports.apply`` and ``imports.make_kpis``; then nothing is made.
        KpiRuleError: as for ``imports.make_kpis``.
    """
    row = imports.apply(row=row)
    if row.summary["newcomers"]["kpis"]:
        imports.make_kpis(row)
        row.save(update_fields=["summary"])
    today, calendar = by.workspace.today(at=at), by.workspace.calendar
    for each in get_first_numbers(row, today=today, language=by.user.language):
        if each.goalpost is not None:
            targets.set_target(
                kpi=each.kpi,
                comparator=each.goalpost.comparator,
                value=each.goalpost.value,
                upper=each.goalpost.upper,
                valid_from=calendar.last_complete(Grain.WEEK, today=today),
                reason=each.reason,
                by=by,
                at=at,
            )
    return row
