"""The endpoints of members, teams and invitations."""

import pytest

from teams.models import Invitation, Membership, OutgoingMail, Team
from teams.policy import Role
from teams.services import invitations
from tests.doors import api_of, program
from tests.factories.goals import KpiFactory
from tests.factories.teams import LONG_AGO, MembershipFactory, TeamFactory, make_token

MEMBERS, TEAMS, INVITATIONS = "/api/v1/members/", "/api/v1/teams/", "/api/v1/invitations/"


@pytest.fixture
def api(frozen, admin):
    return api_of(admin)


def member_url(member):
    return f"{MEMBERS}{member.pk}/"


def team_url(team):
    return f"{TEAMS}{team.pk}/"


def errors_of(answer):
    return {error["field"] for error in answer.json()["errors"]}


# -- Members ---------------------------------------------------------------------------------


def test_members_are_listed_with_role_and_teams(api, workspace, admin, member):
    TeamFactory(workspace=workspace, name="Paid").members.add(member)

    found = {row["email"]: row for row in api.get(MEMBERS).json()["results"]}

    assert found.keys() == {"ada@example.com", "mia@example.com"}
    assert found["mia@example.com"] == {
        "id": member.pk, "name": "Mia Member", "email": "mia@example.com", "role": "member",
        "teams": ["Paid"], "joined_at": "2026-01-01T12:00:00Z",
    }  # fmt: skip


def test_who_left_or_belongs_elsewhere_is_not_listed(api, workspace, admin, stranger):
    left = MembershipFactory(workspace=workspace, ended_at=LONG_AGO)

    assert [row["id"] for row in api.get(MEMBERS).json()["results"]] == [admin.pk]
    assert api.get(member_url(left)).status_code == 404
    assert api.get(member_url(stranger)).status_code == 404


def test_a_member_is_found_by_address(api, member):
    [found] = api.get(MEMBERS, {"email": "MIA@example.com"}).json()["results"]

    assert found["id"] == member.pk
    assert api.get(MEMBERS, {"email": "mia"}).json()["results"] == []


@pytest.mark.parametrize("url", [MEMBERS, TEAMS, INVITATIONS])
def test_a_parameter_that_no_list_knows_is_refused(api, url):
    """Show reliability row FM-28: nothing that a caller names reaches the database."""
    assert api.get(url, {"user__password": "x"}).status_code == 400


def test_a_role_is_changed(api, member):
    answer = api.patch(member_url(member), {"role": "lead"})

    assert (answer.status_code, answer.json()["role"]) == (200, "lead")
    member.refresh_from_db()
    assert member.role == Role.LEAD


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 403), ("king", 400), (40, 400), ("LEAD", 400), (None, 400)]
)
def test_a_role_out_of_reach_or_unknown_is_not_given(api, member, role, status):
    """Show reliability row FM-10: an admin makes no owner."""
    assert api.patch(member_url(member), {"role": role}).status_code == status

    member.refresh_from_db()
    assert member.role == Role.MEMBER


def test_an_admin_does_not_touch_an_owner(api, owner):
    """Show reliability row FM-10: the stored role counts, not only the one asked for."""
    MembershipFactory(workspace=owner.workspace, role=Role.OWNER)

    assert api.patch(member_url(owner), {"role": "viewer"}).status_code == 403
    assert api.post(member_url(owner) + "deactivate/").status_code == 403
    owner.refresh_from_db()
    assert (owner.role, owner.ended_at) == (Role.OWNER, None)


def test_the_last_owner_stays(frozen, owner):
    answer = api_of(owner).patch(member_url(owner), {"role": "admin"})

    assert answer.status_code == 422
    assert answer.json()["detail"] == "A workspace needs at least one owner."
    owner.refresh_from_db()
    assert owner.role == Role.OWNER


@pytest.mark.parametrize(
    "field", ["user", "workspace", "ended_at", "joined_at", "email", "name", "teams", "id"]
)
def test_nothing_but_the_role_can_be_set(api, member, field):
    """Show reliability row FM-11: every other column is an unknown field."""
    before = Membership.objects.filter(pk=member.pk).values().get()

    answer = api.patch(member_url(member), {"role": "lead", field: "1"})

    assert answer.status_code == 400
    assert errors_of(answer) == {field}
    assert Membership.objects.filter(pk=member.pk).values().get() == before


