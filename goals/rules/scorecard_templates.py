"""Ready scorecards: a name, and lines of library KPIs under headings (R36)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Template:
    """A scorecard to begin with; a line is the code of a library KPI, or a heading."""

    name: Promise
    text: Promise
    lines: tuple[str | Promise, ...]

    @property
    def sentence(self) -> Promise:
        return format_lazy("{}: {}", self.name, self.text)

    @property
    def codes(self) -> list[str]:
        return [line for line in self.lines if isinstance(line, str)]


TEMPLATES = {
    "sales": Template(
        _("Sales scoreboard"),
        _("Revenue against the quota, what remains of it, and what is in the pipeline."),
        (
            _("Revenue and quota"),
            "revenue",
            "quota",
            "quota_attainment",
            "quota_remaining",
            _("Pipeline"),
            "open_pipeline",
            "marketing_leads",
            "deals_won",
            "close_rate",
        ),
    ),
    "saas": Template(
        _("SaaS panel"),
        _("Leads, product-qualified leads, trials and qualified leads, week by week."),
        (
            _("Leads"),
            "total_leads",
            "pqls",
            "trial_users",
            "qualified_leads",
            _("Efficiency"),
            "mql_to_sql",
            "cac",
        ),
    ),
    "saas_team": Template(
        _("SaaS marketing team"),
        _("From a visit to a trial, a customer and revenue, and what it costs."),
        (
            _("Attention"),
            "sessions",
            "subscribes",
            "ad_spend",
            _("Leads and trials"),
            "trial_users",
            "mqls",
            "sqls",
            _("Customers"),
            "customers_won",
            "revenue",
        ),
    ),
    "agency": Template(
        _("Agency"),
        _("From a post to an enquiry, a meeting and a client."),
        (
            _("Attention"),
            "posts_published",
            "sessions",
            _("Enquiries"),
            "total_leads",
            "qualified_leads",
            "booked_meetings",
            _("Clients"),
            "open_pipeline",
            "customers_won",
            "revenue",
        ),
    ),
    "local": Template(
        _("Local business"),
        _("From being found to a booking, and to customers who come back and bring others."),
        (
            _("Being found"),
            "sessions",
            "social_shares",
            "ad_spend",
            _("Bookings"),
            "total_leads",
            "booked_meetings",
            _("Customers"),
            "customers_won",
            "repeat_purchases",
            "referrals",
        ),
    ),
}

# What an empty workspace begins with: eight numbers that can all be entered.
STARTERS = ("saas_team", "agency", "local")
