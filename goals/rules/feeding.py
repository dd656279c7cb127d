"""How programs send a number: ready to copy, for one KPI."""

import json
import shlex
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

# Stands where the token goes until there is one.
NO_TOKEN = "YOUR-TOKEN"  # noqa: S105  # a word to be replaced


@dataclass(frozen=True, slots=True)
class Feed:
    """One value on its way to the API at ``address``; ``segment`` is None without a breakdown."""

    address: str
    kpi: str
    segment: str | None
    day: date
    value: str
    token: str = NO_TOKEN

    @property
    def body(self) -> str:
        segment = {} if self.segment is None else {"segment": self.segment}
        row = {"kpi": self.kpi, **segment, "date": self.day.isoformat(), "value": self.value}
        return json.dumps({"measurements": [row]}, ensure_ascii=False)

    @property
    def curl(self) -> str:
        """A command line for any shell of the Unix kind."""
        lines = [
            f"curl {shlex.quote(self.address)}",
            f"  -H {shlex.quote(f'Authorization: Bearer {self.token}')}",
            "  -H 'Content-Type: application/json'",
            f"  -d {shlex.quote(self.body)}",
        ]
        return " \\\n".join(lines)

    @property
    def apps_script(self) -> str:
        """A script for Google Sheets that sends every row of the sheet that is open."""
        if self.segment is None:
            columns, names = _("Column A holds the date, column B the value."), "day, value"
        else:
            columns = _("Column A holds the date, column B the value, column C the segment.")
            names = "day, value, segment"
        segment = "" if self.segment is None else "\n      segment: String(segment),"
        return f"""// {columns}
function sendNumbers() {{
  const zone = SpreadsheetApp.getActive().getSpreadsheetTimeZone();
  const rows = SpreadsheetApp.getActiveSheet().getDataRange().getValues();
  const measurements = rows
    .filter(([day, value]) => day instanceof Date && value !== "")
    .map(([{names}]) => ({{
      kpi: {json.dumps(self.kpi)},
      date: Utilities.formatDate(day, zone, "yyyy-MM-dd"),{segment}
      value: String(value),
    }}));
  UrlFetchApp.fetch({json.dumps(self.address)}, {{
    method: "post",
    contentType: "application/json",
    headers: {{ Authorization: {json.dumps(f"Bearer {self.token}")} }},
    payload: JSON.stringify({{ measurements }}),
  }});
}}"""
