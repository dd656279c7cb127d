"""Addresses of the API of KPIs and numbers."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from goals.api import imports, views

router = SimpleRouter()
router.register("kpis", views.KpiAPI, basename="kpi")
router.register("breakdowns", views.BreakdownAPI, basename="breakdown")
router.register("segments", views.SegmentAPI, basename="segment")
router.register("targets", views.TargetAPI, basename="target")
router.register("imports", imports.ImportAPI, basename="import")

app_name = "goals-api"
urlpatterns = [
    *router.urls,
    path(
        "measurements/",
        views.MeasurementAPI.as_view({"get": "list", "post": "create", "delete": "destroy"}),
        name="measurements",
    ),
]
