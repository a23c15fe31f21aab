#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Who is recorded: children of every kind, threads born while the recorder attaches, calls that
were under way when recording began or ended."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import programs
import recording
from recording import Attached, data, number, record, threads, wait_for
from tap import Tap

MARK = 0x5EED

tap = Tap()


def marks(calls):
    """The numbers of the marking calls, getpriority(MARK, number), in the order of the trace."""
    return [number(c["args"][1]) for c in calls
            if c["syscall"] == "getpriority" and number(c["args"][0]) == MARK]


def children_of_every_kind():
    run = record([programs.build(os.path.join(HERE, "follow_tree.c"))])
    tap.equal(run.status, 0, "tree: runs to its end")
    births = {(o["tid"], o["child_pid"], o["child_tid"]) for o in run.events("fork")}
    ends = {o["tid"] for o in run.events("exit")}
    calls = threads(run.calls())
    for line in run.stdout.decode().split("\n")[:-1]:
        kind, parent, pid, tid = line.split()
        birth = int(parent), int(pid), int(tid)
        tap.ok(birth in births, f"tree: {kind} is known as its parent's child",
               f"{birth} of {births}")
        tap.ok(birth[2] in calls, f"tree: {kind} has calls")
        tap.ok(birth[2] in ends, f"tree: {kind} ends")
        if kind not in ("vfork", "spawn"):
            tap.ok(birth[2] in marks(calls.get(birth[2], [])), f"tree: {kind} made its own call")
    tap.equal(len(births), 6, "tree: no other children")
    for tid, own in calls.items():
        tap.equal([c["seq"] for c in own], list(range(len(own))),
                  "tree: a thread's calls, each once")
    tap.equal(run.verify().returncode in (0, 1), True, "tree: its trace is complete")


def recorder_itself_is_not_there():
    run = record(["/bin/true"])
    objects = list(run.objects())
    calls = [o for o in objects if "syscall" in o]
    tap.equal(calls[0]["syscall"], "execve", "start: execve comes first")
    tap.equal({o["pid"] for o in objects}, {calls[0]["pid"]}, "start: one process")
    tap.ok(all(c["enter_ns"] is not None for c in calls), "start: every call's entry was seen")
    tap.equal(calls[-1]["syscall"], "exit_group", "start: exit_group comes last")
    tap.equal(calls[-1]["unfinished"], True, "start: exit_group is unfinished")


def no_follow():
    run = record(["sh", "-c", "/bin/true; /bin/true; exit 3"], "--no-follow")
    tap.equal(run.status, 3, "--no-follow: status")
    tap.equal(len({c["tid"] for c in run.calls()}), 1, "--no-follow: one thread")
    tap.equal(len(run.calls("exit_group")), 1, "--no-follow: it is there to its end")


def stacks_of_the_dead():
    """A thread is known by its kernel stack: who gets that of one that died is somebody else."""
    program = programs.build(os.path.join(HERE, "follow_reuse.c"))
    target = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    target.stdout.readline()
    attached = Attached([target.pid], "--no-follow").ready()
    target.stdin.write(b"x")
    target.stdin.flush()
    target.stdout.readline()
    run = attached.stop()
    target.kill()
    target.communicate()
    tap.equal(run.status, 0, "stacks: recorder's status")
    tap.equal(Counter(marks(run.calls())), {thread: 10 for thread in range(8)},
              "stacks: the calls of those that were there, and no others")


def threads_born_meanwhile():
    program = programs.build(os.path.join(HERE, "follow_births.c"))
    target = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    time.sleep(0.3)
    attached = Attached([target.pid]).ready()
    target.stdin.write(b"x")
    target.stdin.flush()
    born = int(target.stdout.readline())
    run = attached.stop()
    target.kill()
    target.communicate()
    tap.equal(run.status, 0, "births: recorder's status")
    tap.equal(sorted(marks(run.calls())), list(range(born)),
              f"births: all {born} threads are there")


