#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The benchmark itself: its figures, how it reads what tools print, and one small run."""

import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))

from figures import Results, Run, spread
from goals import Goals
from recording import why_not
from table import aligned, number, table
from tap import Tap
from tools import PerfTrace, TraceCmd, all_tools
from workloads import Redis, Workload

tap = Tap()


def some_results():
    """1000 calls that take 100 ns; the floor adds 50, a recorder 75 and loses calls, a slow tool
    gets a tenth of the calls and adds 5000."""
    results = Results()
    for noise in (0, 1000, -1000):
        for tool, ns, made, more in (("bare", 100, 1000, {}), ("floor", 150, 1000, {}),
                                     ("recorder", 175, 1000, {"calls": 998, "lost": 1}),
                                     ("strace", 5100, 100, {"lost": 0, "size": 5000})):
            time = ns * made + noise
            run = Run(wall=2 * time, cpu=time, total=2 * time + 7, **more)
            results.add("flood", tool, run, made, True)
    return results


def test_medians():
    found = spread([3, None, 1, 2])
    tap.equal((found.middle, found.least, found.most), (2, 1, 3), "median, least and most")
    tap.equal(spread([None]), None, "no values have no median")


def test_added_cost():
    results = some_results()
    found = results.added("flood", "floor", "cpu")
    tap.equal((found.middle, found.least, found.most), (50, 49, 51), "added by the floor")
    tap.equal(results.to_floor("flood", "recorder", "cpu"), 1.5, "in multiples of the floor")
    tap.equal(results.added_middle("flood", "strace", "cpu"), 5000, "added to fewer calls")
    tap.equal(round(results.to_bare("flood", "strace"), 9), 51,
              "in multiples of bare, for fewer calls")
    tap.equal(results.whole("flood", "strace"), 10 * 2 * 510000 + 7, "whole time, for all calls")
    tap.equal(results.added("flood", "perf", "cpu"), None, "a tool that did not run")


def test_losses():
    results = some_results()
    tap.equal(results.lost("flood", "recorder"), 6, "missing calls count, whatever a tool says")
    tap.equal(results.lost("flood", "strace"), 0, "none lost")
    tap.equal(results.lost("flood", "floor"), None, "a tool that records nothing")


def test_floor_below_noise():
    results = Results()
    results.add("x", "bare", Run(wall=100, cpu=100), 10, True)
    results.add("x", "floor", Run(wall=90, cpu=90), 10, True)
    results.add("x", "recorder", Run(wall=120, cpu=120), 10, True)
    tap.equal(results.to_floor("x", "recorder", "cpu"), None, "no ratio to a floor below bare")


def test_numbers():
    texts = [number(value) for value in (None, 0, 0.123, 1.234, 12.34, 123.4, 12345, -1.5)]
    tap.equal(texts, ["-", "0.00", "0.12", "1.23", "12.3", "123", "12345", "-1.50"],
              "numbers have three digits")
    tap.equal(aligned([["a", "1"], ["bbb", "22"]]), ["a     1", "bbb  22"], "columns")


def test_table():
    names = {"bare", "floor", "recorder", "strace"}
    tools = [tool for tool in all_tools("", "recorder", []) if tool.name in names]
    lines = table(some_results(), [Workload("flood", "a flood", 1000, None)], tools)
    tap.equal(lines[2:4], ["", "flood: a flood, 1,000 calls (strace 100)"], "heading")
    tap.equal([line.split()[0] for line in lines[4:]], ["bare", "floor", "recorder", "strace"],
              "one row for each tool")
    tap.equal(lines[6].split()[1:6], ["1.50", "1.50", "75.0", "74.0..76.0", "150"],
              "a row begins with its ratios")


def test_goals():
    results = Results()
    for tool, cpu in (("bare", 1000), ("floor", 2000), ("no-data", 2600), ("recorder", 4000)):
        results.add("getppid", tool, Run(wall=cpu, cpu=cpu), 1000, True)
    goals = Goals(results, {})
    words = [line.split() for line in goals.lines()]
    tap.equal([line[-1] for line in words], ["met", "yes", "NO"], "goals met and missed")
    tap.equal([line[-2] for line in words[1:]], ["1.60x", "3.00x"], "what they are judged by")


PERF = """Aggregated stats:
          SAMPLE events:       4000  (85.6%)
raw_syscalls:sys_enter stats:
          SAMPLE events:       2000
    LOST_SAMPLES events:         11
raw_syscalls:sys_exit stats:
          SAMPLE events:       1990
    LOST_SAMPLES events:         21
"""

TRACE_CMD = """cpus=1

CPU: 0
entries: 0
overrun: 7
commit overrun: 0
dropped events: 2
read events: 0
"""

REDIS = '''"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms",\
"p99_latency_ms","max_latency_ms"
"GET","81967.21","0.325","0.128","0.319","0.439","0.623","0.919"
'''


def test_what_tools_print():
    tap.equal(PerfTrace.parse(PERF), {"calls": 1990, "lost": 21}, "perf report --stats")
    tap.equal(PerfTrace.parse("nothing"), {}, "no statistics of perf")
    tap.equal(TraceCmd.parse(TRACE_CMD), {"lost": 5}, "trace-cmd report --stat")
    tap.equal(TraceCmd.parse("nothing"), {}, "no statistics of trace-cmd")
    tap.equal(Redis.parse(REDIS), {"rate": 81967.21, "p99": 0.623}, "redis-benchmark --csv")


def bench(*options):
    return subprocess.run([sys.executable, "-B", os.path.join(HERE, "bench.py"), *options],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)


def test_usage():
    run = bench("--only", "nonesuch")
    tap.equal(run.returncode, 2, "an unknown workload is refused")
    run = bench("--list")
    tap.ok(run.returncode == 0 and "getppid" in run.stdout and "strace" in run.stdout,
           "--list shows workloads and tools", run.stdout + run.stderr)


def test_small_run():
    reason = why_not()
    if reason:
        tap.skip("a small run", reason)
        return
    with tempfile.NamedTemporaryFile() as file:
        run = bench("--rounds", "1", "--scale", "0.005", "--only", "dd1,untraced",
                    "--tools", "recorder", "--json", file.name)
        if not tap.equal(run.returncode, 0, "a small run succeeds"):
            print("# " + run.stderr.replace("\n", "\n# "))
            return
        tools = json.load(file)["workloads"]["dd1"]
    tap.equal(sorted(tools), ["bare", "floor", "recorder"], "every tool has run")
    found = tools["recorder"]["runs"][0]
    tap.ok(found["calls"] >= 5000 and found["lost"] == 0, "all calls are recorded", found)
    tap.ok(all(found[name] for name in ("wall", "cpu", "total", "startup", "size", "memory")),
           "nothing is left unmeasured", found)
    tap.ok("untraced" in run.stdout, "the table has the other workload", run.stdout)


tap.run([function for name, function in list(globals().items()) if name.startswith("test_")])
tap.finish()
