"""What a column or name without a KPI would become, proposed from its words and first values."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from goals.rules.library import LIBRARY, Ready
from goals.rules.names import has_word, normal

LONGEST_NAME, LONGEST_CODE = 120, 60
# The longest distance in days between two dates that is still measured at this cadence.
_CADENCES = ((1, "daily"), (10, "weekly"), (45, "monthly"), (120, "quarterly"))

_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "฿": "THB", "₴": "UAH", "zł": "PLN"}
_CURRENCY = re.compile(r"\b(?:EUR|USD|GBP|JPY|THB|UAH|PLN|CHF|SEK|NOK|DKK|CZK|AUD|CAD)\b")
# Words in English, Polish, Italian and Thai; a name is looked through word by word.
_MONEY = frozenset({
    "cost", "costs", "spend", "spent", "revenue", "price", "budget", "cpc", "cpm", "cpa", "cac",
    "koszt", "koszty", "wydatki", "przychód", "cena", "budżet",
    "costo", "costi", "spesa", "ricavi", "fatturato", "prezzo",
    "ค่าใช้จ่าย", "รายได้", "ราคา", "งบประมาณ",
})  # fmt: skip
_RATES = frozenset({
    "rate", "ratio", "average", "avg", "mean", "median", "per", "share", "ctr", "cpc", "cpm", "cpa",
    "roas", "cac", "price", "position", "frequency", "score", "reach",
    "średni", "średnia", "średnio", "wskaźnik", "udział", "cena", "pozycja",
    "medio", "media", "tasso", "quota", "prezzo", "posizione",
    "อัตรา", "เฉลี่ย", "ค่าเฉลี่ย", "ราคา", "สัดส่วน",
})  # fmt: skip
_STOCKS = frozenset({
    "subscribers", "followers", "contacts", "members", "customers", "balance", "backlog",
    "pipeline",
    "subskrybenci", "obserwujący", "kontakty", "klienci", "saldo",
    "iscritti", "follower", "contatti", "clienti",
    "ผู้ติดตาม", "สมาชิก", "ลูกค้า",
    "abonnenten", "abonnés", "suscriptores", "assinantes", "seguidores",
})  # fmt: skip
# People who are counted once per day: the same ones come again tomorrow, so days do not add up.
_PEOPLE = frozenset({
    "users", "total users", "active users", "returning users", "unique users", "unique visitors",
})  # fmt: skip
_LOWER_IS_BETTER = frozenset({
    "cost", "costs", "spend", "spent", "cpc", "cpm", "cpa", "cac", "bounce", "bounces", "churn",
    "unsubscribes", "unsubscribed", "complaints", "refunds", "errors",
    "koszt", "koszty", "wydatki", "rezygnacje",
    "costo", "costi", "spesa", "disiscrizioni",
    "ค่าใช้จ่าย",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewKpi:
    """A KPI to be made, with everything that its owner may change later but the cadence."""

    code: str
    name: str
    kind: str
    unit: str
    unit_label: str
    direction: str
    aggregation: str
    cadence: str

    def definition(self) -> dict[str, Any]:
        """Give what a KPI is created with."""
        return {name: getattr(self, name) for name in self.__slots__}


def propose(
    name: str,
    samples: Sequence[str],
    *,
    cadence: str,
    currency: str,
    taken: Collection[str],
    called: str = "",
    stated: str = "",
) -> NewKpi:
    """
    Propose the KPI for numbers that are called ``name``, or ``called`` otherwise as a KPI.

    One of the library's is taken as it is there. ``currency`` is the workspace's: money in
    another one is a plain number with its currency as label. ``stated`` is the one that a file
    says its money is in. ``taken`` are codes that are used.
    """
    if called:
        # A title says more than the header that it stands in for; a tool's name says nothing.
        telling = name if name in called else called
        alike = propose(
            telling, samples, cadence=cadence, currency=currency, taken=taken, stated=stated
        )
        return replace(alike, name=called[:LONGEST_NAME], code=_free_code(called, taken))
    ready = _find_ready(name)
    is_elsewhere = stated not in ("", currency) and has_word(name, _MONEY)
    if ready is not None and ready.code not in taken and not is_elsewhere:
        return _of_library(ready, cadence)
    words = _split_humps(name)
    unit, label = _unit(words, samples, currency, stated)
    return NewKpi(
        code=_free_code(name, taken),
        name=" ".join(name.split())[:LONGEST_NAME],
        kind="response",
        unit=unit,
        unit_label=label,
        direction="decrease" if has_word(words, _LOWER_IS_BETTER) else "increase",
        aggregation=_aggregation(unit, words),
        cadence=cadence,
    )


def usual_cadence(spacing: int | None) -> str:
    """Give the cadence of dates that lie ``spacing`` days apart, weekly where that is unknown."""
    if spacing is None:
        return "weekly"
    return next((cadence for most, cadence in _CADENCES if spacing <= most), "yearly")


def _find_ready(name: str) -> Ready | None:
    wanted = normal(name)
    measured = (ready for ready in LIBRARY if not ready.formula)
    return next((r for r in measured if wanted in (normal(r.code), normal(str(r.name)))), None)


def _of_library(ready: Ready, cadence: str) -> NewKpi:
    return NewKpi(
        code=ready.code,
        name=str(ready.name),
        kind=ready.kind,
        unit=ready.unit,
        unit_label=str(ready.unit_label),
        direction=ready.direction,
        aggregation=ready.aggregation,
        cadence=cadence,
    )


def _unit(name: str, samples: Sequence[str], currency: str, stated: str) -> tuple[str, str]:
    texts = (name, *samples)
    if "%" in name or 2 * sum("%" in sample for sample in samples) > len(samples):
        return "percent", ""
    usual = stated or currency if has_word(name, _MONEY) else ""
    named = next(filter(None, map(_currency_in, texts)), usual)
    if named:
        return ("currency", "") if named == currency else ("number", named)
    numbers = [sample for sample in samples if any(map(str.isdecimal, sample))]
    is_whole = all(sample.strip().isdecimal() for sample in numbers)
    return ("count" if is_whole and not has_word(name, _RATES) else "number"), ""


def stated_currency(choices: Iterable[Sequence[str]]) -> str:
    """Give the currency that a column of a file names in each of its rows."""
    named = (texts[0] for texts in choices if len(texts) == 1)
    return next(filter(_CURRENCY.fullmatch, named), "")


def _currency_in(text: str) -> str:
    if found := _CURRENCY.search(text):
        return found[0]
    return next((code for sign, code in _SIGNS.items() if sign in text), "")


def _aggregation(unit: str, name: str) -> str:
    # In Polish what stands for "per" is also in "Zapisy na newsletter".
    is_per_one = has_word(name, _MONEY) and " na " in normal(name)
    is_rate = unit == "percent" or has_word(name, _RATES) or is_per_one
    if is_rate or normal(name) in _PEOPLE:
        return "average"
    return "last" if has_word(name, _STOCKS) else "sum"


def _free_code(name: str, taken: Collection[str]) -> str:
    plain = unicodedata.normalize("NFKD", _split_humps(name)).encode("ascii", "ignore").decode()
    code = re.sub(r"[^a-z0-9]+", "_", plain.casefold()).strip("_")
    code = code if code[:1].isalpha() else f"kpi_{code}".rstrip("_")
    candidates = (f"{code[: LONGEST_CODE - 4]}_{number}" for number in count(2))
    first = code[:LONGEST_CODE]
    return first if first not in taken else next(c for c in candidates if c not in taken)


def _split_humps(name: str) -> str:
    """Take words apart that only a capital letter keeps apart: AveragePrice."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
