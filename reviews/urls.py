"""Addresses of pages over several rooms."""

from django.urls import include, path

from reviews.views import home, settings

app_name = "reviews"
below_workspace = [
    path("", home.home, name="home"),
    path("menu/", settings.menu, name="menu"),
    path("settings/", settings.settings, name="settings"),
]
urlpatterns = [
    path("", home.root, name="root"),
    path("start/", settings.start, name="start"),
    path("w/<slug:workspace>/", include(below_workspace)),
]
