"""What must hold after a bad day, once everything has come to rest. Each gives its complaints."""

import datetime as dt
from collections import Counter
from decimal import Decimal

from core import clock
from goals.models import (
    DirtyMark,
    Import,
    Kpi,
    Measurement,
    MeasurementRevision,
    SourcePull,
    StagedValue,
    Target,
)
from reviews.models import ChatPost, DigestDelivery, DigestRun
from reviews.services.messages import message_id
from teams.models import Membership, OutgoingMail
from tests.goals.reference import recomputed_rollups, stored_rollups

LEASED = (ChatPost, DigestDelivery, Import, OutgoingMail, SourcePull)
Delivery = DigestDelivery.State


def is_quiet():
    """
    Tell whether no row waits for anybody.

    What makes work is asked before what it makes: an import that ends leaves marks behind, and
    would do so unseen between two questions in the other order.
    """
    return not (
        SourcePull.objects.filter(state__in=SourcePull.OPEN).exists()
        or Import.objects.filter(state__in=["checking", "applying"]).exists()
        or DirtyMark.objects.exists()
        or DigestDelivery.objects.filter(state__in=["waiting", "handing_over"]).exists()
        or OutgoingMail.objects.filter(state="waiting").exists()
        or ChatPost.objects.filter(state="waiting").exists()
    )


def let_leases_end():
    """Have the leases of dead workers run out, and rests after failures, as they would in time."""
    a_second_ago = clock.now() - dt.timedelta(seconds=1)
    for model in (DigestDelivery, ChatPost):
        model.objects.filter(state="waiting").update(send_after=a_second_ago)
    for model in LEASED:
        model._default_manager.exclude(claimed_until=None).update(claimed_until=a_second_ago)


def complaints_about(scene, *, most_unknown):
    """Say everything that is lost, doubled or left lying about."""
    return [
        *(f"{writer.name}: {said}" for writer in scene.writers for said in writer.complaints),
        *_measurements(scene),
        *_definitions(scene),
        *_imports(scene),
        *_pulls(scene),
        *_rollups(scene.workspace),
        *_digests(scene, most_unknown),
        *_chats(scene),
        *_questions(scene),
        *_mails(scene),
        *_leases(),
    ]


def _measurements(scene):
    """Acknowledged writes are there, once each."""
    wanted, revised = {}, Counter()
    for writer in scene.writers:
        wanted |= {key: value and Decimal(value) for key, value in writer.stored.items()}
        revised += writer.revised
    for code, _pk in [*scene.imports, *scene.pulls]:
        wanted |= {(code, None, day): Decimal(n) for day, n in scene.rows_of_file(code)}
    keys = "series__kpi__code", "series__segment__code", "on_date"
    rows = Measurement.objects.for_workspace(scene.workspace)
    stored = {(*key, day): value for *key, day, value in rows.values_list(*keys, "value")}
    for key in sorted(wanted.keys() | stored.keys(), key=str):
        if wanted.get(key, "nothing") != stored.get(key, "nothing"):
            yield f"{key} is {stored.get(key, 'lost')}, not {wanted.get(key, 'removed')}."
    past = MeasurementRevision.objects.filter(series__kpi__workspace=scene.workspace)
    if (kept := Counter(past.values_list(*keys))) != revised:
        yield f"The history has {kept - revised} too much and {revised - kept} too little."


def _definitions(scene):
    for writer in scene.writers:
        for code, aggregation in writer.aggregations.items():
            kpi = Kpi.objects.get(workspace=scene.workspace, code=code)
            if kpi.aggregation != aggregation:
                yield f"{code} is {kpi.aggregation}, not {aggregation}."
        rows = Target.objects.filter(kpi__workspace=scene.workspace, kpi__code=writer.daily)
        stored = dict(rows.values_list("valid_from", "value"))
        wanted = {day: Decimal(target[2]) for (_kpi, day), target in writer.targets.items()}
        if stored != wanted:
            yield f"{writer.daily} has the targets {stored}, not {wanted}."


