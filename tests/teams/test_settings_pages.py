"""Pages of settings, teams, tokens and one's own profile: what they show, take and refuse."""

import re

import pytest
from django.urls import reverse

from teams.models import Team, User, Workspace
from teams.services import teams
from tests.factories.goals import KpiFactory
from tests.factories.teams import LONG_AGO, ApiTokenFactory, MembershipFactory, TeamFactory

SETTINGS = {
    "version": "1", "name": "Rosemary", "timezone": "Europe/Warsaw", "currency": "EUR",
    "working_days": ["0", "1", "2"], "works_from": "08:00", "works_until": "16:00",
    "numbers_due_weekday": "1", "numbers_due_time": "12:30", "digest_weekday": "2",
    "digest_time": "07:15", "digest_when_complete": "on",
}  # fmt: skip
PROFILE = {"name": "Mia Moon", "language": "pl", "theme": "dark", "shortcuts": "on"}


def stored(workspace):
    return Workspace.objects.filter(pk=workspace.pk).values().get()


def shows_summary(answer):
    """Tell whether the page lists what is wrong at its top, and says so in its title."""
    text = answer.content.decode()
    return 'class="m-summary" role="alert"' in text and "<title>Error:" in text


def values_in(answer):
    """Give what stands in the inputs of the page's form."""
    tags = re.findall(r"<input[^>]*>", answer.content.decode())
    pairs = [(re.search(r'name="(\w+)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in tags]
    return {name[1]: value[1] for name, value in pairs if name and value}


@pytest.fixture
def general(client, workspace, admin):
    client.force_login(admin.user)
    url = reverse("teams:general", args=[workspace.slug])

    def send(**given):
        return client.post(url, {**SETTINGS, **given})

    return send


def test_the_settings_page_shows_the_present_settings(client, workspace, admin):
    client.force_login(admin.user)

    page = client.get(reverse("teams:general", args=[workspace.slug]))

    shown = values_in(page)
    assert (shown["name"], shown["currency"], shown["version"]) == ("Rosemary", "EUR", "1")
    assert (shown["works_from"], shown["works_until"]) == ("09:00:00", "17:00:00")


def test_the_settings_page_changes_all_that_it_shows(general, workspace):
    answer = general(name="Thyme", currency="pln", timezone="Asia/Bangkok")

    assert answer.status_code == 302
    workspace.refresh_from_db()
    assert (workspace.name, workspace.currency, workspace.timezone, workspace.version) == (
        "Thyme", "PLN", "Asia/Bangkok", 2,
    )  # fmt: skip
    assert workspace.working_days == [0, 1, 2]
    assert f"{workspace.works_from:%H:%M}-{workspace.works_until:%H:%M}" == "08:00-16:00"
    assert (workspace.numbers_due_weekday, f"{workspace.numbers_due_time:%H:%M}") == (1, "12:30")
    assert workspace.digest_when_complete
    assert (workspace.digest_weekday, f"{workspace.digest_time:%H:%M}") == (2, "07:15")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"works_from": "18:00", "works_until": "17:00"}, "Work must end later than it starts."),
        ({"works_from": "17:00", "works_until": "17:00"}, "Work must end later than it starts."),
        ({"currency": "E1R"}, "Write the three letters, such as EUR."),
        ({"currency": "EURO"}, "at most 3 characters"),
        ({"timezone": "Europe/Atlantis"}, "Select a valid choice."),
        ({"working_days": []}, "This field is required."),
        ({"working_days": ["7"]}, "Select a valid choice."),
        ({"digest_time": "25:00"}, "Enter a valid time."),
        ({"digest_weekday": ""}, "This field is required."),
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 81}, "at most 80 characters"),
    ],
)
def test_settings_that_cannot_be_are_said_and_nothing_is_changed(general, workspace, given, said):
    before = stored(workspace)

    answer = general(**given)

    assert answer.status_code == 422
    assert shows_summary(answer)
    assert said in answer.content.decode()
    assert stored(workspace) == before


def test_settings_with_an_error_keep_what_was_typed(general):
    shown = values_in(general(name="Thyme", works_from="18:00", works_until="17:00"))

    assert (shown["name"], shown["works_from"], shown["works_until"]) == ("Thyme", "18:00", "17:00")


def test_settings_that_somebody_changed_meanwhile_are_shown_side_by_side(general, workspace):
    general(name="Thyme")

    answer = general(name="Basil", currency="PLN", digest_weekday="4")

    assert answer.status_code == 409
    rows = {row["label"]: (row["theirs"], row["mine"]) for row in answer.context["fields"]}
    assert rows == {
        "Name of the company or team": ("Thyme", "Basil"),
        "Currency": ("EUR", "PLN"),
        "Digests go out on": ("Wednesday", "Friday"),
    }
    assert stored(workspace)["name"] == "Thyme"


