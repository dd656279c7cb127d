"""Speakable ids in requests, and what they name."""

from django.utils.translation import gettext as _

from core.api.problems import Problem
from goals.models import Breakdown, Kpi, Scorecard, Segment
from teams.models import Workspace


def find_breakdown(workspace: Workspace, ref: str) -> Breakdown | None:
    number = number_in(ref, "B")
    found: Breakdown | None = (
        Breakdown.objects.for_workspace(workspace).filter(number=number).first()
    )
    return found


def find_kpi(workspace: Workspace, code: str) -> Kpi | None:
    found: Kpi | None = Kpi.objects.for_workspace(workspace).filter(code=code).first()
    return found


def find_scorecard(workspace: Workspace, ref: str) -> Scorecard | None:
    number = number_in(ref, "SC")
    found: Scorecard | None = (
        Scorecard.objects.for_workspace(workspace).filter(number=number).first()
    )
    return found


def segment_of(kpi: Kpi, code: str | None) -> Segment | None:
    """Give the KPI's segment of that code; None, which is the total, where there is no code."""
    if code is None:
        return None
    found = Segment.objects.filter(breakdown=kpi.breakdown_id, code=code).first()
    if found is None:
        raise unknown("segment", _("This KPI has no such segment."))
    segment: Segment = found
    return segment


def unknown(name: str, detail: str) -> Problem:
    return Problem(422, detail, [{"field": name, "detail": detail}])


def number_in(ref: str, kind: str) -> int:
    """Read the 3 of ``B-3``; -1, which nothing has, where it is no such name."""
    prefix, _dash, digits = ref.partition("-")
    fits = prefix == kind and digits.isascii() and digits.isdigit() and len(digits) < 10
    return int(digits) if fits else -1
