"""Changing where weeks and fiscal years begin, with every number that is stored by period."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import BusyError
from core.jobs import after_commit
from core.periods import Grain, PeriodCalendar
from goals.events import calendar_changed
from goals.models import Import
from goals.rules.rollups import CADENCE_GRAINS
from goals.services import locks, marks
from goals.services.statements import run
from teams.models import Workspace
from teams.services.workspaces import change_settings

# A drain lasts seconds, a rebuild minutes; who changes the calendar waits for the former.
PATIENCE = timedelta(seconds=20)


class CalendarBusyError(BusyError):
    """An import is at work that read the calendar as it is."""


@transaction.atomic
def change_calendar(
    *, workspace: Workspace, version: int, week_start: int, fiscal_start: int
) -> Workspace:
    """
    Let weeks and fiscal years begin elsewhere, and move what is stored by such periods along.

    Values, their history, targets and why lines go to the heir of their period (see
    ``PeriodCalendar.move_to``), rollups are dropped and made anew by the next drains: all in one
    transaction, which keeps writers and drains of the workspace out.

    Raises:
        ConflictError: somebody else changed the workspace's settings since ``version``.
        CalendarBusyError: an import is at work.
        NumbersBusyError: a rebuild is at work.
        DomainError: there is no such day or month.
    """
    locks.hold_definitions(workspace)
    locks.hold_rollups(workspace.pk, patience=PATIENCE)
    before = Workspace.objects.get(pk=workspace.pk).calendar
    changed = change_settings(
        workspace=workspace, version=version, week_start=week_start, fiscal_start=fiscal_start
    )
    if changed.calendar == before:
        return changed
    _check_imports_again(changed)
    _move_periods(changed, before)
    marks.mark_everything(changed)
    calendar_changed.send(Workspace, workspace=changed, before=before, after=changed.calendar)
    return changed


def _check_imports_again(workspace: Workspace) -> None:
    """Have files that wait to be written sorted into the new periods."""
    imports = Import.objects.for_workspace(workspace)
    if imports.filter(state__in=Import.WORKING).exists():
        raise CalendarBusyError(_("An import is at work. Try again when it is done."))
    again = imports.filter(state=Import.State.CHECKED)
    if again.update(state=Import.State.CHECKING, attempts=0, done=0):
        after_commit("goals.tasks.run_imports")


def _move_periods(workspace: Workspace, before: PeriodCalendar) -> None:
    # There may be millions of values, and moving some of them only is not an option.
    run("SET LOCAL statement_timeout = 0", {})
    for cadence, grain in CADENCE_GRAINS.items():
        # What is said about a KPI of days is said about its weeks.
        judged = Grain.WEEK if grain is Grain.DAY else grain
        for moved, statements in ((grain, _STATEMENTS), (judged, _OF_JUDGED_PERIODS)):
            if not (move := before.move_to(workspace.calendar, moved)):
                continue
            parameters = {
                "workspace": workspace.pk,
                "cadence": cadence,
                "months": move.months,
                "days": move.days,
            }
            for statement in statements:
                run(statement, parameters)


_MOVE = "make_interval(months => %(months)s, days => %(days)s)"
_SERIES = """
    SELECT series.id FROM goals_series AS series JOIN goals_kpi AS kpi ON kpi.id = series.kpi_id
    WHERE kpi.workspace_id = %(workspace)s AND kpi.cadence = %(cadence)s
"""
# No date can meet one that has not moved yet: old and new starts have no day in common.
_STATEMENTS = (
    f"UPDATE measurements SET on_date = on_date + {_MOVE} WHERE series_id IN ({_SERIES})",  # noqa: S608  # constants
    f"UPDATE measurement_revisions SET on_date = on_date + {_MOVE} WHERE series_id IN ({_SERIES})",  # noqa: S608  # constants
    f"UPDATE goals_series SET first_on = first_on + {_MOVE} WHERE id IN ({_SERIES})",  # noqa: S608  # constants
    f"""
    UPDATE goals_target SET valid_from = valid_from + {_MOVE}, version = version + 1
    WHERE kpi_id IN (
        SELECT id FROM goals_kpi WHERE workspace_id = %(workspace)s AND cadence = %(cadence)s
    )
    """,  # noqa: S608  # constants
)
_OF_JUDGED_PERIODS = (
    f"""
    UPDATE goals_whyline SET start = start + {_MOVE}
    WHERE kpi_id IN (
        SELECT id FROM goals_kpi WHERE workspace_id = %(workspace)s AND cadence = %(cadence)s
    )
    """,  # noqa: S608  # constants
)
