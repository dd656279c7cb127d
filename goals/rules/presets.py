"""
Exports of well-known tools, recognised by their headers.

What a preset says is only a proposal: people see which tool was recognised and change what they
like. Rates are left out where their counts are in the file, because a formula computes them for
any period, and a rate of two rows is not the sum of their rates.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.intake import Column
from goals.rules.names import normal

_IN_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")


@dataclass(frozen=True, slots=True)
class Preset:
    """
    How the exports of one tool are taken; headers are written as ``plain_header`` gives them.

    A file is the tool's if it has at least ``enough`` of the ``telling`` headers. ``segments``
    are columns that name what a row is about, the best first. ``span`` are the columns with the
    first and the last day that a row is about. ``adds`` says that several rows of a day are parts
    of it.
    """

    code: str
    name: str
    telling: frozenset[str]
    enough: int
    left_out: frozenset[str] = frozenset()
    segments: tuple[str, ...] = ()
    span: tuple[str, str] | None = None
    adds: bool = False
    # What new KPIs are called after; nothing where the title above the table says it.
    prefix: str = ""
    # Headers that a tool shortens.
    in_full: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, column: Column) -> str:
        """Name the KPI that a column of the tool becomes."""
        return f"{self.prefix}: {self.in_full.get(plain_header(column.header), column.name)}"

    def leaves_out(self, column: Column) -> bool:
        return plain_header(column.header) in self.left_out


PRESETS = (
    Preset(
        "google_ads", "Google Ads",
        frozenset({
            "impr", "avg cpc", "avg cost", "cost conv", "conv rate", "interaction rate",
            "campaign status", "ad group status", "bid strategy type", "search impr share",
            "optimization score", "budget type",
        }), 3,
        left_out=frozenset({
            "budget", "interaction rate", "avg cost", "avg cpc", "avg cpm", "ctr", "conv rate",
            "cost conv", "search lost is", "search impr share", "optimization score", "target cpa",
            "target roas", "impr top", "impr abs top", "conv value cost", "value conv",
        }),
        segments=("campaign", "ad group", "campaign type"), adds=True, prefix="Google Ads",
        in_full={"impr": "Impressions", "conv": "Conversions", "conv value": "Conversion value"},
    ),
    Preset(
        "meta_ads", "Meta Ads",
        frozenset({
            "reporting starts", "reporting ends", "amount spent", "ad delivery",
            "campaign delivery", "ad set delivery", "attribution setting", "result indicator",
            "cost per results", "ad set budget", "quality ranking",
        }), 3,
        left_out=frozenset({
            "reach", "frequency", "cost per result", "cost per results", "ad set budget", "bid",
            "campaign budget", "cpm", "cpc", "ctr", "ends",
        }),
        segments=("campaign name", "ad set name", "ad name"),
        span=("reporting starts", "reporting ends"), adds=True, prefix="Meta Ads",
    ),
    Preset(
        "meta_suite", "Meta Business Suite", frozenset({"date", "primary"}), 2,
    ),
    Preset(
        "mailchimp", "Mailchimp",
        frozenset({
            "send date", "send weekday", "total recipients", "unique id", "successful deliveries",
            "abuse complaints", "times forwarded", "forwarded opens",
        }), 3,
        left_out=frozenset({"open rate", "click rate", "unique click rate", "folder id"}),
        segments=("audience", "list"), adds=True, prefix="Mailchimp",
    ),
    Preset(
        "hubspot", "HubSpot",
        frozenset({
            "email name", "email id", "email subject", "delivered", "opened", "clicked",
            "hard bounced", "spam reports", "click through rate", "session to contact rate",
            "contact to customer rate", "new contacts", "landing page views",
        }), 3,
        left_out=frozenset({
            "open rate", "click rate", "click through rate", "delivered rate", "bounce rate",
            "hard bounce rate", "unsubscribed rate", "reply rate", "session to contact rate",
            "contact to customer rate", "email id",
        }),
        segments=("source", "campaign"), adds=True, prefix="HubSpot",
    ),
    Preset(
        "linkedin_ads", "LinkedIn Ads",
        frozenset({
            "campaign group name", "total spent", "click through rate", "average cpm",
            "average cpc", "total social actions", "viral impressions", "lead form opens",
            "campaign group id", "total engagements",
        }), 3,
        left_out=frozenset({
            "account id", "campaign group id", "campaign id", "creative id", "click through rate",
            "average cpm", "average cpc", "engagement rate", "cost per lead",
            "lead form completion rate", "cost per conversion", "conversion rate",
            "campaign total budget", "campaign daily budget", "reach", "average frequency",
        }),
        segments=("campaign name", "campaign group name"), adds=True, prefix="LinkedIn Ads",
    ),
    Preset(
        "search_console", "Search Console",
        frozenset({"clicks", "impressions", "ctr", "position"}), 4,
        left_out=frozenset({"ctr"}),
        segments=("country", "device", "top pages", "top queries"), prefix="Search Console",
    ),
    Preset(
        "ga4", "Google Analytics 4",
        frozenset({
            "event count", "event count per user", "total users", "active users", "new users",
            "returning users", "engaged sessions", "engagement rate", "key events",
            "average session duration", "average engagement time per session",
            "average engagement time per active user", "session default channel group",
            "first user default channel group", "session primary channel group",
            "events per session", "total revenue", "views per active user",
        }), 2,
        segments=(
            "session default channel group", "session primary channel group",
            "first user default channel group", "country", "device category",
        ),
        prefix="GA4",
    ),
)  # fmt: skip


def recognise(headers: Iterable[str]) -> Preset | None:
    """Give the tool whose headers a table has."""
    plain = set(map(plain_header, headers))
    return next((one for one in PRESETS if len(plain & one.telling) >= one.enough), None)


def find_preset(code: str) -> Preset | None:
    return next((one for one in PRESETS if one.code == code), None)


def plain_header(header: str) -> str:
    """Reduce a header to its words, without a unit or zone in brackets behind it."""
    return normal(_IN_BRACKETS.sub("", header)) or normal(header)
