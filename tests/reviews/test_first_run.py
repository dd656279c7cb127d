"""The first run from a new workspace to Home: what to begin with, one's own numbers, a target."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from goals.models import Import, Kpi, Measurement, Scorecard, Target
from goals.rules.library import BY_CODE
from goals.rules.scorecard_templates import STARTERS, TEMPLATES
from goals.rules.status import Comparator
from goals.services import imports
from teams.models import Workspace
from teams.policy import Role
from tests.conftest import NOW
from tests.doors import browser_of
from tests.factories.goals import KpiFactory, TargetFactory
from tests.factories.teams import InvitationFactory, MembershipFactory, WorkspaceFactory

LAST_WEEK = dt.date(2026, 11, 9)
WEEKS = [LAST_WEEK - dt.timedelta(weeks=back) for back in range(11, -1, -1)]
STARTER = [str(BY_CODE[code].name) for code in TEMPLATES["saas_team"].codes]


def sheet(headings, weeks=WEEKS, value=lambda place, week: 100 * place + week):
    """Write cells as a spreadsheet puts them into the clipboard."""
    rows = [
        [day.isoformat(), *(str(value(place, week)) for place, _head in enumerate(headings, 1))]
        for week, day in enumerate(weeks)
    ]
    return "\n".join("\t".join(row) for row in [["Week", *headings], *rows])


@pytest.fixture
def owner(db, frozen):
    workspace = WorkspaceFactory(name="Rosemary", slug="rosemary", first_steps=True)
    return MembershipFactory(workspace=workspace, role=Role.OWNER)


@pytest.fixture
def page(owner):
    return browser_of(owner)


def url(name, *ids):
    return reverse(f"reviews:{name}", args=["rosemary", *ids])


def work():
    while imports.run_next(at=NOW):
        pass


def begun(page, template="saas_team"):
    answer = page.post(url("first-kpis"), {"template": template})
    assert answer.url == url("first-numbers")


def pasted(page, text):
    """Paste cells and let a worker look at them; give the page that shows what comes of it."""
    answer = page.post(url("first-numbers"), {"pasted": text})
    assert answer.status_code == 303
    work()
    return answer.url


def text_of(page, address):
    return " ".join(page.get(address).content.decode().split())


# -- What to begin with ---------------------------------------------------------------------------


@pytest.mark.parametrize("template", STARTERS)
def test_a_start_is_eight_numbers_that_can_be_entered_and_a_scorecard(page, owner, template):
    begun(page, template)

    kpis = Kpi.objects.filter(owner=owner)
    assert kpis.count() == kpis.measured().count() == 8
    assert Scorecard.objects.get().name == str(TEMPLATES[template].name)


def test_nothing_to_begin_with_leads_on_as_well(page):
    begun(page, "empty")

    assert not Kpi.objects.exists()
    assert not Scorecard.objects.exists()


def test_a_form_that_comes_twice_begins_once(page):
    begun(page)
    begun(page)

    assert (Kpi.objects.count(), Scorecard.objects.count()) == (8, 1)


def test_somebody_who_comes_back_sees_what_is_there_and_may_add_to_it(page):
    begun(page)

    assert "There are 8 KPIs already." in text_of(page, url("first-kpis"))
    begun(page, "agency")
    assert Scorecard.objects.count() == 2
    assert Kpi.objects.filter(code="revenue").count() == 1


@pytest.mark.parametrize("template", ["", "rubbish", "sales"])
def test_a_start_that_is_not_offered_is_refused(page, template):
    answer = page.post(url("first-kpis"), {"template": template})

    assert answer.status_code == 422
    assert not Kpi.objects.exists()


# -- One's own numbers ----------------------------------------------------------------------------


def test_pasted_numbers_are_shown_with_targets_and_then_written(page, owner):
    begun(page)

    check = pasted(page, sheet(STARTER))
    shown = text_of(page, check)
    assert "96 values for 8 KPIs, 12 weeks." in shown
    assert "Targets are guessed: 5 % better than your last 13 weeks." in shown
    assert "Import 96 values" in shown
    assert not Measurement.objects.exists()
    assert not Target.objects.exists()

    assert page.post(check).url == check
    work()

    assert page.get(check).url == "/w/rosemary/"
    assert Measurement.objects.count() == 96
    assert Target.objects.count() == 8
    assert "What comes next" in text_of(page, "/w/rosemary/")


def test_a_guessed_target_knows_the_direction_and_says_where_it_comes_from(page):
    begun(page)
    check = pasted(
        page, sheet(["Ad spend", "Revenue generated"], value=lambda place, _w: place * 1000)
    )
    page.post(check)

    spend, revenue = (Target.objects.get(kpi__code=code) for code in ("ad_spend", "revenue"))

    assert (spend.comparator, spend.value) == (Comparator.AT_MOST, Decimal(950))
    assert (revenue.comparator, revenue.value) == (Comparator.AT_LEAST, Decimal(2100))
    assert spend.reason == (
        "Guessed from 12 weeks: their average, EUR\N{NO-BREAK SPACE}1,000, less 5 %."
    )
    assert {spend.valid_from, revenue.valid_from} == {LAST_WEEK}


def test_a_guess_goes_by_thirteen_weeks_that_are_over(page):
    begun(page)
    weeks = [LAST_WEEK + dt.timedelta(weeks=1 - back) for back in range(20)]
    values = dict.fromkeys(weeks[1:14], 200) | {weeks[0]: 9}
    text = sheet(["Revenue generated"], weeks, lambda _place, week: values.get(weeks[week], 5000))

    page.post(pasted(page, text))

    assert Target.objects.get().value == 210


def test_a_target_that_somebody_set_stays(page):
    begun(page)
    kpi = Kpi.objects.get(code="revenue")
    TargetFactory(kpi=kpi, valid_from=LAST_WEEK, value=7)

    check = pasted(page, sheet(["Revenue generated"]))
    assert "No target is guessed." in text_of(page, check)
    page.post(check)

    assert Target.objects.get(kpi=kpi).value == 7


def test_columns_that_are_no_starter_are_named_and_left_out(page):
    begun(page)

    shown = text_of(page, pasted(page, sheet(["Trial users", "Hearts"])))

    assert "12 values for 1 KPI, 12 weeks." in shown
    assert "Not imported: Hearts." in shown


@pytest.mark.parametrize(
    ("headings", "codes"),
    [
        (["Trials", "visits", "New Customers"], {"trial_users", "sessions", "customers_won"}),
        (["Przychody", "Nowi klienci", "Koszt reklamy"], {"revenue", "customers_won", "ad_spend"}),
        (["Fatturato", "Visite"], {"revenue", "sessions"}),
        (["ยอดขาย", "MQL"], {"revenue", "mqls"}),
        # Of two names for one KPI its own goes first, else the first one.
        (["Income", "Revenue generated"], {"revenue"}),
        (["Visits", "Sessions"], {"sessions"}),
    ],
)
def test_columns_find_starters_by_what_people_call_them(page, headings, codes):
    begun(page)

    page.post(pasted(page, sheet(headings)))
    work()

    measured = Measurement.objects.values_list("series__kpi__code", flat=True)
    assert set(measured) == codes
    assert len(measured) == 12 * len(codes)


def test_without_kpis_the_columns_become_some(page):
    begun(page, "empty")

    check = pasted(page, sheet(["Hearts", "Ad costs"]))
    assert "2 KPIs will be created" in text_of(page, check)
    page.post(check)
    work()

    assert set(Kpi.objects.values_list("name", flat=True)) == {"Hearts", "Ad costs"}
    assert Measurement.objects.count() == 24


def test_targets_are_guessed_for_kpis_that_the_numbers_bring_along(page):
    begun(page, "empty")
    check = pasted(page, sheet(["Hearts", "Ad costs"], value=lambda place, _week: place * 100))
    shown = text_of(page, check)
    reason = "Guessed from 12 weeks: their average, 100, plus 5 %."
    assert reason in shown
    assert "Targets are guessed" in shown

    page.post(check)
    work()

    hearts, costs = Target.objects.order_by("value")
    assert (hearts.kpi.name, hearts.comparator, hearts.value) == ("Hearts", "at_least", 105)
    assert (costs.kpi.name, costs.comparator, costs.value) == ("Ad costs", "at_most", 190)
    assert hearts.reason == reason
    assert Import.objects.get().state == "done"


@pytest.mark.parametrize(("weeks", "guesses"), [(3, 0), (4, 1)])
def test_of_a_few_weeks_no_target_is_guessed(page, weeks, guesses):
    begun(page, "empty")
    check = pasted(page, sheet(["Hearts"], weeks=WEEKS[-weeks:]))

    assert text_of(page, check).count("No target is guessed.") == 1 - guesses
    page.post(check)

    assert Target.objects.count() == guesses


def test_a_name_that_was_taken_meanwhile_makes_nothing(page, owner):
    begun(page, "empty")
    check = pasted(page, sheet(["Hearts"]))
    KpiFactory(workspace=owner.workspace, owner=owner, code="hearts", name="Hearts of others")

    said = text_of(page, page.post(check).url)

    assert "Another KPI already has this code." in said
    assert Kpi.objects.count() == 1
    assert not Target.objects.exists()
    assert Import.objects.get().state == "checked"


def test_a_file_does_as_well(page, tmp_path):
    begun(page)
    file = tmp_path / "history.csv"
    file.write_text(sheet(STARTER).replace("\t", ";"))

    with file.open("rb") as content:
        answer = page.post(url("first-numbers"), {"file": content})
    work()

    assert "96 values for 8 KPIs, 12 weeks." in text_of(page, answer.url)


@pytest.mark.parametrize("text", ["", "hello", sheet(STARTER, weeks=[]), "\x00\x01"])
def test_numbers_that_cannot_be_read_block_nobody(page, text):
    begun(page)

    answer = page.post(url("first-numbers"), {"pasted": text})

    assert answer.status_code == 422
    said = " ".join(answer.content.decode().split())
    assert "8 KPIs are ready without history." in said
    assert reverse("goals:my-numbers", args=["rosemary"]) in said
    assert not Import.objects.exists()


def test_cells_that_are_no_numbers_block_nobody_and_can_be_mended(page):
    begun(page)
    text = sheet(["Trial users"]).replace("\t105", "\tmany")

    check = pasted(page, text)
    shown = text_of(page, check)

    assert "1 problem" in shown
    assert "many" in shown
    assert "8 KPIs are ready without history." in shown
    assert "Import 1" not in shown
    # Sent all the same, it writes nothing, no target either.
    assert "Mend the problems first" in text_of(page, page.post(check).url)
    assert not Target.objects.exists()


def test_what_has_to_be_asked_is_asked_by_the_wizard(page):
    begun(page)
    text = "Week\tTrial users\n03/04/2026\t5\n04/05/2026\t6\n"

    answer = page.post(url("first-numbers"), {"pasted": text})

    assert answer.url == Import.objects.get().get_absolute_url()


def test_while_a_worker_is_busy_the_page_waits_and_then_leads_on(page):
    begun(page)
    address = page.post(url("first-numbers"), {"pasted": sheet(STARTER)}).url

    assert "Checking the file" in text_of(page, address)
    asked = page.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in asked
    work()
    assert page.get(address, headers={"HX-Request": "true"})["HX-Redirect"] == address


def test_somebody_who_left_before_importing_goes_on_where_they_were(page):
    begun(page)
    assert "are waiting" not in text_of(page, url("first-numbers"))
    check = pasted(page, sheet(STARTER))

    assert f'href="{check}"' in text_of(page, url("first-numbers"))


def test_a_file_that_was_written_is_not_written_again(page):
    begun(page)
    check = pasted(page, sheet(STARTER))
    page.post(check)
    work()

    page.post(check)

    assert Import.objects.get().state == "done"
    assert Target.objects.count() == 8


# -- What comes next, on Home ---------------------------------------------------------------------

STEPS = [
    "Choose your KPIs", "Bring in your numbers", "Set targets", "Invite the people who own them",
]  # fmt: skip


def left(member):
    """List the steps on somebody's Home that lead somewhere."""
    html = browser_of(member).get("/w/rosemary/").content.decode()
    return [step for step in STEPS if f">{step}</a>" in html]


def test_home_lists_what_is_left_and_forgets_it_when_all_is_done(page, owner):
    assert left(owner) == STEPS
    begun(page)
    assert left(owner) == STEPS[1:]
    page.post(pasted(page, sheet(STARTER)))
    work()
    assert left(owner) == STEPS[3:]

    InvitationFactory(workspace=owner.workspace, invited_by=owner)

    assert "What comes next" not in text_of(page, "/w/rosemary/")


def test_the_list_can_be_put_away_for_good(page, owner):
    assert page.post(url("hide-first-steps")).url == "/w/rosemary/"

    assert left(owner) == []
    assert Workspace.objects.get().first_steps is False


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER, Role.LEAD])
def test_who_could_not_do_all_of_it_is_shown_none(owner, role):
    assert left(MembershipFactory(workspace=owner.workspace, role=role)) == []


def test_a_workspace_that_began_otherwise_has_no_such_list(db, frozen):
    later = MembershipFactory(workspace__slug="rosemary", role=Role.OWNER)
    KpiFactory(workspace=later.workspace)

    assert left(later) == []
