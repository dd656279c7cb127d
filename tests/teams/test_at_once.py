"""
Two people do what cannot both be done, at the same moment (reliability row FM-24).

The first has done it and not committed; the second waits, and then finds out.
"""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from core.errors import ConflictError, DomainError, NotAllowedError
from goals.models import Kpi
from goals.services import kpis
from teams.models import ApiToken, Invitation, Membership, Team, User
from teams.policy import Role
from teams.services import invitations, locks, members, teams, tokens
from tests.beside import eventually
from tests.factories.goals import KpiFactory
from tests.factories.teams import MembershipFactory, TeamFactory, UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db(transaction=True)
_WAITING_FOR_US = """
    SELECT EXISTS (
        SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
    )
"""


def at_once(first, second):
    """
    Do ``second`` while the transaction of ``first`` is open; give what it was told, if any.

    It is a mistake if it does not wait.
    """
    told = []

    def follow():
        try:
            second()
        except DomainError as error:
            told.append(type(error))
        finally:
            connection.close()

    thread = threading.Thread(target=follow)
    with transaction.atomic():
        first()
        thread.start()
        assert eventually(_somebody_waits_for_us)
    thread.join(timeout=20)
    assert not thread.is_alive()
    return told


def _somebody_waits_for_us():
    with connection.cursor() as cursor:
        cursor.execute(_WAITING_FOR_US)
        return cursor.fetchone()[0]


@pytest.fixture
def house():
    return WorkspaceFactory()


@pytest.fixture
def people(house):
    """Two owners."""
    return MembershipFactory.create_batch(2, workspace=house, role=Role.OWNER)


def owners(house):
    return list(Membership.objects.active().for_workspace(house).at_least(Role.OWNER))


@pytest.fixture
def invite(people, now):
    """Invite an address as a viewer."""

    def invited(email="new@example.com"):
        return invitations.invite(text=email, role=Role.VIEWER, by=people[0], at=now)[0]

    return invited


def as_new(invitation, at):
    return invitations.accept_as_new(
        invitation=invitation, name="New", password="four green bottles", language="en", at=at
    )


def test_two_owners_who_step_down_leave_one(house, people):
    one, two = people

    told = at_once(
        lambda: members.change_role(membership=one, role=Role.MEMBER, by=one),
        lambda: members.change_role(membership=two, role=Role.MEMBER, by=two),
    )

    assert told == [members.LastOwnerError]
    assert owners(house) == [two]


def test_two_owners_who_leave_leave_one(house, people, now):
    one, two = people

    told = at_once(
        lambda: members.deactivate(membership=one, by=one, at=now),
        lambda: members.deactivate(membership=two, by=two, at=now),
    )

    assert told == [members.LastOwnerError]
    assert owners(house) == [two]


def test_of_two_owners_who_demote_each_other_the_first_stays(house, people):
    one, two = people
    third = MembershipFactory(workspace=house, role=Role.OWNER)

    told = at_once(
        lambda: members.change_role(membership=two, role=Role.MEMBER, by=one),
        lambda: members.change_role(membership=one, role=Role.MEMBER, by=two),
    )

    assert told == [NotAllowedError]
    assert set(owners(house)) == {one, third}


def test_who_just_left_removes_nobody(house, people, now):
    one, two = people
    other = MembershipFactory(workspace=house)

    told = at_once(
        lambda: members.deactivate(membership=two, by=one, at=now),
        lambda: members.deactivate(membership=other, by=two, at=now),
    )

    assert told == [NotAllowedError]
    other.refresh_from_db()
    assert other.is_active


def test_who_just_lost_the_right_invites_nobody(people, now):
    one, two = people

    told = at_once(
        lambda: members.change_role(membership=two, role=Role.MEMBER, by=one),
        lambda: invitations.invite(text="new@example.com", role=Role.VIEWER, by=two, at=now),
    )

    assert told == [NotAllowedError]
    assert not Invitation.objects.exists()


def test_nothing_is_handed_over_to_who_just_left(house, people, now):
    leaver, heir = MembershipFactory.create_batch(2, workspace=house)
    kpi = KpiFactory(workspace=house, owner=leaver)

    told = at_once(
        lambda: members.deactivate(membership=heir, by=people[0], at=now),
        lambda: members.hand_over(leaver=leaver, heir=heir, by=people[1]),
    )

    assert told == [members.NotActiveError]
    assert Kpi.objects.get(pk=kpi.pk).owner == leaver


def test_nobody_leaves_with_a_kpi_that_they_are_just_given(house, people, now):
    heir = MembershipFactory(workspace=house)
    kpi = KpiFactory(workspace=house, owner=people[0])

    told = at_once(
        lambda: kpis.change_kpi(kpi=kpi, version=1, owner=heir),
        lambda: members.deactivate(membership=heir, by=people[0], at=now),
    )

    assert told == [members.StillOwnsError]
    heir.refresh_from_db()
    assert heir.is_active


def test_who_just_left_gets_no_kpi(house, people, now):
    heir = MembershipFactory(workspace=house)
    kpi = KpiFactory(workspace=house, owner=people[0])

    told = at_once(
        lambda: members.deactivate(membership=heir, by=people[0], at=now),
        lambda: kpis.change_kpi(kpi=kpi, version=1, owner=heir),
    )

    assert told == [locks.NotActiveError]
    assert Kpi.objects.get(pk=kpi.pk).owner == people[0]


