#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Calls whose records end where all buffers do: the recorder is held while a program fills them up
with vectors of a thousand missing pieces. The trace stays whole, and what is lost is counted."""

import json
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import programs
import recording
from recording import RECORDER, record, recorder
from tap import Tap

ROUNDS = 150

tap = Tap()


def to_the_brim():
    program = programs.build(os.path.join(HERE, "missing.c"))
    trace = recording.path(".rec")
    process = subprocess.Popen([RECORDER, "-q", "-o", trace, "--on-full=drop", "--buffer-size",
                                "64K", "--", program],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    for i in range(ROUNDS):
        if i:
            process.send_signal(signal.SIGSTOP)
        # As many segments as end a record where the staging area ends, two or three records in.
        process.stdin.write(f"{i % 9} {620 + i % 60 if i % 2 else 820 + i % 180}\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGCONT)
        time.sleep(0.04)  # it drains
    errors = process.communicate()[1]
    tap.equal([process.returncode, errors], [0, ""], "brim: ends in order")
    verdict = json.loads(recorder("verify", "--json", trace).stdout)
    problems = {f["name"] for f in verdict["findings"] if f["kind"] == "problem"}
    tap.equal(problems - {"missing"}, {"lost"}, "brim: calls are lost, and nothing is damaged")
    tap.equal(verdict["counters"]["lost_calls"], verdict["lost_calls"],
              "brim: counted, and shown by gaps, are the same")


def large_vectors():
    """The same calls in a recording that waits."""
    target = [programs.build(os.path.join(HERE, "missing.c"))]
    run = record(target, "--buffer-size", "64K", input=b"10 1024\n300 1024\n0 700\n", stdin=None)
    tap.equal([run.status, run.stderr], [0, ""], "vectors: ends in order")
    calls = [c for c in run.calls("writev") if c["errno"] == "EFAULT"]
    told = [sum(b["full"] for b in c["bufs"] if b["err"]) for c in calls]
    tap.equal(told, [8 * 1024] * 96 + [8 * 700] * 48,
              "vectors: each segment's bytes are told missing")
    tap.ok(run.verify().returncode in (0, 1), "vectors: complete", run.verify().stdout)


def long_strings():
    """A new program's strings: all of them where there is room, else they are told missing, and
    what the kernel made of them, the stack of the new program, is there all the same."""
    words = ["/bin/true"] + [f"{i}:" + "x" * (i % 300) for i in range(6000)]
    env = {**os.environ, **{f"V{i}": "y" * 100000 for i in range(8)}}
    for size in ("64K", "4M"):
        run = record(words, "--buffer-size", size, env=env)
        tap.equal([run.status, run.stderr], [0, ""], f"strings, {size}: ends in order")
        first = run.calls()[0]
        tap.equal(first["syscall"], "execve", f"strings, {size}: execve is not lost")
        stack = next((recording.data(b) for b in first["bufs"] if b["arg"] is None), b"")
        tap.ok("\0".join(words).encode() in stack, f"strings, {size}: each is on the stack")
        tap.equal(run.verify().returncode, 2 if size == "64K" else 1, f"strings, {size}: verdict")
    argv = [recording.data(b) for b in first["bufs"] if b["arg"] == 1][1:]
    tap.ok([w.rstrip(b"\0").decode() for w in argv] == words, "strings: each argument")
    given = [recording.data(b) for b in first["bufs"] if b["arg"] == 2][1:]
    tap.equal(sum(len(w) == 100000 + len("V0=") + 1 for w in given), 8, "strings: the environment")


def main():
    recording.need_recording("full")
    tap.run([to_the_brim, large_vectors, long_strings])
    tap.finish()


if __name__ == "__main__":
    main()
