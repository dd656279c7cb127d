"""Lists in pages: a cursor that does not skip or repeat rows while others write."""

from rest_framework.pagination import CursorPagination


class Cursor(CursorPagination):
    """Pages of 50, or of ``page_size`` up to 200, in the view's ``ordering``."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "pk"
