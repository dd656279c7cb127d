"""Pages of KPIs: the list, the form, the library, targets, one KPI and the scorecard."""

import csv
import datetime as dt
import io
import re
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from goals.models import Kpi, Target
from goals.rules.library import LIBRARY
from goals.services.measurement_rows import NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from tests.conftest import NOW
from tests.doors import text_of
from tests.factories.goals import DEFINITION, KpiFactory, TargetFactory, kpi_by_market

pytestmark = pytest.mark.usefixtures("frozen")

# The Monday of week 46, the last that is over.
MONDAY = dt.date(2026, 11, 9)
WEEK = dt.timedelta(weeks=1)
FORM = {
    "name": "Leads",
    "code": "leads",
    **DEFINITION,
    "gaps": "unknown",
    "band": "10",
}


@pytest.fixture
def signed_in(client, lead):
    client.force_login(lead.user)
    return client


@pytest.fixture
def leads(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="leads", name="Leads")


def _url(name, workspace, *args):
    return reverse(f"goals:{name}", args=[workspace.slug, *args])


def _measure(author, workspace, *rows):
    values = [NewValue(code, day, Decimal(value)) for code, day, value in rows]
    record(values, by=author, at=NOW)
    drain(workspace=workspace, at=NOW)


# -- The form --------------------------------------------------------------------------------------


def test_a_kpi_is_set_up_with_a_code_made_of_its_name_R33(signed_in, workspace, lead):
    form = {**FORM, "name": "Email clicks, PL", "code": "", "owner": lead.pk}

    answer = signed_in.post(_url("new-kpi", workspace), form)

    kpi = Kpi.objects.get()
    assert (answer.status_code, answer.url) == (303, kpi.get_absolute_url())
    assert (kpi.code, kpi.kind, kpi.owner) == ("email_clicks_pl", "response", lead)


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"owner": ""}, "owner", "This field is required."),
        ({"kind": ""}, "kind", "This field is required."),
        ({"kind": "vanity"}, "kind", "Select a valid choice."),
        ({"code": "Leads!"}, "code", "Use small letters, digits and underscores"),
        ({"code": "taken"}, "code", "Another KPI already has this code."),
        ({"band": "ten"}, "band", "ten"),
        ({"band": "101"}, "band", "less than or equal to 100"),
        ({"gaps": "zero", "aggregation": "last"}, "gaps", "Only for a KPI that adds up"),
        ({"aggregation": "formula", "formula": "2 **"}, "formula", "This is not a formula."),
        ({"aggregation": "formula", "formula": "nobody * 2"}, "formula", "no active KPI"),
    ],
)
def test_a_form_with_a_fault_says_so_at_the_field_and_keeps_the_rest_R25(
    signed_in, workspace, lead, sent, field, sentence
):
    KpiFactory(workspace=workspace, owner=lead, code="taken")
    form = {**FORM, "owner": lead.pk, "definition": "Counted by hand.", **sent}

    answer = signed_in.post(_url("new-kpi", workspace), form)

    page = answer.content.decode()
    summary = page.split('data-error-summary="Error:"')[1].split("</div>")[0]
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in summary
    assert sentence in unescape(summary)
    assert f'id="id_{field}_error"' in page
    assert "Counted by hand." in page
    assert Kpi.objects.count() == 1


def test_the_owner_is_a_member_of_this_workspace_R25(signed_in, workspace, stranger):
    answer = signed_in.post(_url("new-kpi", workspace), {**FORM, "owner": stranger.pk})

    assert answer.status_code == 422
    assert stranger.user.name not in answer.content.decode()
    assert not Kpi.objects.exists()


def test_an_edit_saves_what_was_changed(signed_in, workspace, leads, lead):
    form = {**FORM, "owner": lead.pk, "name": "New leads", "version": leads.version}

    answer = signed_in.post(_url("edit-kpi", workspace, leads.number), form, follow=True)

    leads.refresh_from_db()
    assert (leads.name, leads.version) == ("New leads", 2)
    assert "“New leads” is saved." in text_of(answer)


