"""The audit trail: everything that changed, once, newest first, and only to admins."""

import datetime as dt
import re

import pytest
from django.apps import apps
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from teams import audit
from teams.audit import Change, Deed
from teams.audit.registry import registered
from teams.models import ApiToken, Team, WorkspaceOwnedQuerySet
from teams.policy import Role
from teams.services import invitations, members, teams, tokens, workspaces
from tests.factories.teams import MembershipFactory, TeamFactory, UserFactory

RUBBISH = [
    "rubbish", "2026-11-16", "2026-11-16T08:00:00", "2026-13-45T99:00:00Z~teams.team~1",
    "2026-11-16T08:00:00+00:00", "2026-11-16T08:00:00~teams.team~1",
    "2026-11-16T08:00:00+00:00~teams.team~x", "2026-11-16T08:00:00+00:00~teams.team~²",
    "2026-11-16T08:00:00+00:00~teams.team~" + "9" * 5000, "~~", "\0",
    "0001-01-01T00:00:00+23:59~teams.team~1", "9999-12-31T23:59:59-23:59~teams.team~1",
    "☃~☃~1",
]  # fmt: skip


def names_of(entries):
    return [entry.name for entry in entries]


def latest_of(what, workspace):
    """Give what was done last to a thing of one kind."""
    return next(entry for entry in audit.latest(workspace)[0] if entry.what == what)


def all_pages(workspace, size):
    place, found = None, []
    while True:
        entries, place = audit.latest(workspace, before=place, size=size)
        found += entries
        if place is None:
            return found


@pytest.fixture
def crowded(workspace):
    """120 changes of two kinds that bear one moment: they come from one transaction."""
    with transaction.atomic():
        for number in range(60):
            TeamFactory(workspace=workspace, name=f"Team {number}")
            MembershipFactory(workspace=workspace)
    return workspace


@pytest.mark.parametrize("size", [1, 7, 50, 200])
def test_no_row_of_a_large_change_is_hidden_or_shown_twice(crowded, size):
    found = all_pages(crowded, size)

    assert len(found) == 121
    assert len({entry.place for entry in found}) == 121
    assert [entry.place for entry in found] == sorted(
        (entry.place for entry in found), reverse=True
    )


def test_the_link_to_older_changes_leads_through_a_large_one(client, crowded, admin):
    client.force_login(admin.user)
    url = reverse("teams:audit", args=[crowded.slug])

    found, links = [], [""]
    for _page in range(3):
        page = client.get(url + links[0])
        found += page.context["entries"]
        links = re.findall(r'href="(\?before=[^"]+)"', page.content.decode())

    assert links == []
    assert len({entry.place for entry in found}) == len(found) == 122


@pytest.mark.parametrize("before", RUBBISH)
def test_a_place_that_means_nothing_is_the_newest_page(client, workspace, admin, before):
    """Show reliability row FM-28: a parameter never makes a 500."""
    client.force_login(admin.user)

    page = client.get(reverse("teams:audit", args=[workspace.slug]), {"before": before})

    assert page.status_code == 200
    assert len(page.context["entries"]) == 2


@pytest.mark.parametrize(
    ("before", "entries"),
    [
        ("0001-01-01T00:00:00+00:00~teams.team~1", 0),
        ("9999-12-31T23:59:59+00:00~teams.team~1", 2),
        ("9999-12-31T23:59:59+00:00~no.such~" + "9" * 18, 2),
    ],
)
def test_a_place_at_the_end_of_time_is_a_place(client, workspace, admin, before, entries):
    client.force_login(admin.user)

    page = client.get(reverse("teams:audit", args=[workspace.slug]), {"before": before})

    assert (page.status_code, len(page.context["entries"])) == (200, entries)


def test_a_place_is_read_as_it_was_written():
    place = audit.Place(dt.datetime(2026, 11, 16, 8, 0, 0, 17, tzinfo=dt.UTC), "teams.team", 42)

    assert audit.Place.read(str(place)) == place


