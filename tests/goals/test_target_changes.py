"""Undoing what one act did to targets: all of it, or nothing."""

import datetime as dt
from decimal import Decimal

import pghistory
import pytest
from django.urls import reverse

from core.errors import ConflictError
from core.periods import Grain, PeriodCalendar
from goals.models import Target
from goals.rules.plans import Columns
from goals.services.calendars import change_calendar
from goals.services.kpi_changes import NoChangeError
from goals.services.plans import Edit, save_plan
from goals.services.target_changes import target_changes_of, undo_targets
from goals.services.targets import JudgedPeriodError
from goals.services.writings import TooLateError
from tests.conftest import NOW
from tests.doors import browser_of, text_of
from tests.factories.goals import KpiFactory, TargetFactory

pytestmark = pytest.mark.usefixtures("frozen")

OCT = dt.date(2026, 10, 1)
JAN, FEB, MAR, APR = (dt.date(2027, month, 1) for month in range(1, 5))
YEAR = Columns(Grain.MONTH, [JAN, FEB, MAR, APR], PeriodCalendar())


@pytest.fixture
def leads(workspace, lead):
    kpi = KpiFactory(workspace=workspace, owner=lead, name="Leads", cadence="monthly", number=7)
    for month, value in ((OCT, 90), (JAN, 100), (FEB, 110)):
        TargetFactory(kpi=kpi, valid_from=month, value=value)
    return kpi


def rows(kpi):
    found = Target.objects.filter(kpi=kpi).order_by("valid_from")
    return {row.valid_from: (row.number, int(row.value), row.reason) for row in found}


def save(kpi, lead, **cells):
    """Save months, each as what stood there and what it should be; give the act."""
    months = {"jan": JAN, "feb": FEB, "mar": MAR, "apr": APR}
    edits = {
        months[name]: Edit(Decimal(value), f"at_least:{was}")
        for name, (was, value) in cells.items()
    }
    act = save_plan({kpi.pk: edits}, YEAR, reason="Round two", by=lead, at=NOW).act
    happened(kpi)
    return act


def happened(kpi, at=NOW):
    """Let that have happened at ``at`` for which the database took its own clock's time."""
    target_changes_of(kpi.workspace).update(pgh_created_at=at)


def undo(kpi, act, at=NOW):
    return undo_targets(workspace=kpi.workspace, act=act, at=at)


def activity(member):
    url = reverse("reviews:activity", args=[member.workspace.slug])
    return browser_of(member).get(f"{url}?kind=targets")


def test_what_was_added_changed_and_removed_is_what_it_was(leads, lead):
    before = rows(leads)
    act = save(leads, lead, jan=(100, 120), feb=(110, 120), apr=(110, 150))
    months = {start: value for start, (_number, value, _reason) in rows(leads).items()}
    assert months == {OCT: 90, JAN: 120, MAR: 110, APR: 150}

    assert undo(leads, act) == 4

    assert rows(leads) == before


def test_an_undo_is_undone_like_any_act(leads, lead):
    act = save(leads, lead, jan=(100, 120))
    after = rows(leads)
    with pghistory.context() as back:
        undo(leads, act)
    happened(leads)

    undo(leads, back.id)

    assert rows(leads) == after


def test_it_is_undone_once(leads, lead):
    act = save(leads, lead, jan=(100, 120))
    undo(leads, act)

    with pytest.raises(ConflictError, match="undone already"):
        undo(leads, act)


@pytest.mark.parametrize("by", ["another save", "another target in its place"])
def test_what_was_changed_again_stays_and_so_does_the_rest(leads, lead, by):
    act = save(leads, lead, jan=(100, 120), feb=(110, 120))
    if by == "another save":
        save(leads, lead, jan=(120, 130))
    else:
        TargetFactory(kpi=leads, valid_from=FEB, value=5)
    now = rows(leads)

    with pytest.raises(ConflictError, match="changed again"):
        undo(leads, act)

    assert rows(leads) == now


def test_a_period_that_is_over_meanwhile_keeps_its_target(leads, lead):
    act = save(leads, lead, feb=(110, 120))
    later = dt.datetime(2027, 3, 1, 8, tzinfo=dt.UTC)
    happened(leads, later)

    with pytest.raises(JudgedPeriodError, match="over"):
        undo(leads, act, at=later)


def test_after_thirty_days_it_stays(leads, lead):
    act = save(leads, lead, jan=(100, 120))

    with pytest.raises(TooLateError, match="30 days"):
        undo(leads, act, at=NOW + dt.timedelta(days=30))


def test_what_moved_with_the_calendar_does_not_move_back_alone(workspace, lead):
    kpi = KpiFactory(workspace=workspace, owner=lead)
    TargetFactory(kpi=kpi, valid_from=dt.date(2027, 1, 4), value=5)
    with pghistory.context() as act:
        change_calendar(
            workspace=workspace, version=workspace.version, week_start=6, fiscal_start=1
        )
    happened(kpi)

    assert f"/targets/{act.id}/undo/" not in activity(lead).content.decode()
    with pytest.raises(NoChangeError):
        undo(kpi, act.id)


def test_saving_offers_the_way_back_and_the_activity_keeps_it(leads, lead):
    before, client = rows(leads), browser_of(lead)
    address = reverse("goals:plan", args=[lead.workspace.slug]) + "?period=2027"
    was = "|".join(["at_least:100", *["at_least:110"] * 11])
    form = {"was-7": was, "t-7-20270101": "120", "t-7-20270401": "150"}
    form |= {f"t-7-2027{month:02}01": "110" for month in (2, 3, *range(5, 13))}

    page = client.post(address, form, follow=True)
    happened(leads)
    offered, told = page.context["undo"], activity(lead)
    assert offered["text"] == "2 targets saved."
    assert "Leads 2 added, 1 changed" in text_of(told)
    assert offered["url"].partition("?")[0] in told.content.decode()

    undone = client.post(offered["url"], follow=True)

    assert undone.redirect_chain == [(address, 303)]
    assert "Undone: 3 targets are what they were before." in text_of(undone)
    assert rows(leads) == before
    assert text_of(activity(lead)).count("Undone ") == 1
    assert "This was undone already." in text_of(client.post(offered["url"], follow=True))


def test_a_save_that_changed_nothing_offers_nothing(leads, lead):
    address = reverse("goals:plan", args=[lead.workspace.slug]) + "?period=2027"

    page = browser_of(lead).post(address, follow=True)

    assert page.context["undo"] is None
    assert "Nothing was changed." in text_of(page)
