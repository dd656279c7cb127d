"""One bad day: a seeded stream of writes, while everything that runs is killed."""

import random
import time
from contextlib import suppress

from django.db import DatabaseError, connection

from tests.beside import eventually
from tests.killers.scene import Scene
from tests.killers.stack import BEATS, WORKERS

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
    "pull.after_fetch": "worker1",
    "chat.after_post": "worker1",
    "pull.before_handing_over": "worker1",
    "pull.after_settling": "worker1",
}
# So many processes of one worker may each have one digest in their hands.
POOL = 4
STRIKES = 4


class BadDay:
    """What happens depends on the seed alone; when it happens, on the machine too."""

    def __init__(self, stack, seed):
        self.stack, self.seed = stack, seed
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
        self.cuts += POOL * len(WORKERS)
        self.scene.come_to_rest()

    def die_at(self, point):
        """Let a worker that is alone, or web, run into a named place; then go on without it."""
        name = POINTS[point]
        self.log.append(point)
        self.restart(name, MOPS_FAULTS=point)
        if name in WORKERS:
            self.stack.kill("worker2")
        before = self.stack.deaths(name)
        for add in self.scene.kinds_of_work:
            add()
        eventually(lambda: self.push() and self.stack.deaths(name) > before, seconds=10)
        for each in {name, "worker2"}:
            self.restart(each)

    def add_work(self):
        with suppress(DatabaseError):
            self.chance.choice(self.scene.kinds_of_work)()
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

    def told(self):
        requests = sum(len(writer.answers) for writer in self.scene.writers)
        repeated = sum(writer.repeated for writer in self.scene.writers)
        return f"{requests} writes, {repeated} repeated; struck: {', '.join(self.log)}"
