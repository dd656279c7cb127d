"""What the endpoints of numbered objects have in common."""

from typing import Any

from django.shortcuts import get_object_or_404

from goals.api.refs import number_in
from teams.api.versioned import VersionedAPI


class NumberedAPI(VersionedAPI):
    """Things named by a speakable id, such as B-2."""

    lookup_field = "ref"
    lookup_value_regex = "[A-Z]+-[0-9]+"
    kind: str

    def get_object(self) -> Any:
        number = number_in(self.kwargs["ref"], self.kind)
        return get_object_or_404(self.get_queryset(), number=number)
