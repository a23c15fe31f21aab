# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""make bench: what recording costs, beside other tools. See docs/performance.md."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from figures import BARE, FLOOR, Results, spread
from goals import Goals
from measure import Failure, Machine, Measurement
from programs import Statistics
from table import number, programs_table, redis_lines, table
from tools import ROOT, all_tools
from workloads import WORK, all_workloads

QUICK = {"workloads": ["getppid", "read1", "read4k", "dd1", "dd4k", "pingpong", "untraced"],
         "tools": ["bare", "floor", "recorder", "no-data", "no-entry"], "rounds": 3, "scale": 0.3}
RING = 4 << 20
LEAST = 5000


def words(text):
    return text.split(",")


def arguments():
    parser = argparse.ArgumentParser(
        prog="make bench BENCH='...'", description="What recording costs, beside other tools.")
    parser.add_argument("--rounds", type=int, help="runs of everything (3)")
    parser.add_argument("--only", type=words, metavar="WORKLOAD,...", help="these workloads")
    parser.add_argument("--tools", type=words, metavar="TOOL,...",
                        help="these tools, beside bare and floor")
    parser.add_argument("--scale", type=float, help="times as many calls")
    parser.add_argument("--quick", action="store_true", help="few workloads, no peers, less calls")
    parser.add_argument("--with", dest="more", action="append", default=[], metavar="NAME=COMMAND",
                        help="one more column: a recorder of another build or with more options")
    parser.add_argument("--recorder", default=os.path.join(ROOT, "recorder"), metavar="PATH")
    parser.add_argument("--programs", action="store_true",
                        help="what each BPF program takes, instead of the table")
    parser.add_argument("--json", metavar="FILE", help="write all runs to FILE")
    parser.add_argument("--list", action="store_true", help="show workloads and tools")
    options = parser.parse_args()
    for name, least in QUICK.items() if options.quick else ():
        given = {"workloads": "only"}.get(name, name)
        if getattr(options, given) is None:
            setattr(options, given, least)
    options.rounds = options.rounds or 3
    options.scale = options.scale or 1
    return parser, options


def choose(parser, known, wanted, always=()):
    """Those of the given names, in the order of the table."""
    if wanted is None:
        return known
    unknown = set(wanted) - {each.name for each in known}
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: unknown; --list shows all")
    return [each for each in known if each.name in wanted or each.name in always]


def usable(candidates):
    """Those that work here; the others and why are told."""
    found = []
    for each in candidates:
        reason = each.why_not()
        if reason:
            print(f"without {each.name}: {reason}", file=sys.stderr)
        else:
            found.append(each)
    return found