def test_an_edit_of_what_somebody_else_changed_shows_both_texts(signed_in, workspace, leads, lead):
    Kpi.objects.filter(pk=leads.pk).update(name="Their leads", version=2)
    url = _url("edit-kpi", workspace, leads.number)
    form = {**FORM, "owner": lead.pk, "name": "My leads", "version": 1}

    answer = signed_in.post(url, form)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "<td>Their leads</td><td>My leads</td>" in page
    assert 'name="name" value="My leads"' in page
    leads.refresh_from_db()
    assert leads.name == "Their leads"

    kept = signed_in.post(url, {**form, "version": 2})

    assert kept.status_code == 303
    leads.refresh_from_db()
    assert leads.name == "My leads"


@pytest.mark.parametrize("version", ["", "x", "²", "-1", "9" * 5000])
def test_an_edit_of_no_version_is_a_conflict_and_no_fault(
    signed_in, workspace, leads, lead, version
):
    form = {**FORM, "owner": lead.pk, "name": "My leads", "version": version}

    answer = signed_in.post(_url("edit-kpi", workspace, leads.number), form)

    assert answer.status_code == 409


def test_what_numbers_stand_on_is_not_changed_under_them(signed_in, workspace, leads, lead, author):
    _measure(author, workspace, ("leads", MONDAY, "5"))
    form = {**FORM, "owner": lead.pk, "cadence": "daily", "version": leads.version}

    answer = signed_in.post(_url("edit-kpi", workspace, leads.number), form)

    assert answer.status_code == 422
    assert "This KPI has numbers already." in text_of(answer)


def test_the_cadence_that_targets_are_for_stays(signed_in, workspace, leads, lead):
    TargetFactory(kpi=leads, valid_from=MONDAY)
    form = {**FORM, "owner": lead.pk, "cadence": "daily", "version": leads.version}

    answer = signed_in.post(_url("edit-kpi", workspace, leads.number), form)

    assert answer.status_code == 422
    assert "This KPI has targets" in text_of(answer)


def test_a_kpi_is_archived_and_brought_back(signed_in, workspace, leads):
    gone = signed_in.post(_url("archive-kpi", workspace, leads.number), follow=True)
    assert "“Leads” is archived." in text_of(gone)
    listed = _url("kpis", workspace) + "?view=list"
    assert leads.get_absolute_url() not in signed_in.get(listed).content.decode()
    archived = signed_in.get(f"{listed}&archived=true").content.decode()
    assert leads.get_absolute_url() in archived

    back = signed_in.post(_url("restore-kpi", workspace, leads.number), follow=True)
    assert "“Leads” is in use again." in text_of(back)
    assert leads.get_absolute_url() in signed_in.get(listed).content.decode()


def test_archiving_is_taken_back_on_the_page_after_it_and_on_no_other(signed_in, workspace, leads):
    offered = signed_in.post(_url("archive-kpi", workspace, leads.number), follow=True)
    bar = re.search(r'action="([^"]+)" data-undo="10"', offered.content.decode())
    assert "data-undo=" not in signed_in.get(_url("kpis", workspace)).content.decode()

    signed_in.post(bar[1])

    leads.refresh_from_db()
    assert not leads.is_archived


def test_a_kpi_that_a_formula_reads_is_not_archived_R34(signed_in, workspace, leads, lead):
    KpiFactory(
        workspace=workspace, owner=lead, name="Rate", aggregation="formula", formula="leads * 2"
    )

    answer = signed_in.post(_url("archive-kpi", workspace, leads.number), follow=True)

    assert "“Rate” is computed from this KPI." in text_of(answer)
    leads.refresh_from_db()
    assert not leads.is_archived


def test_kpis_of_another_workspace_keep_none_from_being_archived_or_brought_back(
    signed_in, workspace, leads, lead, stranger, now
):
    there = {"workspace": stranger.workspace, "owner": stranger}
    formula = {"aggregation": "formula", "formula": "visits * 2"}
    KpiFactory(code="visits", archived_at=now, **there)
    KpiFactory(aggregation="formula", formula="leads * 2", **there)
    KpiFactory(workspace=workspace, owner=lead, code="visits")
    rate = KpiFactory(workspace=workspace, owner=lead, archived_at=now, **formula)

    signed_in.post(_url("archive-kpi", workspace, leads.number))
    signed_in.post(_url("restore-kpi", workspace, rate.number))

    for kpi in (leads, rate):
        kpi.refresh_from_db()
    assert (leads.is_archived, rate.is_archived) == (True, False)


