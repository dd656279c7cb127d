"""What the gallery shows: an invented company's numbers, as views hand them to templates."""

import math
from decimal import Decimal
from typing import Any

from django import forms

from core.charts import Annotation, Series, line_chart, sparkline

WEEKS = [f"W{week}" for week in range(46, 33, -1)]
BETTER_BELOW = "≤"

# group, name, owner, target, its sign, weekly values: what is usual, how far it swings, the last
# four (newest first; None is a week without a value)
KPIS: list[tuple[str, str, str, float, str, float, float, list[float | None]]] = [
    ("Demand", "Trial sign-ups", "Nina Kowalska", 230, "≥", 236, 9, [196, 205, 218, 236]),
    ("Demand", "MQLs", "Nina Kowalska", 155, "≥", 160, 8, [164, 158, 161, 149]),
    ("Demand", "Organic sessions", "Ola Rossi", 8200, "≥", 8600, 420, [8940, 8710, 8655, 8420]),
    ("Demand", "Email CTR, %", "Ploy S.", 3.2, "≥", 3.3, 0.2, [3.4, 3.2, 3.3, 3.1]),
    ("Demand", "Open rate, %", "Ploy S.", 30, "≥", 31.5, 1.2, [31.2, 31.8, None, None]),
    ("Demand", "Unsubscribes, %", "Ploy S.", 0.4, "≤", 0.3, 0.06, [0.31, 0.28, 0.37, 0.3]),
    ("Demand", "Webinar registrants", "Ola Rossi", 70, "≥", 78, 11, [88, 74, 80, 69]),
    ("Sales", "SQLs accepted", "Tom Zielinski", 44, "≥", 45, 3, [41, 43, 46, 45]),
    ("Sales", "MQL to SQL, %", "Tom Zielinski", 27, "≥", 28, 1.1, [25.0, 27.2, 28.6, 28.1]),
    ("Sales", "First contact in 4 h, %", "Ewa Nowak", 95, "≥", 96, 2.2, [81, 87, 92, 96]),
    ("Sales", "Lead to user, %", "Tom Zielinski", 9, "≥", 9.2, 0.3, [8.4, 8.6, 9.1, 9.4]),
    ("Sales", "Close rate, %", "Ewa Nowak", 21, "≥", 22, 1.3, [22.4, 21.8, 20.3, 23]),
    ("Sales", "Sales cycle, days", "Ewa Nowak", 30, "≤", 28, 2.1, [29, 28, 27, 31]),
    ("Money", "New MRR, EUR", "Tom Zielinski", 1400, "≥", 1480, 110, [1520, 1444, 1391, 1502]),
    ("Money", "Open pipeline, EUR", "Tom Zielinski", 170e3, "≥", 178e3, 6e3, [184e3, 172e3, 171e3, 176e3]),
    ("Money", "Ad spend, EUR", "Marek Wrona", 2600, "≤", 2450, 130, [None, 2480, 2510, 2390]),
    ("Money", "Cost per trial, EUR", "Marek Wrona", 12.5, "≤", 11.6, 0.8, [None, 12.1, 11.5, 10.1]),
    ("Money", "CAC, EUR", "Marek Wrona", 540, "≤", 512, 24, [521, 508, 533, 519]),
    ("Money", "Renewal rate, %", "Ewa Nowak", 94, "≥", 95, 0.8, [95.2, 94.8, 95.5, 94.1]),
    ("Activity", "Posts published", "Ola Rossi", 2, "≥", 2, 0.4, [2, 2, 1.9, 2]),
    ("Activity", "Micro-pieces per post", "Ola Rossi", 3, "≥", 3, 0.2, [3.1, 3, 2.8, 3]),
    ("Activity", "Emails sent", "Ploy S.", 12000, "≥", 12900, 500, [13120, 12870, 12440, 12610]),
    ("Activity", "Runs finished on time, %", "Nina Kowalska", 90, "≥", 92, 4, [91, 88, 94, 93]),
    ("Activity", "Referrals", "Ewa Nowak", 0, "", 6, 2.4, [7, 5, 6, 8]),
]  # fmt: skip


