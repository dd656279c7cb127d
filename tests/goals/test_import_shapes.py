"""
Files of many shapes and languages, from nothing through the wizard without a correction.

They lie in tests/files/imports; their figures are invented.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.intake import Reason
from goals.models import Import, Kpi, Measurement
from goals.services import imports
from tests.conftest import NOW
from tests.doors import browser_of, text_of

pytestmark = pytest.mark.usefixtures("frozen")

FILES = Path(__file__).parents[1] / "files" / "imports"


@dataclass(frozen=True)
class Shape:
    """
    What a file must come to.

    ``sums`` are the KPIs that it makes, with the sum of their values; ``said`` is to be read on
    the page of the second step.
    """

    name: str
    cadence: str
    first: dt.date
    sums: dict[str, str]
    segments: set[str | None] = field(default_factory=lambda: {None})
    said: tuple[str, ...] = ()
    aside: dict[Reason, int] = field(default_factory=dict)


def day(text):
    return dt.date.fromisoformat(text)


SHAPES = [
    Shape("polish_months_cp1250.csv", "monthly", day("2026-01-01"),
          {"Zapisy na newsletter": "3812", "Koszt (zł)": "7115.75"},
          said=("Windows-1250 (Central European), semicolon, headings in line 2",),
          aside={Reason.TITLE: 1, Reason.TOTALS: 1}),
    Shape("italian_ranges.tsv", "weekly", day("2026-11-02"), {"Contatti raccolti": "106"},
          segments={"E-mail", "Fiere"}, said=("UTF-8, tab",)),
    Shape("thai_buddhist_cp874.csv", "daily", day("2026-11-02"),
          {"ผู้ติดตาม": "3655", "ยอดขาย": "94650.75"}, said=("Windows-874 (Thai)",)),
    Shape("search_console.csv", "daily", day("2026-11-02"),
          {"Search Console: Clicks": "349", "Search Console: Impressions": "12312",
           "Search Console: Position": "42.7"}, said=("Recognised: Search Console.",)),
    Shape("linkedin_ads_utf16.csv", "daily", day("2026-11-14"),
          {"LinkedIn Ads: Total Spent": "63.5", "LinkedIn Ads: Impressions": "10245",
           "LinkedIn Ads: Clicks": "66", "LinkedIn Ads: Total Engagements": "131"},
          segments={"Webinar", "Guide"}, said=("Recognised: LinkedIn Ads.", "UTF-16"),
          aside={Reason.TITLE: 3}),
    Shape("hubspot_emails.csv", "weekly", day("2026-11-02"),
          {"HubSpot: Sent": "6000", "HubSpot: Delivered": "5866", "HubSpot: Opened": "2293",
           "HubSpot: Clicked": "351", "HubSpot: Unsubscribed": "13", "HubSpot: Hard bounced": "30",
           "HubSpot: Spam reports": "1"}, said=("Recognised: HubSpot.",)),
    Shape("long_sep_line.csv", "weekly", day("2026-11-02"), {"Rozmowy": "31", "Oferty": "11"},
          said=("vertical bar, headings in line 2",), aside={Reason.SEPARATOR: 1}),
    Shape("quarters_pipe.txt", "quarterly", day("2025-10-01"),
          {"Pipeline EUR": "1688750", "Win rate": "86.4"}, said=("vertical bar",)),
    Shape("summary_then_days.csv", "daily", day("2026-11-02"), {"Orders per day": "66"},
          said=("table 2 of 2 Orders per day",), aside={Reason.OTHER_TABLE: 3, Reason.TITLE: 2}),
    Shape("accounts_apostrophes.csv", "daily", day("2026-11-02"),
          {"Net sales CHF": "3512.75", "Returns CHF": "-52.75"},
          aside={Reason.COMMENT: 1, Reason.TOTALS: 1}),
    Shape("years.csv", "yearly", day("2023-01-01"), {"Klienci": "1363"}),
]  # fmt: skip


@pytest.fixture
def page(lead):
    return browser_of(lead)


def choose(page, name):
    file = SimpleUploadedFile(name, (FILES / name).read_bytes())
    answer = page.post(reverse("goals:new-import", args=["rosemary"]), {"file": file})
    assert answer.status_code == 303, text_of(answer)
    return Import.objects.latest("number")


def take_as_proposed(page, row):
    form = page.get(f"{row.get_absolute_url()}?step=match").context["form"]
    fields = {field.html_name: field.value() or "" for field in form}
    fields = {name: value for name, value in fields.items() if value is not False}
    answer = page.post(row.get_absolute_url(), fields)
    assert answer.status_code == 303, text_of(answer)
    imports.run_next(at=NOW, only=row)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_file_of_this_shape_needs_no_correction(page, shape):
    row = choose(page, shape.name)
    shown = text_of(page.get(row.get_absolute_url()))
    assert [said for said in shape.said if said not in shown] == []

    take_as_proposed(page, row)
    row.refresh_from_db()
    assert list(row.problems.values_list("detail", flat=True)) == []
    assert row.summary["rows"] == row.summary["rows_with_values"]
    assert _lines_aside(row) == {reason.words: count for reason, count in shape.aside.items()}
    page.post(f"{row.get_absolute_url()}apply/")
    imports.run_next(at=NOW, only=row)

    sums = {name: Decimal(0) for name in shape.sums}
    for name, value in Measurement.objects.values_list("series__kpi__name", "value"):
        sums[name] += value
    assert sums == {name: Decimal(value) for name, value in shape.sums.items()}
    assert set(Kpi.objects.values_list("cadence", flat=True)) == {shape.cadence}
    assert Measurement.objects.earliest("on_date").on_date == shape.first
    assert set(Measurement.objects.values_list("series__segment__code", flat=True)) == (
        shape.segments
    )


def _lines_aside(row):
    lines = {}
    for each in row.summary["skipped"]:
        if each["reason"] != Reason.BLANK.words:
            count = each["last"] - each["first"] + 1
            lines[each["reason"]] = lines.get(each["reason"], 0) + count
    return lines
