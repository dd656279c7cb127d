"""Ready KPIs: the usual metrics of marketing and sales, added with one click."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Ready:
    """One KPI of the library."""

    code: str
    name: str | Promise
    definition_text: str | Promise
    kind: str
    unit: str = "count"
    direction: str = "increase"
    aggregation: str = "sum"
    formula: str = ""
    gaps: str = "unknown"
    unit_label: str | Promise = ""
    cadence: str = "weekly"

    @property
    def stage(self) -> str:
        return STAGE_OF[self.code]

    def definition(self) -> dict[str, Any]:
        """Give what a KPI is created with."""
        return {
            "code": self.code,
            "name": str(self.name),
            "definition": str(self.definition_text),
            "kind": self.kind,
            "stage": self.stage,
            "engagement": ENGAGEMENT_OF.get(self.code, ""),
            "unit": self.unit,
            "unit_label": str(self.unit_label),
            "direction": self.direction,
            "aggregation": self.aggregation,
            "formula": self.formula,
            "gaps": self.gaps,
            "cadence": self.cadence,
        }


def _formula(
    code: str, name: Promise, text: Promise, kind: str, formula: str, **more: Any
) -> Ready:
    return Ready(code, name, text, kind, aggregation="formula", formula=formula, **more)


_PERCENT = {"unit": "percent"}
_MONEY = {"unit": "currency"}
_LOWER = {"direction": "decrease"}

# The examples that the four kinds are known by, then what a public process and the lower half of
# the hourglass are measured with.
LIBRARY = (
    # -- Value ----------------------------------------------------------------------------------
    Ready("revenue", _("Revenue generated"), _("Revenue from leads that marketing brought."),
          "value", **_MONEY),
    Ready("ad_spend", _("Ad spend"), _("What was paid to advertising platforms."),
          "value", **_MONEY, **_LOWER),
    Ready("marketing_leads", _("Marketing leads"), _("Leads that marketing handed to sales."),
          "value"),
    Ready("deals_won", _("Deals won from marketing leads"), _("Marketing leads that became customers."),
          "value", gaps="zero"),
    _formula("close_rate", _("Close rate of marketing leads"),
             _("Of the marketing leads, the share that became customers."), "value",
             "100 * deals_won / marketing_leads", **_PERCENT),
    Ready("open_pipeline", _("Open pipeline"), _("Value of open deals from marketing, at the end of the week."),
          "value", aggregation="last", **_MONEY),
    Ready("quota", _("Sales quota"), _("What sales set out to win."), "value", **_MONEY),
    _formula("quota_attainment", _("Quota attainment"), _("Revenue as a share of the quota."),
             "value", "100 * revenue / quota", **_PERCENT),
    _formula("quota_remaining", _("Quota remaining"), _("What is left of the quota."), "value",
             "quota - revenue", **_MONEY, **_LOWER),
    # -- Efficiency -------------------------------------------------------------------------------
    Ready("customers_won", _("Customers won"), _("New customers from all sources."),
          "efficiency", gaps="zero"),
    Ready("acquisition_cost", _("Acquisition cost"), _("All that was spent on winning customers."),
          "efficiency", **_MONEY, **_LOWER),
    _formula("cac", _("Customer acquisition cost"), _("Acquisition cost for each customer won."),
             "efficiency", "acquisition_cost / customers_won", **_MONEY, **_LOWER),
    Ready("mqls", _("MQLs through nurturing"), _("Leads that reached the score of a marketing-qualified lead."),
          "efficiency"),
    Ready("sqls", _("Sales-accepted leads"), _("Leads that sales accepted."), "efficiency"),
    _formula("mql_to_sql", _("MQL to SQL"), _("Of the MQLs, the share that sales accepted."),
             "efficiency", "100 * sqls / mqls", **_PERCENT),
    Ready("total_leads", _("Total leads"), _("All new leads."), "efficiency"),
    Ready("pqls", _("PQLs"), _("Leads qualified by how they use the product."), "efficiency"),
    Ready("qualified_leads", _("Qualified leads"), _("Leads that fit and want to buy."), "efficiency"),
    # -- Response ---------------------------------------------------------------------------------
    Ready("email_clicks", _("Email clicks"), _("Clicks in e-mails, all of them."), "response"),
    Ready("email_unique_opens", _("Unique opens"), _("People who opened an e-mail, each once."),
          "response"),
    Ready("email_delivered", _("Emails delivered"), _("E-mails that reached a mailbox."), "response"),
    _formula("email_ctr", _("Email click rate"), _("Clicks for each hundred unique opens."),
             "response", "100 * email_clicks / email_unique_opens", **_PERCENT),
    _formula("email_open_rate", _("Email open rate"), _("Unique opens for each hundred delivered e-mails."),
             "response", "100 * email_unique_opens / email_delivered", **_PERCENT),
    Ready("email_replies", _("Email replies"), _("Answers to our e-mails."), "response"),
    Ready("subscribes", _("New subscribers"), _("People who subscribed."), "response"),
    Ready("unsubscribes", _("Unsubscribes"), _("People who unsubscribed."), "response", **_LOWER),
    Ready("subscribers", _("Lead subscribers"), _("Subscribers at the end of the week."),
          "response", aggregation="last"),
    _formula("subscribe_rate", _("Subscribe rate"), _("New subscribers for each hundred visits."),
             "response", "100 * subscribes / sessions", **_PERCENT),
    _formula("unsubscribe_rate", _("Unsubscribe rate"),
             _("Unsubscribes for each hundred delivered e-mails."), "response",
             "100 * unsubscribes / email_delivered", **_PERCENT, **_LOWER),
    Ready("comments", _("Comments"), _("Comments on posts."), "response", gaps="zero"),
    Ready("social_shares", _("Shares"), _("Shares of posts."), "response", gaps="zero"),
    Ready("sessions", _("Site traffic"), _("Visits to the website."), "response"),
    Ready("blog_sessions", _("Blog traffic"), _("Visits to the blog."), "response"),
    Ready("bounced_sessions", _("Bounced visits"), _("Visits that left after one page."),
          "response", **_LOWER),
    _formula("bounce_rate", _("Bounce rate"), _("Of the visits, the share that left after one page."),
             "response", "100 * bounced_sessions / sessions", **_PERCENT, **_LOWER),
    Ready("booked_meetings", _("Booked meetings"), _("Meetings booked by leads."), "response",
          gaps="zero"),
    Ready("trial_users", _("Trial users"), _("New trial accounts."), "response"),
    Ready("repeat_purchases", _("Repeat purchases"), _("Customers who bought again."), "response",
          gaps="zero"),
    Ready("renewals", _("Renewals"), _("Contracts that were renewed."), "response", gaps="zero"),
    Ready("renewals_due", _("Renewals due"), _("Contracts that came up for renewal."), "response"),
    _formula("renewal_rate", _("Renewal rate"), _("Of the contracts due, the share that was renewed."),
             "response", "100 * renewals / renewals_due", **_PERCENT),
    Ready("customers", _("Customers"), _("Customers at the end of the week."), "response",
          aggregation="last"),
    Ready("customers_lost", _("Customers lost"), _("Customers who left."), "response", gaps="zero",
          **_LOWER),
    _formula("churn", _("Churn"), _("Customers who left for each hundred that we have."), "response",
             "100 * customers_lost / customers", **_PERCENT, **_LOWER),
    Ready("referrals", _("Referrals"), _("Leads that a customer sent."), "response", gaps="zero"),
    Ready("referred_customers", _("Referred customers"), _("Customers that a customer sent."),
          "response", gaps="zero"),
    # -- Activity ---------------------------------------------------------------------------------
    Ready("emails_sent", _("Emails sent"), _("E-mails that we sent."), "activity"),
    Ready("behavioural_triggers", _("Behavioural triggers"),
          _("Automatic messages set off by what people do."), "activity"),
    Ready("posts_published", _("Posts published"), _("Posts on the blog."), "activity", gaps="zero"),
)  # fmt: skip

# How far somebody has come when a KPI counts them: from getting to know us to recommending us.
_STAGES = {
    "know": "ad_spend social_shares sessions blog_sessions bounced_sessions bounce_rate"
    " posts_published",
    "like": "comments subscribes subscribers subscribe_rate total_leads",
    "trust": "email_clicks email_unique_opens email_delivered email_ctr email_open_rate"
    " email_replies unsubscribes unsubscribe_rate emails_sent behavioural_triggers mqls",
    "try": "pqls qualified_leads booked_meetings trial_users marketing_leads sqls mql_to_sql",
    "buy": "revenue deals_won close_rate open_pipeline quota quota_attainment quota_remaining"
    " customers_won acquisition_cost cac",
    "repeat": "repeat_purchases renewals renewals_due renewal_rate customers customers_lost churn",
    "refer": "referrals referred_customers",
}
STAGE_OF = {code: stage for stage, codes in _STAGES.items() for code in codes.split()}
_ENGAGEMENTS = {
    "micro": "email_clicks email_unique_opens email_replies comments social_shares sessions"
    " blog_sessions subscribes",
    "conversion": "booked_meetings trial_users deals_won customers_won repeat_purchases renewals"
    " referred_customers",
}
ENGAGEMENT_OF = {
    code: engagement for engagement, codes in _ENGAGEMENTS.items() for code in codes.split()
}
BY_CODE = {ready.code: ready for ready in LIBRARY}
