"""Joining, changing roles, handing over and leaving."""

import pytest
from django.urls import reverse

from core.errors import NotAllowedError
from goals.models import Kpi
from teams import ownership
from teams.models import ApiToken, Membership
from teams.policy import Role
from teams.services import members, tokens
from tests.factories.goals import KpiFactory
from tests.factories.teams import LONG_AGO, MembershipFactory, TeamFactory, UserFactory, make_token


def test_a_new_person_joins_with_the_given_role(workspace, now):
    user = UserFactory()

    joined = members.join(workspace=workspace, user=user, role=Role.LEAD, at=now)

    stored = Membership.objects.get(workspace=workspace, user=user)
    assert stored == joined
    assert (stored.role, stored.joined_at, stored.ended_at) == (Role.LEAD, now, None)


def test_joining_again_does_not_lower_an_active_member(workspace, lead, now):
    members.join(workspace=workspace, user=lead.user, role=Role.VIEWER, at=now)

    lead.refresh_from_db()
    assert (lead.role, lead.joined_at) == (Role.LEAD, LONG_AGO)


def test_somebody_who_left_comes_back_as_the_same_member_R102(workspace, now):
    """The history of a person who returns stays theirs."""
    left = MembershipFactory(workspace=workspace, role=Role.LEAD, ended_at=LONG_AGO)

    back = members.join(workspace=workspace, user=left.user, role=Role.PARTNER, at=now)

    assert back.pk == left.pk
    back.refresh_from_db()
    assert (back.role, back.joined_at, back.ended_at) == (Role.PARTNER, now, None)


@pytest.mark.parametrize(
    ("granter", "old", "new"),
    [
        (Role.ADMIN, Role.VIEWER, Role.ADMIN),
        (Role.ADMIN, Role.ADMIN, Role.VIEWER),
        (Role.OWNER, Role.ADMIN, Role.OWNER),
        (Role.OWNER, Role.OWNER, Role.VIEWER),
    ],
)
def test_a_role_within_reach_is_changed(workspace, owner, granter, old, new):
    by = MembershipFactory(workspace=workspace, role=granter)
    somebody = MembershipFactory(workspace=workspace, role=old)

    members.change_role(membership=somebody, role=new, by=by)

    somebody.refresh_from_db()
    assert somebody.role == new


@pytest.mark.parametrize(
    ("granter", "old", "new"),
    [
        (Role.ADMIN, Role.MEMBER, Role.OWNER),
        (Role.ADMIN, Role.OWNER, Role.MEMBER),
        (Role.LEAD, Role.VIEWER, Role.PARTNER),
        (Role.MEMBER, Role.VIEWER, Role.PARTNER),
        (Role.PARTNER, Role.VIEWER, Role.PARTNER),
        (Role.VIEWER, Role.VIEWER, Role.OWNER),
    ],
)
def test_nobody_grants_or_takes_above_their_reach(workspace, owner, granter, old, new):
    """Show reliability row FM-10: no role change beyond what the acting person can grant."""
    by = MembershipFactory(workspace=workspace, role=granter)
    somebody = MembershipFactory(workspace=workspace, role=old)

    with pytest.raises(NotAllowedError):
        members.change_role(membership=somebody, role=new, by=by)

    somebody.refresh_from_db()
    assert somebody.role == old


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
def test_the_last_owner_cannot_step_down(owner, admin, role):
    with pytest.raises(members.LastOwnerError):
        members.change_role(membership=owner, role=role, by=owner)

    owner.refresh_from_db()
    assert owner.role == Role.OWNER


def test_the_last_owner_cannot_leave(owner, admin, now):
    with pytest.raises(members.LastOwnerError):
        members.deactivate(membership=owner, by=owner, at=now)

    owner.refresh_from_db()
    assert owner.ended_at is None


@pytest.mark.parametrize(
    "past",
    [{"ended_at": LONG_AGO}, {"user__is_active": False}],
    ids=["left", "cannot sign in"],
)
def test_an_owner_who_is_gone_does_not_count(workspace, owner, past):
    MembershipFactory(workspace=workspace, role=Role.OWNER, **past)

    with pytest.raises(members.LastOwnerError):
        members.change_role(membership=owner, role=Role.ADMIN, by=owner)


def test_an_owner_of_another_workspace_does_not_count(owner, stranger):
    with pytest.raises(members.LastOwnerError):
        members.change_role(membership=owner, role=Role.ADMIN, by=owner)


def test_one_of_two_owners_steps_down(workspace, owner):
    MembershipFactory(workspace=workspace, role=Role.OWNER)

    members.change_role(membership=owner, role=Role.MEMBER, by=owner)

    owner.refresh_from_db()
    assert owner.role == Role.MEMBER


def test_an_admin_does_not_hand_over_what_an_owner_owns(workspace, owner, admin, lead):
    """Show reliability row FM-10: nobody touches a person above their reach."""
    kpi = KpiFactory(workspace=workspace, owner=owner)

    with pytest.raises(NotAllowedError):
        members.hand_over(leaver=owner, heir=lead, by=admin)

    kpi.refresh_from_db()
    assert kpi.owner == owner


