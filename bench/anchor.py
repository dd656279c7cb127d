"""The plain page and the usual list that the pages of mops are measured against."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from rest_framework import generics, serializers
from rest_framework.permissions import IsAuthenticated

from core.api.pagination import Cursor
from goals.models import Kpi
from mops.urls import urlpatterns as pages_of_mops
from teams.api.auth import TokenAuthentication
from teams.models import Membership, Workspace

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    *settings.TEMPLATES,
    {
        "NAME": "anchor",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Three plain queries and thirty plain rows, behind the sign-in."""
    context = {
        "workspace": Workspace.objects.get(slug=request.GET["workspace"]),
        "people": Membership.objects.count(),
        "kpis": Kpi.objects.filter(workspace__slug=request.GET["workspace"])[:30],
    }
    return render(request, "anchor.html", context, using="anchor")


class UsualKpi(serializers.ModelSerializer[Kpi]):
    """A KPI as one writes it first: a ModelSerializer with its foreign keys."""

    owner: Any = serializers.SlugRelatedField("email", source="owner.user", read_only=True)
    team: Any = serializers.SlugRelatedField("name", read_only=True)
    breakdown: Any = serializers.StringRelatedField()
    archived = serializers.BooleanField(source="is_archived")

    class Meta:
        model = Kpi
        fields = [
            "ref", "code", "name", "definition", "kind", "unit", "unit_label", "direction",
            "aggregation", "formula", "cadence", "gaps", "breakdown", "segment_total", "owner",
            "team", "source", "band", "plausible_min", "plausible_max", "on_home", "position",
            "archived", "version",
        ]  # fmt: skip


class UsualList(generics.ListAPIView[Kpi]):
    serializer_class = UsualKpi
    authentication_classes = [TokenAuthentication]
    permission_classes = [IsAuthenticated]
    pagination_class = Cursor

    def get_queryset(self) -> Any:
        rows = Kpi.objects.filter(workspace__slug=self.request.GET["workspace"])
        return rows.select_related("owner__user", "team", "breakdown").order_by("number")


urlpatterns = [
    path("anchor/", page),
    path("usual/", UsualList.as_view()),
    *pages_of_mops,
]
