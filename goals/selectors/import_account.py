"""The account of a checked or written file, in words and figures for its page."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.numbers import figure
from goals.models import Import, ImportProblem, Kpi, SourcePull
from goals.rules.remedies import REMEDIES, Remedy
from goals.selectors.phrases import days


@dataclass(frozen=True, slots=True)
class Cause:
    """
    Problems of one kind in one column: how many, the first of them, and what helps.

    ``remedies`` are pairs of a name and its words.
    """

    code: str
    detail: str
    column: str
    where: str
    remedies: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class NewKpiWords:
    """A KPI that the file brings along, in words."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Account:
    """What a checked file holds, and what writing it would do."""

    headline: str
    rows: str
    problems: str
    causes: list[Cause]
    new_kpis: list[NewKpiWords]
    new_segments: str
    # Why there is nothing to write; empty if there is something.
    nothing: str
    submit: str
    submit_new: str


def get_account(row: Import) -> Account:
    """Put the account of a checked file into words; two queries, or three if nothing is new."""
    summary = row.summary
    changes = summary["new"] + summary["changed"]
    causes, may_write = _causes(row), not summary["problems"]
    return Account(
        headline=_changes_text(summary["new"], summary["changed"], summary["unchanged"]),
        rows=_rows(row),
        problems=_problems(summary["problems"], causes) if causes else "",
        causes=[cause for cause, _count in causes],
        new_kpis=[_new_kpi(kpi) for kpi in summary["newcomers"]["kpis"]],
        new_segments=_new_segments(row),
        nothing="" if changes else _nothing(row),
        submit=_submit(row, changes) if may_write else "",
        submit_new=_submit_new(summary["new"])
        if summary["new"] and summary["changed"] and may_write
        else "",
    )


def _nothing(row: Import) -> str:
    if row.summary["values"]:
        return _("All that is in the file is stored already.")
    return _("There is no value in the file.")


def _submit(row: Import, count: int) -> str:
    """Say what there is to agree to: the values, or how the next files of a source are read."""
    if count:
        message = ngettext("Import %(count)s value", "Import %(count)s values", count)
        return message % {"count": figure(count)}
    if row.summary["values"] and row.pulls.filter(state=SourcePull.State.HELD).exists():
        return _("Read the next files like this one")
    return ""


def _submit_new(count: int) -> str:
    message = ngettext(
        "Import only the %(count)s new one", "Import only the %(count)s new ones", count
    )
    return message % {"count": figure(count)}


def outcome_text(row: Import) -> str:
    """Say what a written file did."""
    outcome = row.summary["outcome"]
    return _changes_text(outcome["created"], outcome["updated"], outcome["unchanged"])


def _changes_text(new: int, changed: int, same: int) -> str:
    message = _("New values: %(new)s. Changed: %(changed)s. There already: %(same)s.")
    return message % {"new": figure(new), "changed": figure(changed), "same": figure(same)}


def undone_text(row: Import) -> str:
    """Say what undoing a file did."""
    undone = row.summary["undone"]
    message = _(
        "As they were before: %(restored)s. Removed: %(removed)s. Left as they are: %(kept)s."
    )
    return message % {name: figure(undone[name]) for name in ("restored", "removed", "kept")}


def work_text(row: Import) -> str:
    """Say what is being done with a file."""
    return {
        Import.State.CHECKING: _("Checking the file"),
        Import.State.APPLYING: _("Writing the values"),
        Import.State.UNDOING: _("Putting the values back"),
    }[Import.State(row.state)]


def progress_text(row: Import) -> tuple[int, str]:
    """Give how much there is to do, and how far it came in words; nothing for a single step."""
    if row.state == Import.State.UNDOING:
        return 0, ""
    if row.state == Import.State.APPLYING:
        total, message = row.summary["values"], _("%(done)s of %(total)s values")
    else:
        total, message = row.rows_total, _("%(done)s of %(total)s rows")
    return total, message % {"done": figure(row.done), "total": figure(total)}