def _imports(scene):
    for code, pk in scene.imports:
        row = Import.objects.get(pk=pk)
        if row.state != Import.State.DONE:
            yield f"{code}.csv ended as {row.state}: {row.last_error}"
        elif row.summary["outcome"]["created"] != row.summary["values"]:
            yield f"{code}.csv says {row.summary['outcome']}."
    if StagedValue.objects.filter(source__workspace=scene.workspace).exists():
        yield "Staged values were left behind."


def _pulls(scene):
    """Each file that was pulled is imported once, however often it was asked for."""
    for code, pk in scene.pulls:
        pull = SourcePull.objects.get(pk=pk)
        if pull.state != SourcePull.State.DONE:
            yield f"The pull of {code} ended as {pull.state}: {pull.last_error}"
        files = list(Import.objects.filter(workspace=scene.workspace, filename=code))
        if [row.pk for row in files] != [pull.imported_id]:
            yield f"{code} was imported as {files}, its pull says {pull.imported_id}."


def _rollups(workspace):
    stored, wanted = stored_rollups(workspace), recomputed_rollups(workspace)
    for key in sorted(stored.keys() | wanted.keys(), key=str):
        if stored.get(key) != wanted.get(key):
            yield f"Rollup {key} is {stored.get(key)}, not {wanted.get(key)}."


def _digests(scene, most_unknown):
    """
    Each digest and reminder is mailed exactly once; where nobody can know, at most once, visibly.
    """
    arrived = scene.stack.mailbox.mails()
    workspaces = [scene.workspace, *scene.digests]
    rows = list(DigestDelivery.objects.filter(run__workspace__in=workspaces).select_related("run"))
    unknown = [row for row in rows if row.state == Delivery.UNKNOWN]
    for row in rows:
        count = arrived[message_id(row.pk)]
        if row.state == Delivery.UNKNOWN and count <= 1:
            continue
        if (row.state, count) != (Delivery.SENT, 1):
            yield f"Digest {row.pk} is {row.state} and arrived {count} times. {row.last_error}"
    if len(unknown) > most_unknown:
        yield f"{len(unknown)} digests are unknown; {most_unknown} could be."
    for workspace in scene.digests:
        people = Membership.objects.filter(workspace=workspace).count()
        there = Counter(row.run.occasion for row in rows if row.run.workspace_id == workspace.pk)
        if there != {DigestRun.Occasion.DIGEST: people, DigestRun.Occasion.REMINDER: 1}:
            yield f"{workspace} has {there} for {people} people, of whom one was to be reminded."


def _chats(scene):
    """A chat is told at least once, and again only where a kill left open whether it was."""
    for workspace in scene.digests:
        [post] = ChatPost.objects.filter(room__workspace=workspace)
        told = scene.stack.others.told(f"/{workspace.slug}")
        if post.state != ChatPost.State.SENT or not 1 <= told <= post.attempts:
            yield f"The chat of {workspace} is {post.state}, told {told} times: {post.last_error}"


def _questions(scene):
    """Who owns a number that nobody explains is asked once."""
    for owner in scene.questions:
        mails = list(OutgoingMail.objects.filter(recipient=owner.user.email))
        arrived = [scene.stack.mailbox.mails()[mail.message_id] for mail in mails]
        if [mail.state for mail in mails] != [OutgoingMail.State.SENT] or not all(arrived):
            yield f"{owner} was asked by {mails}, which arrived {arrived} times."


def _mails(scene):
    """Ordinary mail arrives at least once, under one Message-ID."""
    arrived = scene.stack.mailbox.mails()
    for row in OutgoingMail.objects.filter(pk__in=[mail.pk for mail in scene.mails]):
        if row.state != OutgoingMail.State.SENT or not arrived[row.message_id]:
            yield f"Mail {row.pk} is {row.state} and arrived {arrived[row.message_id]} times."


def _leases():
    for model in LEASED:
        if over := model._default_manager.filter(claimed_until__lt=clock.now()).count():
            yield f"{over} leases on {model.__name__} are over their limit."
