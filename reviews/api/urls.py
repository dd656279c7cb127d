"""Addresses of the API over several rooms."""

from django.urls import path

from reviews.api.search import SearchAPI

app_name = "reviews-api"
urlpatterns = [path("search/", SearchAPI.as_view({"get": "retrieve"}), name="search")]