@pytest.mark.parametrize("view", ["list", "scorecard"])
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Leads", "Revenue"]),
        ("&kind=value", ["Revenue"]),
        ("&owner=mia@example.com", ["Revenue"]),
        ("&kind=activity", []),
    ],
)
def test_list_and_scorecard_can_be_cut_by_kind_and_owner_R33(
    signed_in, workspace, leads, member, view, query, names
):
    KpiFactory(workspace=workspace, owner=member, name="Revenue", kind="value")

    page = signed_in.get(_url("kpis", workspace) + f"?view={view}{query}").content.decode()

    assert [name for name in ("Leads", "Revenue") if f">{name}</a>" in page] == names


def _listed(client, workspace, query=""):
    """Give the names in the list, and its heads with how they are sorted."""
    page = client.get(_url("kpis", workspace) + f"?view=list{query}").content.decode()
    names = re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page)
    heads = re.findall(r'<th scope="col"(?: aria-sort="(\w+)")?>(?:<a href="([^"]+)">)?(\w+)', page)
    return names, {label: (sort, unescape(url)) for sort, url, label in heads}


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("", ["Zeal", "apples", "Bees"]),
        ("nonsense", ["Zeal", "apples", "Bees"]),
        ("name", ["apples", "Bees", "Zeal"]),
        ("-name", ["Zeal", "Bees", "apples"]),
        ("kind", ["Zeal", "apples", "Bees"]),
        ("-kind", ["apples", "Bees", "Zeal"]),
        ("cadence", ["Bees", "Zeal", "apples"]),
        ("-cadence", ["apples", "Zeal", "Bees"]),
        ("owner", ["Zeal", "apples", "Bees"]),
        ("-owner", ["Bees", "Zeal", "apples"]),
        ("code", ["Bees", "apples", "Zeal"]),
    ],
)
def test_the_list_is_sorted_by_the_column_that_is_asked_for(
    signed_in, workspace, lead, member, sort, names
):
    """What is equal in a column stays in the order that the leads gave."""
    for position, (name, kind, cadence, owner, code) in enumerate([
        ("apples", "activity", "monthly", lead, "b"),
        ("Bees", "activity", "daily", member, "a"),
        ("Zeal", "value", "weekly", lead, "c"),
    ]):  # fmt: skip
        KpiFactory(
            workspace=workspace, name=name, kind=kind, cadence=cadence, owner=owner, code=code,
            position=position,
        )  # fmt: skip

    assert _listed(signed_in, workspace, f"&sort={sort}")[0] == names


def test_the_head_of_a_column_says_how_it_is_sorted_and_turns_the_order_round(
    signed_in, workspace, leads
):
    url = _url("kpis", workspace) + "?view=list&kind=response"

    _names, plain = _listed(signed_in, workspace, "&kind=response&page=1")
    _names, ascending = _listed(signed_in, workspace, "&kind=response&sort=name")
    _names, descending = _listed(signed_in, workspace, "&kind=response&sort=-name")

    assert plain["Name"] == ("", f"{url}&sort=name")
    assert plain["How"] == ("", "")
    assert ascending["Name"] == ("ascending", f"{url}&sort=-name")
    assert ascending["Code"] == ("", f"{url}&sort=code")
    assert descending["Name"] == ("descending", f"{url}&sort=name")


@pytest.mark.parametrize(
    ("page", "first", "last"),
    [("1", "K000", "K099"), ("2", "K100", "K104"), ("9", "K100", "K104"), ("x", "K000", "K099")],
)
def test_a_long_list_comes_in_pages(signed_in, workspace, lead, page, first, last):
    for n in range(105):
        KpiFactory(workspace=workspace, owner=lead, name=f"K{n:03}")

    names, _heads = _listed(signed_in, workspace, f"&sort=name&page={page}")

    assert (names[0], names[-1]) == (first, last)


