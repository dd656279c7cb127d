"""Chat rooms: how they fared."""

from django.db.models import OuterRef, QuerySet, Subquery

from reviews.models import ChatPost, ChatRoom
from teams.models import Workspace


def get_rooms(workspace: Workspace) -> QuerySet[ChatRoom]:
    """Read the rooms with the state, moment and error of their latest message, in one query."""
    latest = ChatPost.objects.filter(room=OuterRef("pk")).order_by("-pk")
    rooms: QuerySet[ChatRoom] = ChatRoom.objects.for_workspace(workspace)
    return (
        rooms.select_related("team")
        .annotate(
            last_state=Subquery(latest.values("state")[:1]),
            last_error=Subquery(latest.values("last_error")[:1]),
            last_at=Subquery(latest.values("finished_at")[:1]),
        )
        .order_by("team__name", "pk")
    )
