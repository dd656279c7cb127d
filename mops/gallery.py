"""The gallery at /_ui/: every component and page pattern with example data. For staff only."""

import re
from collections.abc import Callable
from itertools import cycle
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import override
from django.views.decorators.http import require_safe

from core.templatetags.ui import STATUSES
from mops import gallery_examples as examples
from mops.navigation import VERSION

ROOT = "/_ui/"
THEMES = ("system", "light", "dark")
TEXTS = ("ordinary", "long", "thai", "pseudo")

# What people type, as opposed to words of the interface: the keys that grow or turn Thai.
TYPED = {"name", "sentence", "owner"}
THAI = [
    "ยอดสมัครทดลองใช้จากหน้าแลนดิงเพจภาษาไทย",
    "ต้นทุนต่อการทดลองใช้",
    "อัตราการเปิดอีเมลจดหมายข่าวประจำสัปดาห์",
    "ลูกค้าเป้าหมายที่ผ่านการคัดกรองแล้ว",
    "รายได้ใหม่ต่อเดือน",
    "การติดต่อครั้งแรกภายในสี่ชั่วโมงทำการ",
]
LONG_TAIL = " in restaurants with more than one kitchen (Lead-to-user-conversion)"
WORDS_IN_HTML = re.compile(r">([^<>]*[^\W\d_]{4}[^<>]*)<")
THAI_LETTERS = "กำลังทดสอบความยาวของข้อความ"


@require_safe
def gallery(request: HttpRequest, page: str = "index") -> HttpResponse:
    """
    Show one page of the gallery.

    ``?theme=`` chooses the theme; ``?text=`` makes what people type long or Thai, or every word
    on the page longer, with Thai letters among them (pseudo).
    """
    if page not in PAGES or not request.user.is_staff:
        raise Http404
    theme = _choice(request, "theme", THEMES)
    text = _choice(request, "text", TEXTS)
    template, context = PAGES[page]
    shown = {**_shell(page), **_retyped(context(), text), "theme": theme, "text": text}
    with override("th" if text == "thai" else "en"):
        html = render_to_string(template, shown, request)
    return HttpResponse(_pseudo(html) if text == "pseudo" else html)


def _choice(request: HttpRequest, name: str, allowed: tuple[str, ...]) -> str:
    chosen = request.GET.get(name, "")
    return chosen if chosen in allowed else allowed[0]


