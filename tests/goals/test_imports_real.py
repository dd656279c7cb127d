"""
Real exports through the pages and the command: what the product then shows, to the last digit.

No figure of theirs stands here; what is expected is read from where they lie.
"""

import datetime as dt
import io
import json
import time
from collections import defaultdict
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from core.numbers import plain
from goals.models import Import
from goals.services import imports, rollups
from tests.beside import start_child
from tests.conftest import NOW
from tests.doors import api_of, browser_of
from tests.factories.goals import BreakdownFactory, KpiFactory
from tests.real_data import FOLDER, path_of, reference_of

pytestmark = [pytest.mark.real_data, pytest.mark.usefixtures("frozen")]

if not FOLDER.is_dir():
    pytest.skip(f"There are no real files in {FOLDER}.", allow_module_level=True)

MEGABYTES = 300
# The published totals and parts are rounded, each for itself.
ROUNDING = Decimal("2.0")
ADDITIVE = (
    "Total Volume", "4046", "4225", "4770", "Total Bags", "Small Bags", "Large Bags",
    "XLarge Bags",
)  # fmt: skip
# The peak of the process alone: ru_maxrss begins with that of the tests that started it.
PEAK = """
import re
from pathlib import Path
print(int(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""
WORKER = f"""
from core import clock
from goals.services import imports, rollups
from teams.models import Workspace
while imports.run_next(at=clock.now()):
    pass
{PEAK}
for workspace in Workspace.objects.all():
    rollups.drain(workspace=workspace, at=clock.now())
"""
COMMAND = f"""
from django.core.management import call_command
call_command("import_kpis", sys.argv[2], "--workspace=rosemary", "--mapping=" + sys.argv[3])
{PEAK}
"""


def code_of(name):
    return "m_" + "".join(sign if sign.isalnum() else "_" for sign in name.casefold())


@pytest.fixture
def make(workspace, lead):
    def make(names, breakdown=None, **more):
        common = {"workspace": workspace, "owner": lead, "breakdown": breakdown, **more}
        for name in names:
            KpiFactory(code=code_of(name), name=name, **common)

    return make


class Pages:
    """Bring a file in as somebody at a browser does; ``work`` stands for the worker."""

    def __init__(self, lead, work):
        self.client = browser_of(lead)
        self.work = work

    def bring(self, name, mapping):
        path = path_of(name)
        file = SimpleUploadedFile(path.name, path.read_bytes())
        new = reverse("goals:new-import", args=["rosemary"])
        here = self.client.post(new, {"file": file}).url
        row = Import.objects.latest("number")
        assert self.client.post(here, self._form(row, mapping)).status_code == 303
        self.work()
        shown = self.client.get(here)
        assert "Check before anything is written" in shown.content.decode()
        self.client.post(f"{here}apply/")
        self.work()
        assert "New values: " in self.client.get(here).content.decode()
        return Import.objects.get(pk=row.pk).summary

    def _form(self, row, mapping):
        goals = {mapping["date"]: "date"}
        goals |= {header: f"kpi:{code}" for header, code in mapping.get("values", {}).items()}
        goals |= dict.fromkeys(mapping.get("segment", ()), "segment")
        if "value" in mapping:
            goals |= {mapping["kpi"]: "name", mapping["value"]: "value"}
        columns = {column["name"]: column["index"] for column in row.columns}
        fields = {f"column-{columns[header]}": goal for header, goal in goals.items()}
        return fields | {"new_segments": "on", "repeats": "refuse", "cadence": "weekly"}


class Command:
    """Bring a file in from the shell."""

    def __init__(self, folder):
        self.folder = folder

    def mapping_file(self, mapping):
        file = self.folder / "mapping.json"
        file.write_text(json.dumps(mapping | {"new_segments": True}))
        return file

    def bring(self, name, mapping):
        call_command(
            "import_kpis", path_of(name), workspace="rosemary", mapping=self.mapping_file(mapping),
            stdout=io.StringIO(),
        )  # fmt: skip
        return Import.objects.latest("number").summary


@pytest.fixture(params=["pages", "command"])
def door(request, workspace, lead, tmp_path):
    def work():
        while imports.run_next(at=NOW):
            pass
        rollups.drain(workspace=workspace, at=NOW)

    return Pages(lead, work) if request.param == "pages" else Command(tmp_path)


@pytest.fixture
def series(lead):
    """Ask the API for the values of a KPI's periods, as Decimals by their first day."""
    client = api_of(lead)

    def series(name, period, first, last, **more):
        answer = client.get(
            f"/api/v1/kpis/{code_of(name)}/series/",
            {"period": period, "from": str(first), "to": str(last), **more},
        )
        points = answer.json()["points"]
        return {p["start"]: Decimal(p["value"]) for p in points if p["value"] is not None}

    return series