def test_a_leaver_is_out_at_once(api, frozen, member):
    """Show reliability row FM-17: sessions and tokens of a leaver open nothing."""
    _token, text = make_token(member, frozen)
    bot = program(text)
    assert bot.get(MEMBERS).status_code == 200

    assert api.post(member_url(member) + "deactivate/").status_code == 204

    assert bot.get(MEMBERS).status_code == 401
    assert api_of(member).get(MEMBERS).status_code == 403
    assert api.get(member_url(member)).status_code == 404


def test_who_owns_something_hands_it_over_first(api, workspace, member):
    KpiFactory(workspace=workspace, owner=member)

    answer = api.post(member_url(member) + "deactivate/")

    assert answer.status_code == 422
    assert answer.json()["detail"] == "Hand over what this person owns first."
    member.refresh_from_db()
    assert member.ended_at is None


# -- Teams -----------------------------------------------------------------------------------


def test_a_team_is_made_with_its_members(api, member, lead):
    body = {"name": "Paid", "members": ["MIA@example.com", "leo@example.com"]}

    answer = api.post(TEAMS, body)

    team = Team.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": team.pk, "name": "Paid", "members": ["leo@example.com", "mia@example.com"],
        "version": 1,
    }  # fmt: skip
    assert set(team.members.all()) == {member, lead}


def test_a_team_begins_empty_where_no_members_are_named(api):
    assert api.post(TEAMS, {"name": "Paid"}).json()["members"] == []


@pytest.mark.parametrize(
    ("body", "members"),
    [
        ({"name": "Media"}, ["mia@example.com"]),
        ({"members": ["leo@example.com"]}, ["leo@example.com"]),
        ({"members": []}, []),
        ({}, ["mia@example.com"]),
    ],
)
def test_what_is_left_out_of_a_change_stays(api, workspace, member, lead, body, members):
    team = TeamFactory(workspace=workspace, name="Paid")
    team.members.add(member)

    answer = api.patch(team_url(team), body, headers={"If-Match": '"1"'})

    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    assert answer.json() == api.get(team_url(team)).json()
    assert (answer.json()["name"], answer.json()["members"]) == (body.get("name", "Paid"), members)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "name"),
        ({"name": ""}, 400, "name"),
        ({"name": "x" * 81}, 400, "name"),
        ({"name": "a\0b"}, 400, "name"),
        ({"name": "TAKEN"}, 422, "name"),
        ({"name": "Paid", "members": ["nobody@example.com"]}, 400, "members"),
        ({"name": "Paid", "members": ["stan@example.com"]}, 400, "members"),
        ({"name": "Paid", "members": ["gone@example.com"]}, 400, "members"),
        ({"name": "Paid", "members": "mia@example.com"}, 400, "members"),
        ({"name": "Paid", "members": [f"{n}@example.com" for n in range(501)]}, 400, "members"),
        ({"name": "Paid", "workspace": 1}, 400, "workspace"),
    ],
    ids=[
        "empty", "no name", "long name", "null", "taken", "nobody", "foreign", "left", "no list",
        "too many", "unknown field",
    ],
)  # fmt: skip
def test_a_team_that_cannot_be_is_not_made(api, workspace, member, stranger, body, status, field):
    """Show reliability row FM-02: a foreign person and an unknown one are refused alike."""
    TeamFactory(workspace=workspace, name="Taken")
    MembershipFactory(workspace=workspace, user__email="gone@example.com", ended_at=LONG_AGO)

    answer = api.post(TEAMS, body)

    assert answer.status_code == status
    assert errors_of(answer) == {field}
    assert Team.objects.count() == 1


def test_every_address_that_is_not_known_is_named(api, member):
    body = {"name": "Paid", "members": ["b@example.com", "mia@example.com", "a@example.com"]}

    details = [error["detail"] for error in api.post(TEAMS, body).json()["errors"]]

    assert details == [
        "There is no member of the address a@example.com.",
        "There is no member of the address b@example.com.",
    ]


def test_a_deleted_team_leaves_its_members(api, workspace, member):
    team = TeamFactory(workspace=workspace)
    team.members.add(member)

    assert api.delete(team_url(team), headers={"If-Match": '"1"'}).status_code == 204

    assert not Team.objects.exists()
    member.refresh_from_db()
    assert member.ended_at is None
    assert api.delete(team_url(team)).status_code == 404


