"""Forms on pages: shown alone, told which rule is broken, read at a version."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Manager, QuerySet
from django.forms import BaseForm, BoundField, ChoiceField, Form, ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Fold:
    """Fields of one subject that are shown on demand, or because one of them is wrong."""

    label: str | Promise
    fields: Sequence[BoundField]

    @property
    def is_open(self) -> bool:
        return any(field.errors for field in self.fields)


class FoldedForm(Form):
    """A long form: what most people need is shown, the rest is folded by subject."""

    # Pairs of a label and the names of its fields.
    FOLDS: ClassVar[Sequence[tuple[str | Promise, Sequence[str]]]] = ()

    @property
    def plain(self) -> list[BoundField]:
        folded = {name for _label, names in self.FOLDS for name in names}
        return [field for field in self if field.name not in folded]

    @property
    def folds(self) -> list[Fold]:
        return [Fold(label, [self[name] for name in names]) for label, names in self.FOLDS]


def form_page(
    request: HttpRequest,
    form: BaseForm,
    *,
    heading: str,
    submit: str,
    cancel_url: str,
    version: int | None = None,
) -> HttpResponse:
    """
    Show one form on a page of its own; with something wrong in it the answer is 422.

    ``version`` is what the thing to change was read at; while the form is mended it stays the one
    that came with it.
    """
    context = {
        "form": form,
        "heading": heading,
        "submit": submit,
        "cancel_url": cancel_url,
        "version": version and request.POST.get("version", version),
    }
    return render(request, "form_page.html", context, status=422 if form.errors else 200)


def conflict_page(
    request: HttpRequest, form: BaseForm, *, stored: Any, cancel_url: str
) -> HttpResponse:
    """
    Show both texts of what differs from what somebody else ``stored`` first.

    Sending the form again from there keeps one's own.
    """
    rows = []
    for field in form:
        theirs = _plain(getattr(stored, field.name))
        mine = _plain(form.cleaned_data.get(field.name))
        if field.name in form.cleaned_data and theirs != mine:
            both = {"theirs": _in_words(field, theirs), "mine": _in_words(field, mine)}
            rows.append({"label": field.label, **both})
    context = {
        "form": form,
        "name": str(stored),
        "rows": rows,
        "version": stored.version,
        "cancel_url": cancel_url,
    }
    return render(request, "conflict.html", context, status=409)


def _plain(value: Any) -> Any:
    """Let rows that were chosen be compared and read, by their names."""
    is_rows = isinstance(value, Manager | QuerySet)
    return ", ".join(sorted(map(str, value.all()))) if is_rows else value


def _in_words(field: BoundField, value: Any) -> Any:
    """Give the label of a choice; what is chosen among rows, or typed, speaks for itself."""
    if not isinstance(field.field, ChoiceField) or isinstance(field.field, ModelChoiceField):
        return value
    labels = {str(each.data["value"]): each.choice_label for each in field.subwidgets}
    return labels.get(str(field.field.prepare_value(value)), value)


@contextmanager
def rules_shown_on(form: BaseForm) -> Iterator[None]:
    """Turn a broken business rule into an error at its field, or at the top of the form."""
    try:
        yield
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))


def version_in(posted: Mapping[str, Any]) -> int:
    """Read the version that a form was made from; no row has the 0 that rubbish gives."""
    text = str(posted.get("version", ""))
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
