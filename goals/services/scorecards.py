"""Scorecards: set up, changed, removed."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import ConflictError, DomainError, first_rule
from goals.models import Kpi, Scorecard, ScorecardLine
from goals.rules.scorecard_templates import TEMPLATES
from goals.services import kpis, locks, marks
from teams.models import Membership, Workspace
from teams.services.counters import next_number

# A KPI, or the heading of those that follow.
Line = Kpi | str
MOST_LINES = 300
LONGEST_HEADING = 60


class ScorecardRuleError(DomainError):
    """A scorecard that breaks a rule."""


@transaction.atomic
def create_scorecard(*, workspace: Workspace, lines: Sequence[Line], **values: Any) -> Scorecard:
    """
    Set up a scorecard with its lines in order; ``values`` are name, team and place.

    Raises:
        ScorecardRuleError: the name is taken; or as for ``change_scorecard``.
    """
    scorecard = Scorecard(workspace=workspace, **values)
    _check(scorecard)
    scorecard.number = next_number(workspace, "SC")
    _save(scorecard)
    _set_lines(scorecard, lines)
    marks.numbers_changed(workspace)
    return scorecard


@transaction.atomic
def create_from_template(
    *, workspace: Workspace, template: str, owner: Membership
) -> tuple[Scorecard, list[str]]:
    """
    Set up a ready scorecard with the KPIs that it shows; give the names of those that were added.

    Raises:
        ScorecardRuleError: there is no such template, or the name is taken.
        NumbersBusyError: as for ``create_kpi``.
    """
    if template not in TEMPLATES:
        raise ScorecardRuleError(_("There is no such template."))
    ready, added = TEMPLATES[template], []
    for code in ready.codes:
        added += kpis.add_from_library(workspace=workspace, code=code, owner=owner)
    here = Kpi.objects.for_workspace(workspace).active().filter(code__in=ready.codes)
    by_code = {kpi.code: kpi for kpi in here}
    lines = [by_code.get(line) if isinstance(line, str) else str(line) for line in ready.lines]
    return (
        create_scorecard(
            workspace=workspace,
            name=str(ready.name),
            lines=[line for line in lines if line is not None],
        ),
        added,
    )


@transaction.atomic
def begin_with(*, workspace: Workspace, template: str, owner: Membership) -> None:
    """
    Set up a ready scorecard, unless one of its name is there: a form may come twice.

    Raises:
        ScorecardRuleError, NumbersBusyError: as for ``create_from_template``.
    """
    locks.hold_definitions(workspace)
    name = TEMPLATES[template].name if template in TEMPLATES else ""
    if not Scorecard.objects.for_workspace(workspace).filter(name__iexact=str(name)).exists():
        create_from_template(workspace=workspace, template=template, owner=owner)


@transaction.atomic
def change_scorecard(
    *, scorecard: Scorecard, version: int, lines: Sequence[Line] | None = None, **changes: Any
) -> Scorecard:
    """
    Change name, team or place, and the lines where they are given: all of them, in order.

    Raises:
        ConflictError: somebody else changed it since ``version``.
        ScorecardRuleError: the name is taken, something stands twice, a heading is empty or too
            long, or there are too many lines.
    """
    locked: Scorecard = Scorecard.objects.locked().get(pk=scorecard.pk)
    if locked.version != version:
        raise ConflictError(_("Somebody else changed this scorecard while you did."))
    for name, value in changes.items():
        setattr(locked, name, value)
    locked.version += 1
    _check(locked)
    _save(locked)
    if lines is not None:
        _set_lines(locked, lines)
    marks.numbers_changed(locked.workspace)
    return locked


@transaction.atomic
def remove_scorecard(*, scorecard: Scorecard, version: int) -> None:
    """
    Remove a scorecard; its KPIs stay.

    Raises:
        ConflictError: somebody else changed it since ``version``.
    """
    locked: Scorecard = Scorecard.objects.locked().get(pk=scorecard.pk)
    if locked.version != version:
        raise ConflictError(_("Somebody else changed this scorecard while you did."))
    locked.delete()
    marks.numbers_changed(scorecard.workspace)


def _set_lines(scorecard: Scorecard, lines: Sequence[Line]) -> None:
    """Make the lines what is given; the trail then tells only what came and went."""
    _check_lines(lines)
    kept = {row.kpi_id or row.heading: row for row in scorecard.lines.all()}
    moved, new = [], []
    for position, line in enumerate(lines):
        kpi, heading = (None, line) if isinstance(line, str) else (line, "")
        row = kept.pop(kpi.pk if kpi else heading, None)
        if row is None:
            row = ScorecardLine(scorecard=scorecard, position=position, kpi=kpi, heading=heading)
            new.append(row)
        elif row.position != position:
            row.position = position
            moved.append(row)
    scorecard.lines.filter(pk__in=[row.pk for row in kept.values()]).delete()
    ScorecardLine.objects.bulk_update(moved, ["position"])
    ScorecardLine.objects.bulk_create(new)


def _check_lines(lines: Sequence[Line]) -> None:
    if len(lines) > MOST_LINES:
        message = _("A scorecard has at most %(most)d lines.") % {"most": MOST_LINES}
        raise ScorecardRuleError(message, field="lines")
    if twice := [line for line, count in Counter(lines).items() if count > 1]:
        message = _("“%(line)s” stands on it twice.") % {"line": twice[0]}
        raise ScorecardRuleError(message, field="lines")
    headings = [line for line in lines if isinstance(line, str)]
    if not all(heading.strip() and len(heading) <= LONGEST_HEADING for heading in headings):
        message = _("Write a heading of at most %(most)d characters, or take it out.")
        raise ScorecardRuleError(message % {"most": LONGEST_HEADING}, field="lines")


def _check(scorecard: Scorecard) -> None:
    try:
        scorecard.full_clean(exclude=["number"])
    except ValidationError as error:
        raise first_rule(error, ScorecardRuleError, scorecard) from error


def _save(scorecard: Scorecard) -> None:
    """Save what was checked; where somebody took its name since, say so as the check does."""
    try:
        with transaction.atomic():
            scorecard.save()
    except IntegrityError:
        _check(scorecard)
        raise
