"""Undoing a change of a KPI's definition from what the audit trail knows of it."""

import datetime as dt

import pytest
from django.utils import timezone

from core.errors import ConflictError
from goals.services.kpi_changes import NoChangeError, changes_of, undo_kpi_change
from goals.services.kpis import UsedKpiError, archive_kpi, change_kpi, restore_kpi
from goals.services.writings import TooLateError
from teams.models import Team
from teams.services.locks import NotActiveError
from tests.beside import at_once
from tests.conftest import NOW
from tests.factories.goals import KpiFactory
from tests.factories.teams import TeamFactory

# The database gives events its own clock's time.
LATER = dt.timedelta(hours=1)


@pytest.fixture
def leads(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads")


def change(kpi, **changes):
    kpi.refresh_from_db()
    change_kpi(kpi=kpi, version=kpi.version, **changes)
    return last_change(kpi)


def last_change(kpi):
    return changes_of(kpi.workspace).order_by("pgh_id").last()


def undo(event, *, at=None):
    return undo_kpi_change(workspace=event.workspace, change=event, at=at or timezone.now() + LATER)


def test_all_fields_of_a_change_are_what_they_were(leads, member, workspace):
    team = TeamFactory(workspace=workspace)
    change(leads, team=team)
    event = change(leads, name="Sign-ups", owner=member, team=None, band=12)

    undo(event)

    leads.refresh_from_db()
    assert (leads.name, leads.owner.user.name, leads.team) == ("Leads", "Leo Lead", team)


def test_what_others_changed_of_other_fields_stays(leads):
    event = change(leads, name="Sign-ups")
    change(leads, definition="Filled forms")

    undo(event)

    leads.refresh_from_db()
    assert (leads.name, leads.definition) == ("Leads", "Filled forms")


def test_a_field_that_was_changed_again_stays(leads):
    event = change(leads, name="Sign-ups", definition="Filled forms")
    change(leads, name="Registrations")

    with pytest.raises(ConflictError, match="“Registrations” was changed again since then"):
        undo(event)

    leads.refresh_from_db()
    assert (leads.name, leads.definition) == ("Registrations", "Filled forms")


def test_a_change_is_undone_once_even_if_it_is_made_again(leads):
    event = change(leads, name="Sign-ups")
    undo(event)
    change(leads, name="Sign-ups")

    with pytest.raises(ConflictError, match=r"This was undone already\."):
        undo(event)


def test_archiving_and_restoring_are_undone(leads):
    archive_kpi(kpi=leads, at=NOW)
    undo(last_change(leads))
    leads.refresh_from_db()
    assert not leads.is_archived

    archive_kpi(kpi=leads, at=NOW)
    restore_kpi(kpi=leads)
    undo(last_change(leads))
    leads.refresh_from_db()
    assert leads.is_archived


def test_the_rules_of_kpis_hold(leads, workspace):
    archive_kpi(kpi=leads, at=NOW)
    restore_kpi(kpi=leads)
    event = last_change(leads)
    KpiFactory(workspace=workspace, aggregation="formula", formula="leads * 2")

    with pytest.raises(UsedKpiError, match="is computed from this KPI"):
        undo(event)


def test_an_owner_who_left_does_not_come_back(leads, lead, member):
    event = change(leads, owner=member)
    lead.ended_at = NOW
    lead.save()

    with pytest.raises(NotActiveError):
        undo(event)

    leads.refresh_from_db()
    assert leads.owner == member


def test_a_team_that_is_gone_does_not_come_back(leads, workspace):
    team = TeamFactory(workspace=workspace)
    change(leads, team=team)
    event = change(leads, team=None)
    Team.objects.filter(pk=team.pk).delete()

    with pytest.raises(NoChangeError, match="is not there any more"):
        undo(event)


def test_what_set_a_kpi_up_is_no_change(leads):
    with pytest.raises(NoChangeError):
        undo(last_change(leads))


def test_an_old_change_stays(leads):
    event = change(leads, name="Sign-ups")

    with pytest.raises(TooLateError, match="for 30 days"):
        undo(event, at=event.pgh_created_at + dt.timedelta(days=30))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_undo_at_once_one_does(leads):
    event = change(leads, name="Sign-ups")

    def attempt():
        try:
            return undo(event).name
        except ConflictError as error:
            return str(error)

    assert sorted(at_once(attempt, attempt)) == ["Leads", "This was undone already."]
