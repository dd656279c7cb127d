"""
What happened at Rotaleaf, week by week.

Week 0 is the last week that is over, week -1 the one before it. The figures of the last weeks are
written out, because pages, mails and tests tell them; the two years before them follow a growth,
a season and a noise that a fixed seed makes the same every time.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WEEKS = 104
# A week's total is spread over its days like this, Monday first.
DAY_WEIGHTS = (19, 19, 18, 17, 15, 6, 6)


@dataclass(frozen=True, slots=True)
class Person:
    key: str
    name: str
    email: str
    role: str
    language: str = "en"


VISITOR_EMAIL = "you@rotaleaf.example"
PEOPLE = (
    Person("you", "Demo Visitor", VISITOR_EMAIL, "owner"),
    Person("anna", "Anna Lis", "anna@rotaleaf.example", "viewer"),
    Person("tom", "Tom Zieliński", "tom@rotaleaf.example", "lead"),
    Person("nina", "Nina Kowalska", "nina@rotaleaf.example", "member"),
    Person("marek", "Marek Wrona", "marek@rotaleaf.example", "member"),
    Person("ola", "Ola Rossi", "ola@rotaleaf.example", "member"),
    Person("ploy", "Ploy S.", "ploy@rotaleaf.example", "member"),
    Person("ewa", "Ewa Nowak", "ewa@rotaleaf.example", "partner"),
)
TEAMS = {
    "Demand": ("tom", "nina", "marek"),
    "Content": ("ola", "ploy"),
    "Sales": ("ewa",),
}

# Headings, and the codes of the KPIs under them; by team, or for the whole workspace.
SCORECARDS = (
    (
        "Monday ten",
        "",
        {
            "Demand": ("trial_sign_ups", "mqls", "cost_per_trial", "organic_sessions"),
            "Sales": ("sqls_accepted", "mql_to_sql", "first_contact"),
            "Money": ("new_mrr", "open_pipeline", "ad_spend"),
        },
    ),
    (
        "Newsletter",
        "Content",
        {"Who reads": ("open_rate", "email_ctr", "unsubscribes"), "What we send": ("emails_sent",)},
    ),
)

# What the executive digest of the latest week begins with.
LEADS_SENTENCE = "Sign-ups fell because a form was broken; it works again, and the plan stands."

# What owners say about their numbers of the latest week: why, and what next.
WHY_LINES = {
    "trial_sign_ups": (
        "The sign-up form failed on phones from Tuesday to Thursday.",
        "Mended on Friday; from now on it is tried on a phone before each release.",
    ),
}

# A number of the latest week with a nought too many, and who typed it and took it back. Its owner
# has not said yet what is right.
TAKEN_BACK = ("ad_spend", "marek", "24800")

# What happened, by the KPI that it concerned and how many weeks ago; without one, all of them.
NOTES = (
    ("trial_sign_ups", 3, "nina", "Two-week trial instead of four"),
    ("organic_sessions", 8, "ola", "Forty old articles rewritten"),
    (None, 5, "tom", "Trade fair in Rimini: half the team away"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """
    A KPI of the story.

    ``last`` holds the newest weekly values, newest first; ``level`` and ``swing`` make those
    before them. ``target`` is per week.
    """

    code: str
    name: str
    kind: str
    owner: str
    unit: str = "count"
    direction: str = "increase"
    aggregation: str = "sum"
    formula: str = ""
    cadence: str = "weekly"
    team: str = ""
    definition: str = ""
    level: float = 0
    swing: float = 0.05
    growth: float = 0.0025
    decimals: int = 0
    target: str = ""
    # What others reach: the lower number, the upper one if it is a range, and who says so.
    benchmark: tuple[str, str | None, str] | None = None
    last: Sequence[str | None] = ()
    on_home: bool = False
    unit_label: str = ""
    gaps: str = "unknown"
    source: str = ""
    # For a part of another line: that line, and the lowest share of it.
    part_of: tuple[str, float] = ("", 0)


# What is planned for next year: KPIs, and how much more than now in each quarter, in per cent.
PLANNED = ("new_mrr", "trial_sign_ups", "email_ctr", "organic_sessions")
GROWTH = (4, 8, 12, 16)
WHY_PLANNED = (
    "Plan for next year: a second newsletter from spring, the partner channel from summer."
)

LINES = (
    # -- Value ----------------------------------------------------------------------------------
    Line("new_mrr", "New MRR", "value", "tom", "currency", target=">=1400", level=1450,
         swing=.06, on_home=True, last=["1520", "1444", "1431", "1502", "1466"], team="Sales",
         definition="Monthly recurring revenue of the venues that signed in the week.", source="CRM"),
    Line("open_pipeline", "Open pipeline", "value", "tom", "currency", aggregation="last",
         target=">=170000", level=176000, swing=.03, on_home=True, team="Sales",
         last=["184000", "172000", "174500", "176200", "179100"],
         definition="Value of open deals from marketing on Sunday evening.", source="CRM"),
    Line("marketing_revenue", "Revenue from marketing leads", "value", "you", "currency",
         target=">=18000", level=19100, swing=.04, last=["19840", "19210", "18900"], team="Sales"),
    Line("ad_spend", "Ad spend", "value", "you", "currency", direction="decrease",
         target="<=2600", level=2450, swing=.05, growth=.0005, team="Demand",
         last=[None, "2480", "2510", "2390", "2440"], source="Google Ads and Meta Ads"),
    Line("close_rate", "Close rate of marketing leads", "value", "ewa", "percent",
         formula="100 * customers_won / sqls_accepted", target=">=30", team="Sales"),
    # -- Efficiency -------------------------------------------------------------------------------
    Line("cost_per_trial", "Cost per trial", "efficiency", "marek", "currency",
         direction="decrease", formula="ad_spend / trial_sign_ups", target="<=12.5",
         on_home=True, team="Demand"),
    Line("cac", "Customer acquisition cost", "efficiency", "marek", "currency",
         direction="decrease", formula="acquisition_cost / customers_won", target="<=560",
         team="Demand"),
    Line("mqls", "MQLs", "efficiency", "nina", cadence="daily", target=">=155", level=157,
         swing=.04, last=["164", "158", "161", "157", "159", "162"], team="Demand",
         definition="Leads that reached a score of 60.", source="CRM, every night"),
    Line("mql_to_sql", "MQL to SQL", "efficiency", "tom", "percent",
         formula="100 * sqls_accepted / mqls", target=">=27", team="Sales"),
    Line("sqls_accepted", "SQLs accepted", "efficiency", "tom", cadence="daily", target=">=44",
         level=45, swing=.03, last=["41", "43", "37", "37", "41", "45", "45"], on_home=True,
         team="Sales", definition="Leads that sales accepted after the first contact.",
         source="CRM, every night"),
    Line("first_contact", "First contact in 4 hours", "efficiency", "you", "percent",
         formula="100 * hot_leads_in_time / hot_leads", target=">=95", on_home=True, team="Sales",
         definition="Of the hot leads, the share contacted within 4 working hours."),
    Line("lead_to_user", "Lead to user", "efficiency", "tom", "percent",
         formula="100 * customers_won / leads", target=">=9", team="Demand"),
    # -- Response ---------------------------------------------------------------------------------
    Line("trial_sign_ups", "Trial sign-ups", "response", "nina", cadence="daily", target=">=230",
         level=236, swing=.03, growth=.0044, on_home=True, team="Demand",
         last=["196", "205", "218", "236", "234", "238", "233", "235", "237", "232", "236", "234",
               "231", "189"],
         definition="New trial accounts with a confirmed e-mail address.", source="Product, every night"),
    Line("email_ctr", "Email click rate", "response", "ploy", "percent",
         formula="100 * email_clicks / email_unique_opens", target=">=3.2", on_home=True,
         benchmark=("2.9", None, "Newsletter survey among software firms (invented)"),
         team="Content"),
    Line("open_rate", "Email open rate", "response", "ploy", "percent",
         formula="100 * email_unique_opens / emails_sent", target=">=30", team="Content",
         benchmark=("27", "34", "Newsletter survey among software firms (invented)")),
    Line("unsubscribes", "Unsubscribes", "response", "ploy", direction="decrease",
         target="<=45", level=36, swing=.12, growth=0, last=["38", "34", "41"], team="Content"),
    Line("organic_sessions", "Organic sessions", "response", "ola", target=">=8200", level=8500,
         swing=.04, on_home=True, last=["8940", "8710", "8655", "8420"], team="Content", source="GA4"),
    Line("webinar_registrants", "Webinar registrants", "response", "ola", target=">=70",
         level=76, swing=.1, last=["88", "74", "80", "72"], team="Content"),
    Line("social_shares", "Social shares", "response", "ola", target=">=300", level=318,
         swing=.07, last=["322", "312", "330"], team="Content"),
    # -- Activity ---------------------------------------------------------------------------------
    Line("posts_published", "Posts published", "activity", "ola", target=">=1", level=1,
         swing=0, growth=0, last=["1", "1", "1"], team="Content"),
    Line("emails_sent", "Emails sent", "activity", "ploy", target=">=12000", level=12600,
         swing=.03, last=["13120", "12870", "12440", "12610"], team="Content"),
    Line("micro_pieces", "Micro-pieces per post", "activity", "ola", "number",
         aggregation="average", target=">=3", level=3.05, swing=.02, growth=0, decimals=1,
         last=["3.1", "3", "3"], team="Content"),
    Line("nurture_triggers", "Nurture triggers fired", "activity", "ploy", target=">=400",
         level=428, swing=.06, last=["441", "436", "422"], team="Content"),
    Line("runs_on_time", "Runs finished on time", "activity", "nina", "percent",
         aggregation="average", target=">=85", level=91, swing=.03, growth=0,
         last=["91", "88", "94", "93"], team="Demand"),
    # -- Behind the formulas, and the lower half of the hourglass -----------------------------------
    Line("email_clicks", "Email clicks", "response", "ploy", level=128, swing=.05, team="Content",
         last=["134", "126", "131", "128"]),
    Line("email_unique_opens", "Email unique opens", "response", "ploy", level=3920, swing=.03,
         team="Content", last=["4060", "3990", "3890", "3940"]),
    Line("hot_leads", "Hot leads", "efficiency", "ewa", level=22, swing=.06, growth=0,
         last=["21", "23", "22", "21", "22", "24"], team="Sales"),
    Line("hot_leads_in_time", "Hot leads contacted in time", "efficiency", "ewa",
         part_of=("hot_leads", .94), last=["17", "20", "19", "18", "21", "23"], team="Sales"),
    Line("leads", "Leads", "efficiency", "tom", level=182, swing=.04, last=["190", "186", "183"],
         team="Demand"),
    Line("customers_won", "Customers won", "efficiency", "ewa", level=16.6, swing=.05, growth=0,
         last=["16", "16", "17", "16"], team="Sales", gaps="zero"),
    Line("acquisition_cost", "Acquisition cost", "efficiency", "tom", "currency",
         direction="decrease", level=8420, swing=.02, last=["8336", "8410", "8520"], team="Demand"),
    Line("sales_cycle", "Average sales cycle", "efficiency", "ewa", "duration",
         direction="decrease", aggregation="average", unit_label="days", level=33, swing=.04,
         growth=-.0012, decimals=1, last=["29", "29.5", "30", "31"], team="Sales"),
    Line("hours_spent", "Hours spent on campaigns", "efficiency", "tom", "duration",
         direction="decrease", unit_label="h", level=112, swing=.06, growth=0,
         last=["108", "114", "110"], team="Demand"),
    Line("renewal_rate", "Renewal rate", "response", "ewa", "percent", aggregation="average",
         cadence="monthly", level=95, swing=.006, growth=0, decimals=1, team="Sales"),
    Line("referrals", "Referrals", "response", "ewa", level=6, swing=.3, growth=0,
         last=["7", "5", "6", "8"], team="Sales", gaps="zero"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pulled:
    """A report that brings the newest weeks of a line; once, at ``away_on``, it was away."""

    code: str
    name: str
    address: str
    weeks: int
    away_on: int
    away: str


PULLED = Pulled(
    "organic_sessions", "GA4, sessions per week",
    "https://reports.rotaleaf.example/ga4/sessions.csv", weeks=6, away_on=3,
    away="The server cannot answer at the moment (503).",
)  # fmt: skip
# Weeks without opens: the provider was changed and its reports started anew.
NO_OPENS = (-78, -77)
NO_OPENS_NOTE = "E-mail provider switched; no report for this week."
WEBINARS_SINCE = -61
WEBINARS_WITHOUT = 1 / 1.18
# Weeks of the year with their own level: January, Songkran, Ferragosto.
SEASONS = {1: 0.9, 2: 0.9, 3: 0.93, 16: 0.95, 33: 0.86, 52: 0.88, 53: 0.88}
SEASONAL = {"trial_sign_ups", "organic_sessions", "leads", "mqls", "webinar_registrants"}


def weekly_values(line: Line, week_numbers: Sequence[int]) -> list[Decimal | None]:
    """Give the weekly values, newest first; ``week_numbers`` are the ISO weeks, newest first."""
    noise = random.Random(line.code)  # noqa: S311  # a story, not a secret
    whole, least = line.part_of
    if whole:
        wholes = weekly_values(next(w for w in LINES if w.code == whole), week_numbers)
        shares = [Decimal(noise.uniform(least, 1.03)) for _week in week_numbers]
        parts = [min(w or 0, round((w or 0) * s)) for w, s in zip(wholes, shares, strict=True)]
        return [*map(Decimal, filter(None, line.last)), *map(Decimal, parts[len(line.last) :])]
    made: list[Decimal | None] = []
    for back, week in enumerate(week_numbers):
        wave = 1 + line.swing * noise.uniform(-1, 1)
        value = line.level * wave * (1 - line.growth) ** back
        if line.code in SEASONAL:
            value *= SEASONS.get(week, 1)
        if line.code == "trial_sign_ups" and -back < WEBINARS_SINCE:
            value *= WEBINARS_WITHOUT
        made.append(round(Decimal(value), line.decimals))
    written = [None if text is None else Decimal(text) for text in line.last]
    return [*written, *made[len(written) :]]


def spread(total: int) -> list[int]:
    """Spread a week's total over its seven days, so that they add up to it."""
    days = [total * weight // 100 for weight in DAY_WEIGHTS]
    for extra in range(total - sum(days)):
        days[extra % 5] += 1
    return days
