"""The base of views of shared objects."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.problems import Problem
from teams.api.views import WorkspaceAPI, etag, version_held


class VersionedAPI(WorkspaceAPI):
    """Shared objects: read with an ETag, changed with If-Match."""

    needs_version = True
    output: type[Any]

    def answer(self, thing: Any, *, code: int = status.HTTP_200_OK) -> Response:
        data = self.output(thing, context=self.get_serializer_context()).data
        return Response(data, status=code, headers={"ETag": etag(thing.version)})

    def current(self, thing: Any) -> int:
        """Give the version that the caller holds, or refuse with 412 where it is old."""
        held = version_held(self.request)
        if held != thing.version:
            raise Problem(412, _("Somebody else changed this first. Read it again."))
        return held

    def retrieve(self, _request: Request, **_kwargs: Any) -> Response:
        return self.answer(self.get_object())

    def get_serializer_class(self) -> Any:
        return self.output
