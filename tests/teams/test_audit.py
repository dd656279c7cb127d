"""The audit trail: everything that changed, once, newest first, and only to admins."""

import datetime as dt

import pytest
from django.db import transaction
from django.urls import reverse

from teams import audit
from teams.models import Team
from teams.policy import Role
from teams.services import members, workspaces
from tests.factories.teams import MembershipFactory, TeamFactory

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


def test_the_pages_lead_through_a_large_change(client, crowded, admin):
    client.force_login(admin.user)
    url = reverse("teams:audit", args=[crowded.slug])

    found, asked = [], url
    for _page in range(3):
        page = client.get(asked)
        found += page.context["entries"]
        more = page.context["more"]
        asked = f"{url}?before={str(more).replace('+', '%2B')}"

    assert more is None
    assert len({entry.place for entry in found}) == len(found) == 122


def test_the_link_to_older_changes_can_be_followed(client, crowded, admin):
    client.force_login(admin.user)
    first = client.get(reverse("teams:audit", args=[crowded.slug]))
    link = first.content.decode().split('href="?before=')[1].split('"')[0]

    second = client.get(reverse("teams:audit", args=[crowded.slug]) + "?before=" + link)

    shown = {entry.place for entry in first.context["entries"]}
    assert second.context["entries"]
    assert not shown & {entry.place for entry in second.context["entries"]}


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

    [entry] = [entry for entry in audit.latest(workspace)[0] if entry.deed == "update"]

    assert (entry.what, entry.name) == ("Member", "Mia Member")
    assert entry.changes == [audit.Change("Role", "Member", "Lead")]


def test_the_page_names_who_changed_what(client, workspace, admin):
    client.force_login(admin.user)
    values = {"name": "Paid media", "members": []}
    client.post(reverse("teams:new-team", args=[workspace.slug]), values)

    page = client.get(reverse("teams:audit", args=[workspace.slug]))

    [entry] = [entry for entry in page.context["entries"] if entry.what == "Team"]
    assert (entry.who, entry.name) == ("Ada Admin", "Paid media")
    assert "Paid media" in page.content.decode()


def test_what_nobody_did_is_the_systems(client, workspace, admin):
    client.force_login(admin.user)

    page = client.get(reverse("teams:audit", args=[workspace.slug])).content.decode()

    assert "the system" in page


def test_the_trail_of_another_workspace_is_not_shown(workspace, stranger):
    """Show reliability row FM-03: the trail ends at the workspace."""
    theirs = TeamFactory(workspace=stranger.workspace, name="Theirs")

    assert theirs.name in names_of(audit.latest(stranger.workspace)[0])
    assert theirs.name not in names_of(audit.latest(workspace)[0])


@pytest.mark.parametrize("changes", [2, 20])
def test_the_page_costs_the_same_however_much_was_changed(
    client, workspace, admin, changes, django_assert_max_num_queries
):
    TeamFactory.create_batch(changes, workspace=workspace)
    workspaces.change_settings(workspace=workspace, version=1, name="Thyme")
    client.force_login(admin.user)

    # Session, user, membership; for each kind: events, their people, what was before.
    with django_assert_max_num_queries(3 + 3 * 9):
        client.get(reverse("teams:audit", args=[workspace.slug]))


def test_what_was_deleted_stays_in_the_trail(workspace):
    team = TeamFactory(workspace=workspace, name="Paid media")
    Team.objects.filter(pk=team.pk).delete()

    deeds = [entry.deed for entry in audit.latest(workspace)[0] if entry.name == "Paid media"]

    assert sorted(deeds) == ["delete", "insert"]
