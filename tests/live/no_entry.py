#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""recorder --no-entry-time. The programs of this folder once more, each call with all its bytes;
the few that need what only an entry shows are named, with what the trace has of them instead. Then
what has a way of its own there: execve, exit, threads, calls under way."""

import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import programs
import recording
import run
from recording import Attached, data, number, record, threads, wait_for
from tap import Tap

OPTION = run.NO_ENTRIES

tap = Tap()


def children():
    made = record([programs.build(os.path.join(HERE, "follow_tree.c"))], OPTION)
    tap.equal(made.status, 0, "tree: runs to its end")
    births = {o["child_tid"] for o in made.events("fork")}
    calls = threads(made.calls())
    tap.equal(len(births), 6, "tree: six children")
    tap.ok(births < set(calls), "tree: each has calls", births - set(calls))
    for own in calls.values():
        tap.equal([c["seq"] for c in own], list(range(len(own))), "tree: a thread's calls, once")
        tap.ok(own[-1]["syscall"] in ("exit", "exit_group") and own[-1]["unfinished"],
               "tree: a thread ends with its exit", own[-1]["syscall"])
    tap.equal(made.verify().returncode, 1, "tree: its trace is complete")


def execs_and_exits():
    made = record(["sh", "-c", "A=b /bin/echo 'two words' >/dev/null; /no/such; exit 3"], OPTION)
    tap.equal(made.status, 3, "exec: the command's status")
    execs = {c["ret"]: c for c in made.calls("execve")}
    first, *_, echo = [c for c in made.calls("execve") if c["ret"] == 0]
    strings = [data(b).rstrip(b"\0") for b in echo["bufs"] if b["dir"] == "in"]
    tap.ok(b"two words" in strings and b"A=b" in strings and b"/bin/echo" in strings,
           "exec: arguments and environment", strings)
    tap.ok(all(number(a) for a in echo["args"]), "exec: where they were", echo["args"])
    tap.ok(any(b["arg"] is None and b["dir"] == "out" for b in first["bufs"]),
           "exec: the new program's stack")
    failed = execs.get(-2)
    tap.ok(failed and any(b"/no/such\0" == data(b) for b in failed["bufs"]),
           "exec: one that fails", failed)
    tap.equal([number(c["args"][0]) for c in made.calls("exit_group") if c["tid"] == first["tid"]],
              [3], "exit: with its status")
    tap.ok(all(c["enter_ns"] is None for c in made.calls()), "no call has a time of entry")


def told():
    made = record(["cat", "/etc/hostname"], OPTION)
    lines = recording.recorder("show", made.trace).stdout.splitlines()
    tap.ok(any("read(3</etc/hostname>" in line for line in lines),
           "show: paths of what was opened before")
    tap.equal([line for line in lines if re.search(r"<(\d+\.\d+|entry not seen)>$", line)], [],
              "show: neither durations nor marks")
    total = json.loads(recording.recorder("stat", "--json", made.trace).stdout)["total"]
    tap.equal([total["time_ns"], total["mean_ns"], total["p99_ns"]], [None] * 3, "stat: no times")
    tap.equal(total["untimed"], total["calls"], "stat: but every call")
    verdict = json.loads(recording.recorder("verify", "--json", made.trace).stdout)
    names = {f["name"] for f in verdict["findings"]}
    tap.ok("no-entry-time" in names and "no_entry" not in names, "verify: says so, once", names)
    tap.equal(recording.recorder("record", OPTION, "--data=none", "-q", "-o", made.trace, "--",
                                 "true").returncode, 0, "with --data=none")


def under_way():
    target = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def reads():
        with open(f"/proc/{target.pid}/syscall") as syscall:
            return syscall.read().startswith("0 ")

    wait_for(reads, 10, "cat to read")
    attached = Attached([target.pid], OPTION).ready()
    target.stdin.write(b"first words")
    target.stdin.flush()
    os.read(target.stdout.fileno(), 100)
    wait_for(reads, 10, "cat to read")
    made = attached.stop()
    target.communicate()
    calls = [c for c in made.calls() if c["pid"] == target.pid]
    tap.equal([(c["syscall"], c["ret"]) for c in calls], [("read", 11), ("write", 11),
                                                          ("read", None)],
              "under way: what it was in at the beginning, and at the end")
    tap.equal([data(b) for b in calls[0]["bufs"]], [b"first words"], "under way: with its bytes")


def strangers():
    for options in ([], [OPTION]):
        trace = recording.path(".rec")
        recording.recorder("-q", "-o", trace, *options, "--comm", "no such name", "--duration",
                           "0.2")
        calls = recording.Recording(trace).calls()
        tap.equal([c["comm"] for c in calls], [],
                  " ".join(["strangers' calls that are under way are not there", *options]))


def main():
    recording.need_recording("no_entry")
    for name in run.names(sys.argv[1:]):
        def test(name=name):
            run.test_without_entries(tap, name)

        test.__name__ = name
        tap.run([test])
    if not sys.argv[1:]:
        tap.run([children, execs_and_exits, told, under_way, strangers])
    tap.finish()


if __name__ == "__main__":
    main()