def _rows(row: Import) -> str:
    summary = row.summary
    sentences = [
        _("%(used)s of %(rows)s rows were read.")
        % {"used": figure(summary["rows_with_values"]), "rows": figure(summary["rows"])}
    ]
    if summary["first"]:
        first, last = map(date.fromisoformat, (summary["first"], summary["last"]))
        sentences.append(_("They hold values for %(days)s.") % {"days": days(first, last)})
    if count := summary["empty_cells"]:
        message = ngettext("%(count)s cell is empty.", "%(count)s cells are empty.", count)
        sentences.append(message % {"count": figure(count)})
    if names := summary.get("rounded"):
        message = _("Numbers with more than 8 decimals are rounded: %(columns)s.")
        sentences.append(message % {"columns": ", ".join(names)})
    if count := summary["filtered_rows"]:
        message = ngettext("%(count)s row is not kept.", "%(count)s rows are not kept.", count)
        sentences.append(message % {"count": figure(count)})
    if count := summary.get("stopgaps"):
        message = ngettext(
            "%(count)s cell that is no number is taken as you said.",
            "%(count)s cells that are no numbers are taken as you said.",
            count,
        )
        sentences.append(message % {"count": figure(count)})
    if count := summary["left_out"]:
        message = ngettext("%(count)s value is left out.", "%(count)s values are left out.", count)
        sentences.append(message % {"count": figure(count)})
    return " ".join(sentences)


def _causes(row: Import) -> list[tuple[Cause, int]]:
    counts = {
        (code, column): count
        for code, column, count in row.problems.values_list("code", "column").annotate(Count("pk"))
    }
    first = row.problems.order_by("code", "column", "line", "pk").distinct("code", "column")
    causes = [
        (_cause(row, one, count), count) for one in first if (count := counts[one.code, one.column])
    ]
    return sorted(causes, key=lambda pair: -pair[1])


def _cause(row: Import, first: ImportProblem, count: int) -> Cause:
    words = {
        Remedy.EMPTY: _("Take as empty"),
        Remedy.ZERO: _("Take as 0"),
        Remedy.ADD: _("Add them up"),
        Remedy.LAST: _("Take the last one in the file"),
        Remedy.CREATE: _("Create what is missing"),
        Remedy.SKIP: ngettext("Leave the row out", "Leave these rows out", count),
    }
    tried = row.mapping.get("repeats")
    return Cause(
        first.code,
        first.detail,
        first.column,
        _where(count, first.line),
        [(str(one), words[one]) for one in REMEDIES.get(first.code, ()) if one != tried],
    )


def _where(count: int, line: int) -> str:
    if count == 1:
        return _("line %(line)s") % {"line": figure(line)}
    return _("%(count)s times, first in line %(line)s") % {
        "count": figure(count),
        "line": figure(line),
    }


def _problems(problems: int, causes: list[tuple[Cause, int]]) -> str:
    listed = sum(count for _cause, count in causes)
    text = ngettext("%(count)s problem", "%(count)s problems", problems)
    text %= {"count": figure(problems)}
    if listed < problems:
        text += ", " + _("of which %(listed)s are listed") % {"listed": figure(listed)}
    return text


def _new_kpi(kpi: dict[str, str]) -> NewKpiWords:
    words = (
        kpi["unit_label"] or Kpi.Unit(kpi["unit"]).label,
        Kpi.Aggregation(kpi["aggregation"]).label,
        Kpi.Cadence(kpi["cadence"]).label,
        Kpi.Direction(kpi["direction"]).label,
    )
    return NewKpiWords(kpi["name"], " · ".join(map(str, words)))


def _new_segments(row: Import) -> str:
    count, names = row.summary["new_segment_count"], row.summary["new_segments"]
    if not count:
        return ""
    message = ngettext(
        "%(count)s segment is new and will be created: %(names)s",
        "%(count)s segments are new and will be created: %(names)s",
        count,
    )
    some = ", ".join(names[:12]) + (" …" if count > 12 else "")
    return message % {"count": figure(count), "names": some}
