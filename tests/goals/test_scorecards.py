"""Scorecards that people put together: what stands on them, and how it is put in order (R36)."""

import re
from html import unescape

import pytest
from django.urls import reverse

from goals.models import Kpi, Scorecard
from goals.rules.library import BY_CODE
from goals.rules.scorecard_templates import TEMPLATES
from goals.services import scorecards
from teams.audit import Deed, trail
from teams.policy import Role
from tests.doors import api_of, browser_of
from tests.factories.goals import KpiFactory, ScorecardFactory
from tests.factories.teams import MembershipFactory, TeamFactory

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def kpis(workspace, lead):
    """Three KPIs: a, b and c."""
    return [
        KpiFactory(workspace=workspace, owner=lead, code=code, name=f"Kpi {code}") for code in "abc"
    ]


@pytest.fixture
def page(lead):
    return browser_of(lead)


def url(workspace, name="new-scorecard", *args):
    return reverse(f"goals:{name}", args=[workspace.slug, *args])


def lines_of(scorecard):
    return [line.heading or line.kpi.code for line in scorecard.lines.order_by("position")]


def form(kpis, *lines, **given):
    """Give what the form sends, with ``lines`` as refs of KPIs, or words of headings."""
    refs = {kpi.code: kpi.ref for kpi in kpis}
    return {
        "name": "Monday",
        "team": "",
        "place": "1",
        "line": [refs.get(line, "heading") for line in lines],
        "heading": [line for line in lines if line not in refs],
        **given,
    }


# -- The page ---------------------------------------------------------------------------------


def test_a_scorecard_is_put_together_and_shown_in_its_order_R36(page, workspace, kpis):
    team = TeamFactory(workspace=workspace, name="Demand")

    answer = page.post(url(workspace), form(kpis, "b", "Below", "a", team=team.pk))

    made = Scorecard.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == url(workspace, "scorecard", made.number)
    assert (made.name, made.team, lines_of(made)) == ("Monday", team, ["b", "Below", "a"])
    text = unescape(page.get(made.get_absolute_url()).content.decode())
    assert re.findall(r"Kpi [abc](?=</a>)|(?<=>)Below(?=</th>)", text) == [
        "Kpi b",
        "Below",
        "Kpi a",
    ]
    assert "Demand: Monday" in text


@pytest.mark.parametrize(
    ("deed", "given", "lines"),
    [
        ("up-1", {}, ["Top", "a", "b"]),
        ("down-0", {}, ["Top", "a", "b"]),
        ("up-0", {}, ["a", "Top", "b"]),
        ("down-2", {}, ["a", "Top", "b"]),
        ("out-1", {}, ["a", "b"]),
        ("out-9", {}, ["a", "Top", "b"]),
        ("out-x", {}, ["a", "Top", "b"]),
        ("add", {"new": "c"}, ["a", "Top", "b", "c"]),
        ("add", {"new": "a"}, ["a", "Top", "b"]),
        ("add", {"new": ""}, ["a", "Top", "b"]),
        ("add-heading", {"new_heading": " More "}, ["a", "Top", "b", "More"]),
        ("add-heading", {"new_heading": " "}, ["a", "Top", "b"]),
    ],
)
def test_a_button_changes_the_order_and_saves_nothing(page, workspace, kpis, deed, given, lines):
    refs = {kpi.code: kpi.ref for kpi in kpis}
    given = {name: refs.get(value, value) for name, value in given.items()}

    answer = page.post(url(workspace), form(kpis, "a", "Top", "b", deed=deed, name="", **given))

    rows = answer.context["lines"].rows
    assert [row["kpi"].code if "kpi" in row else row["heading"] for row in rows] == lines
    assert answer.status_code == 200
    assert "m-summary" not in answer.content.decode(), "an empty name is no fault yet"
    assert not Scorecard.objects.exists()