def test_a_working_day_that_is_sent_twice_counts_once(general, workspace):
    general(working_days=["4", "0", "4"])

    assert stored(workspace)["working_days"] == [0, 4]


@pytest.mark.parametrize("version", ["", "0", "2", "-1", "²", "1.0", "one", "9" * 5000])
def test_settings_without_the_present_version_are_a_conflict(general, workspace, version):
    assert general(version=version).status_code == 409
    assert stored(workspace)["version"] == 1


@pytest.fixture
def save_team(client, workspace, admin):
    client.force_login(admin.user)

    def send(team=None, **given):
        name = "teams:team" if team else "teams:new-team"
        args = [workspace.slug, team.pk] if team else [workspace.slug]
        held = {"version": team.version} if team else {}
        return client.post(
            reverse(name, args=args), {"name": "Paid", "members": [], **held, **given}
        )

    return send


def test_the_teams_page_lists_teams_and_their_members(client, workspace, member, viewer):
    TeamFactory(workspace=workspace, name="Paid").members.add(member)
    client.force_login(viewer.user)

    text = client.get(reverse("teams:teams", args=[workspace.slug])).content.decode()

    assert "Paid" in text
    assert "Mia Member" in text


def test_an_empty_teams_page_says_what_a_team_is(client, workspace, viewer):
    client.force_login(viewer.user)

    text = client.get(reverse("teams:teams", args=[workspace.slug])).content.decode()

    assert "No teams yet" in text
    assert "It grants no rights." in text


def test_a_team_is_made_changed_and_deleted_on_its_pages(
    client, save_team, workspace, member, lead
):
    save_team(members=[member.pk])
    team = Team.objects.get()
    assert list(team.members.all()) == [member]

    save_team(team, name="Paid media", members=[lead.pk])
    team.refresh_from_db()
    assert (team.name, list(team.members.all())) == ("Paid media", [lead])

    kpi = KpiFactory(workspace=workspace, team=team)
    url = reverse("teams:delete-team", args=[workspace.slug, team.pk])
    answer = client.post(url, {"version": 1}, follow=True)
    assert "Somebody else changed this team while you did." in answer.content.decode()
    answer = client.post(url, {"version": 2}, follow=True)
    assert "Paid media is deleted." in answer.content.decode()
    assert not Team.objects.exists()
    kpi.refresh_from_db()
    lead.refresh_from_db()
    assert (kpi.team, lead.ended_at) == (None, None)


def test_a_team_that_somebody_changed_meanwhile_is_shown_side_by_side(
    client, save_team, workspace, member, lead
):
    """Show reliability row FM-13: whom the other added is not silently dropped."""
    team = TeamFactory(workspace=workspace, name="Paid")
    read = values_in(client.get(reverse("teams:team", args=[workspace.slug, team.pk])))
    save_team(team, members=[member.pk, lead.pk])

    answer = save_team(team, **{**read, "name": "Paid media", "members": [member.pk]})

    assert answer.status_code == 409
    rows = {row["label"]: (row["theirs"], row["mine"]) for row in answer.context["rows"]}
    assert rows == {
        "Name": ("Paid", "Paid media"),
        "Members": ("Leo Lead, Mia Member", "Mia Member"),
    }
    assert team.members.count() == 2
    mine = values_in(answer)
    assert save_team(team, **mine).status_code == 302
    assert list(team.members.all()) == [member]


def test_a_team_name_is_taken_once_and_what_was_typed_is_kept(save_team, workspace, member):
    TeamFactory(workspace=workspace, name="Paid")

    answer = save_team(name="PAID", members=[member.pk])

    assert answer.status_code == 422
    assert shows_summary(answer)
    assert "There is already a team of this name." in answer.content.decode()
    assert values_in(answer)["name"] == "PAID"
    assert answer.context["form"]["members"].value() == [str(member.pk)]
    assert Team.objects.count() == 1


def test_teams_of_two_workspaces_may_bear_one_name(save_team, workspace, stranger):
    TeamFactory(workspace=stranger.workspace, name="Paid")

    assert save_team(name="Paid").status_code == 302
    assert Team.objects.filter(name="Paid").count() == 2


def test_only_people_of_the_workspace_are_offered_as_heirs(
    client, workspace, owner, member, lead, stranger
):
    """Show reliability row FM-03: a list of choices is a list like any other."""
    KpiFactory(workspace=workspace, owner=member)
    client.force_login(owner.user)

    page = client.get(reverse("teams:member", args=[workspace.slug, member.pk])).content.decode()

    assert "Leo Lead</option>" in page
    assert "Stan Stranger" not in page


