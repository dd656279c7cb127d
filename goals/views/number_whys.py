"""My numbers: what stands beside a number that is off track, a question or its answer."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import translation

from core.forms import rules_shown_on
from goals.forms.why_lines import WhyForm
from goals.models import Kpi
from goals.selectors import phrases
from goals.selectors.board import Board, Entry, get_board
from goals.selectors.entry import Wanted
from goals.selectors.points import get_freshness
from goals.services.why_lines import say_why
from teams.models import Membership

# How the fields of a question are named: by KPI and the first day of the period.
FIELD = re.compile(r"why-([0-9]+)-([0-9]{8})-why")


@dataclass(frozen=True, slots=True)
class Said:
    """What came of the questions that somebody answered."""

    count: int
    # Forms that were not taken, by their prefix.
    refused: Mapping[str, WhyForm]


def take_whys(
    posted: Mapping[str, str], kpis: Collection[Kpi], *, by: Membership, at: datetime
) -> Said:
    """Say why for each question with an answer; those that cannot be taken keep what was typed."""
    by_number = {kpi.number: kpi for kpi in kpis}
    count, refused = 0, {}
    for name in posted:
        match = FIELD.fullmatch(name)
        kpi = by_number.get(int(match[1])) if match else None
        start = _day(match[2]) if match else None
        if kpi is None or start is None or not posted[name].strip():
            continue
        prefix = name.removesuffix("-why")
        form = WhyForm(posted, prefix=prefix)
        if form.is_valid():
            with rules_shown_on(form):
                say_why(kpi=kpi, start=start, **form.cleaned_data, by=by, at=at)
                count += 1
        if form.errors:
            refused[prefix] = form
    return Said(count, refused)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def whys_beside(
    wanted: Iterable[Wanted],
    *,
    by: Membership,
    week: date,
    at: datetime,
    refused: Mapping[str, WhyForm],
) -> dict[str, dict[str, Any]]:
    """
    Give by the key of a row what stands there about its KPI: a question, or what was said.

    It stands at the last row of a KPI, because it is about the whole of it. Costs four queries.
    """
    last = {each.kpi.pk: each for each in wanted}
    workspace = by.workspace
    board = get_board(
        workspace,
        freshness=get_freshness(workspace),
        newest=week,
        periods=1,
        today=workspace.today(at=at),
        language=translation.get_language() or "en",
        kpis=[each.kpi for each in last.values()],
    )
    found = {}
    for entry in board.unsaid():
        found[last[entry.kpi.pk].key] = _question(entry, board, refused)
    for entry in board.entries:
        if line := board.why(entry, entry.current):
            found[last[entry.kpi.pk].key] = {"said": phrases.why_text(line)}
    return found


def _question(entry: Entry, board: Board, refused: Mapping[str, WhyForm]) -> dict[str, Any]:
    start = entry.current.start
    prefix = f"why-{entry.kpi.number}-{start:%Y%m%d}"
    return {
        "sentence": phrases.sentence(entry, board),
        "period": phrases.period_name(board.calendar, entry.line.grain, start),
        "form": refused.get(prefix) or WhyForm(prefix=prefix),
    }