def memcpy_ns(scale):
    """Of the sizes of the reads: hot, and to places all over the size of a ring buffer."""
    copies = {}
    for name, size, count in (("read4k", 4096, 200000), ("read64k", 65536, 20000)):
        for area in (size, RING):
            command = [WORK, "copy", str(max(1, int(count * scale))), str(size), str(area)]
            value = float(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
            copies.setdefault((name, area == RING), []).append(value)
    return copies


def count_for(workload, tool, scale):
    """How often the workload's command is to do its thing under a tool. Not so seldom that the
    calls of a program's start would count."""
    if not workload.count:
        return 0
    count = max(16, int(workload.count * scale))
    return min(count, max(LEAST // workload.each, count // tool.slow))


def rarely(workload, tool):
    """A workload that cannot be made smaller runs only once under a slow tool."""
    return tool.slow >= 10 and not workload.count


class Bench:
    def __init__(self, options, workloads, tools, scratch):
        self.options = options
        self.workloads = workloads
        self.tools = tools
        self.results = Results()
        self.machine = Machine()
        self.copies = {}
        self.failures = {}
        look = Statistics().look if options.programs else None
        self.measurement = Measurement(scratch, self.machine, look)

    def run(self):
        for workload in self.workloads:
            self.one(workload, self.tools[0], keep=False)      # fills the page cache
        for number_of_round in range(self.options.rounds):
            for name, values in memcpy_ns(self.options.scale).items():
                self.copies.setdefault(name, []).extend(values)
            for workload in self.workloads:
                self.progress(f"round {number_of_round + 1} of {self.options.rounds}: "
                              f"{workload.name}")
                tools = [tool for tool in self.tools
                         if not workload.tools or tool.name in workload.tools]
                at = number_of_round % len(tools)
                for tool in tools[at:] + tools[:at]:
                    if number_of_round == 0 or not rarely(workload, tool):
                        self.one(workload, tool)
        self.progress("")

    def one(self, workload, tool, keep=True):
        if (workload.name, tool.name) in self.failures:
            return
        count = count_for(workload, tool, self.options.scale)
        try:
            run = self.measurement.run(tool, workload, count)
        except (Failure, OSError, RuntimeError, ValueError) as failure:
            self.failures[workload.name, tool.name] = str(failure)
            return
        if keep:
            self.results.add(workload.name, tool.name, run, workload.made(count),
                             workload.exact)

    def progress(self, text):
        if sys.stderr.isatty():
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

    def medians(self, ring):
        return {name: spread(values).middle for (name, to_ring), values in self.copies.items()
                if to_ring == ring}

    def show(self):
        results, machine = self.results, os.uname()
        copies = self.medians(False)
        goals = Goals(results, copies)
        print(f"{machine.sysname} {machine.release} {machine.machine}, {os.cpu_count()} CPUs; "
              f"medians of {self.options.rounds} rounds, interleaved; "
              f"other work on the CPUs: {self.machine.share() * 100:.0f}%")
        print("memcpy, ns:", "; ".join(
            f"{name[4:]} {number(copies[name])}, all over {RING >> 20} MiB {number(cold)}"
            for name, cold in self.medians(True).items()))
        print()
        print("\n".join(goals.lines()))
        print()
        print("\n".join(table(results, self.workloads, self.tools)), flush=True)
        for workload in self.workloads:
            if workload.name == "redis" and results.of("redis", BARE):
                print()
                print("\n".join(redis_lines(results, workload, self.tools)))

    def show_failures(self):
        for (workload, tool), why in self.failures.items():
            print(f"{workload} under {tool} failed: {why}", file=sys.stderr)

    def as_object(self):
        return {"kernel": os.uname().release, "machine": os.uname().machine,
                "cpus": os.cpu_count(), "rounds": self.options.rounds,
                "scale": self.options.scale, "other_work": self.machine.share(),
                "memcpy_ns": self.medians(False), "memcpy_ring_ns": self.medians(True),
                "workloads": self.results.as_object(),
                "failures": [{"workload": workload, "tool": tool, "why": why}
                             for (workload, tool), why in self.failures.items()]}


def show_list(workloads, tools):
    for kind, every in (("workloads", workloads), ("tools", tools)):
        print(f"{kind}:")
        for each in every:
            print(f"  {each.name:10} {each.what}")


def main():
    parser, options = arguments()
    began = time.monotonic()
    scratch = tempfile.mkdtemp(prefix="recorder-bench.")
    try:
        workloads = choose(parser, list(all_workloads(scratch)), options.only)
        named = [text.partition("=")[0] for text in options.more]
        tools = choose(parser, list(all_tools(scratch, options.recorder, options.more)),
                       options.tools, always=[BARE, FLOOR, *named])
        if options.list:
            show_list(workloads, tools)
            return 0
        if os.geteuid() != 0:
            parser.error("recording needs root")
        bench = Bench(options, usable(workloads), usable(tools), scratch)
        bench.run()
    finally:
        shutil.rmtree(scratch, True)
    if options.programs:
        print("\n".join(programs_table(bench.results, bench.workloads, bench.tools)))
    else:
        bench.show()
    bench.show_failures()
    print(f"took {time.monotonic() - began:.0f} s", file=sys.stderr)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(bench.as_object(), file, indent=1)
            file.write("\n")
    return 1 if bench.failures else 0


if __name__ == "__main__":
    sys.exit(main())
