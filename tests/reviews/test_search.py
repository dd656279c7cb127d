"""Search: what is found, in which order, and by whom."""

import re

import pytest
from django.urls import reverse

from reviews.selectors.places import MAKERS, PAGES
from reviews.selectors.search import TooLongError, search
from teams.finding import LONGEST, MOST_SHOWN
from tests.conftest import NOW
from tests.doors import api_of, browser_of, text_of
from tests.factories.goals import ImportFactory, KpiFactory, ScorecardFactory, SourceFactory
from tests.factories.teams import TeamFactory

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def kpi(workspace, lead):
    return KpiFactory(
        workspace=workspace,
        owner=lead,
        code="trial_signups",
        name="Trial sign-ups",
        definition="Accounts opened without a card, 100% of markets",
    )


def found(member, typed):
    return {group.kind: [hit.title for hit in group.hits] for group in search(member, typed)}


def page_of(member, typed):
    return browser_of(member).get(
        reverse("reviews:search", args=[member.workspace.slug]), {"q": typed}
    )


@pytest.mark.parametrize(
    "typed",
    [
        "trial_signups",
        "TRIAL_SIGNUPS",
        "trial sign",
        "ups trial",
        "without card",
        "leo trial",
        "100%",
        "  sign-ups  ",
    ],
)
def test_a_kpi_is_found_by_its_code_name_definition_and_owner(viewer, kpi, typed):
    assert found(viewer, typed) == {"kpi": ["Trial sign-ups"]}


@pytest.mark.parametrize("typed", ["K-{0}", "k-{0}", "k{0}"])
def test_a_kpi_is_found_by_its_id(viewer, kpi, typed):
    KpiFactory(workspace=viewer.workspace, owner=kpi.owner, name=f"Not K-{kpi.number} itself")

    assert found(viewer, typed.format(kpi.number))["kpi"][0] == "Trial sign-ups"


@pytest.mark.parametrize(
    "typed", ["%", "_", "trial%sign", "'", '"', "\\", "\0", "& | !", "k-999999999"]
)
def test_signs_are_plain_text(viewer, workspace, lead, typed):
    KpiFactory(workspace=workspace, owner=lead, code="trial", name="Trial sign ups")

    assert found(viewer, typed) == {}


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Źródła leadów w Łodzi", "łodzi ŹRÓDŁA"),
        ("ยอดขายรายสัปดาห์", "รายสัปดาห์"),
        ("Cliques à l’été", "ÉTÉ"),
    ],
)
def test_other_scripts_are_found_without_regard_to_case(viewer, workspace, lead, name, typed):
    KpiFactory(workspace=workspace, owner=lead, name=name)

    assert found(viewer, typed) == {"kpi": [name]}


def test_the_best_comes_first(viewer, workspace, lead):
    for code, name in (
        ("part", "Reclicked mails"),
        ("words", "Mail clicked"),
        ("begins", "Clicked links"),
        ("clicked", "Zebra"),
    ):
        KpiFactory(workspace=workspace, owner=lead, code=code, name=name)

    names = ["Zebra", "Clicked links", "Mail clicked", "Reclicked mails"]
    assert found(viewer, "clicked") == {"kpi": names}


def test_the_kind_with_the_best_hit_comes_first(viewer, workspace, lead):
    KpiFactory(workspace=workspace, owner=lead, name="Calls of sales")
    TeamFactory(workspace=workspace, name="Sales")

    assert list(found(viewer, "sales")) == ["team", "kpi"]


def test_an_archived_kpi_is_found_and_says_so(viewer, kpi):
    kpi.archived_at = NOW
    kpi.save()

    assert "archived" in text_of(page_of(viewer, "trial"))


def test_people_and_teams_lead_where_the_reader_may_go(viewer, admin, workspace):
    team = TeamFactory(workspace=workspace, name="Brand")

    urls = [
        search(who, typed)[0].hits[0].url for who in (viewer, admin) for typed in ("brand", "vera@")
    ]

    here = f"/w/{workspace.slug}/settings"
    assert urls == [
        f"{here}/teams/",
        f"{here}/members/",
        reverse("teams:team", args=[workspace.slug, team.pk]),
        reverse("teams:member", args=[workspace.slug, viewer.pk]),
    ]


def test_an_import_is_found_by_whoever_may_open_it(member, lead, workspace):
    file = ImportFactory(created_by=lead, filename="newsletter 2026.csv")

    assert found(lead, "newsletter") == found(lead, file.ref) == {"import": [file.filename]}
    assert found(member, "newsletter") == {}


