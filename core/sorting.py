"""The order of a list: the column that an address names, and a link in the head of each."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.http import HttpRequest

from core.links import with_parameter


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column a list is sorted; without a name it is in an order of its own."""

    name: str = ""
    descending: bool = False

    @classmethod
    def of(cls, query: Mapping[str, str], names: Collection[str]) -> Self:
        """Read ``?sort=name`` or ``?sort=-name``; a name that is none of ``names`` is no order."""
        text = query.get("sort", "")
        name = text.removeprefix("-")
        return cls(name, descending=text.startswith("-")) if name in names else cls()


def column_heads(
    request: HttpRequest, sort: Sort, columns: Iterable[tuple[str, str]]
) -> list[dict[str, Any]]:
    """
    Describe the columns of a list, pairs of name and label, for ``components/_column_heads.html``.

    A column with a name is a link that sorts by it, or turns the order round; one without is not.
    """
    heads = []
    for name, label in columns:
        head = {"label": label}
        if name:
            ascending = name == sort.name and not sort.descending
            head["url"] = with_parameter(request, "sort", f"-{name}" if ascending else name)
        if name and name == sort.name:
            head["sorted"] = "descending" if sort.descending else "ascending"
        heads.append(head)
    return heads