def test_an_invitation_is_taken_up_once(house, invite, now):
    invitation = invite()
    one, two = UserFactory.create_batch(2)

    told = at_once(
        lambda: invitations.accept(invitation=invitation, user=one, at=now),
        lambda: invitations.accept(invitation=invitation, user=two, at=now),
    )

    assert told == [invitations.InvitationEndedError]
    assert not Membership.objects.for_workspace(house).filter(user=two).exists()


def test_a_form_of_somebody_new_that_is_sent_twice_makes_one_person(house, invite, now):
    invitation = invite()

    told = at_once(lambda: as_new(invitation, now), lambda: as_new(invitation, now))

    assert told == [invitations.InvitationEndedError]
    assert Membership.objects.for_workspace(house).filter(user__name="New").count() == 1


def test_somebody_new_with_two_invitations_is_one_person(invite, now):
    here = invite()
    there = MembershipFactory(role=Role.OWNER)
    [other] = invitations.invite(text=here.email, role=Role.VIEWER, by=there, at=now)

    told = at_once(lambda: as_new(here, now), lambda: as_new(other, now))

    assert told == [invitations.KnownPersonError]
    assert User.objects.filter(email=here.email).count() == 1
    other.refresh_from_db()
    assert other.accepted_at is None


def test_an_invitation_that_is_just_withdrawn_is_not_taken_up(house, people, invite, now):
    invitation, user = invite(), UserFactory()

    told = at_once(
        lambda: invitations.withdraw(invitation=invitation, by=people[0]),
        lambda: invitations.accept(invitation=invitation, user=user, at=now),
    )

    assert told == [invitations.InvitationEndedError]
    assert not Membership.objects.for_workspace(house).filter(user=user).exists()


def test_two_who_invite_one_address_send_one_invitation(people, invite, now):
    told = at_once(
        invite,
        lambda: invitations.invite(text="NEW@example.com", role=Role.LEAD, by=people[1], at=now),
    )

    assert told == []
    assert Invitation.objects.get().role == Role.LEAD


def test_no_token_is_made_for_somebody_who_is_just_leaving(house, people, now):
    leaver = MembershipFactory(workspace=house)

    told = at_once(
        lambda: members.deactivate(membership=leaver, by=people[0], at=now),
        lambda: tokens.create_token(
            membership=leaver, name="nightly", scope=ApiToken.Scope.READ, by=leaver, at=now,
            expires_at=now + dt.timedelta(days=1),
        ),
    )  # fmt: skip

    assert told == [locks.NotActiveError]
    assert not ApiToken.objects.exists()


def test_a_token_that_is_used_while_it_is_revoked_stays_revoked(people, now):
    """The call that is under way ends as it began; the note of its use brings nothing back."""
    token, text = tokens.create_token(
        membership=people[0], name="nightly", scope=ApiToken.Scope.READ, by=people[0], at=now,
        expires_at=now + dt.timedelta(days=1),
    )  # fmt: skip

    told = at_once(
        lambda: tokens.revoke_token(token=token, at=now), lambda: tokens.find_token(text, at=now)
    )

    assert told == []
    token.refresh_from_db()
    assert token.revoked_at == now
    assert tokens.find_token(text, at=now) is None


def test_a_team_that_is_just_deleted_is_not_made_anew(house):
    team = TeamFactory(workspace=house)

    told = at_once(
        lambda: teams.delete_team(team=team, version=1),
        lambda: teams.change_team(team=team, version=1, name="Renamed", members=[]),
    )

    assert told in ([teams.TeamGoneError], [ConflictError])
    assert Team.objects.count() == (told == [ConflictError])


def test_of_two_who_change_a_team_one_learns_of_the_other(house, people):
    """Show reliability row FM-13: no member who was just added is lost."""
    team = TeamFactory(workspace=house)

    told = at_once(
        lambda: teams.change_team(team=team, version=1, name="Paid", members=people[:1]),
        lambda: teams.change_team(team=team, version=1, name="Paid", members=people[1:2]),
    )

    assert told == [ConflictError]
    assert Team.objects.get().members.count() == 1


def test_a_team_gets_no_member_who_just_left(house, people, now):
    leaver, stays = MembershipFactory.create_batch(2, workspace=house)

    told = at_once(
        lambda: members.deactivate(membership=leaver, by=people[0], at=now),
        lambda: teams.create_team(workspace=house, name="Paid", members=[leaver, stays]),
    )

    assert told == []
    assert list(Team.objects.get().members.all()) == [stays]


def test_two_teams_of_one_name_are_one(house):
    def paid():
        teams.create_team(workspace=house, name="Paid", members=[])

    assert at_once(paid, paid) == [teams.TeamNameTakenError]
    assert Team.objects.count() == 1


def test_nothing_is_added_to_a_workspace_that_is_being_deleted(house):
    at_once(
        lambda: locks.hold_workspace(house.pk, to_delete=True),
        lambda: TeamFactory(workspace=house),
    )
