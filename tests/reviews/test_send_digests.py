"""The operator's command: a week's digests rehearsed or sent from the shell."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from reviews.models import DigestDelivery, DigestRun, DigestSubscription
from tests.reviews.conftest import states


def run_command(*arguments):
    out = StringIO()
    call_command("send_digests", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("some_numbers", "frozen")
def test_a_dry_run_lists_what_would_go_out_and_writes_nothing(server):
    said = run_command("--week", "2026-W46", "--dry-run")

    assert "  mia@example.com: Week 46: 1 thing needs you, Mia (" in said
    assert "Dry run: 3 would go out; nothing was sent." in said
    counts = [m.objects.count() for m in (DigestRun, DigestDelivery, DigestSubscription)]
    assert counts == [0, 0, 0]
    assert server.connections == 0


@pytest.mark.usefixtures("frozen")
def test_a_dry_run_leaves_a_planned_week_as_it_is(run, server):
    before = list(DigestDelivery.objects.order_by("pk").values())

    run_command("--week", "2026-W46", "--dry-run", "--workspace", "rosemary")

    assert list(DigestDelivery.objects.order_by("pk").values()) == before


@pytest.mark.usefixtures("some_numbers", "frozen")
def test_it_sends_an_earlier_week_at_once_and_never_twice(server):
    said = run_command("--week", "2026-W45")
    run_command("--week", "2026-W45")

    assert "[##############################] 3/3" in said
    assert "Sent: 3" in said
    assert states() == ["sent"] * 3
    assert len(server.accepted) == 3


@pytest.mark.usefixtures("frozen")
def test_it_tries_the_failed_again_and_the_unknown_never(run, server):
    first, second, third = DigestDelivery.objects.order_by("pk")
    DigestDelivery.objects.filter(pk=first.pk).update(state="failed", attempts=3)
    DigestDelivery.objects.filter(pk=second.pk).update(state="unknown", attempts=1)
    DigestDelivery.objects.filter(pk=third.pk).update(state="sent", attempts=1)

    run_command("--week", "2026-W46")

    assert states() == ["sent", "unknown", "sent"]
    assert len(server.accepted) == 1


@pytest.mark.usefixtures("some_numbers", "frozen", "nobody_listens")
def test_it_ends_when_the_server_is_away_and_says_what_waits():
    assert "Waiting: 3" in run_command("--week", "2026-W46")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--week", "2026-46"], "2026-46 is no week; write it as 2026-W46."),
        (["--week", "2026-W54"], "2026-W54 is no week; write it as 2026-W46."),
        (["--week", "2026-W47"], "Week 2026-W47 is not over yet."),
        (["--week", "2026-W46", "--workspace", "x"], "There is no workspace x."),
    ],
)
@pytest.mark.usefixtures("workspace", "frozen")
def test_mistakes_are_said_in_a_sentence(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run_command(*arguments)