def test_a_team_takes_no_member_of_another_workspace(save_team, stranger):
    """Show reliability row FM-02: an id in the form is scoped like an id in the address."""
    assert save_team(members=[stranger.pk]).status_code == 422
    assert not Team.objects.exists()


def test_the_members_page_shows_who_is_here_and_no_more(client, workspace, owner, viewer):
    MembershipFactory(workspace=workspace, user__name="Gone Girl", ended_at=LONG_AGO)
    client.force_login(viewer.user)

    text = client.get(reverse("teams:members", args=[workspace.slug])).content.decode()

    assert "Olga Owner" in text
    assert "olga@example.com" in text
    assert "Gone Girl" not in text
    assert reverse("teams:member", args=[workspace.slug, owner.pk]) not in text


def test_inviting_with_a_wrong_address_keeps_the_list(client, workspace, admin):
    client.force_login(admin.user)
    values = {"addresses": "a@example.com, nobody", "role": "30"}

    answer = client.post(reverse("teams:invite", args=[workspace.slug]), values)

    assert answer.status_code == 422
    assert shows_summary(answer)
    text = answer.content.decode()
    assert "“nobody” is not an e-mail address." in text
    assert "a@example.com, nobody</textarea>" in text


def test_the_tokens_page_shows_tokens_and_no_secret(client, frozen, workspace, admin, lead):
    token = ApiTokenFactory(
        membership=lead, name="GA4 nightly", scope="measurements", kpi_codes=["clicks"]
    )
    client.force_login(admin.user)

    text = client.get(reverse("teams:tokens", args=[workspace.slug])).content.decode()

    assert "GA4 nightly" in text
    assert "Leo Lead" in text
    assert "clicks" in text
    assert token.secret_hash not in text


def test_a_token_form_with_errors_keeps_what_was_typed(client, frozen, workspace, admin, lead):
    client.force_login(admin.user)
    values = {
        "name": "GA4 nightly", "member": lead.pk, "scope": "measurements", "kpis": "",
        "expires_on": "9999-12-31",
    }  # fmt: skip

    answer = client.post(reverse("teams:new-token", args=[workspace.slug]), values)

    assert answer.status_code == 422
    assert shows_summary(answer)
    assert "Choose a day within the next five years." in answer.content.decode()
    assert values_in(answer)["name"] == "GA4 nightly"
    assert values_in(answer)["expires_on"] == "9999-12-31"


def test_the_profile_page_shows_oneself_and_one_s_workspaces(client, workspace, member):
    client.force_login(member.user)

    page = client.get(reverse("teams:profile"))

    assert values_in(page)["name"] == "Mia Member"
    assert "Rosemary" in page.content.decode()
    assert "set up a workspace" not in page.content.decode()


def test_the_profile_page_changes_only_oneself(client, member, lead):
    client.force_login(member.user)

    answer = client.post(reverse("teams:profile"), PROFILE)

    assert answer.status_code == 302
    user = User.objects.get(pk=member.user_id)
    assert (user.name, user.language, user.theme, user.shortcuts) == (
        "Mia Moon",
        "pl",
        "dark",
        True,
    )
    lead.user.refresh_from_db()
    assert (lead.user.name, lead.user.language) == ("Leo Lead", "en")


@pytest.mark.parametrize("extra", [{"email": "root@example.com"}, {"is_staff": "on"}])
def test_the_profile_page_takes_nothing_that_it_does_not_show(client, member, extra):
    """Show reliability row FM-11: a form sets the fields that it shows and no other."""
    client.force_login(member.user)

    client.post(reverse("teams:profile"), {**PROFILE, **extra})

    user = User.objects.get(pk=member.user_id)
    assert (user.email, user.is_staff) == ("mia@example.com", False)


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x" * 121}, {"language": "xx"}, {"theme": "pink"}]
)
def test_a_profile_with_errors_is_not_saved(client, member, wrong):
    client.force_login(member.user)

    answer = client.post(reverse("teams:profile"), {**PROFILE, **wrong})

    assert answer.status_code == 422
    assert shows_summary(answer)
    member.user.refresh_from_db()
    assert (member.user.name, member.user.language) == ("Mia Member", "en")


def test_who_belongs_nowhere_is_told_so(client, db):
    user = User.objects.create_user("olga@example.com", name="Olga")
    client.force_login(user)

    text = client.get(reverse("teams:profile")).content.decode()

    assert "You belong to no workspace." in text
    assert "set up a workspace" not in text


def test_a_stranger_is_taken_into_no_team(workspace, member, stranger):
    team = teams.create_team(workspace=workspace, name="Blog", members=[member, stranger])

    assert list(team.members.all()) == [member]
