"""A number that is off track gets a why line, which stays with it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from core.errors import DomainError, NotAllowedError
from goals.models import Kpi, NumbersState, WhyLine
from goals.rules.status import Status
from goals.rules.why_lines import asking
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from goals.services.why_lines import NothingToExplainError, say_why
from teams import audit
from tests.conftest import NOW
from tests.doors import api_of, browser_of, text_of
from tests.factories.goals import KpiFactory, TargetFactory, WhyLineFactory, kpi_by_market

pytestmark = pytest.mark.usefixtures("frozen")

WEEK_46, WEEK_45 = dt.date(2026, 11, 9), dt.date(2026, 11, 2)
LONG = "a" * 301


@pytest.fixture
def measure(workspace, lead):
    def measure(kpi, day, value, **more):
        row = NewValue(kpi.code, day, Decimal(value), **more)
        record([row], by=Author(membership=lead, source="test"), at=NOW)
        drain(workspace=workspace, at=NOW)

    return measure


@pytest.fixture
def leads(workspace, partner, measure):
    """The partner's KPI: week 46 is off track, week 45 on track."""
    kpi = KpiFactory(workspace=workspace, owner=partner, code="leads", name="Leads")
    TargetFactory(kpi=kpi, value=100)
    measure(kpi, WEEK_45, 120)
    measure(kpi, WEEK_46, 50)
    return kpi


@pytest.fixture
def say(leads, partner):
    def say(why="The form was broken.", **more):
        return say_why(
            **{"kpi": leads, "start": WEEK_46, "by": partner, "at": NOW, **more}, why=why
        )

    return say


def _page(kpi, who):
    return text_of(browser_of(who).get(kpi.get_absolute_url()))


def _url(kpi):
    return reverse("goals:say-why", args=[kpi.workspace.slug, kpi.number])


# -- Which numbers ask -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "said", "expected"),
    [
        (["off_track"], set(), [0]),
        (["off_track"], {0}, []),
        (["at_risk", "on_track", "no_data", "no_target"], set(), []),
        (["off_track", "on_track", "off_track"], {0}, [2]),
        (["on_track", "on_track", "on_track", "on_track", "off_track"], set(), []),
        (["not_judged", "on_track", "on_track", "on_track", "off_track"], set(), [4]),
    ],
)
def test_the_latest_judged_periods_ask_while_off_track_and_unexplained(statuses, said, expected):
    weeks = [WEEK_46 - dt.timedelta(weeks=back) for back in range(len(statuses))]
    newest_first = zip(weeks, map(Status, statuses), strict=True)

    assert asking(newest_first, {weeks[back] for back in said}) == [
        weeks[back] for back in expected
    ]


# -- Saying it -------------------------------------------------------------------------------------


def test_a_line_is_kept_with_its_author_and_lets_no_cached_page_stay(say, partner, workspace):
    version = NumbersState.objects.get(workspace=workspace).version

    line = say("  Broken form. ", next_step="Fix it.", start=dt.date(2026, 11, 12))

    line.refresh_from_db()
    assert (line.start, line.why, line.next_step) == (WEEK_46, "Broken form.", "Fix it.")
    assert (line.said_by, line.said_at) == (partner, NOW)
    assert NumbersState.objects.get(workspace=workspace).version == version + 1


def test_a_newer_line_leaves_the_earlier_one(say):
    say("First thought.")
    say("Second thought.")

    assert list(WhyLine.objects.order_by("pk").values_list("why", flat=True)) == [
        "First thought.", "Second thought.",
    ]  # fmt: skip


def test_the_trail_tells_of_it_by_the_name_of_the_kpi(say, workspace):
    say()

    told = [entry for entry in audit.latest(workspace)[0] if entry.what == "Why line"]
    assert [entry.name for entry in told] == ["Leads"]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"start": WEEK_45}, NothingToExplainError),
        ({"start": dt.date(2026, 11, 16)}, NothingToExplainError),
        ({"start": dt.date(2026, 10, 5)}, NothingToExplainError),
        ({"start": dt.date(1, 1, 1)}, NothingToExplainError),
        ({"start": dt.date(9999, 12, 31)}, NothingToExplainError),
        ({"why": "   "}, DomainError),
    ],
    ids=["on track", "running", "no number", "before all", "after all", "blank"],
)
def test_what_needs_no_line_or_says_nothing_is_refused(say, given, error):
    with pytest.raises(error):
        say(**given)
    assert not WhyLine.objects.exists()


def test_an_archived_kpi_takes_no_line(say, leads):
    leads.archived_at = NOW
    leads.save()

    with pytest.raises(NothingToExplainError):
        say()
    assert not WhyLine.objects.exists()


