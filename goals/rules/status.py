"""How a number is judged against its target."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Comparator(models.TextChoices):
    """What "met" means; equality meets all but the strict ones."""

    AT_LEAST = "at_least", _("at least")
    AT_MOST = "at_most", _("at most")
    MORE_THAN = "more_than", _("more than")
    LESS_THAN = "less_than", _("less than")
    EQUALS = "equals", _("exactly")
    IN_RANGE = "in_range", _("from … to …")
    NOT_IN_RANGE = "not_in_range", _("outside … to …")
    NONE = "none", _("no target from here on")


RANGES = frozenset({Comparator.IN_RANGE, Comparator.NOT_IN_RANGE})


class Status(models.TextChoices):
    """The words and shapes that every page uses for a number."""

    OFF_TRACK = "off_track", _("Off track")
    AT_RISK = "at_risk", _("At risk")
    NO_DATA = "no_data", _("No data")
    NOT_JUDGED = "not_judged", pgettext_lazy("a number of an incomplete period", "Not judged")
    NO_TARGET = "no_target", _("No target")
    ON_TRACK = "on_track", _("On track")


@dataclass(frozen=True, slots=True)
class Goalpost:
    """The target of one period: a comparator with one bound, or two for a range."""

    comparator: Comparator
    value: Decimal
    upper: Decimal | None = None


def is_met(value: Decimal, goalpost: Goalpost) -> bool:
    """Apply the comparator; a range includes its bounds, so outside excludes them."""
    low, high = goalpost.value, goalpost.upper
    match goalpost.comparator:
        case Comparator.AT_LEAST:
            return value >= low
        case Comparator.AT_MOST:
            return value <= low
        case Comparator.MORE_THAN:
            return value > low
        case Comparator.LESS_THAN:
            return value < low
        case Comparator.EQUALS:
            return value == low
        case Comparator.IN_RANGE:
            return high is not None and low <= value <= high
        case Comparator.NOT_IN_RANGE:
            return high is not None and not low <= value <= high
        case _:
            raise ValueError(goalpost.comparator)


def distance(value: Decimal, goalpost: Goalpost) -> Decimal:
    """Give how far a value that missed lies from the nearer bound."""
    bounds = [goalpost.value] if goalpost.upper is None else [goalpost.value, goalpost.upper]
    return min(abs(value - bound) for bound in bounds)


def judge(value: Decimal, goalpost: Goalpost, band: Decimal) -> Status:
    """
    Judge a value: met is on track, a miss within the band is at risk, the rest is off track.

    ``band`` is in percent of the bound that was missed. Where that bound is 0, percent mean
    nothing, and the band is taken as an absolute distance.
    """
    if is_met(value, goalpost):
        return Status.ON_TRACK
    bounds = [goalpost.value] if goalpost.upper is None else [goalpost.value, goalpost.upper]
    nearest = min(bounds, key=lambda bound: abs(value - bound))
    allowed = abs(nearest) * band / 100 if nearest else band
    return Status.AT_RISK if distance(value, goalpost) <= allowed else Status.OFF_TRACK
