"""Ready scorecards: a name, and lines of library KPIs under headings (R36)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Template:
    """A scorecard to begin with; a line is the code of a library KPI, or a heading."""

    name: Promise
    text: Promise
    lines: tuple[str | Promise, ...]

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
}
