"""Deleting a workspace: who may, what they are told, and that nothing of it is left."""

import pghistory
import pytest
from django.db import connection, transaction
from django.urls import reverse

from core.errors import DomainError
from goals.models import Kpi
from teams.models import Membership, User, Workspace
from teams.policy import Role
from teams.services import invitations, members, teams, workspaces
from tests.architecture.world import CANARY, NOW, World
from tests.beside import at_once
from tests.factories.teams import MembershipFactory, TeamFactory, WorkspaceFactory


def page_of(workspace):
    return reverse("teams:delete-workspace", args=[workspace.slug])


@pytest.fixture
def world(frozen, db):
    """A workspace with one of everything that was used."""
    return World("begonia", CANARY)


@pytest.fixture
def signed_in(client, world):
    client.force_login(world.people["owner"].user)
    return client


def tables_where(condition, value, *, columns=""):
    """Give the stored tables with a row that meets ``condition``, of those with the column."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name LIKE %s",
            [columns or "%"],
        )
        found = set()
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT 1 FROM "{table}" t WHERE {condition} LIMIT 1', [value])
            found |= {table} if cursor.fetchone() else set()
    return found


def tables_with(text):
    """Give the tables in which ``text`` stands in any column of any row."""
    return tables_where("t::text LIKE %s", f"%{text}%")


def rows_of(key):
    """Give the tables with rows that name the workspace by its key."""
    return tables_where("workspace_id = %s", key, columns="workspace_id")


def test_nothing_of_a_deleted_workspace_is_left(signed_in, world):
    """Show reliability row FM-01: not even the addresses of its pages, in the trail's contexts."""
    slug, key = world.workspace.slug, world.workspace.pk
    signed_in.post(reverse("teams:new-team", args=[slug]), {"name": "Paid"})
    assert "pghistory_context" in tables_with(f"/w/{slug}/")
    assert {"reviews_digestsubscriptionevent", "teams_teamevent"} <= rows_of(key)

    answer = signed_in.post(page_of(world.workspace), {"name": CANARY})

    assert answer.status_code == 302
    # People keep their sign-in, and so their names.
    assert tables_with(CANARY) == {"teams_user"}
    assert tables_with(f"/w/{slug}/") == set()
    assert rows_of(key) == set()


def test_a_request_that_changed_two_workspaces_is_kept_for_the_other(client, frozen, world):
    person = world.people["owner"].user
    other = MembershipFactory(user=person, role=Role.OWNER, workspace__slug="other")
    client.force_login(person)
    shared = "/shared/address/"

    with pghistory.context(url=shared, user=person.pk):
        workspaces.change_settings(workspace=world.workspace, version=1, currency="PLN")
        workspaces.change_settings(workspace=other.workspace, version=1, currency="PLN")

    workspaces.delete_workspace(workspace=world.workspace, confirmed_name=CANARY)

    assert tables_with(shared) == {"pghistory_context"}


def test_the_page_says_what_goes(signed_in, world):
    TeamFactory()  # of another workspace
    page = signed_in.get(page_of(world.workspace))

    contents = dict(page.context["contents"])
    kpis = Kpi.objects.for_workspace(world.workspace).count()
    assert (contents["KPI"], contents["Target"], contents["Team"]) == (kpis, 1, 1)
    assert contents["Member"] == 7
    shown = page.content.decode()
    assert "cannot be brought back" in shown
    assert f"Delete {CANARY}" in shown


@pytest.mark.parametrize("typed", ["", "begonia", CANARY.lower(), CANARY[:-1], f"{CANARY} Ltd"])
def test_another_name_deletes_nothing_and_is_kept_in_the_form(signed_in, world, typed):
    answer = signed_in.post(page_of(world.workspace), {"name": typed})

    assert answer.status_code == 422
    assert 'class="m-summary"' in answer.content.decode()
    assert f'value="{typed}"' in answer.content.decode() or not typed
    assert Workspace.objects.filter(pk=world.workspace.pk).exists()


@pytest.mark.parametrize(
    ("name", "typed"),
    [("Rosemary", "  Rosemary "), ("Rose  Mary", "Rose Mary"), ("Cafe\u0301", "Caf\u00e9")],
    ids=["spaces around", "spaces inside", "accent"],
)
def test_what_looks_like_the_name_is_the_name(db, name, typed):
    workspace = WorkspaceFactory(name=name)

    workspaces.delete_workspace(workspace=workspace, confirmed_name=typed)

    assert not Workspace.objects.exists()


@pytest.mark.parametrize("role", ["admin", "lead", "member", "viewer"])
def test_nobody_below_an_owner_deletes(client, world, role):
    client.force_login(world.people[role].user)

    assert client.post(page_of(world.workspace), {"name": CANARY}).status_code == 403
    assert Workspace.objects.filter(pk=world.workspace.pk).exists()


def test_only_owners_are_led_to_the_page(client, world):
    general = reverse("teams:general", args=[world.workspace.slug])

    client.force_login(world.people["admin"].user)
    assert page_of(world.workspace) not in client.get(general).content.decode()
    client.force_login(world.people["owner"].user)
    assert page_of(world.workspace) in client.get(general).content.decode()