def weekly(number: int, usual: float, swing: float, last: list[float | None]) -> list[float | None]:
    """Give 26 weekly values, newest first: the last ones as given, before them a quiet swing."""
    waves = (math.sin(week / 2.3 + number) + math.sin(week / 0.7) / 2 for week in range(26))
    earlier = (usual + swing * wave for wave in waves)
    return [*last, *earlier][:26]


def status_of(value: float | None, target: float, sign: str) -> str:
    if value is None:
        return "no_data"
    if not sign:
        return "no_target"
    share = target / value if sign == BETTER_BELOW else value / target
    return "on_track" if share >= 1 else "at_risk" if share >= 0.9 else "off_track"


def written(value: float | None, target: float) -> str:
    """Write a number as a scorecard does: short, with as many digits as its target has."""
    if value is None:
        return ""
    if value >= 1000:
        return f"{value / 1000:.1f}k" if value < 10_000 else f"{value / 1000:.0f}k"
    if target >= 100 or (float(target).is_integer() and float(value).is_integer()):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def decimals(values: list[float | None]) -> list[Decimal | None]:
    return [None if value is None else Decimal(f"{value:.2f}") for value in values]


def scorecard_row(number: int) -> dict[str, Any]:
    _group, name, owner, target, sign, usual, swing, last = KPIS[number]
    values = weekly(number, usual, swing, last)
    statuses = [status_of(value, target, sign) for value in values[:13]]
    cells = [
        {"status": status, "text": written(value, target)}
        for value, status in zip(values[:13], statuses, strict=True)
    ]
    if name == "Renewal rate, %":
        cells[0]["status"] = "not_judged"
    if name == "Trial sign-ups":
        cells[0] |= {
            "url": "#why",
            "note": "196, target ≥ 230. Nina: price page tested since 2 Nov.",
        }
    known = [value for value in values[:13] if value is not None]
    misses = next((n for n, s in enumerate(statuses) if s not in {"off_track", "at_risk"}), 13)
    return {
        "name": name,
        "url": f"#{number}",
        "owner": owner,
        "target": f"{sign} {written(target, target)}" if sign else "",
        "cells": cells,
        "average": written(sum(known) / len(known), target),
        "run": f"{misses} below target" if misses >= 3 else "",
        "sparkline": sparkline(decimals(values[12::-1]), Decimal(target) if sign else None),
    }


def scorecard() -> dict[str, Any]:
    groups = list(dict.fromkeys(kpi[0] for kpi in KPIS))
    rows = [(kpi[0], scorecard_row(number)) for number, kpi in enumerate(KPIS)]
    return {
        "caption": "24 KPIs by week, newest week first",
        "periods": [{"label": week[1:], "title": week, "current": week == "W46"} for week in WEEKS],
        "columns": 18,
        "groups": [{"label": g, "rows": [row for name, row in rows if name == g]} for g in groups],
    }


DELTAS = {
    "Trial sign-ups": ("196", "↓ 9 (−4 %), worse"),
    "MQLs": ("164", "↑ 6 (+4 %), better"),
    "Email CTR, %": ("3.4 %", "↑ 0.2 pp, better"),
    "SQLs accepted": ("41", "↓ 2 (−5 %), worse"),
    "MQL to SQL, %": ("25.0 %", "↓ 2.2 pp, worse"),
    "First contact in 4 h, %": ("81 %", "↓ 6 pp, worse"),
    "Open pipeline, EUR": ("EUR 184k", "↑ 12k (+7 %), better"),
    "Cost per trial, EUR": ("", "Week 45: EUR 12.10"),
}


def tile(number: int) -> dict[str, Any]:
    group, name, _owner, target, sign, usual, swing, last = KPIS[number]
    value, delta = DELTAS[name]
    return {
        "group": group,
        "name": name.partition(",")[0],
        "url": f"#{number}",
        "status": status_of(last[0], target, sign),
        "value": value,
        "delta": delta,
        "target": f"target {sign} {written(target, target)}",
        "sparkline": sparkline(decimals(weekly(number, usual, swing, last)[::-1]), Decimal(target)),
    }