def test_leaving_ends_membership_teams_and_tokens_and_no_others(workspace, member, owner, now):
    """Show reliability row FM-17: nothing that a member was given outlives the membership."""
    team = TeamFactory(workspace=workspace)
    team.members.set([member, owner])
    (_row, theirs), (_other, mine) = make_token(member, now), make_token(owner, now)

    members.deactivate(membership=member, by=owner, at=now)

    member.refresh_from_db()
    assert member.ended_at == now
    assert list(team.members.all()) == [owner]
    assert ApiToken.objects.get(membership=member).revoked_at == now
    assert tokens.find_token(theirs, at=now) is None
    assert tokens.find_token(mine, at=now) is not None


def test_a_token_revoked_earlier_keeps_its_moment_when_its_member_leaves(member, owner, now):
    token, _secret = make_token(member, LONG_AGO)
    tokens.revoke_token(token=token, at=LONG_AGO)

    members.deactivate(membership=member, by=owner, at=now)

    token.refresh_from_db()
    assert token.revoked_at == LONG_AGO


def test_whoever_owns_a_kpi_cannot_leave_R25(workspace, member, owner, now):
    KpiFactory(workspace=workspace, owner=member)
    team = TeamFactory(workspace=workspace)
    team.members.add(member)

    with pytest.raises(members.StillOwnsError):
        members.deactivate(membership=member, by=owner, at=now)

    member.refresh_from_db()
    assert member.ended_at is None
    assert list(team.members.all()) == [member]


def test_an_admin_cannot_remove_an_owner(workspace, admin, owner, now):
    MembershipFactory(workspace=workspace, role=Role.OWNER)

    with pytest.raises(NotAllowedError):
        members.deactivate(membership=owner, by=admin, at=now)

    owner.refresh_from_db()
    assert owner.ended_at is None


def test_nobody_leaves_twice(member, owner, now):
    members.deactivate(membership=member, by=owner, at=LONG_AGO)

    with pytest.raises(members.NotActiveError):
        members.deactivate(membership=member, by=owner, at=now)

    member.refresh_from_db()
    assert member.ended_at == LONG_AGO


def test_the_role_of_somebody_who_left_cannot_be_changed(workspace, owner):
    left = MembershipFactory(workspace=workspace, role=Role.VIEWER, ended_at=LONG_AGO)

    with pytest.raises(members.NotActiveError):
        members.change_role(membership=left, role=Role.ADMIN, by=owner)

    left.refresh_from_db()
    assert left.role == Role.VIEWER


def test_the_heir_gets_all_that_the_leaver_owned_and_no_more_R25(workspace, member, lead, owner):
    mine = [KpiFactory(workspace=workspace, owner=member) for _each in range(2)]
    other = KpiFactory(workspace=workspace, owner=owner)

    members.hand_over(leaver=member, heir=lead, by=owner)

    assert set(Kpi.objects.filter(owner=lead)) == set(mine)
    assert list(Kpi.objects.filter(owner=owner)) == [other]
    assert ownership.holdings(member) == []


def test_after_handing_over_the_person_can_leave_R25(workspace, member, lead, owner, now):
    KpiFactory(workspace=workspace, owner=member)
    members.hand_over(leaver=member, heir=lead, by=owner)

    members.deactivate(membership=member, by=owner, at=now)

    member.refresh_from_db()
    assert member.ended_at == now


@pytest.mark.parametrize("heir", ["themselves", "somebody who left", "a stranger"])
def test_only_another_active_member_can_be_the_heir(heir, workspace, member, owner, stranger):
    kpi = KpiFactory(workspace=workspace, owner=member)
    heirs = {
        "themselves": member,
        "somebody who left": MembershipFactory(workspace=workspace, ended_at=LONG_AGO),
        "a stranger": stranger,
    }

    with pytest.raises(members.NotActiveError):
        members.hand_over(leaver=member, heir=heirs[heir], by=owner)

    kpi.refresh_from_db()
    assert kpi.owner == member


def test_from_the_next_request_on_a_leaver_is_a_stranger(client, workspace, member, owner, now):
    """Show reliability row FM-17: the session of a person who left opens nothing here."""
    client.force_login(member.user)
    page = reverse("teams:members", args=[workspace.slug])
    assert client.get(page).status_code == 200

    members.deactivate(membership=member, by=owner, at=now)

    assert client.get(page).status_code == 404


def test_the_page_shows_the_rule_and_keeps_the_last_owner(client, workspace, owner):
    client.force_login(owner.user)
    page = reverse("teams:member", args=[workspace.slug, owner.pk])

    answer = client.post(page, {"role": Role.MEMBER.value})

    assert answer.status_code == 422
    assert "A workspace needs at least one owner." in answer.content.decode()
    owner.refresh_from_db()
    assert owner.role == Role.OWNER


def test_the_page_does_not_offer_an_admin_the_role_of_owner(client, workspace, admin, member):
    client.force_login(admin.user)
    page = reverse("teams:member", args=[workspace.slug, member.pk])

    assert client.post(page, {"role": Role.OWNER.value}).status_code == 422
    member.refresh_from_db()
    assert member.role == Role.MEMBER
    assert client.post(page, {"role": Role.ADMIN.value}).status_code == 302
    member.refresh_from_db()
    assert member.role == Role.ADMIN


def test_the_page_says_why_somebody_with_kpis_cannot_leave_R25(client, workspace, member, owner):
    KpiFactory(workspace=workspace, owner=member, name="Booked meetings")
    client.force_login(owner.user)

    page = reverse("teams:deactivate", args=[workspace.slug, member.pk])
    answer = client.post(page, follow=True)

    assert "Hand over what this person owns first." in answer.content.decode()
    assert "Booked meetings" in answer.content.decode()
    member.refresh_from_db()
    assert member.ended_at is None