def test_who_has_another_workspace_is_led_there(signed_in, world):
    other = MembershipFactory(user=world.people["owner"].user, workspace__name="Other")
    signed_in.get(reverse("reviews:home", args=[world.workspace.slug]))

    answer = signed_in.post(page_of(world.workspace), {"name": CANARY}, follow=True)

    assert answer.redirect_chain[-1][0] == other.workspace.get_absolute_url()
    assert f"{CANARY} is deleted." in answer.content.decode()


def test_who_has_no_other_workspace_is_told_how_to_go_on(signed_in, world):
    User.objects.filter(pk=world.people["owner"].user_id).update(is_staff=True)

    answer = signed_in.post(page_of(world.workspace), {"name": CANARY}, follow=True)

    assert answer.redirect_chain == [("/me/", 302)]
    shown = answer.content.decode()
    assert f"{CANARY} is deleted." in shown
    assert "You belong to no workspace." in shown
    assert 'href="/start/"' in shown


def test_the_people_of_a_demo_go_with_it_and_the_visitor_may_start(client, world):
    Workspace.objects.update(is_demo=True)
    client.force_login(world.people["owner"].user)

    answer = client.post(page_of(world.workspace), {"name": CANARY}, follow=True)

    assert [url for url, _status in answer.redirect_chain] == ["/", "/start/"]
    assert not User.objects.exists()


def test_who_of_a_demo_belongs_elsewhere_too_stays(world):
    Workspace.objects.update(is_demo=True)
    guest = MembershipFactory(user=world.member.user)

    workspaces.delete_workspace(workspace=world.workspace, confirmed_name=CANARY)

    assert list(User.objects.all()) == [guest.user]


def test_a_member_of_a_deleted_workspace_is_a_stranger_at_once(client, signed_in, world):
    home = world.workspace.get_absolute_url()
    workspaces.delete_workspace(workspace=world.workspace, confirmed_name=CANARY)

    assert signed_in.get(home).status_code == 404
    assert signed_in.get("/").status_code == 200


@pytest.mark.parametrize(
    "write",
    [
        lambda w: workspaces.delete_workspace(workspace=w.workspace, confirmed_name=CANARY),
        lambda w: workspaces.change_settings(workspace=w.workspace, version=1, name="Rose"),
        lambda w: members.change_role(membership=w.member, role=Role.VIEWER, by=w.people["admin"]),
        lambda w: teams.create_team(workspace=w.workspace, name="Paid", members=[]),
        lambda w: invitations.withdraw(invitation=w.invitation, by=w.people["admin"]),
        lambda w: invitations.invite(
            text="a@example.com", role=Role.VIEWER, by=w.people["admin"], at=NOW
        ),
    ],
    ids=["delete", "settings", "role", "team", "withdraw", "invite"],
)
def test_a_write_to_a_workspace_that_was_deleted_meanwhile_says_so(world, write):
    workspaces.delete_workspace(workspace=world.workspace, confirmed_name=CANARY)

    with pytest.raises(DomainError, match=r"This workspace is deleted\."):
        write(world)


def test_the_deletion_is_whole_or_not_at_all(world, monkeypatch):
    before = world.fingerprint()

    def fail(*_args, **_kwargs):
        raise DomainError("Not now.")

    monkeypatch.setattr(Workspace, "delete", fail)
    with pytest.raises(DomainError), transaction.atomic():
        workspaces.delete_workspace(workspace=world.workspace, confirmed_name=CANARY)

    assert world.fingerprint() == before


START = {
    "name": "Rosemary", "timezone": "Europe/Warsaw", "currency": "EUR",
    "owner_name": "Olga Owner", "password": "four green bottles", "language": "en",
}  # fmt: skip


def test_who_ran_the_installation_starts_again_with_the_same_sign_in(db, now):
    first = workspaces.start(**START, email="olga@example.com", at=now)
    workspaces.delete_workspace(workspace=first.workspace, confirmed_name="Rosemary")

    second = workspaces.start(**START, email="Olga@example.com", at=now)

    assert second.user == first.user
    assert second.role == Role.OWNER


@pytest.mark.parametrize(
    ("password", "is_active"), [("four green bottle", True), ("four green bottles", False)]
)
def test_a_known_address_alone_starts_nothing(db, now, password, is_active):
    user = User.objects.create_user("olga@example.com", "four green bottles", name="Olga")
    User.objects.filter(pk=user.pk).update(is_active=is_active)

    with pytest.raises(DomainError) as caught:
        workspaces.start(**{**START, "password": password}, email=user.email, at=now)

    assert caught.value.field == "email"
    assert not Workspace.objects.exists()
    user.refresh_from_db()
    assert not user.is_staff


@pytest.mark.django_db(transaction=True)
def test_of_two_first_starts_one_wins_and_the_other_gets_a_sentence(now):
    """Show reliability row FM-24: two people start an empty installation at the same moment."""

    def start(email):
        try:
            workspaces.start(**START, email=email, at=now)
        except DomainError as error:
            return str(error)
        return ""

    said = at_once(lambda: start("olga@example.com"), lambda: start("ola@example.com"))

    assert sorted(said) == ["", "There is a workspace already. Ask its owner for an invitation."]
    assert Workspace.objects.count() == Membership.objects.count() == User.objects.count() == 1
