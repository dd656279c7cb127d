"""Every address of mops."""

from allauth.account.urls import urlpatterns as accounts_of_allauth
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from goals.urls import numbers_out
from mops import front_door, health
from mops.api_docs import problems
from mops.demo import views as demo
from mops.demo.entrance import enter
from mops.gallery import gallery
from teams.views.me import switch_language

api: list[URLPattern | URLResolver] = [
    path("", include("goals.api.urls")),
    path("", include("reviews.api.urls")),
    path("", include("teams.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
]

# Addresses are not confirmed, not changed by their owners, and no code signs anybody in: allauth's
# pages for that do not exist here.
NOT_OURS = {
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
}
accounts = [pattern for pattern in accounts_of_allauth if pattern.name not in NOT_OURS]

urlpatterns = [
    path("livez", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("", front_door.root, name="root"),
    path("start/", front_door.start, name="start"),
    path("start/team/", front_door.start_team, name="start-team"),
    path("start/you/", front_door.start_you, name="start-you"),
    path("start/demo/", front_door.start_demo, name="start-demo"),
    path("", include("reviews.urls")),
    path("", include("teams.urls")),
    path("w/<slug:workspace>/", include("goals.urls")),
    path("", include((numbers_out, "numbers-out"))),
    path("_ui/", gallery, name="gallery"),
    path("_ui/<slug:page>/", gallery, name="gallery-page"),
    path("w/<slug:workspace>/demo/reset/", demo.reset, name="reset-demo"),
    path("w/<slug:workspace>/demo/remove/", demo.remove, name="remove-demo"),
    path("demo/<str:token>/", enter, name="demo"),
    path("i18n/setlang/", switch_language, name="set_language"),
    path("accounts/", include(accounts)),
    path("api/v1/", include(api)),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    path("api/docs/problems/", problems, name="api-problems"),
]

handler400 = "mops.errors.bad_request"
handler403 = "mops.errors.forbidden"
handler404 = "mops.errors.not_found"
handler500 = "mops.errors.server_error"