def test_the_pages_of_a_list_keep_its_order_and_what_it_is_cut_by(signed_in, workspace, lead):
    KpiFactory.create_batch(101, workspace=workspace, owner=lead, kind="value")
    url = _url("kpis", workspace) + "?view=list&sort=-name&kind=value"

    page = unescape(signed_in.get(url).content.decode())

    assert f'href="{url}&page=2" rel="next"' in page
    assert "1–100 of 101" in page
    assert 'rel="prev"' not in page


def test_a_filter_that_no_text_can_equal_leaves_nothing(signed_in, workspace, leads):
    assert _listed(signed_in, workspace, "&owner=%00")[0] == []


# -- The library -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["value", "efficiency", "response", "activity"])
def test_the_library_offers_kpis_of_every_kind_R33(kind):
    assert [ready for ready in LIBRARY if ready.kind == kind]


def test_one_click_adds_a_ratio_with_the_counts_that_it_shares_R35(
    signed_in, workspace, lead, stranger
):
    KpiFactory(workspace=stranger.workspace, owner=stranger, code="email_clicks")

    answer = signed_in.post(_url("library", workspace), {"code": "email_ctr"}, follow=True)

    assert "Added: Email clicks, Unique opens, Email click rate." in text_of(answer)
    kpis = {kpi.code: kpi for kpi in Kpi.objects.for_workspace(workspace)}
    assert set(kpis) == {"email_clicks", "email_unique_opens", "email_ctr"}
    assert {kpi.owner for kpi in kpis.values()} == {lead}
    assert kpis["email_ctr"].formula == "100 * email_clicks / email_unique_opens"


def test_the_library_tells_what_this_workspace_uses(signed_in, workspace, lead, stranger):
    KpiFactory(workspace=workspace, owner=lead, code="email_clicks")
    KpiFactory(workspace=stranger.workspace, owner=stranger, code="email_ctr")

    page = text_of(signed_in.get(_url("library", workspace)))

    assert page.count("In use") == 1
    assert "Add Email clicks" not in page
    assert "Add Email click rate" in page


def test_adding_what_is_there_adds_nothing(signed_in, workspace):
    url = _url("library", workspace)
    signed_in.post(url, {"code": "email_ctr"})

    answer = signed_in.post(url, {"code": "email_ctr"}, follow=True)

    assert "This KPI is in use already." in text_of(answer)
    assert Kpi.objects.count() == 3


@pytest.mark.parametrize(
    ("archived", "code", "sentence"),
    [
        ((), "nope", "The library has no such KPI."),
        (("email_clicks",), "email_ctr", "There is no active KPI with the code “email_clicks”."),
    ],
)
def test_what_cannot_be_added_is_told_and_nothing_is_added_in_part(
    signed_in, workspace, lead, now, archived, code, sentence
):
    for each in archived:
        KpiFactory(workspace=workspace, owner=lead, code=each, archived_at=now)

    answer = signed_in.post(_url("library", workspace), {"code": code}, follow=True)

    assert sentence in text_of(answer)
    assert Kpi.objects.count() == len(archived)


# -- Targets ---------------------------------------------------------------------------------------


