"""Every address of mops."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView


@login_not_required
def alive(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view
    """Tell that this process serves requests; asks nothing else."""
    return HttpResponse("ok", content_type="text/plain")


api = [
    path("", include("goals.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
]

urlpatterns = [
    path("livez", alive, name="alive"),
    path("accounts/", include("allauth.account.urls")),
    path("api/v1/", include(api)),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
]

handler400 = "mops.errors.bad_request"
handler403 = "mops.errors.forbidden"
handler404 = "mops.errors.not_found"
handler500 = "mops.errors.server_error"
