"""Lists in pages: a cursor that does not skip or repeat rows while others write."""

from rest_framework.pagination import CursorPagination


class Cursor(CursorPagination):
    """Pages of 50, or of ``page_size`` up to 200, in the view's ``ordering``."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering: str | tuple[str, ...] = "pk"


class DayCursor(Cursor):
    """Pages of rows that have a day but no key of their own, the latest day first."""

    ordering = ("-on_date", "series_id")
    # Rows of one day are told apart by counting them; no day has more than this.
    offset_cutoff = 1_000_000