def test_a_change_says_what_was_there_before(workspace, owner, member):
    members.change_role(membership=member, role=Role.LEAD, by=owner)

    entry = latest_of("Member", workspace)

    assert (entry.name, entry.deed) == ("Mia Member", Deed.CHANGED)
    assert entry.changes == [Change("Role", "Member", "Lead")]


def test_what_is_new_or_gone_is_told_by_what_matters_of_it(frozen, workspace, owner):
    [invitation] = invitations.invite(text="new@example.com", role=Role.LEAD, by=owner, at=frozen)
    made = latest_of("Invitation", workspace)
    invitations.withdraw(invitation=invitation, by=owner)
    gone = latest_of("Invitation", workspace)

    assert (made.name, made.deed, made.changes) == (
        "new@example.com", Deed.ADDED, [Change("Role", "", "Lead")],
    )  # fmt: skip
    assert (gone.name, gone.deed, gone.changes) == (
        "new@example.com", Deed.REMOVED, [Change("Role", "Lead", "")],
    )  # fmt: skip


def test_leaving_and_coming_back_are_told_as_such(frozen, workspace, owner, member):
    members.deactivate(membership=member, by=owner, at=frozen)
    left = latest_of("Member", workspace)
    members.join(workspace=workspace, user=member.user, role=Role.LEAD, at=frozen)
    back = latest_of("Member", workspace)

    assert (left.name, left.deed, left.changes) == ("Mia Member", Deed.LEFT, [])
    assert (back.deed, back.changes) == (Deed.RETURNED, [Change("Role", "Member", "Lead")])


def test_what_becomes_of_an_invitation_is_told(frozen, workspace, owner):
    [invitation] = invitations.invite(text="new@example.com", role=Role.LEAD, by=owner, at=frozen)
    later = frozen + dt.timedelta(days=1)
    invitations.invite(text="new@example.com", role=Role.LEAD, by=owner, at=later)
    again = latest_of("Invitation", workspace)
    guest = UserFactory(email="new@example.com")
    invitations.accept(invitation=invitation, user=guest, at=later)
    accepted = latest_of("Invitation", workspace)

    assert (again.deed, again.changes) == (Deed.INVITED, [])
    assert (accepted.deed, accepted.changes) == (Deed.ACCEPTED, [])


def test_a_revoked_token_is_told_as_such(frozen, workspace, owner):
    token, _text = tokens.create_token(
        membership=owner, name="nightly", scope=ApiToken.Scope.READ, by=owner, at=frozen,
        expires_at=frozen + dt.timedelta(days=1),
    )  # fmt: skip
    made = latest_of("API token", workspace)
    tokens.revoke_token(token=token, at=frozen)

    assert made.changes == [
        Change("Scope", "", "Read only"),
        # 08:00 UTC on the clocks of Warsaw.
        Change("Expires on", "", "17 Nov 2026 09:00"),
    ]
    assert latest_of("API token", workspace).deed == Deed.REVOKED


def test_days_and_hours_are_told_as_people_say_them(workspace):
    values = {"working_days": [0, 2], "works_from": dt.time(8, 30), "fiscal_start": 7}
    workspaces.change_settings(workspace=workspace, version=1, **values)

    assert latest_of("Workspace", workspace).changes == [
        Change("The fiscal year starts in", "January", "July"),
        Change("Working days", "Monday, Tuesday, Wednesday, Thursday, Friday", "Monday, Wednesday"),
        Change("Work starts at", "09:00", "08:30"),
    ]


def test_a_change_that_means_nothing_to_people_is_only_named(workspace):
    workspaces.change_settings(workspace=workspace, version=1)

    entry = latest_of("Workspace", workspace)

    assert (entry.deed, entry.changes) == (Deed.CHANGED, [])


def test_the_row_that_was_changed_most_is_read_no_further_than_one_step_back(workspace):
    team = TeamFactory(workspace=workspace, name="Team 0")
    for number in range(1, 6):
        Team.objects.filter(pk=team.pk).update(name=f"Renamed {number}")

    assert latest_of("Team", workspace).changes == [Change("Name", "Renamed 4", "Renamed 5")]


