"""The activity page: who did what, what it was before, and the way back."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from goals.models import Kpi, Measurement, Writing
from goals.rules.status import Comparator
from goals.services import measurements
from goals.services.measurement_rows import Author, Key, NewValue
from goals.services.plans import NewTarget, set_targets
from tests.conftest import NOW
from tests.doors import api_of, browser_of, text_of
from tests.factories.goals import ImportFactory, KpiFactory
from tests.goals.test_writings import A_MINUTE, WEEKS

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def leads(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads")


def write(member, *values, at=NOW, source="My numbers"):
    rows = [NewValue("leads", day, Decimal(value)) for day, value in values]
    return measurements.record(rows, by=Author(member, source), at=at).writing


def activity(member, query=""):
    url = reverse("reviews:activity", args=[member.workspace.slug])
    return browser_of(member).get(url + query)


def rows_of(answer):
    """Give the text of each line of the table."""
    found = re.findall(r"<tr data-row>.*?</tr>", answer.content.decode(), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def undo(member, writing, query=""):
    url = reverse("goals:undo-writing", args=[member.workspace.slug, writing.pk])
    return browser_of(member).post(url + query, follow=True)


def edit(member, kpi, **changes):
    """Change a KPI as people do, so that the trail knows them."""
    client, url = api_of(member), f"/api/v1/kpis/{kpi.code}/"
    answer = client.patch(
        url, changes, format="json", headers={"If-Match": client.get(url).headers["ETag"]}
    )
    assert answer.status_code == 200, answer.content


def test_numbers_are_told_of_with_what_they_were_before(leads, lead, member):
    write(lead, (WEEKS[0], 5), at=NOW - 2 * A_MINUTE)
    write(member, (WEEKS[0], 6), (WEEKS[1], 7), at=NOW - A_MINUTE)
    measurements.remove([Key("leads", WEEKS[1])], by=Author(lead, "API"), at=NOW)

    newest, middle, oldest = rows_of(activity(member, "?kind=numbers"))

    assert newest.startswith("Numbers API 1 removed Leads, week 42: 7 → – Leo Lead")
    assert "My numbers 1 entered, 1 changed Leads, week 41: 5 → 6 Leads, week 42: 7" in middle
    assert "Leads, week 41: 5 Leo Lead 16 Nov 2026 08:58 Undo" in oldest


def test_a_large_act_shows_its_first_numbers_and_counts_the_rest(leads, lead):
    weeks = [WEEKS[0] - dt.timedelta(weeks=n) for n in range(12)]
    write(lead, *((week, 1) for week in weeks))

    [row] = rows_of(activity(lead, "?kind=numbers"))

    assert "12 entered" in row
    assert "and 7 more" in row


def test_what_one_act_adds_is_told_of_in_one_line(workspace, lead):
    for name in ("Leads", "Visits", "Calls", "Visits again"):
        KpiFactory(workspace=workspace, owner=lead, name=name)
    targets = [
        NewTarget(kpi.code, first, Comparator.AT_LEAST, Decimal(5))
        for kpi in Kpi.objects.order_by("-name")
        for first in (WEEKS[0], WEEKS[1])
    ]
    set_targets(targets, reason="The plan.", by=lead, at=NOW)

    [row] = rows_of(activity(lead, "?kind=targets"))

    assert "8 added" in row
    assert "and 1 more" in row


def test_changes_of_kpis_are_told_of_with_both_sides(leads, lead):
    edit(lead, leads, name="Sign-ups")

    row = rows_of(activity(lead, "?kind=kpis"))[0]

    assert "KPI Sign-ups changed Name: Leads → Sign-ups Leo Lead" in row


def test_people_and_tokens_are_no_activity(leads, lead, admin):
    edit(lead, leads, name="Sign-ups")
    shown = " ".join(rows_of(activity(admin)))

    assert "Sign-ups" in shown
    assert "API token" not in shown
    assert "Member" not in [row.split()[0] for row in rows_of(activity(admin))]


def test_imports_lead_to_their_page_for_whoever_may_open_it(lead, member):
    row = ImportFactory(
        created_by=lead, state="done", written_at=NOW, created_at=NOW,
        summary={"outcome": {"created": 4, "updated": 0, "unchanged": 0}},
    )  # fmt: skip

    theirs, others = activity(lead, "?kind=imports"), activity(member, "?kind=imports")

    assert f'href="{row.get_absolute_url()}"' in theirs.content.decode()
    assert f'action="{row.get_absolute_url()}undo/"' in theirs.content.decode()
    assert row.get_absolute_url() not in others.content.decode()
    assert "4 entered" in rows_of(others)[0]


def test_it_is_cut_to_one_person(leads, lead, member):
    write(lead, (WEEKS[0], 5), at=NOW - A_MINUTE)
    write(member, (WEEKS[0], 6))
    edit(lead, leads, name="Sign-ups")

    of_member = rows_of(activity(lead, f"?who={member.pk}"))

    assert len(of_member) == 1
    assert "Mia Member" in of_member[0]
    assert "Mia Member" not in " ".join(rows_of(activity(lead, f"?who={lead.pk}")))


@pytest.mark.parametrize(
    "query",
    ["?kind=nothing", "?who=99999999", "?who=me", "?who=%00", "?before=rubbish", "?before=%00"],
)
def test_rubbish_in_the_address_shows_everything(leads, lead, query):
    write(lead, (WEEKS[0], 5))

    assert "1 entered Leads, week 41: 5" in " ".join(rows_of(activity(lead, query)))


def test_older_pages_show_each_act_once(leads, lead):
    for n in range(120):
        write(lead, (WEEKS[0], n + 1), at=NOW - n * A_MINUTE)
    query, seen = "?kind=numbers", []
    while query:
        page = activity(lead, query)
        seen += rows_of(page)
        older = re.search(r'href="[^"]*(\?[^"]*before=[^"]+)">Older', page.content.decode())
        query = older and older[1].replace("&amp;", "&")

    assert len(seen) == len(set(seen)) == 120


def test_an_empty_workspace_says_what_comes_here(viewer):
    assert "Nothing here yet" in text_of(activity(viewer))


# -- Undo -----------------------------------------------------------------------------------------


def test_numbers_are_undone_from_the_page(leads, lead, member):
    writing = write(lead, (WEEKS[0], 5), (WEEKS[1], 6), at=NOW - 2 * A_MINUTE)
    write(member, (WEEKS[0], 50), at=NOW - A_MINUTE)

    answer = undo(lead, writing)

    assert "Undone. 1 number stays, because it was changed since" in text_of(answer)
    row = rows_of(activity(lead, "?kind=numbers"))[-1]
    assert "Undone by Leo Lead, 16 Nov, 09:00" in row
    assert "1 number stays Leads, week 41: 5, now 50" in row
    assert not row.endswith("Undo")
    assert Measurement.objects.get().value == 50


def test_undone_twice_is_a_sentence_and_no_fault(leads, lead):
    writing = write(lead, (WEEKS[0], 5))
    undo(lead, writing)

    assert "This was undone already." in text_of(undo(lead, writing))
    again = api_of(lead).post(f"/api/v1/writings/{writing.pk}/undo/")
    assert (again.status_code, again.json()["detail"]) == (409, "This was undone already.")


def test_the_api_undoes_what_it_lists(leads, lead):
    write(lead, (WEEKS[0], 5))
    client = api_of(lead)
    [listed] = client.get("/api/v1/writings/").json()["results"]

    undone = client.post(f"/api/v1/writings/{listed['id']}/undo/")

    assert (listed["created"], listed["undone"]) == (1, None)
    assert undone.json()["undone"] == {"restored": 0, "removed": 1, "kept": 0, "listed": []}
    assert undone.json()["undone_by"] == "leo@example.com"
    assert not Measurement.objects.exists()


def test_who_may_not_write_there_undoes_nothing(leads, lead, partner, viewer):
    writing = write(lead, (WEEKS[0], 5))

    assert "You may not enter numbers of “Leads”." in text_of(undo(partner, writing))
    assert undo(viewer, writing).status_code == 403
    refused = api_of(partner).post(f"/api/v1/writings/{writing.pk}/undo/")
    assert refused.status_code == 403
    assert Writing.objects.get().undone_at is None
    assert Measurement.objects.exists()
    assert "Undo" not in rows_of(activity(viewer, "?kind=numbers"))[0]


def test_another_workspace_knows_no_such_act(leads, lead, stranger):
    writing = write(lead, (WEEKS[0], 5))

    assert undo(stranger, writing).status_code == 404
    assert api_of(stranger).post(f"/api/v1/writings/{writing.pk}/undo/").status_code == 404
    assert Measurement.objects.exists()


def test_it_leads_back_to_where_it_was_offered_and_never_elsewhere(leads, lead, workspace):
    writing = write(lead, (WEEKS[0], 5))
    url = reverse("goals:undo-writing", args=[workspace.slug, writing.pk])
    numbers = reverse("goals:my-numbers", args=[workspace.slug])

    back = browser_of(lead).post(f"{url}?next={numbers}")
    away = browser_of(lead).post(f"{url}?next=//evil.example/w/{workspace.slug}/")

    assert back.url == numbers
    assert away.url == reverse("reviews:activity", args=[workspace.slug])


def test_a_change_of_a_kpi_is_undone_from_the_page(leads, lead):
    edit(lead, leads, name="Sign-ups")
    page = activity(lead, "?kind=kpis").content.decode()
    url = re.search(r'action="([^"]*activity/kpis/[^"]*)"', page)[1]

    answer = browser_of(lead).post(url, follow=True)

    assert "Undone: “Leads” is what it was before." in text_of(answer)
    assert Kpi.objects.get().name == "Leads"
    undoing, undone = rows_of(activity(lead, "?kind=kpis"))[:2]
    assert "Name: Sign-ups → Leads" in undoing
    assert "Undone" in undone
    assert "This was undone already." in text_of(browser_of(lead).post(url, follow=True))


def test_saving_my_numbers_offers_the_way_back_once(leads, lead, workspace):
    client = browser_of(lead)
    url = reverse("goals:my-numbers", args=[workspace.slug]) + "?week=2026-W46"

    page = client.post(url, {f"n-{leads.number}-0-20261109": "12"}, follow=True).content.decode()

    form = re.search(r'<form class="m-toast" method="post" action="([^"]*)"', page)[1]
    assert "1 number saved." in page
    assert "data-undo=" not in client.get(url).content.decode()
    assert client.post(form.replace("&amp;", "&")).url == url
    assert not Measurement.objects.exists()


def test_a_row_that_saves_itself_offers_the_way_back_beside_the_page(leads, lead, workspace):
    url = reverse("goals:my-numbers", args=[workspace.slug]) + "?week=2026-W46"

    row = browser_of(lead).post(
        url, {f"n-{leads.number}-0-20261109": "12"}, headers={"HX-Request": "true"}
    )

    assert '<div id="undo" hx-swap-oob="true">' in row.content.decode()
    assert f"activity/numbers/{Writing.objects.get().pk}/undo/" in row.content.decode()


def test_editing_a_kpi_offers_the_way_back(leads, lead, workspace):
    client = browser_of(lead)
    url = reverse("goals:edit-kpi", args=[workspace.slug, leads.number])
    form = client.get(url).context["form"]
    sent = {name: "" if value is None else value for name, value in form.initial.items()}
    sent |= {"owner": lead.pk, "version": leads.version, "name": "Sign-ups"}

    page = client.post(url, sent, follow=True).content.decode()
    back = re.search(r'<form class="m-toast" method="post" action="([^"]*)"', page)[1]
    client.post(back.replace("&amp;", "&"))

    assert Kpi.objects.get().name == "Leads"