def test_a_scorecard_is_found_by_name_and_id(viewer, workspace):
    made = ScorecardFactory(workspace=workspace, name="Monday ten")
    ScorecardFactory(workspace=workspace, name="Newsletter")

    for typed in ("monday", made.ref):
        assert found(viewer, typed)["scorecard"] == ["Monday ten"]


def test_a_source_is_found_by_name_server_and_id(viewer, lead):
    made = SourceFactory(owner=lead, name="Shop report", host="files.example")
    SourceFactory(owner=lead, name="Newsletter", host="mail.example")

    for typed in ("shop", "files.example", made.ref):
        assert found(viewer, typed)["source"] == ["Shop report"]


def test_things_of_other_workspaces_are_not_found(stranger, kpi):
    TeamFactory(workspace=kpi.workspace, name="Trial team")
    ImportFactory(created_by=kpi.owner, filename="trial.csv")

    for typed in ("trial", kpi.ref, kpi.code, "leo"):
        assert found(stranger, typed) == {}


def test_somebody_who_left_is_not_found(viewer, lead):
    lead.ended_at = NOW
    lead.save()

    assert found(viewer, "leo") == {}


@pytest.mark.parametrize("route", PAGES)
def test_a_page_is_found_by_the_name_that_it_bears(route, owner):
    page = browser_of(owner).get(reverse(route, args=[owner.workspace.slug])).content.decode()
    name = str(PAGES[route])

    # In its heading, or on the tab that one is on.
    assert re.search(rf"<h1>[^<]*{name}|aria-current=\"page\">\s*{name}", page)
    assert name in found(owner, name)["page"]


def test_a_page_that_one_may_not_open_is_not_found(viewer, admin):
    assert found(admin, "audit") == {"page": ["Audit trail"]}
    assert found(viewer, "audit") == {}


def test_only_so_many_are_shown_and_the_page_says_so(viewer, workspace, lead):
    KpiFactory.create_batch(MOST_SHOWN + 1, workspace=workspace, owner=lead, name="Visits")

    page = page_of(viewer, "visits")

    assert page.content.decode().count(">Visits</a>") == MOST_SHOWN
    assert f"Only the first {MOST_SHOWN} are shown." in text_of(page)


def test_too_long_a_text_is_refused_in_a_sentence_before_anything_is_asked(
    viewer, django_assert_num_queries
):
    with django_assert_num_queries(0), pytest.raises(TooLongError):
        search(viewer, "long " * 2_000)
    page = page_of(viewer, "long " * 2_000)

    assert page.status_code == 422
    assert f"Search for at most {LONGEST} characters." in text_of(page)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "What are you looking for?"),
        (" ", "What are you looking for?"),
        ("xyz", "Nothing fits"),
    ],
)
def test_nothing_to_look_for_and_nothing_found_say_what_to_do(viewer, typed, sentence):
    assert sentence in text_of(page_of(viewer, typed))


def test_every_page_has_a_way_to_search_also_one_that_is_not_there(viewer, workspace):
    url = reverse("reviews:search", args=[workspace.slug])
    for path in ("", "menu/", "kpis/K-1/", "nothing/"):
        page = browser_of(viewer).get(f"/w/{workspace.slug}/{path}").content.decode()
        assert f'action="{url}" role="search"' in page.partition("<main")[2 if path else 0]


def test_a_page_that_is_not_there_offers_no_search_in_a_workspace_of_others(stranger, workspace):
    for path in (f"/w/{workspace.slug}/nothing/", "/w/unknown/nothing/", "/w/%00/nothing/"):
        page = browser_of(stranger).get(path)
        assert (page.status_code, 'role="search"' in page.content.decode()) == (404, False)


def test_the_api_finds_the_same(viewer, kpi):
    answer = api_of(viewer).get("/api/v1/search/", {"q": "trial"})

    assert answer.json() == {
        "groups": [
            {
                "kind": "kpi",
                "results": [
                    {
                        "id": kpi.ref,
                        "title": "Trial sign-ups",
                        "detail": "Leo Lead",
                        "url": f"http://testserver/w/rosemary/kpis/{kpi.ref}/",
                    }
                ],
                "has_more": False,
            }
        ]
    }


