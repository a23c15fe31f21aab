#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A million calls through a small buffer: waiting loses none; dropping loses some, and the gaps in
the file are exactly the calls that were counted as lost. Reads that are larger than the buffer are
what the kernel wrote, however soon the program writes over them."""

import json
import os
import re
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import compare
import programs
import recording
from recording import RECORDER
from tap import Tap

CALLS = 1000000
BUFFER = "64K"

tap = Tap()

CALL = re.compile(rb'"seq":(\d+),.*?"tid":(\d+),.*?"syscall":"(\w+)",.*?"args":\[([^]]*)\]')


class Seen:
    """What the trace has of one thread: its calls, its gaps, the numbered calls in order."""

    def __init__(self):
        self.count = 0
        self.last = -1
        self.gaps = 0
        self.marks = []

    def add(self, seq, mark):
        self.gaps += seq - self.last - 1
        self.last = seq
        self.count += 1
        if mark is not None:
            self.marks.append(mark)


def scan(trace):
    """{tid: Seen}, by regular expression: json takes too long for a million lines."""
    by_tid = {}
    show = subprocess.Popen([RECORDER, "show", "--json", trace], stdout=subprocess.PIPE)
    for line in show.stdout:
        match = CALL.search(line)
        if not match:
            continue
        seq, tid = int(match[1]), int(match[2])
        mark = int(match[4].split(b",")[1].strip(b'"'), 16) if match[3] == b"getpriority" else None
        by_tid.setdefault(tid, Seen()).add(seq, mark)
    if show.wait() != 0:
        raise AssertionError(f"show ended with {show.returncode}")
    return by_tid


def flood(threads, mode, *options):
    """Record it: the recording, what verify says, each thread's calls, the flooding tids."""
    program = programs.build(os.path.join(HERE, "flood.c"))
    command = [program, str(threads), str(CALLS // threads)]
    trace = recording.path(".rec")
    process = subprocess.Popen([RECORDER, "-q", "-o", trace, "--buffer-size", BUFFER,
                                f"--on-full={mode}", *options, "--", *command],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    if mode == "drop":
        # However quick the recorder is: for a moment it is not.
        recording.wait_for(lambda: os.path.exists(trace + ".partial"), 20, "the trace")
        for number in (signal.SIGSTOP, signal.SIGCONT):
            time.sleep(0.2)
            process.send_signal(number)
    out, errors = process.communicate(timeout=recording.SECONDS)
    run = recording.Recording(trace, process.returncode, out, errors.decode())
    verdict = recording.recorder("verify", "--json", run.trace)
    seen = scan(run.trace)
    return run, json.loads(verdict.stdout), seen, [int(t) for t in run.stdout.split()]


def wait(threads, *options):
    name = " ".join([f"wait, {threads} threads", *options])
    run, verdict, seen, tids = flood(threads, "wait", *options)
    tap.equal(run.status, 0, f"{name}: runs to its end")
    tap.ok(verdict["status"] in (0, 1), f"{name}: complete", verdict["line"])
    tap.equal([verdict["lost_calls"], sum(s.gaps for s in seen.values())], [0, 0],
              f"{name}: no gap")
    every = list(range(CALLS // threads))
    tap.ok(all(tid in seen and seen[tid].marks == every for tid in tids),
           f"{name}: each numbered call, once, in order",
           {tid: len(seen[tid].marks) if tid in seen else 0 for tid in tids})
    os.unlink(run.trace)


def drop(threads):
    name = f"drop, {threads} threads"
    run, verdict, seen, tids = flood(threads, "drop")
    tap.equal(run.status, 0, f"{name}: runs to its end")
    tap.equal(verdict["status"], 2, f"{name}: incomplete")
    lost = CALLS - sum(len(seen[tid].marks) for tid in tids if tid in seen)
    tap.ok(0 < lost < CALLS, f"{name}: some calls are lost", lost)
    tap.equal(verdict["counters"]["lost_calls"], verdict["lost_calls"],
              f"{name}: counted, and shown by gaps, are the same")
    tap.equal(sum(loss["lost"] for loss in verdict["losses"]), verdict["lost_calls"],
              f"{name}: by thread and in all are the same")
    # Beside the numbered calls a thread makes a few others, which can be lost too.
    by_thread = {loss["tid"]: loss["lost"] for loss in verdict["losses"]}
    off = {tid: (by_thread.get(tid, 0), CALLS // threads - len(seen[tid].marks)) for tid in tids
           if tid in seen}
    tap.ok(all(0 <= gap - numbered <= 50 for gap, numbered in off.values()),
           f"{name}: each thread's gaps are its lost calls", off)
    tap.ok(all(s.marks == sorted(set(s.marks)) for s in seen.values()),
           f"{name}: what is there is there once, in order")
    tap.equal([tid for tid, s in seen.items() if s.gaps > by_thread.get(tid, 0)], [],
              f"{name}: no gap that is not told")
    tap.equal([verdict["counters"][c] for c in ("missed_enter", "missed_exit")], [0, 0],
              f"{name}: no program run is missed")
    os.unlink(run.trace)


def overwrite():
    size, times, processes = 256 << 10, 700, 4
    content = b"".join(i.to_bytes(4, "little") for i in range((size + times) // 4 + 1))
    file = recording.path(".data")
    with open(file, "wb") as out:
        out.write(content)
    program = programs.build(os.path.join(HERE, "overwrite.c"))
    run = recording.record([program, file, str(size), str(times), str(processes)],
                           "--buffer-size", "128K")
    seen, wrong = 0, []
    for call in run.calls("pread64"):
        offset = recording.number(call["args"][3])
        if recording.number(call["args"][2]) != size:
            continue
        seen += 1
        if compare.written(call, 1) != content[offset:offset + size]:
            wrong.append((call["pid"], call["seq"]))
    tap.equal([run.status, seen], [0, times * processes], "overwrite: runs to its end")
    info = json.loads(recording.recorder("info", "--json", run.trace).stdout)
    tap.ok(0 < info["counters"]["wait_ns"] < info["duration_ns"],
           "overwrite: time in which several wait counts once", info["counters"])
    tap.equal(wrong, [], "overwrite: every read's bytes are those that the kernel wrote")
    os.unlink(run.trace)


def stops():
    """Somebody else's stops, which are left as they are, are not seen where there are none."""
    program = programs.build(os.path.join(HERE, "stops.c"))
    for which in ("again", "zombie", "first", "handler"):
        run = recording.record([program, which, "300000"], "--buffer-size", BUFFER)
        tap.equal(run.status, 0, f"stops, {which}: runs to its end")
        info = json.loads(recording.recorder("info", "--json", run.trace).stdout)
        counters = info["counters"]
        tap.ok(counters["waits"] and 0 < counters["wait_ns"] < info["duration_ns"],
               f"stops, {which}: it waited, a part of its time", counters)
        tap.ok(run.verify().returncode in (0, 1), f"stops, {which}: complete",
               run.verify().stdout)
        os.unlink(run.trace)


def main():
    recording.need_recording("loss")
    tap.run([overwrite, stops])
    for mode in (wait, drop):
        for threads in (1, 2, 8):
            def test(mode=mode, threads=threads):
                mode(threads)

            test.__name__ = f"{mode.__name__}, {threads} threads"
            tap.run([test])
    tap.run([lambda: wait(2, "--no-entry-time")])
    tap.finish()


if __name__ == "__main__":
    main()
