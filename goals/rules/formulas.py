"""Formulas of KPIs: read strictly, evaluated in decimals."""

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from simpleeval import SimpleEval

from core.errors import DomainError
from core.numbers import STORED_LIMIT, round_stored

LONGEST = 300
MOST_NAMES = 20
# Enough digits that a formula over numbers of 24 digits is exact before it is rounded once.
_PRECISION = Context(prec=60, traps=[DivisionByZero, InvalidOperation, Overflow])
_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", "–": "-", "·": "*", ":": "/"})
_OPERATORS: dict[type[ast.AST], Callable[..., Decimal]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
    ast.USub: lambda value: -value,
    ast.UAdd: lambda value: value,
}
_ALLOWED = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Name, ast.Load, ast.Constant)
_CODE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)
_NAME = re.compile(r"\b[^\W\d]\w*")
# Put before every name while Python reads the formula, to which "class" or "if" is no name.
_DRESS = "k_"


class FormulaError(DomainError):
    """A formula that cannot be read, or that means nothing."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="formula")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read: its text, its tree and the codes of the KPIs in it."""

    text: str
    tree: ast.expr
    names: frozenset[str]

    def evaluate(self, values: Mapping[str, Decimal]) -> Decimal | None:
        """
        Work the formula out, unrounded; None where it has no value.

        Division by zero, and a result that is too large to store, have no value.
        """
        evaluator = SimpleEval(operators=_OPERATORS, functions={}, names=dict(values))
        evaluator.nodes[ast.Constant] = _constant
        try:
            with localcontext(_PRECISION):
                result: Decimal = evaluator.eval(self.text, previously_parsed=self.tree)
        except (DivisionByZero, InvalidOperation, Overflow):
            return None
        return result if abs(result) < STORED_LIMIT else None


@lru_cache(maxsize=1024)
def read(text: str) -> Formula:
    """
    Read a formula of +, −, ×, ÷, parentheses, numbers and codes of KPIs.

    Raises:
        FormulaError: it is too long, is no such expression, or names no KPI.
    """
    if len(text) > LONGEST:
        raise FormulaError(
            _("A formula has at most %(longest)d characters.") % {"longest": LONGEST}
        )
    dressed = _NAME.sub(rf"{_DRESS}\g<0>", text.translate(_SIGNS).strip())
    tree = _parse(dressed)
    for node in ast.walk(tree):
        _check(node)
        _undress(node, dressed)
    names = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    if not names:
        raise FormulaError(_("A formula needs at least one KPI, by its code."))
    if len(names) > MOST_NAMES:
        raise FormulaError(_("A formula names at most %(most)d KPIs.") % {"most": MOST_NAMES})
    return Formula(text=text, tree=tree.body, names=names)


def _parse(text: str) -> ast.Expression:
    try:
        return ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise FormulaError(
            _("This is not a formula. Write for example: 100 * clicks / unique_opens.")
        ) from None


def _check(node: ast.AST) -> None:
    if not isinstance(node, (*_ALLOWED, *_OPERATORS)):
        raise FormulaError(_("A formula knows + − × ÷ and parentheses, and nothing else."))


def _undress(node: ast.AST, dressed: str) -> None:
    """Give a name back its own spelling, and a number every digit that was written."""
    if isinstance(node, ast.Name):
        node.id = node.id.removeprefix(_DRESS)
        if not _CODE.fullmatch(node.id):
            raise FormulaError(
                _("“%(name)s” is no code of a KPI: codes have small letters, digits and _.")
                % {"name": node.id}
            )
    elif isinstance(node, ast.Constant):
        # Python made a float of it, which keeps 17 digits; the text has all of them.
        written = ast.get_source_segment(dressed, node) or ""
        if not _NUMBER.fullmatch(written):
            raise FormulaError(_("Only numbers and codes of KPIs stand in a formula."))
        node.value = Decimal(written)  # type: ignore[assignment]  # read by _constant alone


def _constant(node: Any) -> Decimal:
    value: Decimal = node.value
    return value


def stored(result: Decimal | None) -> Decimal | None:
    """Round a result half-even to the places that are stored, once."""
    return None if result is None else round_stored(result)


def find_cycle(formulas: Mapping[str, Iterable[str]], start: str) -> list[str]:
    """
    Give the codes along a way from ``start`` back to it, or an empty list.

    ``formulas`` maps the code of each formula KPI to the codes in its formula.
    """
    came_from: dict[str, str] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for name in sorted(formulas.get(here, ())):
            if name == start:
                return [*_way_to(here, came_from), start]
            if name not in came_from:
                came_from[name] = here
                waiting.append(name)
    return []


def _way_to(here: str, came_from: Mapping[str, str]) -> list[str]:
    way = [here]
    while here in came_from:
        here = came_from[here]
        way.append(here)
    return way[::-1]
