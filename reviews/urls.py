"""Addresses of pages over several rooms."""

from django.urls import include, path

from reviews.views import (
    activity,
    digests,
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
]
urlpatterns = [
    path("outbox/", outbox.outbox, name="outbox"),
    path("me/email/", subscriptions.email, name="email"),
    path("e/unsub/<str:token>/", subscriptions.unsubscribe, name="unsubscribe"),
    path("l/why/<str:token>/", why_questions.why_question, name="why-question"),
    path("w/<slug:workspace>/", include(below_workspace)),
]
