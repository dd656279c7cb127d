"""Forms about KPIs."""

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.forms import FoldedForm
from core.typed import TypedDecimalField
from goals.models import Breakdown, Kpi
from goals.models.kpis import code_validator
from teams.models import Membership, Team, Workspace


class KpiForm(FoldedForm):
    """A KPI's definition; an empty code is made of the name."""

    FOLDS = (
        (_("Code, source and limits"),
         ("code", "source", "unit_label", "gaps", "band", "plausible_min", "plausible_max")),
        (_("Segments"), ("breakdown", "segment_total")),
        (_("Stage and attribution"), ("stage", "engagement", "attribution")),
        (_("Benchmark"),
         ("benchmark", "benchmark_upper", "benchmark_source", "benchmark_link", "benchmark_on")),
    )  # fmt: skip
    name = forms.CharField(label=_("Name"), max_length=120)
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        required=False,
        validators=[code_validator],
        help_text=_("For formulas and the API, such as email_clicks. Empty: made of the name."),
    )
    definition = forms.CharField(
        label=_("How is it counted?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One sentence that a newcomer understands."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=Kpi.Kind.choices,
        help_text=_(
            "Value is money, efficiency is what a result costs, response is what people do,"
            " activity is what we do."
        ),
    )
    stage = forms.ChoiceField(
        label=_("Stage of the customer’s way"),
        choices=[("", _("None")), *Kpi.Stage.choices],
        required=False,
        help_text=_("From getting to know us to recommending us."),
    )
    engagement = forms.ChoiceField(
        label=_("Engagement"),
        choices=[("", _("Neither")), *Kpi.Engagement.choices],
        required=False,
        help_text=_("A conversion is what we are after; a micro-engagement is a step towards it."),
    )
    attribution = forms.CharField(
        label=_("Attribution"),
        max_length=60,
        required=False,
        help_text=_(
            "By which rule results are credited, such as “last click” or “data-driven”. Numbers"
            " credited by different rules do not compare."
        ),
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=Kpi.Unit.choices)
    unit_label = forms.CharField(
        label=_("Unit label"),
        max_length=12,
        required=False,
        help_text=_("Shown behind the number, such as “days”."),
    )
    direction = forms.ChoiceField(label=_("What is better?"), choices=Kpi.Direction.choices)
    cadence = forms.ChoiceField(
        label=_("Measured and judged"), choices=Kpi.Cadence.choices, initial=Kpi.Cadence.WEEKLY
    )
    aggregation = forms.ChoiceField(
        label=_("A longer period is the"),
        choices=Kpi.Aggregation.choices,
        help_text=_("How values of weeks become the value of a month."),
    )
    formula = forms.CharField(
        label=_("Formula"),
        max_length=300,
        required=False,
        help_text=_("Only for a formula: codes of other KPIs with + − × ÷ and parentheses."),
    )
    gaps = forms.ChoiceField(label=_("A missing value means"), choices=Kpi.Gaps.choices)
    breakdown = forms.ModelChoiceField(
        label=_("Breakdown"),
        queryset=Breakdown.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("With a breakdown every value belongs to one segment of it."),
    )
    segment_total = forms.ChoiceField(
        label=_("Total over segments"),
        choices=[("", _("Usual for the aggregation")), *Kpi.SegmentTotal.choices],
        required=False,
    )
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=Membership.objects.none())
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("None")
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=120,
        required=False,
        help_text=_("Where the number comes from: the tool and the report."),
    )
    band = TypedDecimalField(
        label=_("At risk within, %"),
        initial="10",
        help_text=_("A miss within so many percent of the target is at risk, beyond it off track."),
    )
    plausible_min = TypedDecimalField(label=_("Lowest plausible value"), required=False)
    plausible_max = TypedDecimalField(label=_("Highest plausible value"), required=False)
    benchmark = TypedDecimalField(
        label=_("Benchmark"),
        required=False,
        help_text=_("What others reach in one such period. It is shown and never judged by."),
    )
    benchmark_upper = TypedDecimalField(
        label=_("Benchmark up to"), required=False, help_text=_("Only for a range.")
    )
    benchmark_source = forms.CharField(
        label=_("Source of the benchmark"), max_length=120, required=False
    )
    benchmark_link = forms.URLField(
        label=_("Link to the benchmark"), max_length=500, required=False, assume_scheme="https"
    )
    benchmark_on = forms.DateField(
        label=_("Benchmark as of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    on_home = forms.BooleanField(label=_("Show as a tile on Home"), required=False)

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.active().for_workspace(workspace)
        self.fields["owner"].queryset = members.by_name()  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.for_workspace(workspace)  # type: ignore[attr-defined]
        breakdowns = Breakdown.objects.for_workspace(workspace)
        self.fields["breakdown"].queryset = breakdowns  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not values.get("code") and values.get("name"):
            values["code"] = code_from(values["name"])
        if values.get("aggregation") != Kpi.Aggregation.FORMULA:
            values["formula"] = ""
        if not values.get("segment_total"):
            values.pop("segment_total", None)
        return values


def code_from(name: str) -> str:
    """Make a code of a name: "Email clicks, PL" becomes email_clicks_pl."""
    code = slugify(name).replace("-", "_")[:60].strip("_")
    return code if code[:1].isalpha() else f"kpi_{code}".strip("_")[:60]
