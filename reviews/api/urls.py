"""Addresses of the API over several rooms."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from reviews.api.chats import ChatRoomAPI
from reviews.api.executive import ExecutiveDigestAPI, LeadSentenceAPI, OutsideReaderAPI
from reviews.api.search import SearchAPI

router = SimpleRouter()
router.register("chat-rooms", ChatRoomAPI, basename="chat-room")
router.register("lead-sentences", LeadSentenceAPI, basename="lead-sentence")
router.register("outside-readers", OutsideReaderAPI, basename="outside-reader")

app_name = "reviews-api"
urlpatterns = [
    *router.urls,
    path(
        "executive-digest/",
        ExecutiveDigestAPI.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="executive-digest",
    ),
    path("search/", SearchAPI.as_view({"get": "retrieve"}), name="search"),
]
