"""Speakable ids in requests, and what they name."""

from goals.models import Breakdown, Kpi
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


def number_in(ref: str, kind: str) -> int:
    """Read the 3 of ``B-3``; -1, which nothing has, where it is no such name."""
    prefix, _dash, digits = ref.partition("-")
    fits = prefix == kind and digits.isascii() and digits.isdigit() and len(digits) < 10
    return int(digits) if fits else -1