def test_the_page_names_who_changed_what(client, workspace, admin):
    client.force_login(admin.user)
    values = {"name": "Paid media", "members": []}
    client.post(reverse("teams:new-team", args=[workspace.slug]), values)

    page = client.get(reverse("teams:audit", args=[workspace.slug]))

    [entry] = [entry for entry in page.context["entries"] if entry.what == "Team"]
    assert (entry.who, entry.name) == ("Ada Admin", "Paid media")
    assert "Paid media" in page.content.decode()


def test_the_page_says_it_in_words(client, frozen, workspace, owner, admin):
    """Show it by the workspace's clocks, an hour ahead of UTC, and without the words of tables."""
    invitations.invite(text="new@example.com", role=Role.LEAD, by=owner, at=frozen)
    members.change_role(membership=admin, role=Role.OWNER, by=owner)
    client.force_login(admin.user)

    page = client.get(reverse("teams:audit", args=[workspace.slug]))

    rows = page.content.decode().split("<tbody>")[1].split("</tbody>")[0]
    words = " ".join(strip_tags(rows).split())
    at = timezone.localtime(page.context["entries"][0].at, workspace.zone)
    when = f"{at.day} {at:%b %Y %H:%M}"
    assert f"Member Ada Admin Role: Admin → Owner the system {when}" in words
    assert "Invitation new@example.com added · Role: Lead" in words
    assert not re.search(r"insert|update|None|False|\+00:00|_at\b", words)


def test_what_nobody_did_is_the_systems(client, workspace, admin):
    client.force_login(admin.user)

    page = client.get(reverse("teams:audit", args=[workspace.slug])).content.decode()

    assert "the system" in page


def test_the_trail_of_another_workspace_is_not_shown(workspace, stranger):
    """Show reliability row FM-03: the trail ends at the workspace."""
    theirs = TeamFactory(workspace=stranger.workspace, name="Theirs")

    assert theirs.name in names_of(audit.latest(stranger.workspace)[0])
    assert theirs.name not in names_of(audit.latest(workspace)[0])


def test_what_was_deleted_stays_in_the_trail(workspace):
    team = TeamFactory(workspace=workspace, name="Paid media")
    Team.objects.filter(pk=team.pk).delete()

    deeds = [entry.deed for entry in audit.latest(workspace)[0] if entry.name == "Paid media"]

    assert sorted(deeds) == [Deed.ADDED, Deed.REMOVED]


def test_who_comes_into_a_team_and_goes_is_in_the_trail_for_good(workspace, owner, member):
    team = teams.create_team(workspace=workspace, name="Paid media", members=[member])
    teams.change_team(team=team, version=1, name="Paid", members=[])
    teams.delete_team(team=team, version=2)

    gone, came = [e for e in audit.latest(workspace)[0] if e.what == "Team member"]

    # The team is called what it was called last.
    assert came.name == gone.name == "Paid, Mia Member"
    assert (came.deed, gone.deed) == (Deed.ADDED, Deed.REMOVED)


# Tenants' rows without a trail, and why.
NOT_TOLD = {
    "goals.Import": "says itself who brought it and what became of it",
    "goals.Measurement": "keeps its own revisions",
    "goals.RememberedMapping": "only a proposal for the next file",
    "goals.Series": "only the key of measurements",
    "goals.SourcePull": "says itself who asked for it and what became of it",
    "goals.Writing": "says itself who wrote, and who undid it",
    "reviews.DigestRun": "made by the clock",
    "reviews.LeadSentence": "says itself who wrote it and when",
    "reviews.WhyQuestion": "says itself who was asked; the answer is told",
    "teams.Counter": "only counts",
    "teams.IdempotencyKey": "says again what was said",
}


def test_every_row_of_a_workspace_is_told_of_or_there_is_a_reason():
    owned = {
        model._meta.label
        for model in apps.get_models()
        if isinstance(model._default_manager.none(), WorkspaceOwnedQuerySet)
    }

    told = {audited.model._meta.label for audited in registered()}

    assert told - {"teams.Workspace"} == owned - NOT_TOLD.keys()
    assert NOT_TOLD.keys() <= owned
