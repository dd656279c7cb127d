"""The form of a scorecard, and its lines while they are put in order."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from goals.models import Kpi, Scorecard
from goals.services.scorecards import Line
from teams.models import Team, Workspace


class ScorecardForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=_("The whole workspace"),
    )
    place = forms.IntegerField(
        label=_("Place in the menu"),
        min_value=1,
        max_value=999,
        initial=1,
        help_text=_("Scorecards of a team come in this order; equal ones by name."),
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.for_workspace(workspace)  # type: ignore[attr-defined]


class Lines:
    """
    The lines of a scorecard while they are put in order.

    Each posted ``line`` is a KPI (``K-3``) or ``heading``, whose words are the next ``heading``.
    """

    def __init__(self, lines: Sequence[Line], kpis: Sequence[Kpi]) -> None:
        self.lines, self._kpis = list(lines), {kpi.ref: kpi for kpi in kpis}

    @classmethod
    def stored(cls, scorecard: Scorecard, kpis: Sequence[Kpi]) -> "Lines":
        rows = scorecard.lines.select_related("kpi").order_by("position")
        return cls([row.kpi or row.heading for row in rows], kpis)

    @classmethod
    def posted(cls, posted: QueryDict, kpis: Sequence[Kpi]) -> "Lines":
        """Read what was sent; a KPI that is not there (any more) is left out."""
        read, headings = cls([], kpis), iter(posted.getlist("heading"))
        for text in posted.getlist("line"):
            line = next(headings, "") if text == "heading" else read._kpis.get(text)
            if line is not None:
                read.lines.append(line.strip() if isinstance(line, str) else line)
        return read

    def do(self, deed: str, posted: QueryDict) -> None:
        """Do what a button asks for: ``add``, ``add-heading``, ``up-3``, ``down-3``, ``out-3``."""
        name, _dash, place = deed.partition("-")
        if deed == "add":
            self._add(self._kpis.get(posted.get("new", "")))
        elif deed == "add-heading":
            self._add(posted.get("new_heading", "").strip() or None)
        elif place.isdecimal() and int(place) < len(self.lines):
            line = self.lines.pop(int(place))
            if name != "out":
                self.lines.insert(max(0, int(place) + (1 if name == "down" else -1)), line)

    def _add(self, line: Line | None) -> None:
        if line is not None and line not in self.lines:
            self.lines.append(line)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Describe the lines for the page."""
        return [
            {"heading": line, "name": line}
            if isinstance(line, str)
            else {"kpi": line, "name": line.name}
            for line in self.lines
        ]

    @property
    def others(self) -> list[Kpi]:
        """List the KPIs in use that are not on it."""
        return [k for k in self._kpis.values() if k not in self.lines and not k.is_archived]


class LinkForm(forms.Form):
    """A new address under which a scorecard is read."""

    name = forms.CharField(
        label=_("What reads it"),
        max_length=80,
        help_text=_("Such as “Board report in Google Sheets”."),
    )
