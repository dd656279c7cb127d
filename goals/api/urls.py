"""Addresses of the API of KPIs and numbers."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from goals.api.breakdowns import BreakdownAPI, SegmentAPI
from goals.api.imports import ImportAPI
from goals.api.kpi_changes import KpiChangeAPI
from goals.api.kpis import KpiAPI
from goals.api.measurements import MeasurementAPI
from goals.api.notes import NoteAPI
from goals.api.scorecard_links import ScorecardLinkAPI
from goals.api.scorecards import ScorecardAPI
from goals.api.sources import SourceAPI
from goals.api.targets import TargetAPI
from goals.api.why_lines import WhyLineAPI
from goals.api.writings import WritingAPI

router = SimpleRouter()
router.register("kpis", KpiAPI, basename="kpi")
router.register("kpi-changes", KpiChangeAPI, basename="kpi-change")
router.register("breakdowns", BreakdownAPI, basename="breakdown")
router.register("segments", SegmentAPI, basename="segment")
router.register("targets", TargetAPI, basename="target")
router.register("why-lines", WhyLineAPI, basename="why-line")
router.register("notes", NoteAPI, basename="note")
router.register("scorecards", ScorecardAPI, basename="scorecard")
router.register("scorecard-links", ScorecardLinkAPI, basename="scorecard-link")
router.register("imports", ImportAPI, basename="import")
router.register("writings", WritingAPI, basename="writing")
router.register("sources", SourceAPI, basename="source")

app_name = "goals-api"
urlpatterns = [
    *router.urls,
    path(
        "measurements/",
        MeasurementAPI.as_view({"get": "list", "post": "create", "delete": "destroy"}),
        name="measurements",
    ),
]
