"""A client of the API that writes at random, remembers what it was told, and never gives up."""

import datetime as dt
import http.client
import random
import threading
import time
import uuid
from collections import Counter

# What a client may be told while something is being killed: the same request again, later.
TRY_AGAIN = {409, 502, 503}
SEGMENTS = ("pl", "it", "th")
AGGREGATIONS = ("sum", "average", "min", "max", "last")
PATIENCE_SECONDS = 60


class Writer(threading.Thread):
    """
    Writes to KPIs of its own, one request after the other, until it is told to stop.

    What must be stored afterwards is known exactly: a request without a clear answer is repeated
    under its Idempotency-Key until there is one, and the answer has to be that of one execution.
    """

    def __init__(self, stack, *, name, token, seed, today):
        super().__init__(name=name, daemon=True)
        self.stack, self.today = stack, today
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.chance = random.Random(f"{seed} {name}")
        self.stopped = threading.Event()
        self.stored = {}  # (KPI, segment, first day): value, or None for a known gap
        self.revised = Counter()
        self.aggregations = {}
        self.targets = {}  # (KPI, first day): (ref, ETag, value)
        self.answers = []  # ((method, path, body, headers), answer) of earlier requests
        self.repeated = 0
        self.complaints = []

    @property
    def daily(self):
        return f"{self.name}_daily"

    @property
    def weekly(self):
        return f"{self.name}_weekly"

    @property
    def market(self):
        return f"{self.name}_market"

    def run(self):
        deeds = [self.record] * 6 + [self.remove] * 2 + [self.replay] * 2
        deeds += [self.edit_kpi, self.set_target, self.remove_target, self.look]
        while not self.stopped.is_set() and not self.complaints:
            self.chance.choice(deeds)()
            time.sleep(self.chance.uniform(0, 0.04))

    def finish(self):
        self.stopped.set()
        self.join(PATIENCE_SECONDS + 10)
        if self.is_alive():
            self.complaints.append("The last request never ended.")

    # -- deeds --------------------------------------------------------------------------------

    def record(self):
        places = {self._place() for _n in range(self.chance.choice([1, 3, 20]))}
        if self.stored and self.chance.random() < 0.5:
            places |= set(self.chance.sample(sorted(self.stored, key=str), 1))
        rows = {place: self._value() for place in sorted(places, key=str)}
        answer = self.ask("POST", "/api/v1/measurements/", {"measurements": [
            self._row(place, value) for place, value in rows.items()
        ]})  # fmt: skip
        self.expect(answer, 200, self._take(rows))

    def _take(self, rows):
        """Note what is stored now, and give the answer that one execution gives."""
        counts = {"created": 0, "updated": 0, "unchanged": 0}
        for place, value in rows.items():
            if place not in self.stored:
                counts["created"] += 1
            elif self.stored[place] == value:
                counts["unchanged"] += 1
            else:
                counts["updated"] += 1
                self.revised[place] += 1
            self.stored[place] = value
        return counts

    def remove(self):
        if not self.stored:
            return
        place = self.chance.choice(sorted(self.stored, key=str))
        kpi, segment, day = place
        query = f"kpi={kpi}&date={day}" + (f"&segment={segment}" if segment else "")
        self.expect(self.ask("DELETE", f"/api/v1/measurements/?{query}"), 204, None)
        del self.stored[place]
        self.revised[place] += 1

    def replay(self):
        if self.answers:
            request, before = self.chance.choice(self.answers)
            again = self._until_answered(*request)
            self.expect(again, before.status, before.data)
            if again and again.headers["Idempotent-Replay"] != "true":
                self.complaints.append(f"{request[:2]} was executed anew.")

    def edit_kpi(self):
        path = f"/api/v1/kpis/{self.weekly}/"
        wanted = self.chance.choice(AGGREGATIONS)
        read = self._until_answered("GET", path, None, {})
        if read is None:
            return
        version = {"If-Match": read.headers["ETag"]}
        changed = self.ask("PATCH", path, {"aggregation": wanted}, version)
        self.expect(changed, 200, {**read.data, "aggregation": wanted, "version": None})
        self.aggregations[self.weekly] = wanted

    def set_target(self):
        day = self.today + dt.timedelta(days=self.chance.randrange(1, 30))
        value = str(self.chance.randrange(1, 1000))
        body = {"kpi": self.daily, "comparator": "at_least", "value": value, "valid_from": str(day)}
        answer = self.ask("POST", "/api/v1/targets/", body)
        self.expect(answer, 201)
        if answer:
            self.targets[self.daily, day] = (answer.data["id"], answer.headers["ETag"], value)

    def remove_target(self):
        if not self.targets:
            return
        key = self.chance.choice(sorted(self.targets))
        ref, version, _value = self.targets.pop(key)
        answer = self.ask("DELETE", f"/api/v1/targets/{ref}/", None, {"If-Match": version})
        self.expect(answer, 204, None)

    def look(self):
        kpi = self.chance.choice([self.daily, self.weekly, f"{self.name}_ratio"])
        self.expect(self._until_answered("GET", f"/api/v1/kpis/{kpi}/series/", None, {}), 200)

    # -- requests -----------------------------------------------------------------------------

    def ask(self, method, path, body=None, headers=None):
        """Send a write under a key of its own until it is answered."""
        key = str(uuid.UUID(int=self.chance.getrandbits(128)))
        request = (method, path, body, {**(headers or {}), "Idempotency-Key": key})
        answer = self._until_answered(*request)
        if answer and answer.status < 300:
            self.answers.append((request, answer))
        return answer

    def _until_answered(self, method, path, body, headers):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = self.stack.request(
                    method, path, body=body, headers={**self.headers, **headers}
                )
            except (OSError, http.client.HTTPException):
                answer = None
            if answer and answer.status not in TRY_AGAIN:
                return answer
            if answer and answer.status == 503:
                self._check_refusal(answer)
            self.repeated += 1
            time.sleep(0.1)
        self.complaints.append(f"{method} {path} got no answer.")
        return None

    def _check_refusal(self, answer):
        kind = answer.headers["Content-Type"]
        if kind != "application/problem+json" or not answer.headers["Retry-After"]:
            self.complaints.append(f"A 503 without Retry-After, or of the wrong kind: {kind}.")

    def expect(self, answer, status, data=...):
        if answer is None:
            return
        if answer.status != status or (data is not ... and not _agrees(answer.data, data)):
            said = answer.content[:300]
            self.complaints.append(f"Expected {status} {data}, got {answer.status} {said!r}.")

    # -- what it writes -------------------------------------------------------------------------

    def _place(self):
        day = self.today - dt.timedelta(days=self.chance.randrange(0, 200))
        kpi = self.chance.choice([self.daily, self.weekly, self.market])
        segment = self.chance.choice(SEGMENTS) if kpi == self.market else None
        if kpi == self.weekly:
            day -= dt.timedelta(days=day.weekday())
        return kpi, segment, day

    def _value(self):
        return None if self.chance.random() < 0.1 else str(self.chance.randrange(0, 100_000))

    def _row(self, place, value):
        kpi, segment, day = place
        row = {"kpi": kpi, "date": str(day), "value": value}
        if segment:
            row["segment"] = segment
        if value is None:
            row["note"] = "closed"
        return row


def _agrees(data, wanted):
    """Compare answers; where ``wanted`` says None inside an object, anything will do."""
    if not isinstance(wanted, dict) or not isinstance(data, dict):
        return data == wanted
    return all(data.get(name) == value for name, value in wanted.items() if value is not None)