def threads_dying_meanwhile():
    target = subprocess.Popen([programs.build(os.path.join(HERE, "follow_deaths.c"))])
    for _ in range(40):
        trace = recording.path(".rec")
        recording.recorder("-q", "-o", trace, "--duration", "0.05", "-p", str(target.pid))
        verify = recording.recorder("verify", trace)
        if verify.returncode not in (0, 1):
            break
    tap.ok(verify.returncode in (0, 1), "deaths: each thread that is there has an end",
           verify.stdout + verify.stderr)
    target.kill()
    target.wait()


def blocked_before_and_after():
    target = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    wait_for(lambda: " 0x0 " in open(f"/proc/{target.pid}/syscall").read(), 10, "cat to read")
    attached = Attached([target.pid]).ready()
    target.stdin.write(b"first words")
    target.stdin.flush()
    tap.equal(os.read(target.stdout.fileno(), 100), b"first words", "blocked: the target goes on")
    wait_for(lambda: open(f"/proc/{target.pid}/syscall").read().startswith("0 "), 10, "cat to read")
    run = attached.stop()
    target.stdin.close()
    tap.equal(target.wait(), 0, "blocked: the target ends in peace")
    calls = [c for c in run.calls() if c["pid"] == target.pid]
    tap.equal([c["syscall"] for c in calls], ["read", "write", "read"], "blocked: three calls")
    first, write, last = calls
    tap.equal(first["enter_ns"], None, "blocked: the first one's entry was not seen")
    tap.equal(first["ret"], 11, "blocked: its return value was")
    tap.equal([data(b) for b in first["bufs"]], [b"first words"], "blocked: and its bytes")
    tap.equal([data(b) for b in write["bufs"]], [b"first words"], "blocked: the write between them")
    tap.equal([last["unfinished"], last["ret"], last["exit_ns"], last["bufs"]],
              [True, None, None, []],
              "blocked: the last one is unfinished")
    tap.ok(last["enter_ns"] > write["exit_ns"], "blocked: its entry was seen")


def several_targets():
    targets = [subprocess.Popen(["sh", "-c", f"read x; ulimit -n {100 + i}; read x"],
                                stdin=subprocess.PIPE) for i in range(3)]
    attached = Attached([t.pid for t in targets]).ready()
    for target in targets:
        target.stdin.write(b"go\n")
        target.stdin.flush()
    time.sleep(0.3)
    for target in targets:
        target.communicate(b"end\n")
    run = attached.stop()
    calls = run.calls("prlimit64", "setrlimit")
    tap.ok({t.pid for t in targets} <= {c["pid"] for c in calls}, "several: each one's own call")
    ends = {o["pid"] for o in run.events("exit")}
    tap.ok({t.pid for t in targets} <= ends, "several: each target's end", ends)


def ends_with_its_target():
    target = subprocess.Popen(["sleep", "3"])
    run = recording.recorder("-q", "-o", recording.path(".rec"), "-p", str(target.pid))
    target.wait()
    tap.equal([run.returncode, run.stderr], [0, ""], "target ends: so does the recorder")


def ends_by_signal():
    for stop in (signal.SIGINT, signal.SIGTERM):
        target = subprocess.Popen(["sleep", "60"])
        run = Attached([target.pid]).ready().stop(stop)
        tap.equal([run.status, run.stderr], [0, ""], f"{stop.name}: the recorder ends in order")
        tap.equal(run.verify().returncode in (0, 1), True, f"{stop.name}: the trace is complete")
        tap.equal(target.poll(), None, f"{stop.name}: the target runs on")
        target.kill()
        target.wait()


def main():
    recording.need_recording("follow")
    tap.run([children_of_every_kind, recorder_itself_is_not_there, no_follow,
             stacks_of_the_dead, threads_born_meanwhile, threads_dying_meanwhile,
             blocked_before_and_after, several_targets, ends_with_its_target, ends_by_signal])
    tap.finish()


if __name__ == "__main__":
    main()