def _retyped(value: Any, text: str, key: str = "") -> Any:
    if text in {"ordinary", "pseudo"}:
        return value
    if isinstance(value, dict):
        return {name: _retyped(each, text, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_retyped(each, text, key) for each in value]
    if isinstance(value, str) and value and key in TYPED:
        return value + LONG_TAIL if text == "long" else THAI[sum(map(ord, value)) % len(THAI)]
    return value


def _pseudo(html: str) -> str:
    """Make every run of words in the body two fifths longer, in Thai letters."""
    head, body, rest = html.partition("<body")
    letters = cycle(THAI_LETTERS)

    def longer(match: re.Match[str]) -> str:
        words = match[1]
        tail = "".join(next(letters) for _ in range(len(words.strip()) * 2 // 5))
        return f">{words.rstrip()} {tail}<"

    return head + body + WORDS_IN_HTML.sub(longer, rest)


def _shell(page: str) -> dict[str, Any]:
    """Give what base.html needs of a page of the app; sign-in and errors have no navigation."""
    if page in PLAIN:
        return {"languages": settings.LANGUAGES}
    items = _items(page)
    groups = {
        "": ["home", "numbers"],
        "Plan": ["empty", "scorecard"],
        "Run": ["import-match"],
        "Review": ["form"],
    }
    return {
        "to": {name.replace("-", "_"): f"{ROOT}{name}/" for name in PAGES},
        "workspace_name": "Rotaleaf",
        "home_url": f"{ROOT}home/",
        "search_url": f"{ROOT}home/",
        "shortcuts": True,
        "nav": [{"label": g, "items": [items[n] for n in names]} for g, names in groups.items()],
        "nav_foot": [items["settings"], items["index"], items["signin"]],
        "bottom_nav": [items["home"], items["numbers"], items["scorecard"], items["menu"]],
        "freshness": {"text": "Numbers as of 08:05, Europe/Warsaw"},
        "mops_version": VERSION,
    }


def _items(page: str) -> dict[str, dict[str, Any]]:
    items: dict[str, dict[str, Any]] = {
        "home": {"label": "Home", "icon": "home", "shortcut": "g h"},
        "numbers": {"label": "My numbers", "icon": "numbers", "count": "3", "shortcut": "g n"},
        "scorecard": {"label": "KPIs", "icon": "bars", "shortcut": "g k"},
        "import-match": {"label": "Imports", "icon": "upload"},
        "form": {"label": "Weekly review", "icon": "review"},
        "empty": {"label": "Goals", "icon": "goal"},
        "settings": {"label": "Settings", "icon": "settings"},
        "index": {"label": "Components", "icon": "help"},
        "signin": {"label": "Nina Kowalska", "icon": "person"},
        "menu": {"label": "Menu", "icon": "menu"},
    }
    current = NAV_OF.get(page, page)
    return {
        name: item | {"url": f"{ROOT}{name}/", "current": name == current}
        for name, item in items.items()
    }


def _form(*, bound: bool) -> examples.KpiForm:
    typed = {
        "name": "Trial sign-ups",
        "kind": "response",
        "direction": "increase",
        "target": "two hundred",
        "starts_on": "2026-11-16",
        "shown_on": ["home"],
    }
    return examples.KpiForm(typed) if bound else examples.KpiForm(initial=typed)


def _home() -> dict[str, Any]:
    return {
        "stats": examples.STATS,
        "attention": examples.ATTENTION,
        "tile_groups": examples.tile_groups(),
        "undo": {"text": "Moved 4 numbers to week 46.", "url": "#undo", "seconds": 0},
    }


def _scorecard() -> dict[str, Any]:
    legend = ["on_track", "at_risk", "off_track", "no_data"]
    words = ["On track", "At risk", "Off track", "No data"]
    return {
        "scorecard": examples.scorecard(),
        "legend": [{"status": s, "word": w} for s, w in zip(legend, words, strict=True)],
        "views": _links("Scorecard", "List", current=0),
    }


def _kpi() -> dict[str, Any]:
    return {
        "crumbs": [{"label": "KPIs", "url": f"{ROOT}scorecard/"}],
        "chart": examples.chart(),
        "periods": _links("13", "26", "52", "104", current=1),
        "compared": _links("Previous", "Last year", current=1),
        "menu": examples.ROW_MENU,
    }


def _list() -> dict[str, Any]:
    rows = [row for group in examples.scorecard()["groups"] for row in group["rows"]]
    return {
        "rows": [row | {"menu": examples.ROW_MENU} for row in rows[:12]],
        "views": _links("Scorecard", "List", current=1),
        "kinds": _links("All kinds", "Value", "Efficiency", "Response", "Activity", current=0),
        "pager": {"text": "1–12 of 24", "next_url": "#next"},
    }


def _numbers() -> dict[str, Any]:
    return {"rows": examples.NUMBERS, "crumbs": [{"label": "KPIs", "url": f"{ROOT}scorecard/"}]}


def _wizard(current: int) -> dict[str, Any]:
    labels = ["File", "Match", "Check", "Done"]
    states = ["done"] * current + ["current"] + ["todo"] * (3 - current)
    return {
        "crumbs": [{"label": "Imports", "url": "#imports"}],
        "steps": [
            {"label": label, "state": state, "url": f"{ROOT}import-match/"}
            for label, state in zip(labels, states, strict=True)
        ],
        "columns": examples.COLUMNS,
        "goals": examples.GOALS,
        "findings": examples.FINDINGS,
        "job": {
            "id": "9",
            "title": "Importing mkt-2024-26.xlsx",
            "url": "#job",
            "done": 1240,
            "total": 2496,
            "progress": "1,240 of 2,496 rows",
            "text": "You can leave; the result stays on this page for 30 days.",
            "cancel_url": "#cancel",
        },
    }


def _empty() -> dict[str, Any]:
    return {
        "first_use": [
            {"label": "Choose from the library", "url": "#library", "primary": True},
            {"label": "Write my own", "url": f"{ROOT}new/"},
        ],
        "no_match": [{"label": "Clear filters", "url": "#clear"}],
        "no_right": [{"label": "Write to Tom", "url": "mailto:tom@rotaleaf.example"}],
    }


def _links(*labels: str, current: int) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": f"#{place}", "current": place == current}
        for place, label in enumerate(labels)
    ]


def _index() -> dict[str, Any]:
    return {
        **_kpi(),
        **_wizard(1),
        "crumbs": [],
        "pages": [{"label": name, "url": f"{ROOT}{name}/"} for name in PAGES if name != "index"],
        "themes": THEMES,
        "texts": TEXTS,
        "statuses": STATUSES,
        "kinds": ["info", "success", "warning", "error"],
        "tile": examples.tile(0),
        "attention": examples.ATTENTION[:2],
        "tabs": _links("Scorecard", "List", "Targets", current=0),
        "people": ["Nina Kowalska", "Ploy S.", "เปรมชัย ใจดี"],
        "stats": examples.STATS,
        "row_menu": examples.ROW_MENU,
        "freshness": {
            "text": "Numbers are from Wed 08:05. The worker has not run since.",
            "stale": True,
        },
        "status_url": "#status",
        "banner": {
            "text": "Demo data, invented company.",
            "actions": [{"label": "Start my own", "url": "#start"}],
        },
    }


PLAIN = {"signin", "404", "403", "409", "500", "503"}
NAV_OF = {
    "kpi": "scorecard",
    "list": "scorecard",
    "import-check": "import-match",
    "job": "import-match",
}

Page = tuple[str, Callable[[], dict[str, Any]]]
PAGES: dict[str, Page] = {
    "index": ("gallery/index.html", _index),
    "home": ("gallery/home.html", _home),
    "scorecard": ("gallery/scorecard.html", _scorecard),
    "list": ("gallery/list.html", _list),
    "kpi": ("gallery/kpi.html", _kpi),
    "numbers": ("gallery/numbers.html", _numbers),
    "import-match": ("gallery/import_match.html", lambda: _wizard(1)),
    "import-check": ("gallery/import_check.html", lambda: _wizard(2)),
    "job": ("gallery/job.html", lambda: _wizard(3)),
    "settings": ("gallery/settings.html", lambda: {"groups": examples.SETTINGS}),
    "form": ("gallery/form.html", lambda: {"form": _form(bound=True)}),
    "new": ("gallery/form.html", lambda: {"form": _form(bound=False)}),
    "empty": ("gallery/empty.html", _empty),
    "menu": ("gallery/menu.html", dict),
    "signin": ("account/login.html", lambda: {"form": examples.SignInForm()}),
    "403": ("403.html", lambda: {"admins": ["Anna Lis", "Tom Zielinski"]}),
    "404": ("404.html", lambda: {"search_url": f"{ROOT}home/"}),
    "409": ("409.html", dict),
    "500": ("500.html", dict),
    "503": ("503.html", dict),
}
