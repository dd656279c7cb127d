"""Opening and changing a workspace; what its deletion leaves alone."""

import pytest

from core.errors import ConflictError, DomainError
from goals.models import Kpi
from teams import audit
from teams.models import ApiToken, Membership, User, Workspace
from teams.policy import Role
from teams.services import workspaces
from tests.factories.goals import KpiFactory
from tests.factories.teams import UserFactory, WorkspaceFactory, make_token

START = {
    "name": "Rosemary Ltd",
    "timezone": "Europe/Warsaw",
    "currency": "EUR",
    "owner_name": "Olga Owner",
    "email": "Olga@Example.com",
    "password": "four green bottles",
    "language": "en",
}


def opened(name, at, **settings):
    values = {"timezone": "Europe/Warsaw", "currency": "EUR", **settings}
    return workspaces.open_workspace(name=name, owner=UserFactory(), at=at, **values)


def test_the_start_makes_an_owner_who_runs_the_installation(db, now):
    membership = workspaces.start(**START, at=now)

    workspace, user = membership.workspace, User.objects.get()
    assert (workspace.name, workspace.slug) == ("Rosemary Ltd", "rosemary-ltd")
    assert (workspace.timezone, workspace.currency) == ("Europe/Warsaw", "EUR")
    assert (membership.user, membership.role, membership.joined_at) == (user, Role.OWNER, now)
    assert (user.email, user.name, user.is_staff) == ("olga@example.com", "Olga Owner", True)
    assert user.check_password("four green bottles")


def test_the_start_takes_more_settings_and_the_language_of_its_owner(db, now):
    membership = workspaces.start(**{**START, "language": "pl"}, week_start=6, at=now)

    assert (membership.workspace.week_start, membership.user.language) == (6, "pl")


def test_the_start_takes_no_address_that_is_in_use(db, now):
    UserFactory(email="olga@example.com")

    with pytest.raises(DomainError) as caught:
        workspaces.start(**START, at=now)

    assert caught.value.field == "email"
    assert not Workspace.objects.exists()


def test_there_is_one_start_only(workspace, now):
    with pytest.raises(DomainError, match="There is a workspace already"):
        workspaces.start(**START, at=now)

    assert not User.objects.filter(email="olga@example.com").exists()


def test_a_start_that_fails_leaves_no_person_behind(db, now):
    with pytest.raises(DomainError):
        workspaces.start(**{**START, "timezone": "Europe/Atlantis"}, at=now)

    assert not User.objects.exists()
    assert not Workspace.objects.exists()


def test_a_later_workspace_makes_nobody_run_the_installation(db, now):
    assert opened("Second", now).user.is_staff is False


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Rosemary & Thyme", "rosemary-thyme"),
        ("Žluťoučký kůň", "zlutoucky-kun"),
        ("ทีมการตลาด", "team"),
        ("!!!", "team"),
        ("a" * 80, "a" * 40),
        ("a" * 39 + " bc", "a" * 39),
        ("a" * 38 + "_ bc", "a" * 38),
    ],
)
def test_the_address_is_made_of_the_name(db, now, name, slug):
    assert opened(name, now).workspace.slug == slug


def test_workspaces_of_one_name_have_addresses_of_their_own(db, now):
    slugs = [opened(name, now).workspace.slug for name in ("Rose", "rose", "ROSE!")]

    assert slugs == ["rose", "rose-2", "rose-3"]


def test_a_longer_address_that_begins_alike_takes_none_away(db, now):
    WorkspaceFactory(slug="rosemary")

    assert opened("Rose", now).workspace.slug == "rose"


def test_a_number_that_is_taken_is_passed_over(db, now):
    for slug in ("rose", "rose-2", "rose-3", "rosebud"):
        WorkspaceFactory(slug=slug)

    assert opened("Rose", now).workspace.slug == "rose-4"


@pytest.mark.parametrize(
    ("field", "value"),
    [("timezone", "Europe/Atlantis"), ("currency", "eur"), ("currency", "EURO"), ("name", "")],
)
def test_a_workspace_with_a_wrong_value_is_not_opened(db, now, field, value):
    values = {"name": "Rose", "timezone": "UTC", "currency": "EUR", field: value}

    with pytest.raises(DomainError) as caught:
        workspaces.open_workspace(**values, owner=UserFactory(), at=now)

    assert caught.value.field == field
    assert not Workspace.objects.exists()


def test_settings_are_changed_and_the_version_counts_up(workspace):
    workspaces.change_settings(workspace=workspace, version=1, name="Thyme", currency="PLN")

    workspace.refresh_from_db()
    assert (workspace.name, workspace.currency, workspace.version) == ("Thyme", "PLN", 2)
    assert workspace.slug == "rosemary"


def test_settings_read_before_another_change_are_refused(workspace):
    """Show reliability row FM-13: the second of two people learns of the first."""
    workspaces.change_settings(workspace=workspace, version=1, name="Thyme")

    with pytest.raises(ConflictError):
        workspaces.change_settings(workspace=workspace, version=1, name="Basil")

    workspace.refresh_from_db()
    assert (workspace.name, workspace.version) == ("Thyme", 2)


def test_deleting_one_workspace_leaves_the_others_and_their_trails(workspace, stranger, now):
    """Show reliability row FM-01: only the named workspace is touched."""
    KpiFactory(workspace=stranger.workspace, owner=stranger)
    token, _text = make_token(stranger, now)
    before, _more = audit.latest(stranger.workspace)
    assert {entry.what for entry in before} == {"Workspace", "Member", "KPI", "API token"}

    workspaces.delete_workspace(workspace=workspace, confirmed_name="Rosemary")

    assert audit.latest(stranger.workspace)[0] == before
    assert list(ApiToken.objects.all()) == [token]
    assert list(Membership.objects.all()) == [stranger]
    assert Kpi.objects.count() == 1
