"""Bad days, one after the other: everything is killed, and nothing is lost or doubled."""

import os
import random
import time
from contextlib import suppress

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection

from tests.killers import invariants
from tests.killers.scene import Scene
from tests.killers.stack import Stack
from tests.mops.processes import eventually

pytestmark = pytest.mark.servers

# A round can be had again: MOPS_KILLER_SEED=… pytest tests/killers/test_rounds.py
SEED = int(os.environ.get("MOPS_KILLER_SEED") or time.time())
WORKERS, BEATS = ("worker1", "worker2"), ("beat1", "beat2")
POINTS = {
    "drain.after_take": "worker1",
    "digest.after_data_started": "worker1",
    "import.between_chunks": "worker1",
    "bell.before_ring": "web",
    "digest.after_claim": "worker1",
    "drain.after_levels": "worker1",
    "digest.after_sent": "worker1",
    "import.after_stage": "worker1",
    "drain.before_commit": "worker1",
    "digest.before_send": "worker1",
    "mail.after_handing_over": "worker1",
}
# So many processes of one worker may each have one digest in their hands.
POOL = 4
STRIKES = 4
QUIET_SECONDS = 60


@pytest.fixture(scope="module")
def stack(django_db_blocker):
    with django_db_blocker.unblock(), Stack().up() as stack:
        with pytest.MonkeyPatch.context() as patch:
            # Mail that is queued here leaves by the stack's workers.
            smtp = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": stack.smtp_port}
            patch.setattr(django_settings, "SMTP", smtp)
            yield stack


class Round:
    """One bad day."""

    def __init__(self, stack, seed):
        self.stack = stack
        self.point = sorted(POINTS)[seed % len(POINTS)]
        self.chance = random.Random(seed)
        self.scene = Scene(stack, seed=seed)
        self.cuts = 0  # how many digests may have been in somebody's hands at a kill
        self.log = []

    def play(self):
        for writer in self.scene.writers:
            writer.start()
        self.die_at(self.point)
        for _n in range(STRIKES):
            time.sleep(self.chance.uniform(0.1, 0.8))
            self.add_work()
            self.strike()
        for writer in self.scene.writers:
            writer.finish()
        self.come_to_rest()

    def die_at(self, point):
        """Let a worker that is alone, or web, run into a named place; then go on without it."""
        name = POINTS[point]
        self.log.append(point)
        self.restart(name, MOPS_FAULTS=point)
        if name in WORKERS:
            self.stack.kill("worker2")
        before = self.stack.deaths(name)
        for add in (self.scene.add_import, self.scene.add_digest, self.scene.add_mails):
            add()
        eventually(lambda: self.push() and self.stack.deaths(name) > before, seconds=10)
        for each in {name, "worker2"}:
            self.restart(each)

    def add_work(self):
        with suppress(DatabaseError):
            add = [self.scene.add_import, self.scene.add_digest, self.scene.add_mails]
            self.chance.choice(add)()
        self.push()

    def push(self):
        with suppress(DatabaseError):
            self.scene.apply_checked_imports()
        return True

    # -- strikes ----------------------------------------------------------------------------------

    def strike(self):
        strikes = {
            "a worker": lambda: self.restart(self.chance.choice(WORKERS)),
            "a worker's process": self.kill_pool_process,
            "a beat": lambda: self.restart(self.chance.choice(BEATS)),
            "valkey": lambda: self.restart("valkey"),
            "all that valkey knows": self.flush,
            "postgres": self.kill_postgres,
            "web": lambda: self.restart("web"),
            "a web process": lambda: self.stack.kill_child_of("web", self.chance),
        }
        name = self.chance.choice(sorted(strikes))
        self.log.append(name)
        strikes[name]()

    def restart(self, name, **variables):
        if name in WORKERS:
            self.cuts += POOL
        self.stack.restart(name, **variables)

    def kill_pool_process(self):
        self.cuts += 1
        self.stack.kill_child_of(self.chance.choice(WORKERS), self.chance)

    def flush(self):
        self.stack.redis().flushall()

    def kill_postgres(self):
        self.cuts += POOL * len(WORKERS)
        self.stack.restart("postgres")
        connection.close()

    # -- afterwards -------------------------------------------------------------------------------

    def come_to_rest(self):
        for name in WORKERS:
            self.stack.kill(name)
            self.cuts += POOL
        invariants.let_leases_end()
        for name in WORKERS:
            self.stack.start(name)

        def at_rest():
            self.scene.apply_checked_imports()
            return self.scene.every_digest_is_planned() and invariants.is_quiet()

        assert eventually(at_rest, seconds=QUIET_SECONDS), self.what_waits()

    def what_waits(self):
        waiting = [
            f"{model.__name__}: {list(model._default_manager.values())[:3]}"
            for model in (invariants.DirtyMark, *invariants.LEASED)
        ]
        return "\n".join([*waiting, *(self.stack.said(name)[-3000:] for name in WORKERS)])

    def told(self):
        requests = sum(len(writer.answers) for writer in self.scene.writers)
        repeated = sum(writer.repeated for writer in self.scene.writers)
        return f"{requests} writes, {repeated} repeated; killed: {', '.join(self.log)}"


def play(stack, number):
    seed = SEED + number
    today = Round(stack, seed)
    print(f"MOPS_KILLER_SEED={seed}")
    began = time.monotonic()
    today.play()
    print(f"{time.monotonic() - began:.0f} s: {today.told()}")
    complaints = invariants.complaints_about(today.scene, most_unknown=today.cuts)
    assert not complaints, "\n".join([today.told(), *complaints])


@pytest.mark.parametrize("number", range(5))
def test_nothing_is_lost_or_doubled_on_a_bad_day(stack, number):
    play(stack, number)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(50))
def test_nothing_is_lost_or_doubled_on_fifty_bad_days(stack, number):
    play(stack, number)
