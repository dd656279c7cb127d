"""Defining KPIs: creating, changing, archiving and handing them over."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core.errors import ConflictError, DomainError, first_rule
from goals.models import Kpi, Measurement, Target
from goals.rules import formulas, library
from goals.services import locks, marks
from teams.models import Membership, Workspace
from teams.services.counters import next_number
from teams.services.locks import keep_here

# What the rollups of a KPI depend on; changing one of these recomputes them.
ROLLUP_FIELDS = frozenset({"aggregation", "formula", "cadence", "gaps", "segment_total"})
# What measurements are stored under; fixed once there are any.
KEY_FIELDS = frozenset({"cadence", "breakdown"})


class KpiRuleError(DomainError):
    """A definition that breaks a rule of KPIs."""


class UsedKpiError(KpiRuleError):
    """What numbers and formulas already refer to cannot be changed under them."""


@transaction.atomic
def create_kpi(*, workspace: Workspace, **definition: Any) -> Kpi:
    """
    Create a KPI; it gets the next speakable number.

    Without a cadence it is weekly, and a formula takes that of its KPI that is measured least
    often.

    Raises:
        KpiRuleError: the definition breaks a rule; ``field`` says where.
        FormulaError: the formula cannot be read.
        NotActiveError: the owner left.
        NumbersBusyError: an import or a rebuild is at work.
    """
    locks.hold_definitions(workspace)
    kpi = Kpi(workspace=workspace, **definition)
    if kpi.breakdown and "segment_total" not in definition:
        kpi.segment_total = _usual_total(kpi.aggregation)
    if "cadence" not in definition:
        kpi.cadence = _coarsest_input(kpi).cadence if kpi.is_formula else Kpi.Cadence.WEEKLY
    _check(kpi)
    kpi.number = next_number(workspace, "K")
    kpi.save()
    if kpi.is_formula:
        marks.mark_kpis(workspace, [kpi])
    marks.numbers_changed(workspace)
    return kpi


@transaction.atomic
def change_kpi(*, kpi: Kpi, version: int, **changes: Any) -> Kpi:
    """
    Change the definition of a KPI that somebody read at ``version``.

    Raises:
        ConflictError: somebody else changed it since.
        UsedKpiError: its code is used in a formula, or its key has numbers under it.
        KpiRuleError, FormulaError, NotActiveError, NumbersBusyError: as for ``create_kpi``.
    """
    locks.hold_definitions(kpi.workspace)
    locked: Kpi = Kpi.objects.locked().get(pk=kpi.pk)
    if locked.version != version:
        raise ConflictError(_("Somebody else changed this KPI while you did."))
    changed = {name for name, value in changes.items() if getattr(locked, name) != value}
    _check_uses(locked, changed)
    for name in changed:
        setattr(locked, name, changes[name])
    if "breakdown" in changed and "segment_total" not in changes:
        locked.segment_total = _usual_total(locked.aggregation) if locked.breakdown else "none"
    _check(locked)
    locked.version += 1
    locked.save()
    if changed & ROLLUP_FIELDS:
        marks.mark_kpis(locked.workspace, [locked])
    marks.numbers_changed(locked.workspace)
    return locked


@transaction.atomic
def archive_kpi(*, kpi: Kpi, at: datetime) -> Kpi:
    """
    Take a KPI out of use: its numbers stay, nobody is asked for more.

    Raises:
        UsedKpiError: an active formula reads it.
        NumbersBusyError: as for ``create_kpi``.
    """
    locks.hold_definitions(kpi.workspace)
    if readers := [reader for reader in _readers_of(kpi) if not reader.is_archived]:
        message = _("“%(reader)s” is computed from this KPI. Change or archive that one first.")
        raise UsedKpiError(message % {"reader": readers[0].name})
    return _set_archived(kpi, at)


@transaction.atomic
def restore_kpi(*, kpi: Kpi) -> Kpi:
    """
    Take an archived KPI back into use.

    Raises:
        UsedKpiError: it is a formula over a KPI that is archived.
        NumbersBusyError: as for ``create_kpi``.
    """
    locks.hold_definitions(kpi.workspace)
    if kpi.is_formula:
        names = formulas.read(kpi.formula).names
        others = Kpi.objects.for_workspace(kpi.workspace).filter(code__in=names)
        if archived := others.exclude(archived_at=None).first():
            message = _("“%(kpi)s”, which the formula reads, is archived.")
            raise UsedKpiError(message % {"kpi": archived.name})
    return _set_archived(kpi, None)


def _set_archived(kpi: Kpi, at: datetime | None) -> Kpi:
    locked: Kpi = Kpi.objects.locked().get(pk=kpi.pk)
    locked.archived_at = at
    locked.version += 1
    locked.save(update_fields=["archived_at", "version"])
    marks.numbers_changed(locked.workspace)
    return locked


@transaction.atomic
def hand_over_kpis(*, leaver: Membership, heir: Membership, by: Membership) -> None:  # noqa: ARG001  # the registry's signature
    """Give every KPI that one member owns to another, archived ones included."""
    Kpi.objects.owned_by(leaver).update(owner=heir, version=F("version") + 1)
    marks.numbers_changed(leaver.workspace)


@transaction.atomic
def add_from_library(*, workspace: Workspace, code: str, owner: Membership) -> list[str]:
    """
    Add a ready KPI and, for a formula, those of the library that it reads; give their names.

    KPIs that the workspace has already stay as they are.

    Raises:
        KpiRuleError: the library has no such KPI.
        NumbersBusyError: as for ``create_kpi``.
    """
    locks.hold_definitions(workspace)
    if code not in library.BY_CODE:
        raise KpiRuleError(_("The library has no such KPI."))
    ready = library.BY_CODE[code]
    added = []
    if ready.formula:
        for name in sorted(formulas.read(ready.formula).names):
            added += add_from_library(workspace=workspace, code=name, owner=owner)
    if not Kpi.objects.for_workspace(workspace).filter(code=code).exists():
        kpi = create_kpi(workspace=workspace, owner=owner, **ready.definition())
        added.append(kpi.name)
    return added


def check_formula(*, workspace: Workspace, formula: str, code: str = "") -> list[Kpi]:
    """
    Check a formula for the KPI of ``code`` and give the KPIs that it names.

    Raises:
        FormulaError: it cannot be read, names no such KPI, or comes back to itself.
    """
    names = formulas.read(formula).names
    kpis = {kpi.code: kpi for kpi in Kpi.objects.for_workspace(workspace)}
    for name in sorted(names):
        if name != code and (name not in kpis or kpis[name].is_archived):
            message = _("There is no active KPI with the code “%(code)s”.")
            raise formulas.FormulaError(message % {"code": name})
    graph: dict[str, Iterable[str]] = {
        kpi.code: formulas.read(kpi.formula).names for kpi in kpis.values() if kpi.is_formula
    }
    if cycle := formulas.find_cycle({**graph, code: names}, code):
        message = _("This formula comes back to itself: %(way)s.") % {"way": " → ".join(cycle)}
        raise formulas.FormulaError(message)
    return [kpis[name] for name in sorted(names)]


def _usual_total(aggregation: str) -> str:
    """Give the total over segments that makes sense for most KPIs of an aggregation."""
    return "sum" if aggregation in {"sum", "last"} else "none"


def _check(kpi: Kpi) -> None:
    try:
        kpi.full_clean(exclude=["number"])
    except ValidationError as error:
        raise first_rule(error, KpiRuleError, kpi) from error
    keep_here(kpi.owner, field="owner")
    if kpi.gaps == Kpi.Gaps.ZERO and kpi.aggregation != Kpi.Aggregation.SUM:
        message = _("Only for a KPI that adds up can a gap mean zero.")
        raise KpiRuleError(message, field="gaps")
    if kpi.is_formula:
        _check_formula_kpi(kpi)
    for reader in _readers_of(kpi):
        if reader.grain.rank < kpi.grain.rank:
            message = _("“%(reader)s” is computed from this KPI more often than that.")
            raise KpiRuleError(message % {"reader": reader.name}, field="cadence")


def _check_formula_kpi(kpi: Kpi) -> None:
    if kpi.breakdown is not None:
        message = _("A formula takes its breakdown from the KPIs in it; leave it empty here.")
        raise KpiRuleError(message, field="breakdown")
    coarsest = _coarsest_input(kpi)
    if kpi.grain.rank < coarsest.grain.rank:
        message = _("“%(kpi)s” is measured less often: choose “%(cadence)s” or longer.")
        names = {"kpi": coarsest.name, "cadence": coarsest.get_cadence_display()}
        raise KpiRuleError(message % names, field="cadence")


def _coarsest_input(kpi: Kpi) -> Kpi:
    inputs = check_formula(workspace=kpi.workspace, formula=kpi.formula, code=kpi.code)
    return max(inputs, key=lambda needed: needed.grain.rank)


def _check_uses(kpi: Kpi, changed: set[str]) -> None:
    has_numbers = Measurement.objects.filter(series__kpi=kpi).exists()
    if "code" in changed and (has_numbers or _readers_of(kpi)):
        message = _("The code is used by numbers or formulas, so it stays as it is.")
        raise UsedKpiError(message, field="code")
    for name in sorted(changed & KEY_FIELDS):
        if has_numbers:
            message = _("This KPI has numbers already. Create another KPI for the new ones.")
            raise UsedKpiError(message, field=name)
    if "cadence" in changed and Target.objects.filter(kpi=kpi).exists():
        message = _("This KPI has targets for how often it is measured now. Remove them first.")
        raise UsedKpiError(message, field="cadence")
    if "formula" in changed and has_numbers:
        message = _("This KPI has numbers of its own, so it cannot become a formula.")
        raise UsedKpiError(message, field="aggregation")


def _readers_of(kpi: Kpi) -> list[Kpi]:
    """List the formulas that name this KPI."""
    others = Kpi.objects.for_workspace(kpi.workspace).formulas().exclude(pk=kpi.pk)
    return [other for other in others if kpi.code in formulas.read(other.formula).names]
