"""Addresses of pages over several rooms."""

from django.urls import include, path

from reviews.views import (
    activity,
    chats,
    digests,
    executive,
    first_run,
    home,
    my_work,
    outbox,
    search,
    settings,
    status,
    subscriptions,
    why_questions,
)

app_name = "reviews"
below_workspace = [
    path("", home.home, name="home"),
    path("start/", first_run.begin, name="first-kpis"),
    path("start/numbers/", first_run.numbers, name="first-numbers"),
    path("start/I-<int:number>/", first_run.check, name="first-import"),
    path("start/hide/", first_run.hide, name="hide-first-steps"),
    path("menu/", settings.menu, name="menu"),
    path("me/", my_work.my_work, name="my-work"),
    path("activity/", activity.activity, name="activity"),
    path("search/", search.search, name="search"),
    path("settings/", settings.settings, name="settings"),
    path("settings/status/", status.status, name="status"),
    path("settings/digest/", digests.preview, name="digest"),
    path("settings/digest/mail.html", digests.preview_html, name="digest-html"),
    path("settings/digest/test/", digests.send_test, name="digest-test"),
    path("settings/digest/log/", digests.log, name="digest-log"),
    path("settings/digest/retry/", digests.retry, name="digest-retry"),
    path("settings/chats/", chats.rooms, name="chats"),
    path("settings/chats/<int:pk>/test/", chats.test_room, name="test-chat"),
    path("settings/chats/<int:pk>/remove/", chats.remove_room, name="remove-chat"),
    path("settings/digest/sentence/", executive.say, name="digest-sentence"),
    path("settings/digest/executive/", executive.settings, name="executive"),
    path("settings/digest/executive/readers/", executive.add_reader, name="add-reader"),
    path(
        "settings/digest/executive/readers/<int:pk>/ask/", executive.ask_reader, name="ask-reader"
    ),
    path(
        "settings/digest/executive/readers/<int:pk>/remove/",
        executive.remove_reader,
        name="remove-reader",
    ),
]
urlpatterns = [
    path("outbox/", outbox.outbox, name="outbox"),
    path("me/email/", subscriptions.email, name="email"),
    path("e/confirm/<str:token>/", executive.confirm, name="confirm-reader"),
    path("e/unsub/<str:token>/", subscriptions.unsubscribe, name="unsubscribe"),
    path("l/why/<str:token>/", why_questions.why_question, name="why-question"),
    path("w/<slug:workspace>/", include(below_workspace)),
]
