"""How the trail writes values: things by their names, times by the workspace's clocks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.numbers import NumberFormat
from teams.audit.registry import Audited, registered
from teams.models import User
from teams.models.workspaces import Weekday

NOTHING = "–"
# A kind of thing, and the key of one.
Reference = tuple[type[Model], int]
Names = Mapping[Reference, str]
_LISTED = {"working_days": dict(Weekday.choices)}


def names_of(references: Iterable[Reference]) -> Names:
    """
    Name people and things by what they are called now, or were called last.

    The trail itself says it, where removed things are too; it takes a query for each kind.
    """
    keys: dict[type[Model], set[int]] = defaultdict(set)
    for model, key in references:
        keys[model].add(key)
    own: dict[Reference, tuple[Any, Any]] = {}
    for audited in registered():
        if wanted := keys.get(audited.model):
            field = audited.field(audited.named_by[-1])
            for event in _last_events(audited, wanted):
                own[audited.model, event.pgh_obj_id] = field, getattr(event, field.attname)
    keys[User].update(value for field, value in own.values() if field.related_model is User)
    people = User.objects.filter(pk__in=keys[User])
    names: dict[Reference, str] = {(User, user.pk): str(user) for user in people}
    return names | {each: in_words(field, value, names) for each, (field, value) in own.items()}


def _last_events(audited: Audited, keys: set[int]) -> Any:
    events = audited.events.filter(pgh_obj_id__in=keys)
    return events.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")


def in_words(field: Any, value: Any, names: Names) -> str:
    """Write a value of a field as the reader would say it."""
    if value in (None, "", []):
        return NOTHING
    if field.is_relation:
        return names.get((field.related_model, value), NOTHING)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, list):
        words = _LISTED.get(field.name, {})
        return ", ".join(str(words.get(each, each)) for each in value)
    return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case bool():
            return _("yes") if value else _("no")
        case Decimal():
            return NumberFormat.of(get_language()).exact(value)
        case datetime():
            return date_format(localtime(value), "j M Y H:i")
        case date():
            return date_format(value, "j M Y")
        case time():
            return f"{value:%H:%M}"
    return str(value)