def test_a_target_is_set_and_removed_on_the_page(signed_in, workspace, leads):
    form = {"comparator": "at_least", "value": "12,5", "valid_from": "2026-11-18", "reason": "New."}

    page = signed_in.post(_url("new-target", workspace, leads.number), form, follow=True)

    target = Target.objects.get()
    assert (target.value, target.valid_from) == (Decimal("12.5"), dt.date(2026, 11, 16))
    assert "≥ 12.5 from 16 Nov 2026: New." in text_of(page)

    url = _url("remove-target", workspace, leads.number, target.number)
    stale = signed_in.post(url, {"version": "7"}, follow=True)
    assert "Somebody else changed this target while you did." in text_of(stale)
    signed_in.post(url, {"version": target.version})
    assert not Target.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({"value": ""}, "value", "Write the number that should be reached."),
        ({"value": "many"}, "value", "many"),
        ({"comparator": "in_range", "upper": "3"}, "upper", "A range needs a lower and a higher"),
        ({"comparator": "nearly"}, "comparator", "Select a valid choice."),
        ({"valid_from": "30 February"}, "valid_from", "Enter a valid date."),
    ],
)
def test_a_target_with_a_fault_is_refused_at_its_field(
    signed_in, workspace, leads, sent, field, sentence
):
    form = {"comparator": "at_least", "value": "5", "valid_from": "2026-11-16", **sent}

    answer = signed_in.post(_url("new-target", workspace, leads.number), form)

    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert sentence in text_of(answer)
    assert not Target.objects.exists()


def test_the_number_of_a_target_is_not_marked_optional(signed_in, workspace, leads):
    page = text_of(signed_in.get(_url("new-target", workspace, leads.number)))

    assert re.search(r"Number (\S+)", page)[1] != "(optional)"
    assert "Upper number (optional)" in page


@pytest.mark.parametrize("typed", ["", "5"])
def test_a_target_is_ended_without_a_number(signed_in, workspace, leads, typed):
    form = {"comparator": "none", "value": typed, "valid_from": "2026-11-16"}

    answer = signed_in.post(_url("new-target", workspace, leads.number), form)

    target = Target.objects.get()
    assert answer.status_code == 303
    assert (target.comparator, target.value) == ("none", None)


def test_a_period_that_is_over_keeps_its_target_U3(signed_in, workspace, leads, author):
    TargetFactory(kpi=leads, value=5, valid_from=MONDAY)
    _measure(author, workspace, ("leads", MONDAY, "5"))
    form = {"comparator": "at_least", "value": "9", "valid_from": "2026-11-09"}

    answer = signed_in.post(_url("new-target", workspace, leads.number), form)

    assert answer.status_code == 422
    assert "That period is over and was judged." in text_of(answer)
    assert Target.objects.get().value == 5


# -- One KPI ---------------------------------------------------------------------------------------