def wide(date, names, **more):
    return {"date": date, "values": {name: code_of(name) for name in names}, **more}


def test_an_export_of_analytics(door, make, series):
    reference = reference_of("ga4")
    make(["Event count", "New users"], cadence="daily")

    summary = door.bring("ga4", wide("Date", ["Event count", "New users"]))

    assert (summary["rows"], summary["rows_with_values"], summary["problems"]) == (
        reference["data_rows"], reference["data_rows"], 0,
    )  # fmt: skip
    assert summary["outcome"]["created"] == 2 * reference["distinct_days"]
    assert [(each["first"], each["last"]) for each in summary["skipped"]] == [
        (1, reference["comment_lines"])
    ]
    first, last = reference["first"], reference["last"]
    months = series("Event count", "month", first, last)
    assert {month[:7]: value for month, value in months.items()} == (
        reference["by_month_event_count"]
    )
    weeks = series("New users", "week", first, last)
    five = sorted(weeks)[:5]
    named = {"{}-W{:02}".format(*dt.date.fromisoformat(day).isocalendar()): weeks[day]
             for day in five}  # fmt: skip
    assert named == reference["by_iso_week_new_users_first5"]
    assert sum(weeks.values()) == reference["sum_new_users"]


def test_two_groups_of_a_campaign(door, make, series, workspace):
    groups = {name: reference_of(name) for name in ("ab_campaign_control", "ab_campaign_test")}
    measures = list(groups["ab_campaign_test"]["totals_complete_rows"])
    make(measures, breakdown=BreakdownFactory(workspace=workspace), cadence="daily")
    mapping = wide("Date", measures, segment=["Campaign Name"])

    summaries = {name: door.bring(name, mapping) for name in groups}

    segments = {"ab_campaign_control": "Control Campaign", "ab_campaign_test": "Test Campaign"}
    for name, reference in groups.items():
        short = len(reference["short_rows"])
        assert summaries[name]["rows"] == reference["data_rows"]
        assert summaries[name]["short_rows"] == short
        # A short row has its day and its spend, and nothing else.
        assert summaries[name]["empty_cells"] == short * (len(measures) - 1)
        expected = reference["totals_complete_rows"] | {"Spend [USD]": reference["spend_all_rows"]}
        sums = {
            measure: sum(
                series(measure, "month", "2019-01-01", "2019-12-31", segment=segments[name])
                .values()
            )
            for measure in measures
        }  # fmt: skip
        assert sums == expected


def test_a_series_of_subscribers(door, make, series):
    reference = reference_of("newsletter")
    make(["assinantes"], cadence="monthly", aggregation="last")

    summary = door.bring("newsletter", wide("mes", ["assinantes"]))

    assert summary["outcome"]["created"] == reference["rows"]
    months = series("assinantes", "month", "2017-01-01", "2018-12-31")
    assert len(months) == reference["rows"]
    assert sum(months.values()) == reference["sums"]["assinantes"]


# -- A panel of 164,241 values --------------------------------------------------------------------


def _watched(process):
    """Follow an import until the process ends; give what it said and the counts that were seen."""
    seen = defaultdict(set)
    while process.poll() is None:
        row = Import.objects.defer("content").order_by("-number").first()
        if row is not None and row.is_working:
            seen[row.state].add(row.done)
        time.sleep(0.05)
    said, complaints = process.communicate()
    assert process.returncode == 0, complaints
    assert int(said.split()[-1]) < MEGABYTES
    return seen