def test_the_order_is_changed_and_the_rest_kept(page, workspace, kpis):
    a, b, _c = kpis
    made = ScorecardFactory(workspace=workspace, lines=["Top", a, b])
    rows = set(made.lines.values_list("pk", flat=True))

    page.post(
        url(workspace, "edit-scorecard", made.number), form(kpis, "b", "Top", "a", version="1")
    )

    made.refresh_from_db()
    assert (lines_of(made), made.version) == (["b", "Top", "a"], 2)
    assert set(made.lines.values_list("pk", flat=True)) == rows


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(page, workspace, kpis):
    made = ScorecardFactory(workspace=workspace, name="Theirs", version=2, lines=kpis)
    edit = url(workspace, "edit-scorecard", made.number)

    answer = page.post(edit, form(kpis, "a", version="1"))

    assert answer.status_code == 409
    assert "Somebody else changed this scorecard" in answer.content.decode()
    made.refresh_from_db()
    assert (made.name, len(lines_of(made))) == ("Theirs", 3)
    # What was typed is still there, and saving it again is a choice.
    assert page.post(edit, form(kpis, "a", version="2")).status_code == 303


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "taken"}, "There is already a scorecard of this name."),
        ({"line": ["heading"], "heading": ["  "]}, "Write a heading of at most 60 characters"),
        ({"line": ["heading"], "heading": ["x" * 61]}, "Write a heading of at most 60 characters"),
        ({"line": ["heading"] * 2, "heading": ["x"] * 2}, "“x” stands on it twice."),
        ({"line": ["heading"] * 301, "heading": ["x"] * 301}, "at most 300 lines"),
        ({"place": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_breaks_a_rule_is_told_and_kept(page, workspace, kpis, given, words):
    ScorecardFactory(workspace=workspace, name="Taken")

    answer = page.post(url(workspace), {**form(kpis, "a"), **given})

    assert answer.status_code == 422
    assert words in unescape(answer.content.decode())
    assert Scorecard.objects.count() == 1


@pytest.mark.parametrize("sent", ["K-99999999", "K-²", "SC-1", ""])
def test_a_kpi_that_is_not_there_is_left_out(page, workspace, kpis, sent):
    page.post(url(workspace), {**form(kpis, "a"), "line": [sent, kpis[0].ref]})

    assert lines_of(Scorecard.objects.get()) == ["a"]


def test_an_archived_kpi_keeps_its_line_and_is_not_shown(page, workspace, kpis, now):
    made = ScorecardFactory(workspace=workspace, lines=kpis)
    Kpi.objects.filter(code="b").update(archived_at=now)

    shown = page.get(made.get_absolute_url()).content.decode()
    edited = page.get(url(workspace, "edit-scorecard", made.number)).content.decode()

    assert re.findall(r"Kpi [abc](?=</a>)", shown) == ["Kpi a", "Kpi c"]
    assert "archived, so not shown" in edited


def test_a_scorecard_is_removed_and_its_kpis_stay(page, workspace, kpis):
    made = ScorecardFactory(workspace=workspace, lines=["Top", *kpis])
    remove = url(workspace, "remove-scorecard", made.number)

    assert page.post(remove, {"version": "9"}).status_code == 303
    assert Scorecard.objects.exists(), "somebody else changed it"
    page.post(remove, {"version": "1"})

    assert not Scorecard.objects.exists()
    assert Kpi.objects.count() == 3


def test_an_empty_scorecard_says_what_to_do_next(page, workspace):
    made = ScorecardFactory(workspace=workspace)

    text = page.get(made.get_absolute_url()).content.decode()

    assert "No KPIs on it yet" in text
    assert url(workspace, "edit-scorecard", made.number) in text


def test_the_scorecard_of_all_kpis_has_them_under_their_kinds_R33(page, workspace, lead):
    for kind in ("activity", "value", "response"):
        KpiFactory(workspace=workspace, owner=lead, name=f"Kpi {kind}", kind=kind)

    text = page.get(url(workspace, "kpis")).content.decode()

    heads = re.findall(
        r"<th[^>]*>(?:<a[^>]*>)?((?:Kpi )?(?:[Vv]alue|[Rr]esponse|[Aa]ctivity))<", text
    )
    assert heads == ["Value", "Kpi value", "Response", "Kpi response", "Activity", "Kpi activity"]


def test_the_menu_knows_what_was_set_up_changed_and_removed_since_it_was_shown(
    page, workspace, kpis
):
    def menu():
        text = page.get(url(workspace, "kpis")).content.decode()
        return re.findall(r'<a href="/w/rosemary/kpis/SC-\d+/">([^<]+)<', text)

    seen = [menu()]
    made = scorecards.create_scorecard(workspace=workspace, name="First", lines=[])
    seen.append(menu())
    made = scorecards.change_scorecard(scorecard=made, version=1, name="Second")
    seen.append(menu())
    scorecards.remove_scorecard(scorecard=made, version=2)
    seen.append(menu())

    assert seen == [[], ["First"], ["Second"], []]


def test_filters_cut_a_scorecard_too(page, workspace, kpis):
    KpiFactory(workspace=workspace, owner=kpis[0].owner, code="d", name="Kpi d", kind="value")
    made = ScorecardFactory(workspace=workspace, lines=Kpi.objects.order_by("pk"))

    text = page.get(made.get_absolute_url() + "?kind=value").content.decode()

    assert re.findall(r"Kpi [abcd](?=</a>)", text) == ["Kpi d"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER])
def test_who_may_not_edit_is_not_offered_to(workspace, kpis, role):
    made = ScorecardFactory(workspace=workspace, lines=kpis)

    text = (
        browser_of(MembershipFactory(workspace=workspace, role=role))
        .get(made.get_absolute_url())
        .content.decode()
    )

    assert url(workspace) not in text
    assert url(workspace, "edit-scorecard", made.number) not in text


# -- Templates --------------------------------------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_brings_its_kpis_along_R36(page, workspace, lead, template):
    answer = page.post(url(workspace), {"template": template})

    ready, made = TEMPLATES[template], Scorecard.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    assert lines_of(made) == [str(line) for line in ready.lines]
    assert set(Kpi.objects.values_list("owner", flat=True)) == {lead.pk}


def test_a_template_uses_the_kpis_that_are_there_R36(page, workspace, stranger):
    there = KpiFactory(workspace=workspace, code="revenue", name="Our revenue")
    KpiFactory(workspace=stranger.workspace, code="quota")

    page.post(url(workspace), {"template": "sales"})

    assert Kpi.objects.filter(workspace=workspace, code="revenue").get() == there
    assert Kpi.objects.filter(workspace=workspace, code="quota").count() == 1


def test_a_template_is_taken_once_and_nothing_is_half_done(page, workspace):
    page.post(url(workspace), {"template": "sales"})
    Kpi.objects.filter(code="revenue").update(archived_at=None)
    there = Kpi.objects.count()

    for template in ("sales", "rubbish"):
        answer = page.post(url(workspace), {"template": template}, follow=True)
        assert "There is" in answer.content.decode()

    assert (Scorecard.objects.count(), Kpi.objects.count()) == (1, there)


def test_every_line_of_a_template_is_in_the_library_R36():
    for template in TEMPLATES.values():
        assert set(template.codes) <= BY_CODE.keys()
        assert len(template.codes) >= 4


# -- The API ----------------------------------------------------------------------------------


def test_the_api_makes_changes_and_removes_scorecards(lead, workspace, kpis):
    api, address = api_of(lead), "/api/v1/scorecards/"
    TeamFactory(workspace=workspace, name="Demand")
    body = {"name": "Monday", "team": "demand", "lines": [{"heading": "Top"}, {"kpi": "b"}]}

    made = api.post(address, body)

    assert made.status_code == 201
    one = f"{address}{made.json()['id']}/"
    assert made.json() == {
        "id": Scorecard.objects.get().ref,
        "name": "Monday",
        "team": "Demand",
        "place": 1,
        "lines": [{"heading": "Top"}, {"kpi": "b"}],
        "version": 1,
    }
    changed = api.patch(one, {"lines": [{"kpi": "a"}]}, headers={"If-Match": '"1"'})
    assert (changed.json()["name"], changed.json()["lines"]) == ("Monday", [{"kpi": "a"}])
    assert api.patch(one, {"name": "x"}, headers={"If-Match": '"1"'}).status_code == 412
    assert api.delete(one, headers={"If-Match": '"2"'}).status_code == 204
    assert api.get(address).json()["results"] == []


@pytest.mark.parametrize(
    "line", [{}, {"kpi": "b", "heading": "x"}, {"kpi": "nothing"}, {"kpi": None}, {"heading": ""}]
)
def test_the_api_takes_a_kpi_or_a_heading(lead, kpis, line):
    answer = api_of(lead).post("/api/v1/scorecards/", {"name": "Monday", "lines": [line]})

    assert answer.status_code == 400
    assert not Scorecard.objects.exists()


def test_the_api_knows_no_kpi_of_another_workspace(lead, stranger):
    KpiFactory(workspace=stranger.workspace, code="foreign")

    answer = api_of(lead).post(
        "/api/v1/scorecards/", {"name": "Monday", "lines": [{"kpi": "foreign"}]}
    )

    assert answer.status_code == 400


# -- The trail --------------------------------------------------------------------------------


def test_the_trail_tells_what_came_and_went(lead, workspace, kpis):
    made = scorecards.create_scorecard(workspace=workspace, name="Monday", lines=["Top", kpis[0]])
    scorecards.change_scorecard(scorecard=made, version=1, lines=[kpis[0], kpis[1]])

    entries, _older = trail.latest(workspace)
    told = [(entry.name, entry.deed) for entry in entries if entry.what == "Line of a scorecard"]
    assert told == [
        ("Monday, Kpi b", Deed.ADDED),
        ("Monday, Top", Deed.REMOVED),
        ("Monday, Kpi a", Deed.ADDED),
        ("Monday, Top", Deed.ADDED),
    ]
