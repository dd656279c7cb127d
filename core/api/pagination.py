"""Lists in pages: a cursor that does not skip or repeat rows while others write."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from core.api.problems import Problem


class Cursor(CursorPagination):
    """Pages of 50, or of ``page_size`` up to 200, in the view's ``ordering``."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering: str | tuple[str, ...] = "pk"

    def get_page_size(self, request: Request) -> int:
        """
        Read how many rows are asked for.

        Raises:
            Problem: 400 if it is no whole number from 1 to 200.
        """
        text = request.query_params.get("page_size", str(self.page_size))
        if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= self.max_page_size:
            return int(text)
        detail = _("Ask for 1 to %(most)d rows.") % {"most": self.max_page_size}
        raise Problem(400, detail, [{"field": "page_size", "detail": detail}])

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == "page_size":
                parameter["schema"] |= {"minimum": 1, "maximum": self.max_page_size}
        return parameters