def tile_groups() -> list[dict[str, Any]]:
    tiles = [tile(number) for number, kpi in enumerate(KPIS) if kpi[1] in DELTAS]
    labels = list(dict.fromkeys(each["group"] for each in tiles))
    return [{"label": g, "tiles": [each for each in tiles if each["group"] == g]} for g in labels]


ATTENTION: list[dict[str, Any]] = [
    {"status": "off_track", "sentence": "First contact with a hot lead 81 % (target 95 %): 2 leads are waiting", "owner": "Ewa Nowak", "age": "since Friday"},
    {"status": "off_track", "sentence": "Trial sign-ups 196 of 230: third miss in a row", "owner": "Nina Kowalska", "age": "3 weeks"},
    {"status": "at_risk", "sentence": "SQLs accepted 41 of 44: two below target", "owner": "Tom Zielinski", "age": "2 weeks"},
    {"status": "at_risk", "sentence": "MQL to SQL 25.0 % (target 27 %)", "owner": "Tom Zielinski", "age": "1 week"},
    {"status": "at_risk", "sentence": "Lead to user 8.4 % (target 9 %)", "owner": "Tom Zielinski", "age": "2 weeks"},
    {"status": "no_data", "sentence": "Ad spend has no value for week 46", "owner": "Marek Wrona", "age": "", "action": {"label": "Add", "url": "#add"}},
]  # fmt: skip
for _item in ATTENTION:
    _item["url"] = "#attention"

STATS = [
    {"status": "off_track", "count": "2", "word": "off track"},
    {"status": "at_risk", "count": "3", "word": "at risk"},
    {"status": "on_track", "count": "17", "word": "on track"},
    {"status": "no_data", "count": "2", "word": "no data"},
]