@pytest.mark.parametrize(("typed", "status"), [("x" * (LONGEST + 1), 400), ("\0", 400), ("", 200)])
def test_the_api_refuses_what_cannot_be_sought(viewer, typed, status):
    assert api_of(viewer).get("/api/v1/search/", {"q": typed}).status_code == status


def palette(member, typed="", *, at=""):
    """What the palette offers to somebody who opens it at an address, by section."""
    url = reverse("reviews:search", args=[member.workspace.slug])
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{at}"}
    page = browser_of(member).get(url, {"q": typed}, headers=headers)
    sections = {s.kind: [hit.title for hit in s.hits] for s in page.context.get("sections", [])}
    return page, sections


def test_the_palette_gets_sections_of_where_to_go_what_there_is_and_what_to_do(lead):
    KpiFactory(workspace=lead.workspace, owner=lead, name="New leads")

    page, found = palette(lead, "new")
    _page, empty = palette(lead)

    assert found == {
        "find": ["New leads"],
        "do": ["New KPI", "New scorecard", "New source", "New breakdown"],
    }
    assert [*empty] == ["go", "do"]
    assert "<html" not in page.content.decode()
    assert "HX-Request" in page.headers["Vary"]


def test_the_palette_offers_everything_that_one_may_make(owner):
    _page, offered = palette(owner)

    assert {str(PAGES[route]) for route in MAKERS} <= {*offered["do"]}


def test_the_palette_offers_nobody_what_their_role_refuses(viewer):
    assert [*palette(viewer)[1]] == ["go"]


def test_too_long_a_text_is_refused_in_the_palette_too(lead):
    page, _found = palette(lead, "x" * 10_000)

    assert page.status_code == 422
    assert f"Search for at most {LONGEST} characters." in page.content.decode()


@pytest.mark.parametrize(
    ("person", "path", "offered"),
    [
        ("partner", "kpis/K-{0}/", False),  # not theirs
        ("member", "kpis/K-{0}/", True),
        ("member", "kpis/K-{0}/edit/", False),
        ("member", "kpis/K-99999999999999999999/", False),
    ],
)
def test_the_palette_offers_a_note_on_the_kpi_that_is_open(request, kpi, person, path, offered):
    somebody = request.getfixturevalue(person)
    at = f"/w/{kpi.workspace.slug}/{path.format(kpi.number)}"

    _page, sections = palette(somebody, "note", at=at)

    assert ("Note on Trial sign-ups" in sections.get("do", [])) is offered


def test_the_palette_notes_nothing_on_a_page_of_another_workspace(kpi, stranger):
    KpiFactory(workspace=stranger.workspace, owner=stranger, number=kpi.number, name="Theirs")

    assert "do" not in palette(stranger, "note", at=kpi.get_absolute_url())[1]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("", ["Polski", "Italiano", "ไทย"]),
        ("language", ["Polski", "Italiano", "ไทย"]),
        ("pol", ["Polski"]),
        ("thai", ["ไทย"]),
        ("english", []),  # it is spoken already
    ],
)
def test_the_palette_offers_the_other_languages(viewer, typed, names):
    page, _sections = palette(viewer, typed)

    assert [name for _code, name in page.context["languages"]] == names


def test_a_language_that_is_switched_to_stays_ones_own(viewer):
    tab = browser_of(viewer)
    home = viewer.workspace.get_absolute_url()

    answer = tab.post(reverse("set_language"), {"language": "pl", "next": home})
    viewer.user.refresh_from_db()
    tab.post(reverse("set_language"), {"language": "xx"})

    assert (answer.status_code, answer.url, viewer.user.language) == (302, home, "pl")
    assert 'lang="pl"' in tab.get(home).content.decode()


def test_making_is_offered_on_each_page_as_far_as_the_role_reaches(viewer, lead):
    offered = {}
    for who in (viewer, lead):
        page = browser_of(who).get(who.workspace.get_absolute_url())
        offered[who] = [
            item["label"] for group in page.context.get("create", []) for item in group["items"]
        ]

    assert offered == {
        viewer: [],
        lead: ["KPI", "Scorecard", "Import", "Source", "Breakdown"],
    }


def test_a_kpi_offers_what_is_made_of_it(member, lead, kpi):
    offered = {}
    for who in (member, lead):
        page = browser_of(who).get(kpi.get_absolute_url())
        offered[who] = [item["label"] for item in page.context["create_here"][0]["items"]]

    assert offered == {member: ["Note"], lead: ["Note", "Target"]}
