"""Serializer fields and the base serializer of the API."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.numbers import plain, read_plain

NOT_PLAIN = _("“%(text)s” is not a number. Write digits, with a point before decimals: 1234.5.")


class PlainDecimalField(serializers.DecimalField):
    """A decimal as a string without trailing zeros (``"4.5"``); at most 8 decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=24, decimal_places=8, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str) and read_plain(data) is None:
            raise serializers.ValidationError(NOT_PLAIN % {"text": data[:80]})
        return super().to_internal_value(data)

    def to_representation(self, value: Decimal) -> str:
        return plain(value)


class NamedChoiceField(serializers.ChoiceField):
    """One of a set of numbered choices, by its name in small letters: ``"monday"``, ``"lead"``."""

    def __init__(self, choices: type[IntegerChoices], **kwargs: Any) -> None:
        self._numbered = choices
        super().__init__([each.name.lower() for each in choices], **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return self._numbered[super().to_internal_value(data).upper()]

    def to_representation(self, value: Any) -> str:
        return self._numbered(value).name.lower()


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer for bodies: a field that it does not know is an error, not a surprise."""

    default_error_messages = {"unknown": _("This field is not known here.")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            unknown = [str(name) for name in data if name not in writable]
            if unknown:
                message = self.error_messages["unknown"]
                raise serializers.ValidationError({name: [message] for name in unknown})
        return super().to_internal_value(data)