def test_a_partner_speaks_for_their_own_kpis_and_a_member_for_all(
    say, leads, lead, member, partner
):
    say(by=member)
    leads.owner = lead
    leads.save()

    with pytest.raises(NotAllowedError):
        say(by=partner)
    assert WhyLine.objects.get().said_by == member


def test_the_week_of_a_daily_kpi_gets_the_line(workspace, lead, measure):
    daily = KpiFactory(workspace=workspace, owner=lead, code="visits", cadence="daily")
    TargetFactory(kpi=daily, value=10)
    for offset in range(7):
        measure(daily, WEEK_46 + dt.timedelta(days=offset), 1)

    line = say_why(
        kpi=daily, start=dt.date(2026, 11, 11), why="Rain.", by=lead, at=NOW,
    )  # fmt: skip

    assert line.start == WEEK_46


# -- The pages -------------------------------------------------------------------------------------


def test_the_page_asks_shows_what_was_said_and_keeps_what_was_said_before(leads, say, partner):
    assert "The number of week 46 is off track, and nobody has said why." in _page(leads, partner)

    say("First thought.")
    say("Second thought.", next_step="Fix it.")

    page = _page(leads, partner)
    assert "nobody has said why" not in page
    assert (
        page.index("Second thought.") < page.index("Next: Fix it.") < page.index("First thought.")
    )


def test_a_number_that_is_corrected_asks_no_more_and_its_line_stays(leads, say, partner, measure):
    measure(leads, WEEK_46, 130)
    assert "nobody has said why" not in _page(leads, partner)

    measure(leads, WEEK_46, 50)
    say()
    measure(leads, WEEK_46, 130)

    assert "The form was broken." in _page(leads, partner)


def test_who_may_not_answer_is_not_asked(leads, viewer):
    page = _page(leads, viewer)

    assert "off track" in page.lower()
    assert "Say why" not in page
    assert "nobody has said why" not in page


def test_a_line_is_said_on_the_page_and_stands_there(leads, partner):
    form = {"start": "2026-11-09", "why": "แบบฟอร์มเสีย <b>", "next_step": ""}

    page = browser_of(partner).post(_url(leads), form, follow=True)

    assert "The why line is added." in text_of(page)
    assert "แบบฟอร์มเสีย &lt;b&gt;" in page.content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {"start": "2026-11-09", "why": ""},
        {"start": "2026-11-09", "why": LONG},
        {"start": "2026-11-02", "why": "On track."},
        {"start": "soon", "why": "No date."},
        {"start": "2026-11-09", "why": "nul\0"},
    ],
)
def test_a_form_with_a_mistake_is_shown_again_and_writes_nothing(leads, partner, form):
    answer = browser_of(partner).post(_url(leads), form)

    assert answer.status_code == 422
    assert not WhyLine.objects.exists()


def test_a_partner_says_nothing_about_the_kpi_of_somebody_else(leads, lead, partner):
    leads.owner = lead
    leads.save()

    answer = browser_of(partner).post(_url(leads), {"start": "2026-11-09", "why": "Mine."})

    assert answer.status_code == 422
    assert "your own KPIs only" in text_of(answer)
    assert not WhyLine.objects.exists()


def test_where_nothing_is_off_track_the_page_leads_back(leads, partner, measure):
    measure(leads, WEEK_46, 130)

    page = browser_of(partner).get(_url(leads), follow=True)

    assert "None of the latest numbers is off track." in text_of(page)


def test_a_segment_has_lines_of_its_own(workspace, lead, measure):
    visits = kpi_by_market("pl", workspace=workspace, owner=lead)
    poland = visits.breakdown.segments.get()
    TargetFactory(kpi=visits, segment=poland, value=100)
    measure(visits, WEEK_46, 5, segment="pl")
    browser = browser_of(lead)

    answer = browser.post(
        f"{_url(visits)}?segment=pl", {"start": "2026-11-09", "why": "A holiday."}
    )

    assert answer.url == f"{visits.get_absolute_url()}?segment=pl"
    assert WhyLine.objects.get().segment == poland
    assert "A holiday." in text_of(browser.get(answer.url))
    assert "A holiday." not in _page(visits, lead)
    assert browser.get(f"{_url(visits)}?segment=it").status_code == 404


# -- The API ---------------------------------------------------------------------------------------


def test_a_line_is_said_and_listed_by_the_api(leads, partner):
    api, body = api_of(partner), {"kpi": "leads", "start": "2026-11-11", "why": "Broken form."}

    made = api.post("/api/v1/why-lines/", body)

    assert made.status_code == 201
    assert made.json() == {
        "kpi": "leads", "segment": None, "start": "2026-11-09", "why": "Broken form.",
        "next_step": "", "said_by": "paul@example.com", "said_at": "2026-11-16T08:00:00Z",
    }  # fmt: skip
    assert api.get("/api/v1/why-lines/?kpi=leads").json()["results"] == [made.json()]
    assert api.get("/api/v1/why-lines/?kpi=other").json()["results"] == []