def chart(weeks: int = 26) -> Any:
    _group, _name, _owner, target, _sign, usual, swing, last = KPIS[0]
    values: list[float | None] = weekly(0, usual, swing * 1.6, last)[:weeks][::-1]
    if weeks > 20:
        values[6] = values[7] = None
    labels = [f"W{46 - weeks + 1 + n}" for n in range(weeks)]
    goals: list[float | None] = [220 if n < weeks // 2 else target for n in range(weeks)]
    past: list[float | None] = [
        179 + 6 * math.sin(n * 1.3) - (weeks - n) * 0.8 for n in range(weeks)
    ]
    return line_chart(
        labels,
        Series("196", decimals(values), [written(value, target) for value in values]),
        target=Series("Target 230", decimals(goals), [written(value, target) for value in goals]),
        past=Series("2025", decimals(past), [written(value, target) for value in past]),
        annotations=[Annotation(weeks - 5, "SDR for Poland left"), Annotation(weeks - 2, "Price page redesigned")],
        tick_text=lambda tick: f"{tick:.0f}",
    )  # fmt: skip


NUMBERS = [
    {"name": "Trial sign-ups", "unit": "", "last": "205", "value": "196", "state": "saved", "note": "Saved 09:41"},
    {"name": "MQLs", "unit": "", "last": "158", "value": "164", "state": "saved", "note": "Saved 09:41"},
    {"name": "Webinar registrants", "unit": "", "last": "74", "value": "88", "state": "saved", "note": "Saved 09:42"},
    {"name": "Open rate", "unit": "%", "last": "31.8", "value": "31,2", "state": "read", "note": "Read as 31.2, saved 09:42"},
    {"name": "Ad spend", "unit": "EUR", "last": "2,480", "value": "24800", "state": "outlier", "note": "10 times last week. Not saved until you keep it."},
    {"name": "Cost of translations", "unit": "EUR", "last": "640", "value": "", "state": "missing", "note": "Usual: 520 to 710"},
    {"name": "Social shares", "unit": "", "last": "312", "value": "3I2", "state": "error", "note": "“3I2” is not a number."},
]  # fmt: skip
for _number, _row in enumerate(NUMBERS):
    _row["id"] = f"number-{_number}"

COLUMNS = [
    {"name": "Tydzień", "samples": "18.11.2024, 25.11.2024, 02.12.2024", "goal": "Week (its first day)", "guess": "Sure", "status": "on_track"},
    {"name": "Triale", "samples": "121, 118, 124", "goal": "Trial sign-ups", "guess": "92 % alike", "status": "on_track"},
    {"name": "CPT", "samples": "9,80 · 10,10 · 9,95", "goal": "New KPI: CPT", "guess": "Not known yet", "status": "at_risk"},
    {"name": "Uwagi", "samples": "“po świętach”", "goal": "Do not import", "guess": "Text", "status": "no_data"},
]  # fmt: skip
GOALS = ["Week (its first day)", "Trial sign-ups", "MQLs", "New KPI: CPT", "Do not import"]

FINDINGS = [
    {"id": "not-a-number", "status": "off_track", "word": "Error", "title": "“n/d” is not a number", "where": "Row 17, column Triale", "choices": ["Leave this week empty", "Do not import this row"]},
    {"id": "differs", "status": "at_risk", "word": "Warning", "title": "4 values differ from what is stored", "where": "Rows 88 to 91, column CPT: 12,40 instead of 12,10 and three more", "choices": ["Keep what is stored", "Replace with the file's values"]},
]  # fmt: skip

SETTINGS: list[dict[str, Any]] = [
    {"label": "General", "rows": [
        {"icon": "workspace", "label": "Workspace", "state": "Rotaleaf, Europe/Warsaw, EUR"},
        {"icon": "calendar", "label": "Weeks and working hours", "state": "Monday to Friday, 9:00 to 17:00; fiscal year from January"},
        {"icon": "goal", "label": "Status bands", "state": "At risk within 10 % of the target"},
    ]},
    {"label": "People and access", "rows": [
        {"icon": "people", "label": "Members", "state": "10 people, 1 invitation open"},
        {"icon": "key", "label": "API tokens", "state": "2 in use, one ends in 6 days"},
        {"icon": "history", "label": "Audit trail", "state": "Last change today, 09:42"},
    ]},
    {"label": "Numbers and mail", "rows": [
        {"icon": "mail", "label": "Weekly digest", "state": "Mondays 08:00, 9 people"},
        {"icon": "clock", "label": "Numbers due", "state": "Mondays 11:00"},
        {"icon": "upload", "label": "Imports", "state": "Last: 208 values on 2 Nov"},
    ]},
]  # fmt: skip
for _group in SETTINGS:
    for _setting in _group["rows"]:
        _setting["url"] = "#setting"

ROW_MENU = [
    {"label": "Edit", "url": "#edit", "icon": "edit"},
    {"label": "Change target", "url": "#target", "icon": "goal"},
    {"label": "Archive", "url": "#archive", "icon": "trash", "danger": True},
]


class KpiForm(forms.Form):
    """One field of every kind that the product uses."""

    name = forms.CharField(label="Name", max_length=80)
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("value", "Value"), ("efficiency", "Efficiency"), ("response", "Response")],
    )
    direction = forms.ChoiceField(
        label="What is better?",
        widget=forms.RadioSelect,
        choices=[("increase", "Higher is better"), ("decrease", "Lower is better")],
    )
    target = forms.DecimalField(
        label="Target a week",
        help_text="Decimal point or comma, as you like.",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={
            "invalid": "“two hundred” is not a number. Write it with digits, such as 230."
        },
    )
    starts_on = forms.DateField(
        label="From which week",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Earlier weeks keep the target they had.",
    )
    owner = forms.ChoiceField(
        label="Owner",
        choices=[("", "Choose a person"), ("nina", "Nina Kowalska"), ("tom", "Tom Zielinski")],
        error_messages={"required": "A KPI needs one owner. Choose a person."},
    )
    description = forms.CharField(
        label="How is it counted?",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text="One sentence that a newcomer understands.",
    )
    shown_on = forms.MultipleChoiceField(
        label="Where is it shown?",
        widget=forms.CheckboxSelectMultiple,
        choices=[("home", "Home"), ("digest", "Weekly digest")],
        required=False,
    )
    reminded = forms.BooleanField(label="Remind the owner when a number is missing", required=False)


class SignInForm(forms.Form):
    login = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    remember = forms.BooleanField(label="Stay signed in on this device", required=False)