@pytest.fixture(params=["pages", "command"])
def far_door(request, lead, tmp_path):
    """Bring a file in with the work done by a process of its own, whose memory is measured."""
    seen = []

    class FarCommand(Command):
        def bring(self, name, mapping):
            process = start_child(COMMAND, str(path_of(name)), str(self.mapping_file(mapping)))
            seen.append(_watched(process))
            return Import.objects.latest("number").summary

    door = (
        Pages(lead, lambda: seen.append(_watched(start_child(WORKER))))
        if request.param == "pages"
        else FarCommand(tmp_path)
    )
    door.seen = seen
    return door


def _assert_progress_moved(door):
    for state in (Import.State.CHECKING, Import.State.APPLYING):
        counts = set().union(*(seen[state] for seen in door.seen))
        assert len(counts) >= 3, f"{state}: {counts}"


def _assert_parts_add_up(series, reference, period, *, place):
    """TotalUS is the sum of its eight regions, as far as the file itself rounds."""
    hierarchy = reference["hierarchy"]
    span = (period, reference["first"], reference["last"])
    for measure in ADDITIVE:
        for kind in ("conventional", "organic"):
            segment = place.format(region=hierarchy["parent"], kind=kind)
            whole = series(measure, *span, segment=segment)
            parts = defaultdict(Decimal)
            for region in hierarchy["children"]:
                segment = place.format(region=region, kind=kind)
                for start, value in series(measure, *span, segment=segment).items():
                    parts[start] += value
            assert len(whole) == reference["weeks"]
            assert max(abs(whole[start] - parts[start]) for start in whole) <= ROUNDING


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_a_long_panel(far_door, make, series, workspace):
    reference, panel = reference_of("avocado_long"), reference_of("avocado_weekly")
    regions = BreakdownFactory(workspace=workspace)
    make(ADDITIVE, breakdown=regions, cadence="weekly", segment_total="sum")
    make(["AveragePrice"], breakdown=regions, cadence="weekly")
    mapping = {"date": "Date", "segment": ["region", "type"], "kpi": "metric", "value": "value"}

    summary = far_door.bring("avocado_long", mapping)

    assert summary["rows"] == summary["rows_with_values"] == reference["rows"]
    assert summary["outcome"]["created"] == reference["rows"]
    _assert_progress_moved(far_door)
    sums = {
        measure: plain(sum(series(measure, "week", panel["first"], panel["last"]).values()))
        for measure in ADDITIVE
    }
    assert sums == {
        measure: plain(reference["sum_value_by_metric"][measure]) for measure in ADDITIVE
    }
    _assert_parts_add_up(series, panel, "week", place="{region} / {kind}")


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_a_wide_panel(far_door, make, series, workspace):
    """Measured by the day, so that the years of the calendar are those of the reference."""
    reference = reference_of("avocado_weekly")
    regions = BreakdownFactory(workspace=workspace)
    make(ADDITIVE, breakdown=regions, cadence="daily")
    make(["AveragePrice"], breakdown=regions, cadence="daily", aggregation="average")
    # In the order of the file, which a page does not let anybody change.
    mapping = wide("Date", [*ADDITIVE, "AveragePrice"], segment=["type", "region"])

    summary = far_door.bring("avocado_weekly", mapping)

    assert summary["rows"] == summary["rows_with_values"] == reference["rows"]
    assert summary["outcome"]["created"] == 9 * reference["rows"]
    _assert_progress_moved(far_door)
    years = {}
    for kind in ("conventional", "organic"):
        whole = {"segment": f"{kind} / TotalUS"}
        found = series("Total Volume", "year", "2015-01-01", "2018-12-31", **whole)
        years |= {f"{start[:4]}/{kind}": value for start, value in found.items()}
        price = series("AveragePrice", "year", "2017-01-01", "2017-12-31", **whole)
        mean = reference["simple_mean_price_TotalUS_2017"][kind]
        assert round(price["2017-01-01"], 6) == mean
    assert years == reference["total_volume_TotalUS_by_year_type"]
    _assert_parts_add_up(series, reference, "day", place="{kind} / {region}")