@pytest.mark.parametrize("deed", ["patch", "delete"])
@pytest.mark.parametrize(
    ("held", "status"), [({}, 428), ({"If-Match": '"7"'}, 412), ({"If-Match": "*"}, 400)]
)
def test_a_team_is_changed_by_whoever_knows_its_version(api, workspace, deed, held, status):
    """Show reliability row FM-13: who holds an old version reads it again."""
    team = TeamFactory(workspace=workspace)

    assert getattr(api, deed)(team_url(team), headers=held).status_code == status
    assert Team.objects.get().version == 1


def test_a_repeated_post_makes_one_team(api):
    """Show reliability row FM-16: the key of the request makes it safe to send again."""
    headers = {"Idempotency-Key": "one"}

    first, second = (api.post(TEAMS, {"name": "Paid"}, headers=headers) for _twice in range(2))

    assert first.json() == second.json()
    assert second["Idempotent-Replay"] == "true"
    assert Team.objects.count() == 1


# -- Invitations -----------------------------------------------------------------------------


def test_an_invitation_is_sent_and_listed(api, admin):
    answer = api.post(INVITATIONS, {"email": "Nina@Example.com", "role": "lead"})

    assert answer.status_code == 201
    assert answer.json() == {
        "id": Invitation.objects.get().pk, "email": "nina@example.com", "role": "lead",
        "invited_by": "ada@example.com", "invited_at": "2026-11-16T08:00:00Z",
        "expires_at": "2026-11-30T08:00:00Z",
    }  # fmt: skip
    assert api.get(INVITATIONS).json()["results"] == [answer.json()]
    assert OutgoingMail.objects.get().recipient == "nina@example.com"


def test_the_answer_does_not_hold_the_link(api):
    """Show reliability row FM-27: only who reads the mail can take the invitation up."""
    answer = api.post(INVITATIONS, {"email": "nina@example.com", "role": "lead"})

    link = invitations.link_of(Invitation.objects.get())
    assert link.rstrip("/").rsplit("/", 1)[1] not in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"email": "nobody", "role": "lead"}, 400, "email"),
        ({"email": "a@example.com, b@example.com", "role": "lead"}, 400, "email"),
        ({"email": '"a,b"@example.com', "role": "lead"}, 422, "email"),
        ({"email": "a@example.com"}, 400, "role"),
        ({"email": "a@example.com", "role": "king"}, 400, "role"),
        ({"email": "a@example.com", "role": "owner"}, 403, "role"),
        ({"email": "otto@example.com", "role": "lead"}, 403, "email"),
        ({"email": "OLGA@example.com", "role": "lead"}, 422, "email"),
        ({"email": "a@example.com", "role": "lead", "invited_by": 1}, 400, "invited_by"),
    ],
)
def test_an_invitation_that_cannot_be_is_not_sent(api, owner, now, body, status, field):
    """Show reliability row FM-10: neither the asked role nor a stored one may be out of reach."""
    invitations.invite(text="otto@example.com", role=Role.OWNER, by=owner, at=now)

    answer = api.post(INVITATIONS, body)

    assert answer.status_code == status
    assert errors_of(answer) == {field}
    assert Invitation.objects.get().role == Role.OWNER
    assert OutgoingMail.objects.count() == 1


def test_an_invitation_is_withdrawn(api, admin, now):
    [invitation] = invitations.invite(text="a@example.com", role=Role.LEAD, by=admin, at=now)

    assert api.delete(f"{INVITATIONS}{invitation.pk}/").status_code == 204

    assert not Invitation.objects.exists()


def test_the_invitation_of_an_owner_is_out_of_an_admins_reach(api, owner, now):
    """Show reliability row FM-10: withdrawing is judged by the stored role."""
    [invitation] = invitations.invite(text="a@example.com", role=Role.OWNER, by=owner, at=now)

    assert api.delete(f"{INVITATIONS}{invitation.pk}/").status_code == 403

    assert Invitation.objects.get() == invitation


def test_an_accepted_invitation_is_no_longer_listed(api, admin, now):
    [invitation] = invitations.invite(text="a@example.com", role=Role.LEAD, by=admin, at=now)
    Invitation.objects.update(accepted_at=now)

    assert api.get(INVITATIONS).json()["results"] == []
    assert api.delete(f"{INVITATIONS}{invitation.pk}/").status_code == 404
