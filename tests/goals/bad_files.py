"""Files that cannot be imported, the sentences that say so, and the KPIs that they are about."""

import gzip
import io
import zipfile
from dataclasses import dataclass

from tests.core.intake_cases import workbook
from tests.factories.goals import KpiFactory, kpi_by_market

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)


@dataclass(frozen=True)
class Refused:
    """A file that is refused as a whole, when it comes in."""

    content: bytes
    sentence: str
    name: str = "leads.csv"


@dataclass(frozen=True)
class Faulty:
    """A file with a fault in one place: its line, its column and what is said of it."""

    content: bytes
    line: int
    column: str
    sentence: str
    name: str = "leads.csv"


def make_kpis(workspace, owner):
    """Make the KPIs that the files name: weekly ones, one of them by market, one of yes and no."""
    common = {"workspace": workspace, "owner": owner}
    KpiFactory(code="leads", name="Leads", **common)
    kpi_by_market("pl", name="Visits", **common)
    KpiFactory(code="launched", name="Launched", unit="yes_no", **common)


def csv(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _bomb() -> bytes:
    """Pack a workbook whose sheet grows a thousandfold."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["Date", "Leads"]))) as good,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for name in good.namelist():
            is_sheet = name.endswith("sheet1.xml")
            bomb.writestr(name, bytes(50_000_000) if is_sheet else good.read(name))
    return file.getvalue()


REFUSED = {
    "unclosed quote": Refused(
        csv("Date,Leads", '2026-11-02,"5', "2026-11-09,6"),
        'The quote (") that opens on line 2 is never closed.',
    ),
    "null character": Refused(
        csv("Date,Leads", "2026-11-02,5", "2026-11-09,\0"),
        "Line 3 holds a control character, which no table has. Is the file damaged?",
    ),
    "too many columns": Refused(
        csv("Date," + ",".join(f"Column {n}" for n in range(300)), "2026-11-02,5"),
        "Line 1 has more than 200 columns.",
    ),
    "picture": Refused(
        PICTURE, "leads.csv is a picture and not a table. Choose a CSV or XLSX file."
    ),
    "headings only": Refused(csv("Date,Leads"), "The file has headings and no rows below them."),
    "workbook with headings only": Refused(
        workbook(["Date", "Leads"]), "The file has headings and no rows below them.", "leads.xlsx"
    ),
    "bomb": Refused(_bomb(), "The file is not packed the way workbooks are.", "leads.xlsx"),
    "half a workbook": Refused(
        workbook(["Date", "Leads"], ["2026-11-02", 5])[:2000], "The file is damaged.", "leads.xlsx"
    ),
    "unpacked too large": Refused(
        gzip.compress(b"2026-11-02,5\n" * 2_100_000),
        "The file is larger than 25 MB unpacked.",
        "leads.csv.gz",
    ),
    "half an archive": Refused(
        gzip.compress(b"Date,Leads\n2026-11-02,5\n")[:-12], "The file is damaged.", "leads.csv.gz"
    ),
    "wrong encoding": Refused(
        "Date,Leads,Źródło\n2026-11-02,5,żółw\n".encode() + b"2026-11-09,6,\xbf\xf3w\n",
        "Line 3 cannot be read as UTF-8. Choose another encoding.",
    ),
    "formula without a result": Refused(
        workbook(["Date", "Leads"], ["2026-11-02", "=SUM(1,2)"]),
        "Cell B2 holds a formula, but the file does not hold its result. Open it in a "
        "spreadsheet program, save it, and try again.",
        "leads.xlsx",
    ),
}  # fmt: skip

FAULTY = {
    "a day that does not exist": Faulty(
        csv("Date,Leads", "2026-11-02,5", "2026-02-30,6"), 3, "Date",
        "“2026-02-30” is not a day of the calendar from 1900 to 2100.",
    ),
    "a day far ahead": Faulty(
        csv("Date,Leads", "2026-11-02,5", "2096-11-09,6"), 3, "Date",
        "2096-11-09 is not a day on which this can be measured.",
    ),
    "no day": Faulty(
        csv("Date,Leads", "2026-11-02,5", ",6", "2026-11-09,7"), 3, "Date", "There is no date."
    ),
    "beyond all size": Faulty(
        csv("Date,Leads", "2026-11-02,5", "2026-11-09,1e309"), 3, "Leads",
        "“1e309” is shortened with an exponent; all digits are needed.",
    ),
    "too many digits": Faulty(
        csv("Date,Leads", "2026-11-02,5", f"2026-11-09,{'9' * 17}"), 3, "Leads",
        f"“{'9' * 17}” has more than 16 digits.",
    ),
    "formula": Faulty(
        csv("Date,Leads", "2026-11-02,5", "2026-11-09,=1+1"), 3, "Leads",
        "“=1+1” is a formula; its result is needed.",
    ),
    "words": Faulty(
        csv("Date,Leads", "2026-11-02,5", "2026-11-09,n/d"), 3, "Leads", "“n/d” is not a number."
    ),
    "one cell too many": Faulty(
        csv("Date,Leads", "2026-11-02,5", "2026-11-09,6,7"), 3, "",
        "Line 3 has more cells than the table has columns: 3, not 2.",
    ),
    "contradiction": Faulty(
        csv("Date,Leads", "2026-11-09,5", "2026-11-02,4", "2026-11-10,6"), 2, "Leads",
        "“Leads” gets two values for week 46: 5 in line 2, 6 in line 4.",
    ),
    "unknown segment": Faulty(
        csv("Date,Market,Visits", "2026-11-02,pl,5", "2026-11-02,xx,6"), 3, "Market",
        "There is no segment “xx” in “Markets”.",
    ),
    "missing segment": Faulty(
        csv("Date,Market,Visits", "2026-11-02,pl,5", "2026-11-02,,6"), 3, "Market",
        "The segment is missing.",
    ),
    "endless segment": Faulty(
        csv("Date,Market,Visits", "2026-11-02,pl,5", f"2026-11-02,{'x' * 300},6"), 3, "Market",
        f"The segment “{'x' * 40}…” is longer than 120 characters.",
    ),
    "unknown KPI": Faulty(
        csv("Date,Measure,Value", "2026-11-02,Leads,5", "2026-11-02,Canary,6"), 3, "Measure",
        "There is no KPI called “Canary”.",
    ),
    "neither yes nor no": Faulty(
        csv("Date,Leads,Launched", "2026-11-02,5,1", "2026-11-09,6,2"), 3, "Launched",
        "Write 1 for yes or 0 for no.",
    ),
}  # fmt: skip
