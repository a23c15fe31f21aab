# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What recorder is to reach: each goal, its limit, and what was measured."""

import os

from figures import FLOOR, middle, ratio
from table import aligned, number

PEERS = ["strace", "perf", "trace-cmd"]
BUFFER = 4 << 20
RESIDENT_LIMIT = (BUFFER * os.cpu_count() >> 20) + 64
LONE, CROWD = "scale1", "scale16"


class Goals:
    """ratio: figures by CPU time and by wall time, where they differ; the first one decides."""

    def __init__(self, results, copies):
        self.results = results
        self.copies = copies
        self.rows = []
        self.missed = 0

    def add(self, what, limit, *values, unit="x"):
        if values[0] is None:
            return
        good = values[0] <= limit
        self.missed += not good
        shown = [number(value) + unit if value is not None else "-" for value in values]
        self.rows.append([what, f"<= {number(limit)}{unit}", *shown, *["-"] * (2 - len(shown)),
                          "yes" if good else "NO"])

    def to_floor(self, what, limit, workload, tool):
        self.add(what, limit, *(self.results.to_floor(workload, tool, name)
                                for name in ("cpu", "wall")))

    def copy(self, what, workload):
        """The data's cost beyond a call without, in multiples of memcpy."""
        values = []
        for name in ("cpu", "wall"):
            with_data = self.results.added_middle(workload, "recorder", name)
            without = self.results.added_middle(workload, "no-data", name)
            known = with_data is not None and without is not None
            values.append(ratio(with_data - without if known else None,
                                self.copies.get(workload)))
        self.add(what, 2, *values)

    def lines(self):
        self.to_floor("added cost, no data (getppid, no-data)", 1.7, "getppid", "no-data")
        self.to_floor("added cost, no data (getppid, recorder)", 1.7, "getppid", "recorder")
        self.to_floor("added cost, small data (read1, recorder)", 2.0, "read1", "recorder")
        self.to_floor("added cost, no entry times (getppid, no-entry)", 1.1, "getppid", "no-entry")
        self.to_floor("added cost, others' calls (untraced, recorder)", 1.3, "untraced", "recorder")
        self.copy("4 KiB of data, beside memcpy (read4k)", "read4k")
        self.copy("64 KiB of data, beside memcpy (read64k)", "read64k")
        self.whole_runs()
        self.redis()
        self.process()
        return aligned([["goal", "limit", "cpu", "wall", "met"], *self.rows], 1)

    def whole_runs(self):
        results = self.results
        for peer in PEERS:
            self.add(f"dd1, from start to end, beside {peer}", 1,
                     ratio(results.whole("dd1", "recorder"), results.whole("dd1", peer)))
        self.add("dd1, bytes a call", 2, results.per_call("dd1", "recorder", "size"), unit="")
        self.add("dd4k, time beside bare", 7, results.to_bare("dd4k", "recorder"))
        size = middle(results.of("dd4k", "recorder"), "size")
        calls = results.calls("dd4k", "recorder")
        if size and calls:
            self.add("dd4k, file beside its data", 0.1, size / (calls * 4096))
        lost = [results.lost(workload, tool) for workload, tools in results.runs.items()
                for tool in tools if tool in ("recorder", "no-data", "no-entry")]
        known = [count for count in lost if count is not None]
        if known:
            self.add("calls lost, all runs of recorder", 0, sum(known), unit="")

    def redis(self):
        results = self.results
        self.add("redis, throughput lost beside the floor's", 1.8,
                 ratio(results.rate_lost("redis", "recorder"),
                       results.rate_lost("redis", FLOOR)))

    def process(self):
        results = self.results
        waits = [run.waits for run in results.of("getppid", "no-data") if run.waits is not None]
        if waits:
            self.add("waits (getppid, no-data)", 0, max(waits), unit="")
        for workload, tool in (("getppid", "no-data"), ("dd1", "recorder")):
            self.add(f"CPU of the recorder beside what it adds ({workload}, {tool})", 0.5,
                     results.tool_share(workload, tool))
        runs = [run for tools in results.runs.values() for run in tools.get("recorder", [])]
        startup, memory = middle(runs, "startup"), middle(runs, "memory")
        if startup:
            self.add("start to first call, ms", 150, startup / 1e6, unit="")
        if memory:
            most = max(run.memory for run in runs if run.memory)
            self.add("peak memory, MiB", RESIDENT_LIMIT, most / (1 << 20), unit="")
        self.add("added cost with 16 threads beside 1 (no-data)", 1.2,
                 *(ratio(results.added_middle(CROWD, "no-data", name),
                         results.added_middle(LONE, "no-data", name))
                   for name in ("cpu", "wall")))