def _table(page):
    """Give the rows of the table behind the chart: (period, value, target, ...)."""
    body = re.search(r"m-fold.*?<tbody>(.*?)</tbody>", page, re.DOTALL)[1]
    rows = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    return [
        [
            unescape(" ".join(re.sub(r"<[^>]+>", " ", cell).split()))
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]


def test_the_table_of_the_chart_and_the_file_hold_the_series(signed_in, workspace, leads, author):
    days = [MONDAY - dt.timedelta(weeks=back) for back in (0, 1, 3)]
    _measure(author, workspace, *(("leads", day, f"{n}.125") for n, day in enumerate(days, 1)))
    TargetFactory(kpi=leads, value="2.5", valid_from=days[2])
    url = "/api/v1/kpis/leads/series/?from=2026-08-17&to=2026-11-15"

    series = signed_in.get(url).json()["points"]
    rows = _table(signed_in.get(leads.get_absolute_url()).content.decode())
    file = signed_in.get(_url("kpi-csv", workspace, leads.number)).content.decode("utf-8-sig")

    assert len(series) == len(rows) == 13
    expected = [point["value"] for point in series]
    assert expected[-4:] == ["3.125", None, "2.125", "1.125"]
    shown = [row[1] for row in reversed(rows)]
    assert [text if text[:1].isdigit() else None for text in shown] == expected
    written = list(csv.DictReader(io.StringIO(file)))
    by_start = {row["start"]: row for row in written}
    assert {start: row["value"] or None for start, row in by_start.items()} == {
        point["start"]: point["value"] for point in series
    }
    assert {start: row["status"] for start, row in by_start.items()} == {
        point["start"]: point["status"] for point in series
    }


def test_of_a_value_that_was_corrected_often_the_latest_corrections_are_shown(
    signed_in, workspace, leads, author
):
    for value in range(1, 15):
        _measure(author, workspace, ("leads", MONDAY, value))

    page = signed_in.get(_url("kpi", workspace, leads.number)).content.decode()

    shown = re.findall(r'<s class="m-muted">(\d+)</s>', page)
    assert shown == ["13", "12", "11", "10", "9", "8", "7", "6", "5", "4"]


def test_a_segment_s_page_shows_its_own_numbers_R30(signed_in, workspace, lead, author):
    kpi = kpi_by_market("pl", "it", workspace=workspace, owner=lead)
    rows = [
        NewValue("visits", MONDAY - dt.timedelta(weeks=back), Decimal(number), code)
        for back in (0, 1)
        for number, code in ((40 + back, "pl"), (2, "it"))
    ]
    record(rows, by=author, at=NOW)
    drain(workspace=workspace, at=NOW)
    url = kpi.get_absolute_url()

    pages = [
        _table(signed_in.get(url + query).content.decode())
        for query in ("", "?segment=pl", "?segment=it")
    ]

    assert [page[0][1] for page in pages] == ["42", "40", "2"]
    assert [page[1][1] for page in pages] == ["43", "41", "2"]


def _heads(answer):
    """Give the heads of the table behind the chart."""
    page = answer.content.decode()
    heads = re.search(r"<thead>(.*?)</thead>", page, re.DOTALL)[1]
    return [re.sub(r"<[^>]+>", "", head).strip() for head in heads.split("</th>")[:-1]]


@pytest.mark.parametrize(
    ("query", "name", "back"),
    [
        ("", "Last year", 52),
        ("?vs=year", "Last year", 52),
        ("?vs=prev", "Previous", 13),
        ("?vs=prev&periods=26", "Previous", 26),
        ("?vs=prev&from=2026-11-05&to=2026-11-10", "Previous", 2),
        ("?vs=nonsense&periods=1e9&from=2026-02-30", "Last year", 52),
    ],
)
def test_the_chart_compares_with_the_periods_before_or_with_last_year_R35(
    signed_in, workspace, leads, author, query, name, back
):
    """A week's value says how many weeks it lies before week 46."""
    _measure(author, workspace, *(("leads", MONDAY - n * WEEK, n) for n in range(60)))

    answer = signed_in.get(leads.get_absolute_url() + query)

    newest, before = _table(answer.content.decode())[:2]
    assert _heads(answer)[-1] == name
    assert [newest[0], newest[1], newest[-1]] == ["W46", "0", str(back)]
    assert [before[0], before[1], before[-1]] == ["W45", "1", str(back + 1)]


def _starts(client, kpi, query):
    """Give the periods that the file behind the chart holds, as ISO dates."""
    file = client.get(f"{kpi.get_absolute_url()}numbers.csv{query}").content.decode("utf-8-sig")
    return [row["start"] for row in csv.DictReader(io.StringIO(file))]


@pytest.mark.parametrize(
    ("query", "starts"),
    [
        ("?from=2026-10-20&to=2026-11-03", ["2026-10-19", "2026-10-26", "2026-11-02"]),
        ("?from=2026-11-02", ["2026-11-02", "2026-11-09"]),
        ("?from=2027-03-01", ["2026-11-09"]),
        ("?from=2026-11-03&to=2026-10-20", ["2026-10-19"]),
    ],
)
def test_a_span_is_chosen_from_day_to_day(signed_in, leads, author, workspace, query, starts):
    _measure(author, workspace, ("leads", MONDAY, "5"), ("leads", MONDAY - WEEK, "4"))

    assert _starts(signed_in, leads, query) == starts
    # The headline says how it stands now, whatever is looked at.
    assert "5 No target in week 46" in text_of(signed_in.get(leads.get_absolute_url() + query))


def test_a_span_that_only_ends_on_a_day_has_the_chosen_number_of_periods(signed_in, leads):
    starts = _starts(signed_in, leads, "?to=2026-04-19&periods=26")

    assert (len(starts), starts[-1]) == (26, "2026-04-13")


def test_the_longest_span_is_cut_to_its_latest_periods(signed_in, leads):
    starts = _starts(signed_in, leads, "?from=1970-01-01&vs=prev")

    assert (len(starts), starts[-1]) == (520, "2026-11-09")


def test_a_span_of_so_many_periods_takes_the_place_of_one_from_day_to_day(signed_in, leads):
    url = leads.get_absolute_url() + "?from=2026-10-20&to=2026-11-03&vs=prev"

    page = unescape(signed_in.get(url).content.decode())

    assert f'href="{leads.get_absolute_url()}?vs=prev&periods=26"' in page


def test_a_page_says_from_when_its_numbers_are(signed_in, leads, workspace, author):
    _measure(author, workspace, ("leads", MONDAY, "5"))

    assert "Numbers as of 09:00" in text_of(signed_in.get(leads.get_absolute_url()))


def test_a_formula_without_a_value_names_what_it_lacks_R34(
    signed_in, workspace, lead, leads, author, stranger
):
    KpiFactory(workspace=workspace, owner=lead, code="visits", name="Visits")
    KpiFactory(workspace=stranger.workspace, owner=stranger, code="visits", name="All visits")
    rate = KpiFactory(
        workspace=workspace, owner=lead, aggregation="formula", formula="leads / visits"
    )
    _measure(author, workspace, ("leads", MONDAY, "5"))

    page = text_of(signed_in.get(rate.get_absolute_url()))

    assert "no value in week 46, for want of Visits" in page
    assert "All visits" not in page


def test_a_kpi_names_the_formulas_that_read_it(signed_in, lead, leads, stranger):
    for author, name in ((lead, "Lead rate"), (stranger, "Stray rate")):
        formula = {"aggregation": "formula", "formula": "leads / 2"}
        KpiFactory(workspace=author.workspace, owner=author, name=name, **formula)

    page = text_of(signed_in.get(leads.get_absolute_url()))

    assert "Used by Lead rate" in page
    assert "Stray rate" not in page


def test_an_owner_who_only_looks_on_by_now_is_not_asked_for_numbers(client, workspace, viewer):
    kpi = KpiFactory(workspace=workspace, owner=viewer)
    client.force_login(viewer.user)

    page = text_of(client.get(kpi.get_absolute_url()))

    assert "Add a number" not in page
    assert "Add two values to see a line" in page


def test_the_table_of_a_monthly_kpi_is_headed_by_the_month(signed_in, workspace, lead, author):
    kpi = KpiFactory(workspace=workspace, owner=lead, code="churn", cadence="monthly")
    months = [dt.date(2026, month, 1) for month in (9, 10)]
    _measure(author, workspace, *(("churn", day, "5") for day in months))

    assert _heads(signed_in.get(kpi.get_absolute_url()))[0] == "Month"


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("viewer", None),
        ("partner", None),
        ("member", "/w/rosemary/kpis/enter/?owner=all"),
        ("lead", "/w/rosemary/kpis/enter/"),
    ],
)
def test_a_number_is_added_by_those_who_may(request, client, leads, who, offered):
    client.force_login(request.getfixturevalue(who).user)

    main = client.get(leads.get_absolute_url()).content.decode().split("<main")[1]

    links = set(re.findall(r'href="([^"]*kpis/enter/[^"]*)"', main.split("</main>")[0]))
    assert links == ({offered} if offered else set())


# -- The scorecard ---------------------------------------------------------------------------------


def test_the_scorecard_has_thirteen_weeks_newest_first(signed_in, workspace, leads, author):
    first = MONDAY - dt.timedelta(weeks=12)
    _measure(
        author, workspace,
        *(("leads", first + dt.timedelta(weeks=n), str(100 + n)) for n in range(-1, 13)),
    )  # fmt: skip

    page = signed_in.get(_url("kpis", workspace)).content.decode()

    table = page.split("<table")[1].split("</table>")[0]
    heads = [int(n) for n in re.findall(r"<th[^>]*>\s*(\d+)\s*</th>", table)]
    cells = [
        int(n) for n in re.findall(r"\b(1\d\d)\b</span>|>\s*(1\d\d)\s*<", table) for n in n if n
    ]
    assert heads == list(range(46, 33, -1))
    assert cells[:13] == list(range(112, 99, -1))
    assert 99 not in cells
