"""The room as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        # Models exist only now, so what refers to them is imported here.
        from goals import events  # noqa: PLC0415
        from reviews.models import (  # noqa: PLC0415
            ChatRoom,
            DigestSubscription,
            ExecutiveDigest,
            OutsideReader,
        )
        from reviews.services.planning import move_runs  # noqa: PLC0415
        from teams import audit  # noqa: PLC0415

        audit.register(
            audit.Audited(
                DigestSubscription,
                _("Digest"),
                named_by=("membership", "outsider", "variant", "team"),
                gist=("is_on",),
            )
        )
        audit.register(
            audit.Audited(
                ExecutiveDigest, _("Executive digest"), named_by=("scorecard",), gist=("scorecard",)
            )
        )
        audit.register(
            audit.Audited(
                OutsideReader,
                _("Reader outside"),
                named_by=("email",),
                gist=("language",),
                moments={"confirmed_at": audit.Deed.ACCEPTED},
            )
        )

        audit.register(
            audit.Audited(ChatRoom, _("Chat"), named_by=("kind", "host", "team"), gist=("team",))
        )

        def move(workspace: Any, before: Any, after: Any, **_kwargs: Any) -> None:
            move_runs(workspace=workspace, before=before, after=after)

        events.calendar_changed.connect(move, weak=False, dispatch_uid="reviews.move_runs")
