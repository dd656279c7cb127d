"""Every address of mops."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from mops.demo.entrance import enter
from mops.gallery import gallery


@login_not_required
def alive(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view
    """Tell that this process serves requests; asks nothing else."""
    return HttpResponse("ok", content_type="text/plain")


api: list[URLPattern | URLResolver] = [
    path("", include("goals.api.urls")),
    path("", include("teams.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
]

urlpatterns = [
    path("livez", alive, name="alive"),
    path("", include("reviews.urls")),
    path("", include("teams.urls")),
    path("w/<slug:workspace>/", include("goals.urls")),
    path("_ui/", gallery, name="gallery"),
    path("_ui/<slug:page>/", gallery, name="gallery-page"),
    path("demo/<str:token>/", enter, name="demo"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.account.urls")),
    path("api/v1/", include(api)),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
]

handler400 = "mops.errors.bad_request"
handler403 = "mops.errors.forbidden"
handler404 = "mops.errors.not_found"
handler500 = "mops.errors.server_error"