def test_a_line_that_is_sent_twice_is_said_once(leads, partner):
    api, body = api_of(partner), {"kpi": "leads", "start": "2026-11-09", "why": "Broken form."}

    for _attempt in range(2):
        answer = api.post("/api/v1/why-lines/", body, headers={"Idempotency-Key": "one"})
        assert answer.status_code == 201

    assert WhyLine.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kpi": "no_such_kpi"}, 400),
        ({"segment": "pl"}, 422),
        ({"start": "2026-11-02"}, 422),
        ({"why": " "}, 400),
        ({"why": LONG}, 400),
        ({"mood": "low"}, 400),
    ],
)
def test_the_api_refuses_what_is_no_line(leads, partner, change, status):
    body = {"kpi": "leads", "start": "2026-11-09", "why": "Broken form.", **change}

    assert api_of(partner).post("/api/v1/why-lines/", body).status_code == status
    assert not WhyLine.objects.exists()


def test_the_api_refuses_a_partner_the_kpi_of_somebody_else(leads, lead, partner):
    leads.owner = lead
    leads.save()
    body = {"kpi": "leads", "start": "2026-11-09", "why": "Mine."}

    assert api_of(partner).post("/api/v1/why-lines/", body).status_code == 403
    assert not WhyLine.objects.exists()


def test_lines_of_another_workspace_are_neither_listed_nor_shown(leads, stranger, partner):
    WhyLineFactory(kpi=KpiFactory(workspace=stranger.workspace), why="Theirs.")

    assert api_of(stranger).get("/api/v1/why-lines/").json()["results"] != []
    assert api_of(partner).get("/api/v1/why-lines/").json()["results"] == []


# -- Beside the number -----------------------------------------------------------------------------


def _board(workspace, who, name="reviews:home", query=""):
    url = reverse(name, args=[workspace.slug])
    return text_of(browser_of(who).get(url + query))


def test_home_and_scorecard_tell_why_a_number_is_off_track(workspace, viewer, say):
    say("Too early.")
    say("The form was broken.", next_step="Mend it by Friday.")

    for name in ("reviews:home", "goals:kpis"):
        page = _board(workspace, viewer, name)
        assert "The form was broken. Next: Mend it by Friday." in page
        assert "Too early." not in page


def test_a_line_stands_beside_the_cell_of_its_week(workspace, viewer, leads, say, measure):
    say("The form was broken.")
    measure(leads, WEEK_46 - dt.timedelta(weeks=2), 40)

    url = reverse("goals:kpis", args=[workspace.slug])
    page = browser_of(viewer).get(url).content.decode()

    note = "50, target ≥\xa0100; The form was broken."
    assert f'<a href="{leads.get_absolute_url()}#why" title="{note}"' in page
    assert page.count("#why") == 1


def test_a_corrected_number_loses_its_line_on_the_boards(workspace, viewer, leads, say, measure):
    say("The form was broken.")
    measure(leads, WEEK_46, 110)

    assert "The form was broken." not in _board(workspace, viewer)
    assert "The form was broken." not in _board(workspace, viewer, "goals:kpis")


def test_a_line_about_a_week_is_not_one_about_a_month(workspace, viewer, partner, measure):
    """The first of June 2026 was a Monday: the week and the month begin on one day."""
    kpi = KpiFactory(workspace=workspace, owner=partner, code="calls", name="Calls")
    TargetFactory(kpi=kpi, value=100)
    june = dt.date(2026, 6, 1)
    for week in range(5):
        measure(kpi, june + dt.timedelta(weeks=week), 50)
    WhyLineFactory(kpi=kpi, start=june, why="Only that week.", said_by=partner)

    url = reverse("goals:kpis", args=[workspace.slug])
    by_month, by_week = (
        browser_of(viewer).get(url + query).content.decode()
        for query in ("?period=month", "?periods=26")
    )

    assert "Only that week." not in by_month
    assert "Only that week." in by_week


@pytest.mark.parametrize(
    ("person", "asked"), [("partner", True), ("member", True), ("viewer", False)]
)
def test_home_asks_whoever_may_say_why(workspace, leads, request, person, asked):
    url = reverse("reviews:home", args=[workspace.slug])
    page = browser_of(request.getfixturevalue(person)).get(url).content.decode()

    assert (_url(leads) in page) == asked


def test_home_asks_no_partner_about_the_numbers_of_others(workspace, leads, member, partner):
    Kpi.objects.update(owner=member)

    url = reverse("reviews:home", args=[workspace.slug])

    assert _url(leads) not in browser_of(partner).get(url).content.decode()
